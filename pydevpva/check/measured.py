"""How long the Python of records takes, out of what pydevShow has printed. No thread."""

from __future__ import annotations

import re

_LINE = re.compile(
    r"^\s*\d+\s+(\d+\.\d+)\s+\d+\.\d+\s+<(\S+)\.\w+>\s*$", re.MULTILINE
)  # runs, mean ms, max ms, <A.INP>


def measured(path: str) -> dict[str, float]:
    """Mean seconds of each record that is named there. OSError; ValueError: no record is."""
    with open(path, encoding="utf-8", errors="replace") as file:
        found = {name: float(milliseconds) / 1e3 for milliseconds, name in _LINE.findall(file.read())}
    if not found:
        raise ValueError(f"{path}: no record's duration is in it; it must be what `pydevShow 1` prints")
    return found
