"""Results of every kind, for an IOC under test. Each is made anew when it is asked for."""

from __future__ import annotations

import array
import datetime
import decimal
import enum
import fractions
import math
import os
from collections import OrderedDict, deque, namedtuple
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np


class Number(enum.Enum):
    ONE = 1
    PAIR = (1, 2)


class Count(enum.IntEnum):
    TWO = 2


class Label(enum.Enum):
    ON = "On"


class Metres(np.ndarray):
    unit = "m"


class Quantity:
    """As pint has it."""

    magnitude, units = 5.0, "mm"

    def to(self, unit: str) -> Quantity:
        return self

    def __float__(self) -> float:
        return 5.0


class Bare:
    pass


class Raises:
    def __index__(self) -> int:
        raise ZeroDivisionError("no index")

    __array__ = __iter__ = __len__ = __bool__ = __index__


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class Own(np.ndarray):
    pass


class Text(str):
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("not to be compared")

    __hash__ = None  # type: ignore[assignment]


class Liar:
    """Not what it says it is."""

    __class__ = int  # type: ignore[assignment]


class Framelike:
    """As pandas has it."""

    columns = ("x", "y")

    def __getitem__(self, name: str) -> Framelike:
        return self

    def to_numpy(self) -> Any:
        return np.arange(3.0)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.arange(6.0).reshape(3, 2)


class Serieslike:
    ndim = 1

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.arange(3)


async def async_generator() -> AsyncIterator[int]:
    yield 1


def function() -> int:
    return 1


def raises(error: BaseException) -> object:
    raise error


def deep() -> list[Any]:
    made: list[Any] = []
    for _ in range(1000):
        made = [made]
    return made


def circle() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


