"""The channel filters of EPICS: arr, dbnd, dec, sync, ts, utag (EPICS: std/filters). Database thread."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar

import numpy as np

from pydevpva.engine.filters.parse import Argument, Filter, Update, name, number, one_of, only_whole, whole
from pydevpva.errors import did_you_mean
from pydevpva.records.core.alarm import DBE_LOG, DBE_PROPERTY, DBE_VALUE
from pydevpva.records.core.arrays import is_array
from pydevpva.records.core.record import NEVER
from pydevpva.records.core.values import Value
from pydevpva.records.shared.timetext import formatted

SECOND = 1_000_000_000
ALWAYS_SENT = ~(DBE_VALUE | DBE_LOG)


class Range(Filter, name="arr"):
    """Elements from s to e, each i-th; below 0 they count from the end. Scalars pass as they are."""

    arguments: ClassVar = {"s": Argument("start", whole), "i": Argument("step", whole), "e": Argument("end", whole)}
    start, step, end = 0, 1, -1

    def ready(self) -> None:
        self.step = max(1, self.step)

    def bounds(self, count: int) -> slice:
        """The elements of `count` that are meant."""
        start, end = (max(0, count + i) if i < 0 else i for i in (self.start, self.end))
        return slice(min(start, count), min(end, count - 1) + 1, self.step)

    def shape(self, dbf: str, elements: int) -> tuple[str, int]:
        return dbf, len(range(elements)[self.bounds(elements)]) if elements != 1 else 1

    def apply(self, update: Update) -> Update:
        if is_array(update.value):
            update.value = update.value[self.bounds(len(update.value))]
        return update


class Deadband(Filter, name="dbnd"):
    """Numbers that differ from the last one sent by more than abs, or by more than rel percent of it."""

    _modes = one_of("abs", "rel")
    arguments: ClassVar = {
        "d": Argument("delta", number),
        "m": Argument("mode", _modes),
        "abs": Argument("delta", number, {"mode": "abs"}),
        "rel": Argument("delta", number, {"mode": "rel"}),
    }
    delta, mode, last = 0.0, "abs", math.nan

    def ready(self) -> None:
        self.deadband = self.delta

    def apply(self, update: Update) -> Update | None:
        value = update.value
        if not update.is_event or not isinstance(value, (int, float)):
            return update
        sent = bool(update.mask & ALWAYS_SENT)
        if _distance(self.last, value) > self.deadband:
            self.last, sent = value, True
        if sent and self.mode == "rel":
            self.deadband = value * self.delta / 100.0
        return update if sent else None


def _distance(last: float, value: float) -> float:
    """How far a value has moved; from a number to NaN or an infinity infinitely far (recGblCheckDeadband)."""
    if math.isfinite(last) and math.isfinite(value):
        return abs(last - value)
    same = (math.isnan(last) and math.isnan(value)) or last == value
    return 0.0 if same else math.inf


class Decimate(Filter, name="dec"):
    """Each n-th update."""

    arguments: ClassVar = {"n": Argument("n", only_whole)}
    required = ("n",)
    n, count = 1, 0

    def ready(self) -> None:
        if self.n < 1:
            raise ValueError("dec: n must be 1 or more")

    def apply(self, update: Update) -> Update | None:
        if _passes(update):
            return update
        passed = self.count == 0
        self.count = (self.count + 1) % self.n
        return update if passed else None


class Synchronize(Filter, name="sync"):
    """Updates at or while a named state is set: the last before or the first after it changed, or all meanwhile."""

    MODES = ("before", "first", "last", "after", "while", "unless")
    arguments: ClassVar = {
        "m": Argument("mode", one_of(*MODES)),
        "s": Argument("state", name),
        **{mode: Argument("state", name, {"mode": mode}) for mode in MODES},
    }
    required = ("mode", "state")
    mode, state = "", ""
    was_set = False
    kept: Update | None = None

    def ready(self) -> None:
        if self.state not in self.states:
            hint = did_you_mean(self.state, getattr(self.states, "all", dict)())
            raise ValueError(f'sync: no state "{self.state}"{hint}')

    def apply(self, update: Update) -> Update | None:
        if _passes(update):
            return update
        is_set, was_set = self.states.get(self.state), self.was_set
        self.was_set = is_set
        if self.mode in ("while", "unless"):
            return update if is_set == (self.mode == "while") else None
        begins, ends = is_set and not was_set, was_set and not is_set
        if self.mode in ("first", "after"):
            return update if (begins if self.mode == "first" else ends) else None
        kept, self.kept = self.kept, update
        return kept if (begins if self.mode == "before" else ends) else None


class Timestamp(Filter, name="ts"):
    """Without arguments: the present time instead of the record's. With num or str: the time instead of the value."""

    arguments: ClassVar = {
        "num": Argument("number", one_of("dbl", "sec", "nsec", "ts")),
        "epoch": Argument("epoch", one_of("epics", "unix")),
        "str": Argument("text", one_of("epics", "iso")),
    }
    number, epoch, text = "", "epics", ""
    _formats: ClassVar = {"epics": "%Y-%m-%d %H:%M:%S.%06f", "iso": "%Y-%m-%dT%H:%M:%S.%06f%z"}
    _shapes: ClassVar = {"dbl": ("DOUBLE", 1), "sec": ("ULONG", 1), "nsec": ("ULONG", 1), "ts": ("ULONG", 2)}

    @property
    def gives_time(self) -> bool:
        """Whether the value is the time."""
        return bool(self.text or self.number)

    def shape(self, dbf: str, elements: int) -> tuple[str, int]:
        return ("STRING", 1) if self.text else self._shapes.get(self.number, (dbf, elements))

    def apply(self, update: Update) -> Update:
        if self.text:
            update.value = formatted(update.TIME, self._formats[self.text], 39)
        elif self.number:
            update.value = _TIMES[self.number](*divmod(update.TIME - (NEVER if self.epoch == "epics" else 0), SECOND))
        else:
            update.TIME = update.now()
        return update


class UserTag(Filter, name="utag"):
    """Updates whose user tag, masked by M, is V; the first in any case."""

    arguments: ClassVar = {"M": Argument("mask", whole), "V": Argument("wanted", whole)}
    mask, wanted, is_first = 0xFFFFFFFF, 0, True

    def apply(self, update: Update) -> Update | None:
        if _passes(update):
            return update
        first, self.is_first = self.is_first, False
        return update if first or update.UTAG & self.mask & 0xFFFFFFFF == self.wanted & 0xFFFFFFFF else None


def _passes(update: Update) -> bool:
    """What is read, and changed properties, are never dropped."""
    return not update.is_event or bool(update.mask & DBE_PROPERTY)


def _pair(seconds: int, nanoseconds: int) -> Value:
    return np.array([seconds & 0xFFFFFFFF, nanoseconds], dtype="u4")


_TIMES: dict[str, Callable[[int, int], Value]] = {
    "dbl": lambda seconds, nanoseconds: seconds + nanoseconds * 1e-9,
    "sec": lambda seconds, nanoseconds: seconds & 0xFFFFFFFF,
    "nsec": lambda seconds, nanoseconds: nanoseconds,
    "ts": _pair,
}
