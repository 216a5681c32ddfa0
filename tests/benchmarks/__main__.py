"""Runs the lines, prints one table, writes it as JSON and as docs/performance.md.

python -m tests.benchmarks [--only puts,loading] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks import (
    awaiting,
    beside,
    channel_access,
    handles,
    images,
    loading,
    monitors,
    overload,
    processes,
    publishing,
    puts,
    scaling,
    scans,
)
from tests.benchmarks.lines import LINES, Result
from tests.ioc_process import ROOT

MODULES = (
    puts,
    handles,
    scans,
    awaiting,
    processes,
    publishing,
    overload,
    beside,
    loading,
    monitors,
    images,
    scaling,
    channel_access,
)
PEERS = ("pydevpva", "floor", "softioc", "softIocPVX", "pvapy")
HEAD = """# Measured speed

Written by `make bench`: each figure is the median of the runs with their spread, beside its peers in the same run.
*floor* is a bare p4p server that does what anything built on p4p must: queue, evaluate, post, answer.
The C++ PyDevice is not on PyPI; measured once against the same floor on another machine it made 7,230 puts/s
where the floor made 7,430, and kept up with 28,500 of 50,000 scanned expressions a second.
A goal in microseconds or milliseconds was set on a machine where the floor's put took 70 us of processor time, 16 at a
time, and 0.48 ms alone. Here it is so many of the floor's puts, and the ratio is to those.
Profiles of what decided the figures: [posts](decisions/0012-posts-at-the-end-of-a-pass.md),
[overload](decisions/0013-scans-give-way.md), [images](decisions/0014-images-cost-what-pvxs-sends.md),
[puts](decisions/0016-pvxs-threads-stay-known.md).

"""


FOOT = """
## Why images are not faster

A profile (`perf record`) of the server at 200 frames of 2 MiB a second, taken once, on p4p 4.3.0 and pvxslibs 1.5.3.
Of 1.9 ms of processor time a frame

| thread | what | ms |
|---|---|---|
| pvxs's network thread | 128 `writev` of 16 KiB, and as many `epoll_wait` | 0.83 |
| | 2,048 buffers of 1 KiB, and the copy into them | 0.38 |
| | libevent and pvxs | 0.15 |
| database and user threads | the copy of the pixels into pvxs's array | 0.25 |
| | Python, p4p, numpy | 0.29 |

The 16 KiB are a mistake in that build of pvxs; without it the ratio is 0.84. See
[the decision](decisions/0014-images-cost-what-pvxs-sends.md).
"""


def rows(results: Iterable[Result]) -> list[str]:
    """The table in Markdown."""
    lines = [
        "| work | " + " | ".join(PEERS) + " | ratio | goal | reached |",
        "|---" * (len(PEERS) + 4) + "|",
    ]
    for result in results:
        cells = [result.shown(peer) if peer in result.figures else "" for peer in PEERS]
        ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
        reached = {True: "yes", False: "**no**", None: ""}[result.reached]
        note = f"; {result.note}" if result.note else ""
        lines.append(
            f"| {result.name} [{result.unit}] | {' | '.join(cells)} | {ratio} | {result.goal}{note} | {reached} |"
        )
    return lines


def machine() -> str:
    return (
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f},"
        f" Python {platform.python_version()}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help=f"some of: {','.join(LINES)}")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and .json")
    args = parser.parse_args()
    chosen = [name for name in args.only.split(",") if name] or list(LINES)
    results: list[Result] = []
    begin = machine()
    for name in chosen:
        print(f"... {name}", flush=True)
        found = LINES[name]()
        results += found
        print("\n".join(rows(found)[2:]), flush=True)
    text = HEAD + begin + "\n\n" + "\n".join(rows(results)) + "\n" + FOOT
    print("\n" + text)
    if args.write:
        Path(ROOT / "docs" / "performance.md").write_text(text)
        figures = [{**vars(result)} for result in results]
        Path(ROOT / "docs" / "performance.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
