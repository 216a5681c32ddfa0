"""What failed in a script and those it calls: each cause is told once, the lines that fail of it again are counted.

On the thread of the console that runs the script.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from pydevpva.errors import ranges


class Failures:
    """The lines that failed, of each script; and what was told of them."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[int, str]] = {}  # the cause that had been told before, "" when it was told there
        self._told: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._lines)

    @property
    def untold(self) -> bool:
        """Whether there are lines of which nothing has been printed yet."""
        return any(any(lines.values()) for lines in self._lines.values())

    def is_news(self, path: str, line: int, cause: str) -> bool:
        """Whether a cause is to be told now; if it was before, that line counts as one more of it."""
        if cause in self._told:
            self._lines.setdefault(path, {}).setdefault(line, cause)
            return False
        self._told.add(cause)
        self._lines.setdefault(path, {})[line] = ""
        return True

    def note(self, path: str, line: int) -> None:
        """A line failed."""
        self._lines.setdefault(path, {}).setdefault(line, "")

    def summary(self, running: bool) -> Iterator[str]:
        """For each script, which lines failed, and of which cause, where that was told elsewhere."""
        for path, lines in self._lines.items():
            by_cause: dict[str, list[int]] = {}
            for line, cause in sorted(lines.items()):
                by_cause.setdefault(cause, []).append(line)
            told = ranges(by_cause.pop("", ()))
            parts = [told] if told else []
            parts += [f"{cause}: {ranges(numbers)}" for cause, numbers in by_cause.items()]
            several = len(lines) > 1
            without = f"; the IOC runs without {'them' if several else 'it'}" if running else ""
            count = f"{len(lines)} line{'s' if several else ''} failed"
            yield f"{os.path.basename(path)}: {count} ({'; '.join(parts)}){without}"
