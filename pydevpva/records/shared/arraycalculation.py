"""aCalc's expressions in fields of a record, and one calculation with them.

Compiled, begun and ended on the database thread; a calculation itself touches no record, and may run on any thread.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from pydevpva.loop import Loop
from pydevpva.records.core.record import Record
from pydevpva.records.shared.calc.languages import array_program, parse_array
from pydevpva.records.shared.calc.parse import CalcError, Step
from pydevpva.records.shared.calc.program import Program, TooLong, Variables
from pydevpva.records.shared.calc.vector import Doubles, Either, Vector, first, repeated

log = logging.getLogger(__name__)
EMPTY = CalcError("there is no expression")


@cache
def calculator() -> Loop:
    """The thread of long calculations, one for the process, as in the original. Raises CannotStart."""
    loop = Loop("acalc", deep=False)
    loop.start()
    return loop


class ArrayExpression:
    """One expression of one record."""

    __slots__ = ("_error", "_field", "_program", "_record", "_size", "_steps")

    def __init__(self, record: Record, field: str) -> None:
        self._record, self._field = record, field
        self._steps: Sequence[Step] = ()
        self._error = EMPTY
        self._program: Program | None = None
        self._size = 0

    def compile(self, text: str) -> int:
        """0, or -1 when the text is no expression, which is said; an empty one is good, and cannot be computed."""
        self._steps, self._program = (), None
        self._error = EMPTY
        if not text:
            return 0
        try:
            self._steps = parse_array(text)
        except CalcError as error:
            self._error = error
            record = self._record
            place = record.host.place(record, self._field)
            log.error("%s%s.%s: %s in expression %r", place, record.NAME, self._field, error, text)
            return -1
        return 0

    def program(self, size: int) -> Program | CalcError:
        """The program for arrays of that size, or why there is none."""
        if not self._steps:
            return self._error
        if self._program is None or self._size != size:
            self._program, self._size = array_program(self._steps, size), size
        return self._program


class Result:
    """What one expression came to: `value` is None where it failed, and `error` says why; NaN has both."""

    __slots__ = ("error", "value", "values")

    def __init__(
        self, value: float | None = None, values: Doubles | None = None, error: CalcError | None = None
    ) -> None:
        self.value, self.values, self.error = value, values, error


class Calculation:
    """CALC, and OCAL when it is wanted, with the variables as they are now. `run` any thread, once; then read."""

    __slots__ = ("_befores", "_programs", "results", "size", "variables")

    def __init__(
        self,
        size: int,
        numbers: list[float],
        arrays: list[Doubles],
        programs: Sequence[Program | CalcError],
        befores: Sequence[tuple[float, Doubles]],
    ) -> None:
        """programs: one or two; befores: what VAL and AVAL mean in each."""
        self.size = size
        self.variables = Variables(numbers, [Vector(values, size) for values in arrays])
        self._programs, self._befores = programs, befores
        self.results: list[Result] = []

    def run(self, seconds: float) -> bool:
        """Compute; False when a loop takes longer than that: then nothing has come of it."""
        with np.errstate(all="ignore"):
            try:
                self.results = [
                    self._result(program, *before, seconds)
                    for program, before in zip(self._programs, self._befores, strict=True)
                ]
            except TooLong:
                return False
        return True

    def give_up(self, why: str) -> None:
        """It is not computed."""
        self.results = [Result(error=CalcError(why)) for _ in self._programs]

    @property
    def error(self) -> CalcError | None:
        """Why one of the expressions has failed."""
        return next((result.error for result in self.results if result.error is not None), None)

    def _result(self, program: Program | CalcError, value: float, values: Doubles, seconds: float) -> Result:
        variables = self.variables
        variables.value, variables.other_value = value, Vector(values, self.size)
        try:
            if isinstance(program, CalcError):
                raise program
            found: Either = program.run(variables, seconds)
        except TooLong:
            raise
        except (CalcError, MemoryError) as error:
            return Result(error=error if isinstance(error, CalcError) else CalcError("there is no memory"))
        number = float(first(found))
        wrong = None if math.isfinite(number) else CalcError(f"the result is {number}")
        return Result(number, repeated(found, self.size).values, wrong)
