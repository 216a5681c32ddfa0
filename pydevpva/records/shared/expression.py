"""Expressions over A..U: the inputs INPA..INPU and libCom's CALC, for calc, calcout and their like. Database thread."""

from __future__ import annotations

import logging
from operator import attrgetter

from pydevpva.errors import PutError
from pydevpva.libcom import CALC_NAMES, Calc, CalcArgs, CalcError
from pydevpva.records.core.alarm import CALC, DBE_ALARM, DBE_LOG, DBE_PROPERTY, DBE_VALUE, INVALID, raise_alarm
from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value

log = logging.getLogger(__name__)
FAR_ENDS = {**{x: f"INP{x}" for x in CALC_NAMES}, **{f"L{x}": f"INP{x}" for x in CALC_NAMES}}


class Inputs:
    """The links INPA.. of one record that are not constant, read into A..; and the last values LA.."""

    __slots__ = ("_all", "_last", "_record", "letters", "links")

    def __init__(self, record: Record, letters: str = CALC_NAMES) -> None:
        self._record = record
        self.letters = [x for x in letters if f"INP{x}" in record.rtype.fields]
        self.links: list[tuple[Link, str]] = []
        self._all = attrgetter(*self.letters)  # all values at once, so that the usual "nothing changed" is quick
        known = record.rtype.fields
        self._last: tuple[Value, ...] = tuple(getattr(record, f"L{x}") for x in self.letters if f"L{x}" in known)
        self.rewire()

    def load(self, dbf: str = "DOUBLE") -> None:
        """iocInit: constants into A.."""
        for x in self.letters:
            if (value := getattr(self._record, f"INP{x}").load(dbf)) is not None:
                setattr(self._record, x, value)

    def relinked(self, field: str) -> None:
        """A link changed: other letters may be read, and units and limits of one come from elsewhere."""
        self.rewire()
        if field.startswith("INP"):
            self._record.post_field(field[3:], DBE_PROPERTY)

    def rewire(self) -> None:
        """Which letters are read."""
        wires = ((getattr(self._record, f"INP{x}"), x) for x in self.letters)
        self.links = [(link, x) for link, x in wires if not link.is_constant]

    def fetch(self, dbf: str = "DOUBLE", go_on: bool = True) -> bool:
        """Read all links; False when one failed: its alarm is raised, the others are read, but with go_on=False."""
        complete = True
        for link, x in self.links:
            value = link.get(dbf)
            if value is None:
                complete = False
                if not go_on:
                    break
            elif value is not NO_DATA:
                setattr(self._record, x, value)
        return complete

    def remember(self, mask: int) -> None:
        """LA.. take the values of A..; these are posted with the alarm when the mask says that it has changed."""
        record = self._record
        if mask & DBE_ALARM and record.sinks:
            for x in self.letters:
                record.post_field(x, mask | DBE_VALUE | DBE_LOG)
        values = self._all(self._record)
        if values != self._last:
            for x, value, last in zip(self.letters, values, self._last, strict=True):
                if value is not last:
                    setattr(self._record, f"L{x}", value)
            self._last = values


class Expression:
    """One CALC of one record. An expression that does not compile is said once and computes to CALC/INVALID."""

    __slots__ = ("_args", "_calc", "_field", "_reads", "_record", "_stores")

    def __init__(self, record: Record, field: str) -> None:
        self._record, self._field = record, field
        self._args = CalcArgs()
        try:
            self._compile()
        except PutError as error:
            log.error("%s%s", record.host.place(record, field), error)

    def recompile(self) -> None:
        """After a put to the expression. PutError says what is wrong with it."""
        self._compile()

    def _compile(self) -> None:
        text = getattr(self._record, self._field)
        self._calc: Calc | None = None
        try:
            self._calc = Calc(text)
        except CalcError as error:
            raise PutError(f"{self._record.NAME}.{self._field}: {error} in expression {text!r}") from None
        known = self._record.rtype.fields  # of the letters that the record has not, all are 0
        self._reads = [(CALC_NAMES.index(x), x) for x in {*self._calc.reads, *self._calc.stores} if x in known]
        self._stores = [(CALC_NAMES.index(x), x) for x in self._calc.stores if x in known]

    @property
    def status(self) -> int:
        """0 or -1: whether the expression compiled, as CLCV shows it."""
        return 0 if self._calc is not None else -1

    def value(self, present: float, message: str = "") -> float | None:
        """The result, with VAL meaning `present`; None when it cannot be computed: CALC/INVALID is raised."""
        record, args = self._record, self._args
        if self._calc is None:
            raise_alarm(record, CALC, INVALID, message)
            return None
        for i, x in self._reads:
            args[i] = getattr(record, x)
        try:
            result = self._calc.perform(args, present)
        except CalcError:
            raise_alarm(record, CALC, INVALID, message)
            return None
        for i, x in self._stores:
            setattr(record, x, args[i])
        return result
