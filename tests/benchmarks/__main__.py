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
PAGE = Path(__file__).with_name("page.md")  # the words around the table


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
    text = PAGE.read_text().replace("MACHINE", begin).replace("TABLE", "\n".join(rows(results)))
    print("\n" + text)
    if args.write:
        Path(ROOT / "docs" / "performance.md").write_text(text)
        figures = [{**vars(result)} for result in results]
        Path(ROOT / "docs" / "performance.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
