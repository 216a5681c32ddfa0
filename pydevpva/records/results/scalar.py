"""What a Python result becomes in a record's field: numbers, text, states. Pure functions, for any thread.

A result that does not fit is refused with ResultError and never wrapped, cut to a number, or guessed at. Results are
plain (see the room of that name) before they come here; what is not is made so first, on the caller's thread.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from pydevpva.db.dbf import FLT_MAX, INTEGERS
from pydevpva.errors import did_you_mean
from pydevpva.plain.results import plain
from pydevpva.plain.values import SIMPLE, Frame, Made, Masked, Refused
from pydevpva.plain.words import named, shown
from pydevpva.records.core.values import STRING_BYTES, clip_text, to_float32

__all__ = [
    "NUMBERS", "STRING_BYTES", "ResultError", "WrongKind", "converted", "label_index", "opened", "shown", "state",
    "state_number", "text",
]  # fmt: skip

T = TypeVar("T")

LONGEST_NUMBER = 1000  # characters: longer texts are not even looked at
LONGEST_LABEL = 100
MOST_BITS = 4000  # of an int that becomes text: Python itself refuses more than 4,300 digits
HEX = re.compile(r"[-+]?0[xX][0-9a-fA-F]+")


class ResultError(ValueError):
    """A Python result that the field cannot hold; the text is for the operator."""


class WrongKind(ResultError):
    """It is not what it should be, whatever its value: the text is to name its type."""


def converted(given: object, convert: Callable[[Any], T]) -> T:
    """convert(the plain value of what user code gave); a refusal tells the type that it was of."""
    if type(given) is Refused:
        raise ResultError(given.reason)
    if type(given) is not Made:
        return convert(given)
    try:
        return convert(given.value)
    except WrongKind as error:
        reason = str(error)
    raise ResultError(named(given.kind, reason))


def opened(value: object) -> Any:
    """A value of any type, plain. ResultError for what cannot be."""
    return converted(given(value), lambda made: made)


_PLAIN = frozenset({*SIMPLE, list, tuple, dict, range, Masked, Frame, Made, Refused})


def given(value: object) -> object:
    """For `converted`: what is plain already, or else is made so."""
    several = isinstance(value, np.ndarray) and value.ndim > 0
    return value if type(value) in _PLAIN or several else plain(value)


def plain_number(value: object) -> int | float:
    """The number that bool, int, float, a numpy scalar or 0-d array, or text such as ' 7 ' or '0x10' stands for."""
    return _number(value) if type(value) in SIMPLE else converted(given(value), _number)


def _number(value: object) -> int | float:
    if isinstance(value, (int, float)):
        return int(value) if type(value) is bool else value
    if isinstance(value, str):
        return parse_number(value)
    if value is None:
        raise ResultError("no value (None)")
    kind = "bytes: " if isinstance(value, bytes) else ""
    raise WrongKind(f"{kind}{shown(value)} is not a number")


def parse_number(value: str) -> int | float:
    """A whole text that is a number: decimal, hexadecimal, or as float() takes it."""
    stripped = value.strip() if len(value) < LONGEST_NUMBER else ""
    if HEX.fullmatch(stripped):
        return int(stripped, 16)
    if "_" not in stripped:  # Python's own 1_000
        for kind in (int, float):
            try:
                number: int | float = kind(stripped)
            except ValueError:
                continue
            if number in (math.inf, -math.inf) and "inf" not in stripped.lower():
                raise ResultError(f"{shown(value)} is out of range")
            return number
    raise ResultError(f"{shown(value)} is not a number")


def _into_integer(dbf: str, low: int, high: int) -> Callable[[object], int]:
    below, above = low - 1, high + 1

    def into_integer(value: object) -> int:
        if type(value) is int:
            if low <= value <= high:
                return value
        elif type(value) is float:
            if below < value < above:  # false for NaN; Python compares int and float exactly
                return int(value)
        else:
            return into_integer(plain_number(value))
        raise ResultError(f"{shown(value)} is out of range: {dbf} holds {low} to {high}")

    return into_integer


def _into_double(value: object) -> float:
    if type(value) is float:
        return value
    try:
        return float(value if type(value) is int else plain_number(value))
    except OverflowError:
        raise ResultError(f"{shown(value)} is out of range for DOUBLE") from None


def _into_float(value: object) -> float:
    number = _into_double(value)
    if FLT_MAX < abs(number) < float("inf"):
        raise ResultError(f"{shown(value)} is out of range for FLOAT")
    return to_float32(number)


NUMBERS: dict[str, Callable[[object], int | float]] = {
    **{dbf: _into_integer(dbf, low, high) for dbf, (low, high) in INTEGERS.items()},
    "DOUBLE": _into_double,
    "FLOAT": _into_float,
}
"""For each DBF type, the function from a result to the field's value; floats truncate toward zero into integers."""


