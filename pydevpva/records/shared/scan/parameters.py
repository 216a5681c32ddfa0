"""Start, step, end, centre, width and number of points: what follows from a change of one of them. No thread.

Each change has a list of answers; the first whose fields are all free, which is not frozen, is given (sscanRecord.c:
adjLinParms).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydevpva.records.core.values import cast

FREEZES = {"FS": "SP", "FI": "SI", "FE": "EP", "FC": "CP", "FW": "WD"}  # freeze flag -> what it keeps
FLAT = sys.float_info.epsilon  # a step up to this is none
Formula = Callable[["Line", int], float]


@dataclass(slots=True)
class Line:
    """The parameters of one positioner, `frozen` being those that are kept. `told` collects those that are set."""

    SP: float
    SI: float
    EP: float
    CP: float
    WD: float
    frozen: frozenset[str] = frozenset()
    told: list[str] = field(default_factory=list)

    def set(self, step: str, intervals: int) -> None:
        """One parameter from others."""
        name, formula = _STEPS[step]
        setattr(self, name, formula(self, intervals))
        self.told.append(name)


_STEPS: Mapping[str, tuple[str, Formula]] = {
    "step": ("SI", lambda a, n: (a.EP - a.SP) / n),
    "step of width": ("SI", lambda a, n: a.WD / n),
    "centre": ("CP", lambda a, n: (a.EP + a.SP) / 2),
    "centre from start": ("CP", lambda a, n: a.SP + n * a.SI / 2),
    "centre from end": ("CP", lambda a, n: a.EP - n * a.SI / 2),
    "width": ("WD", lambda a, n: a.EP - a.SP),
    "width of steps": ("WD", lambda a, n: n * a.SI),
    "width from start": ("WD", lambda a, n: (a.CP - a.SP) * 2),
    "width from end": ("WD", lambda a, n: (a.EP - a.CP) * 2),
    "width as it is": ("WD", lambda a, n: a.WD),
    "start": ("SP", lambda a, n: a.EP - n * a.SI),
    "start from centre": ("SP", lambda a, n: a.CP - n * a.SI / 2),
    "start from width": ("SP", lambda a, n: a.EP - a.WD),
    "end": ("EP", lambda a, n: a.SP + n * a.SI),
    "end from centre": ("EP", lambda a, n: a.CP + n * a.SI / 2),
    "end from width": ("EP", lambda a, n: a.SP + a.WD),
}


class Answer(NamedTuple):
    """The parameters that have to be free, then what is set. `points`: the number of points becomes what this width
    has, and if that is too many, `most` makes the changed parameter fit."""

    free: str
    steps: tuple[str, ...]
    points: str = ""
    most: str = ""


_ANSWERS: Mapping[str, tuple[Answer, ...]] = {
    "SP": (
        Answer("SI CP WD", ("step", "centre", "width")),
        Answer("NPTS CP WD", ("centre", "width"), "width", "start"),
        Answer("EP CP", ("end", "centre")),
        Answer("SI EP WD", ("width from start", "step of width", "end from width")),
        Answer("NPTS EP WD", ("end", "width"), "width from start", "start from centre"),
    ),
    "SI": (
        Answer("NPTS", (), "width", "step"),
        Answer("EP CP WD", ("end", "centre", "width")),
        Answer("SP CP WD", ("start", "centre", "width")),
        Answer("SP EP WD", ("start from centre", "end", "width")),
    ),
    "EP": (
        Answer("SI CP WD", ("step", "centre", "width")),
        Answer("NPTS CP WD", ("centre", "width"), "width", "end"),
        Answer("SP CP", ("start", "centre")),
        Answer("SP WD SI", ("width from end", "start from width", "step")),
        Answer("NPTS SP WD", ("width from end", "start from width"), "width from end", "end from centre"),
    ),
    "CP": (
        Answer("SP EP", ("start from centre", "end")),
        Answer("EP SI WD", ("width from start", "end from width", "step")),
        Answer("SP SI WD", ("width from end", "start from width", "step")),
        Answer("NPTS EP WD", ("width from start", "end from width"), "width from start", "centre from start"),
        Answer("NPTS SP WD", ("width from end", "start from width"), "width from end", "centre from end"),
    ),
    "WD": (
        Answer("SP SI EP", ("step of width", "start from centre", "end")),
        Answer("NPTS SP EP", ("start from centre", "end"), "width as it is", "width of steps"),
        Answer("CP EP SI", ("step of width", "end", "centre")),
        Answer("SP CP SI", ("step of width", "start", "centre")),
        Answer("NPTS CP EP", ("end", "centre"), "width as it is", "width of steps"),
        Answer("NPTS SP CP", ("start", "centre"), "width as it is", "width of steps"),
    ),
}
_TOO_CONSTRAINED = {"SI": "step", "EP": "end", "CP": "centre from start", "WD": "width"}  # the change is taken back
_CONSTRAINED = "SCAN Parameters Too Constrained !"


class Outcome(NamedTuple):
    """The number of points afterwards, whether that was set, and what the operator has to know."""

    points: int
    counted: bool = False
    message: str = ""


def intervals(points: int) -> int:
    """Between so many points; at least 1."""
    return max(1, points - 1)


def change(line: Line, changed: str, points: int, most: int) -> Outcome:
    """A parameter of a positioner has been put."""
    for answer in _ANSWERS[changed]:
        if line.frozen.isdisjoint(answer.free.split()):
            return _give(line, changed, answer, points, most)
    if changed not in _TOO_CONSTRAINED:
        return Outcome(points)
    line.set(_TOO_CONSTRAINED[changed], intervals(points))
    return Outcome(points, message=_CONSTRAINED)


def _give(line: Line, changed: str, answer: Answer, points: int, most: int) -> Outcome:
    message = ""
    if answer.points:
        flat = abs(line.SI) <= FLAT
        if changed == "SI" and not flat:
            _turn(line, points)
        points = most if flat else _count(line, answer.points)
        if points > most:
            points = most
            line.set(answer.most, intervals(points))
            message = f"Request Exceeded Maximum Points{'!' if changed == 'SP' else ' !'}"
    for step in answer.steps:
        line.set(step, intervals(points))
    return Outcome(points, bool(answer.points), message)


def _turn(line: Line, points: int) -> None:
    """A step that goes away from the end: start and end change places, or the step does."""
    if (line.SI < 0) == (line.EP < line.SP):
        return
    if line.frozen.isdisjoint(("EP", "SP", "WD")):
        line.EP, line.SP = line.SP, line.EP
        line.told += ["EP", "SP"]
        line.set("width", 1)
    else:
        line.set("step", intervals(points))


def _count(line: Line, width: str) -> int:
    """The points of this width; as C makes an int of it, of what is no number too."""
    steps = _STEPS[width][1](line, 1) / line.SI if line.SI else math.nan
    return int(cast(steps + 1, "LONG"))


def renumber(line: Line, points: int) -> str:
    """The number of points has changed; what the operator has to know (sscanRecord.c: changedNpts)."""
    n, frozen = intervals(points), line.frozen
    if "SI" not in frozen:
        before = line.WD, line.CP
        line.set("step", n)
        line.set("width", n)
        line.set("centre", n)
        same = [name for name, value in zip(("WD", "CP"), before, strict=True) if getattr(line, name) == value]
        line.told = [name for name in line.told if name not in same]
        return ""
    order = _WITH_FROZEN_STEP.get(frozen - {"SI", "NPTS"})
    if order is None:
        return _CONSTRAINED
    for step in order:
        line.set(step, n)
    return ""


_WITH_FROZEN_STEP = {
    frozenset[str](): ("end", "centre", "width"),
    frozenset({"SP"}): ("end", "centre", "width"),
    frozenset({"EP"}): ("start", "centre", "width"),
    frozenset({"CP"}): ("start from centre", "end", "width"),
}