Pair = namedtuple("Pair", "x y")
nan_text = os.fsdecode(b"a\xff")
VALUES: dict[str, Callable[[], object]] = {
    "int": lambda: 3,
    "true": lambda: True,
    "float": lambda: 1.5,
    "nan": lambda: math.nan,
    "inf": lambda: -math.inf,
    "none": lambda: None,
    "big": lambda: 2**70,
    "huge": lambda: 10**5000,
    "text": lambda: "On",
    "number as text": lambda: " 0x10 ",
    "empty text": lambda: "",
    "long text": lambda: "é" * 1000,
    "large text": lambda: "x" * 3_000_000,
    "no utf-8": lambda: nan_text,
    "lone surrogate": lambda: "\ud800",
    "nul": lambda: "a\0b",
    "bytes": lambda: b"12",
    "no utf-8 in bytes": lambda: b"\xff\xfe",
    "bytearray": lambda: bytearray(b"ab"),
    "memoryview": lambda: memoryview(b"ab"),
    "array": lambda: array.array("h", [1, 2]),
    "int8": lambda: np.int8(3),
    "uint64": lambda: np.uint64(2**64 - 1),
    "float16": lambda: np.float16(1.5),
    "float32": lambda: np.float32(0.1),
    "longdouble": lambda: np.longdouble(1.5),
    "beyond double": lambda: np.longdouble("1e400"),
    "bool_": lambda: np.bool_(True),
    "str_": lambda: np.str_("On"),
    "complex": lambda: 1j,
    "complex128": lambda: np.complex128(1),
    "Decimal": lambda: decimal.Decimal("1.50"),
    "Decimal beyond": lambda: decimal.Decimal("1e400"),
    "Decimal far beyond": lambda: decimal.Decimal("1e999999"),
    "Decimal nan": lambda: decimal.Decimal("sNaN"),
    "Fraction": lambda: fractions.Fraction(1, 3),
    "Fraction beyond": lambda: fractions.Fraction(10**400, 3),
    "Number": lambda: Number.ONE,
    "PAIR": lambda: Number.PAIR,
    "Count": lambda: Count.TWO,
    "Label": lambda: Label.ON,
    "datetime": lambda: datetime.datetime(2026, 1, 1),
    "date": lambda: datetime.date(2026, 1, 1),
    "timedelta": lambda: datetime.timedelta(seconds=3),
    "datetime64": lambda: np.datetime64(5, "ns"),
    "timedelta64": lambda: np.timedelta64(5, "ns"),
    "nat": lambda: np.datetime64("NaT", "s"),
    "datetimes": lambda: np.array([5, 6], "M8[ns]"),
    "masked": lambda: np.ma.masked,
    "masked float": lambda: np.ma.array([1.0, 2.0], mask=[False, True]),
    "masked int": lambda: np.ma.array([1, 2], mask=[False, True]),
    "masked image": lambda: np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]]),
    "nothing masked": lambda: np.ma.array([1.0, 2.0]),
    "all masked": lambda: np.ma.array(np.zeros(3), mask=True),
    "masked text": lambda: np.ma.array(["a", "b"], mask=[False, True]),
    "matrix": lambda: np.arange(4.0).reshape(2, 2).view(np.matrix),
    "Own": lambda: np.arange(3).view(Own),
    "Own image": lambda: np.arange(6).reshape(2, 3).view(Own),
    "Metres": lambda: np.arange(3.0).view(Metres),
    "Quantity": Quantity,
    "zero-d": lambda: np.array(2.5),
    "empty array": lambda: np.array([]),
    "ints": lambda: np.arange(4),
    "floats": lambda: np.arange(4) / 2,
    "image": lambda: np.zeros((4, 6), "u2"),
    "strided": lambda: np.zeros((40, 60), "f4")[::2, ::3],
    "big-endian": lambda: np.arange(3, dtype=">i4"),
    "longdoubles": lambda: np.array([1, 2], "g"),
    "texts": lambda: np.array(["a", "b"]),
    "objects": lambda: np.array([1, "a", None], dtype=object),
    "complexes": lambda: np.array([1j]),
    "structured": lambda: np.zeros(2, [("x", "i4"), ("y", "f8")]),
    "recarray": lambda: np.zeros(2, [("x", "i4")]).view(np.recarray),
    "list": lambda: [1, 2.5, True],
    "long list": lambda: list(range(5000)),
    "tuple": lambda: (1, 2),
    "namedtuple": lambda: Pair(1, 2),
    "range": lambda: range(3),
    "endless range": lambda: range(10**20),
    "empty": list,
    "strings": lambda: ["a", "é"],
    "bad strings": lambda: ["a", nan_text],
    "mixed": lambda: [1, "a"],
    "nested": lambda: [[1, 2], [3, 4]],
    "ragged": lambda: [[1, 2], [3]],
    "numpy in list": lambda: [np.int8(1), np.float32(2)],
    "list of float32": lambda: [np.float32(1), np.float32(2)],
    "none in list": lambda: [1.0, None],
    "object in list": lambda: [Bare()],
    "deep": deep,
    "circle": circle,
    "dict": lambda: {"x": [1, 2], "y": ["a", "b"]},
    "odd dict": lambda: OrderedDict({1: [1.0], nan_text: (2.0,)}),
    "dict of nothing": dict,
    "dict in dict": lambda: {"x": {"y": [1]}},
    "dict of objects": lambda: {"x": Bare()},
    "Framelike": Framelike,
    "Serieslike": Serieslike,
    "set": lambda: {1},
    "deque": lambda: deque([1]),
    "iterator": lambda: iter([1]),
    "generator": lambda: (i for i in (1,)),
    "async_generator": async_generator,
    "function": lambda: function,
    "method": lambda: [].append,
    "class": lambda: Bare,
    "module": lambda: math,
    "Bare": Bare,
    "Raises": Raises,
    "Liar": Liar,
    "Text": lambda: Text("On"),
    "error": lambda: raises(ValueError("no\nvalue")),
    "error without text": lambda: raises(Unprintable()),
    "error in bytes": lambda: raises(ValueError(nan_text)),
    "error with half a character": lambda: raises(KeyError("\ud800")),
    "large error": lambda: raises(ValueError("x" * 3_000_000, [0] * 100_000)),
    "exit": lambda: raises(SystemExit(3)),
    "interrupt": lambda: raises(KeyboardInterrupt()),
}  # fmt: skip
which = "int"


def choose(name: str) -> None:
    global which
    which = name


def give() -> object:
    """The value that was chosen."""
    return VALUES[which]()