def text(value: object, size: int = STRING_BYTES) -> str:
    """Text of at most `size` bytes of UTF-8: from str, bytes (UTF-8), and str() of a bool or number.

    As in C, text ends at a NUL: what a device sends is often padded.
    """
    if type(value) is str and len(value) <= size and value.isascii() and "\0" not in value:
        return value
    made = (
        _as_text(value, size) if type(value) in SIMPLE else converted(given(value), lambda made: _as_text(made, size))
    )
    return _clipped(made, size)


def _clipped(value: str, size: int) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ResultError(f"{shown(value)} cannot be written in UTF-8") from None
    return clip_text(value, size)


def _as_text(value: object, size: int) -> str:
    """As text, of which about `size` bytes are wanted: the rest is not even looked at."""
    if isinstance(value, str):
        return value[: size + 1].split("\0", 1)[0]
    if isinstance(value, bytes):
        kept = value[: size + 4].split(b"\0", 1)[0]
        try:
            return kept.decode()
        except UnicodeDecodeError as error:
            if error.start < size or len(value) <= size:
                raise ResultError(f"{shown(value)} is not text in UTF-8") from None
            return kept[: error.start].decode()
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        raise ResultError(f"{shown(value)} is out of range")
    if isinstance(value, (int, float)):
        return str(value)
    raise WrongKind("no value (None)" if value is None else f"{shown(value)} is not text")


def label_index(value: object, choices: Sequence[str]) -> int | None:
    """The state whose label the result is, None when it is no label."""
    if type(value) not in SIMPLE:
        value = opened(value)
    return choices.index(value) if isinstance(value, str) and value and value in choices else None


def state(value: object, choices: Sequence[str], highest: int) -> int:
    """The index of a state: from its own label, or a number from 0 to `highest`, also as text.

    `choices` are the labels ('' for none); bi and bo have highest 1, mbbo 65535: it may have states without labels.
    """
    if type(value) is not int:
        index = label_index(value, choices)
        if index is not None:
            return index
        value = state_number(value, choices)
    if 0 <= value <= highest:
        return value
    raise ResultError(f"{shown(value)} is out of range: the states are 0 to {highest}")


def state_number(value: object, choices: Sequence[str]) -> int:
    """The number of a state, also as text; what is neither is told which label is near."""
    if type(value) not in SIMPLE:
        return converted(given(value), lambda made: _state_number(made, choices))
    return _state_number(value, choices)


def _state_number(value: object, choices: Sequence[str]) -> int:
    try:
        return int(_number(value))
    except ResultError:
        if not isinstance(value, str):
            raise
        labels = [label for label in choices if label]
        hint = did_you_mean(value[:LONGEST_LABEL], labels)
        raise ResultError(f"{shown(value)} is neither a state's label nor a number{hint}") from None
    except (ValueError, OverflowError):
        raise ResultError(f"{shown(value)} is not a state") from None
