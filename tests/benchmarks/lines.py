"""One line of the table: what was measured, on whom, and the goal. Lines register themselves, in the order shown."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Result:
    """Figures by peer, in `unit`; `goal` in words, `ratio` what decides it, `reached` whether it holds."""

    name: str
    unit: str
    figures: dict[str, list[float]] = field(default_factory=dict)
    goal: str = ""
    ratio: float | None = None
    reached: bool | None = None
    note: str = ""

    def median(self, peer: str) -> float:
        return statistics.median(self.figures[peer])

    def shown(self, peer: str) -> str:
        """Median and, for several runs, the spread."""
        values = self.figures.get(peer)
        if not values:
            return "missing"
        spread = f" ({min(values):.4g}..{max(values):.4g})" if len(values) > 1 else ""
        return f"{statistics.median(values):.4g}{spread}"


Line = Callable[[], list[Result]]
LINES: dict[str, Line] = {}


def line(function: Line) -> Line:
    """Register a function that measures one or more lines."""
    LINES[function.__name__] = function
    return function
