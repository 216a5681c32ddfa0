"""Programs: steps made ready to run, and the machine that runs them (calc: sCalcPerform.c, aCalcPerform.c).

Pure computation, on whatever thread: a program holds nothing that changes. It works on copies of the variables, and
does not know what a value is: its Dialect does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, TypeAlias

from pydevpva.records.shared.calc.parse import CalcError, Step

LOOPS = 1000  # rounds that all UNTIL of an expression together may begin anew (sCalcLoopMax, aCalcLoopMax)
UNTILS = 9  # that an expression may have
Result: TypeAlias = Any  # float, str or Vector: what the dialect's functions make


class TooLong(CalcError):
    """The program has taken the time that it was given."""


@dataclass(frozen=True)
class Dialect:
    """What the steps do: functions of no, one, two, three and any number of values; and what a value is turned into.

    storing: functions of any number of values that write variables, which they get first. number: a value as a float;
    other: as what AA..LL hold; nothing: what one of these has that is not there.
    """

    none: Mapping[str, Callable[[], Result]]
    one: Mapping[str, Callable[[Any], Result]]
    two: Mapping[str, Callable[[Any, Any], Result]]
    three: Mapping[str, Callable[[Any, Any, Any], Result]]
    many: Mapping[str, Callable[..., Result]]
    number: Callable[[Any], float]
    other: Callable[[Any], Any]
    nothing: Any
    storing: Mapping[str, Callable[..., Result]] = field(default_factory=dict)


class Variable(float):
    """A number that was read from a variable, for functions that write to it."""

    __slots__ = ("index",)
    index: int

    def __new__(cls, value: float, index: int) -> Variable:
        made = super().__new__(cls, value)
        made.index = index
        return made


@dataclass
class Variables:
    """What a program reads and writes. `stored`, `stored_others`: the indexes that it has written."""

    numbers: list[float]
    others: list[Any]
    value: float = 0.0  # VAL
    other_value: Any = None  # SVAL or AVAL
    stored: set[int] = field(default_factory=set)
    stored_others: set[int] = field(default_factory=set)

    def store(self, index: int, value: float) -> None:
        """Into A..P; one that the record has not is passed over."""
        if 0 <= index < len(self.numbers):
            self.numbers[index] = float(value)
            self.stored.add(index)

    def store_other(self, index: int, value: Any) -> None:
        """Into AA..LL."""
        if 0 <= index < len(self.others):
            self.others[index] = value
            self.stored_others.add(index)


# What an instruction is, as the machine asks for it
(_PUSH, _FETCH, _TWO, _ONE, _OTHER, _STORE, _STORE_OTHER, _MANY, _NONE, _IF, _JUMP, _MARK, _AGAIN, _AT, _OTHER_AT,
 _STORE_AT, _STORE_OTHER_AT, _VALUE, _OTHER_VALUE, _NAMED, _NAMED_AT, _STORING) = range(22)  # fmt: skip
_PLAIN = {
    "NUMBER": _PUSH, "TEXT": _PUSH, "FETCH": _FETCH, "OTHER": _OTHER, "STORE": _STORE, "STORE_OTHER": _STORE_OTHER,
    "AT": _AT, "OTHER_AT": _OTHER_AT, "STORE_AT": _STORE_AT, "STORE_OTHER_AT": _STORE_OTHER_AT,
    "VAL": _VALUE, "SVAL": _OTHER_VALUE, "AVAL": _OTHER_VALUE,
}  # fmt: skip
_CONSTANTS = {
    "PI": math.pi, "D2R": math.pi / 180.0, "R2D": 180.0 / math.pi, "S2R": math.pi / (180.0 * 3600),
    "R2S": (180.0 * 3600) / math.pi,
}  # fmt: skip
_JUMPS = {"IF": _IF, "ELSE": _JUMP, "FI": _JUMP, "UNTIL": _MARK, "AGAIN": _AGAIN}
Instruction = tuple[int, Any]


class Program:
    """An expression ready to run. reads, reads_others: the indexes of the variables it needs, all where it has an @."""

    __slots__ = ("_code", "_dialect", "loops", "reads", "reads_others")

    def __init__(self, steps: Sequence[Step], dialect: Dialect) -> None:
        self._dialect = dialect
        self._code = _assemble(steps, dialect)
        codes = {step.code for step in steps}
        self.loops = "UNTIL" in codes
        self.reads = _indexes(steps, "FETCH", "AT" in codes)
        self.reads_others = _indexes(steps, "OTHER", "OTHER_AT" in codes)

    def run(self, variables: Variables, seconds: float = math.inf) -> Result:
        """The one value that the expression leaves. CalcError: it has none. TooLong: it loops for more than that."""
        stack: list[Any] = []
        try:
            self._run(variables, stack, perf_counter() + seconds)
        except IndexError:
            raise CalcError("an operand is missing") from None
        if len(stack) != 1:
            raise CalcError(f"it leaves {len(stack)} values, not one")
        return stack[0]

    def _run(self, variables: Variables, stack: list[Any], end: float) -> None:
        code, dialect = self._code, self._dialect
        numbers, others, number, other = variables.numbers, variables.others, dialect.number, dialect.other
        push, pop = stack.append, stack.pop
        heights: dict[int, int] = {}  # of the stack, where an UNTIL begins
        loops, place, last = 0, 0, len(code)
        while place < last:
            kind, argument = code[place]
            place += 1
            if kind == _PUSH:
                push(argument)
            elif kind == _FETCH:
                push(numbers[argument] if argument < len(numbers) else 0.0)
            elif kind == _TWO:
                right = pop()
                stack[-1] = argument(stack[-1], right)
            elif kind == _ONE:
                stack[-1] = argument(stack[-1])
            elif kind == _OTHER:
                push(others[argument] if argument < len(others) else dialect.nothing)
            elif kind == _STORE:
                variables.store(argument, number(pop()))
            elif kind == _STORE_OTHER:
                variables.store_other(argument, other(pop()))
            elif kind == _IF:
                if number(pop()) == 0.0:
                    place = argument
            elif kind == _JUMP:
                place = argument
            elif kind == _MANY:
                function, count = argument
                push(function(*_taken(stack, count)))
            elif kind == _MARK:
                heights[place] = len(stack)
            elif kind == _AGAIN:
                loops += 1
                if loops <= LOOPS and number(stack[-1]) == 0.0:
                    if perf_counter() > end:
                        raise TooLong("it loops for too long")
                    place = argument
                    del stack[heights[place] :]
            else:
                self._rare(kind, argument, variables, stack)

    def _rare(self, kind: int, argument: Any, variables: Variables, stack: list[Any]) -> None:
        """What few expressions have."""
        dialect = self._dialect
        if kind == _NONE:
            stack.append(argument())
        elif kind == _VALUE:
            stack.append(variables.value)
        elif kind == _OTHER_VALUE:
            stack.append(variables.other_value)
        elif kind == _NAMED:
            stack.append(Variable(at(variables.numbers, argument, 0.0), argument))
        elif kind == _STORING:
            function, count = argument
            stack.append(function(variables, *_taken(stack, count)))
        elif kind == _AT:
            stack[-1] = at(variables.numbers, dialect.number(stack[-1]), 0.0)
        elif kind == _NAMED_AT:
            index = dialect.number(stack[-1])
            stack[-1] = Variable(at(variables.numbers, index, 0.0), nearest(index))
        elif kind == _OTHER_AT:
            stack[-1] = at(variables.others, dialect.number(stack[-1]), dialect.nothing)
        elif kind == _STORE_AT:
            value = dialect.number(stack.pop())
            variables.store(nearest(dialect.number(stack.pop())), value)
        elif kind == _STORE_OTHER_AT:
            value = dialect.other(stack.pop())
            variables.store_other(nearest(dialect.number(stack.pop())), value)


def _taken(stack: list[Any], count: int) -> list[Any]:
    """The last values of the stack."""
    if count > len(stack):
        raise IndexError
    values = stack[-count:]
    del stack[-count:]
    return values


def nearest(value: float) -> int:
    """The index that a number means: the nearest; -1 for what is none."""
    return int(value + 0.5 if value >= 0 else value - 0.5) if -1e9 < value < 1e9 else -1


def at(values: Sequence[Any], number: float, nothing: Any) -> Any:
    """The value of that index, or `nothing`."""
    index = nearest(number)
    return values[index] if 0 <= index < len(values) else nothing


def _indexes(steps: Sequence[Step], code: str, all_: bool) -> frozenset[int]:
    return (
        frozenset(range(16))
        if all_
        else frozenset(step.value for step in steps if step.code == code and isinstance(step.value, int))
    )


def _assemble(steps: Sequence[Step], dialect: Dialect) -> list[Instruction]:
    """Each step as an instruction, jumps with the place to go on at."""
    code: list[Instruction] = []
    targets = _targets(steps)
    for place, (name, value) in enumerate(steps):
        if (kind := _JUMPS.get(name)) is not None:
            code.append((kind, targets[place]))
        else:
            code.append(_instruction(name, value, dialect))
    if any(kind == _STORING for kind, _ in code):
        code = [({_FETCH: _NAMED, _AT: _NAMED_AT}.get(kind, kind), value) for kind, value in code]
    if sum(kind == _MARK for kind, _ in code) > UNTILS:
        code.insert(0, _refused(f"it has more than {UNTILS} UNTIL"))
    return code


def _targets(steps: Sequence[Step]) -> dict[int, int]:
    """By the place of an IF, ELSE, FI, UNTIL or AGAIN the place where it goes on: at the end, if nothing ends it."""
    targets: dict[int, int] = {}
    open_: dict[str, list[int]] = {"IF": [], "ELSE": [], "UNTIL": []}
    for place, (name, _) in enumerate(steps):
        targets[place] = len(steps) if name in open_ else place + 1
        if (opened := {"ELSE": "IF", "FI": "ELSE"}.get(name)) is not None and open_[opened]:
            targets[open_[opened].pop()] = place + 1
        elif name == "AGAIN":
            targets[place] = open_["UNTIL"].pop() + 1
        if name in open_:
            open_[name].append(place)
    return targets


def _instruction(name: str, value: Any, dialect: Dialect) -> Instruction:
    if (kind := _PLAIN.get(name)) is not None:
        return kind, value
    if (constant := _CONSTANTS.get(name)) is not None:
        return _PUSH, constant
    for kind, functions in ((_TWO, dialect.two), (_ONE, dialect.one), (_NONE, dialect.none)):
        if name in functions:
            return kind, functions[name]
    if name in dialect.three:
        return _MANY, (dialect.three[name], 3)
    for kind, functions in ((_MANY, dialect.many), (_STORING, dialect.storing)):
        if name in functions:
            return kind, (functions[name], value)
    return _refused(f"{name} works on texts only")


def _refused(why: str) -> Instruction:
    """What parses and cannot be done is told when it runs, as the original has it: CLCV is 0."""

    def refuse() -> Result:
        raise CalcError(why)

    return _NONE, refuse
