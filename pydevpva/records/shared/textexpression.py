"""sCalc's expressions in fields of a record, and the variables that they read and write. Database thread."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence

from pydevpva.records.core.alarm import CALC, INVALID, raise_alarm
from pydevpva.records.core.record import Record
from pydevpva.records.shared.calc import text_value as texts
from pydevpva.records.shared.calc.languages import parse_string, string_program, uses_texts
from pydevpva.records.shared.calc.parse import CalcError
from pydevpva.records.shared.calc.program import Program, Variables

log = logging.getLogger(__name__)
EMPTY = CalcError("there is no expression")
MESSAGE = 39  # characters of AMSG
LOOPING = 0.1  # seconds that UNTIL may take of the database thread each time that a record processes


class TextExpression:
    """One expression of one record. numbers, others: the fields of A.. and AA.. ; there may be no others."""

    __slots__ = (
        "_error",
        "_field",
        "_numbers",
        "_others",
        "_program",
        "_reads",
        "_reads_others",
        "_record",
        "uses_texts",
    )

    def __init__(self, record: Record, field: str, numbers: Sequence[str], others: Sequence[str] = ()) -> None:
        self._record, self._field, self._numbers, self._others = record, field, numbers, others
        self._program: Program | None = None
        self._error = EMPTY
        self.uses_texts = False

    def compile(self, text: str) -> int:
        """0, or -1 when the text is no expression, which is said; an empty one is good, and cannot be computed."""
        self._program, self.uses_texts = None, False
        if not text:
            self._error = EMPTY
            return 0
        try:
            steps = parse_string(texts.inside(text))
        except CalcError as error:
            self._error = error
            record = self._record
            place = record.host.place(record, self._field)
            log.error("%s%s.%s: %s in expression %r", place, record.NAME, self._field, error, text)
            return -1
        self.uses_texts = uses_texts(steps)
        program = self._program = string_program(steps)
        self._reads = [(i, self._numbers[i]) for i in program.reads if i < len(self._numbers)]
        self._reads_others = [(i, self._others[i]) for i in program.reads_others if i < len(self._others)]
        return 0

    def compute(self, value: float, text: str, seconds: float = LOOPING) -> texts.Either:
        """The result, with VAL and SVAL meaning these. CalcError: there is none. The record has what was stored."""
        if self._program is None:
            raise self._error
        variables = self._gathered()
        variables.value, variables.other_value = value, texts.inside(text)
        try:
            result: texts.Either = self._program.run(variables, seconds)
        finally:
            self._write_back(variables)
        return result

    def _gathered(self) -> Variables:
        record = self._record
        numbers, others = [0.0] * len(self._numbers), [""] * len(self._others)
        for i, field in self._reads:
            numbers[i] = getattr(record, field)
        for i, field in self._reads_others:
            others[i] = texts.inside(getattr(record, field))
        return Variables(numbers, others)

    def _write_back(self, variables: Variables) -> None:
        for i in variables.stored:
            setattr(self._record, self._numbers[i], variables.numbers[i])
        for i in variables.stored_others:
            setattr(self._record, self._others[i], texts.outside(variables.others[i]))


def finite(result: texts.Either) -> float:
    """The result as a number; CalcError for what is none, or infinite."""
    value = texts.number(result)
    if not math.isfinite(value):
        raise CalcError(f"the result is {value}")
    return value


def failed(record: Record, error: CalcError) -> None:
    """CALC/INVALID; the message says why."""
    raise_alarm(record, CALC, INVALID, str(error)[:MESSAGE])
