"""Numbers in .db files."""

from __future__ import annotations

import math

import pytest

from pydevpva.db.numbers import leading_integer, number, parse_integer


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("", "LONG", 0),
        (" 010 ", "LONG", 8),
        ("-0x10", "SHORT", -16),
        ("70000", "SHORT", 4464),
        ("-1", "UCHAR", 255),
        ("200", "CHAR", -56),
        ("18446744073709551615", "UINT64", 2**64 - 1),
        ("1e3", "DOUBLE", 1000.0),
        (".5", "DOUBLE", 0.5),
        ("0x1p4", "DOUBLE", 16.0),
        ("-Infinity", "DOUBLE", -math.inf),
        ("0.1", "FLOAT", 0.10000000149011612),
    ],
)
def test_number(text: str, type_: str, value: float) -> None:
    assert number(text, type_) == value


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        *[
            ("1.5", "LONG"),
            ("08", "LONG"),
            ("1 2", "LONG"),
            ("9" * 30, "LONG"),
            ("1e400", "DOUBLE"),
            ("1e-400", "DOUBLE"),
        ],
        *[("1e39", "FLOAT"), ("x", "DOUBLE"), ("1_0", "DOUBLE"), ("٣", "LONG"), ("1e", "DOUBLE")],
    ],
)
def test_no_number(text: str, type_: str) -> None:
    with pytest.raises(ValueError, match=r"is not a|is out of range"):
        number(text, type_)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0x1Fg", (31, "g")),
        ("  -010 mm", (-8, " mm")),
        ("08", (0, "8")),
        ("0x", (0, "x")),
        ("1_0", (1, "_0")),
        ("mm", None),
        ("", None),
        ("- 1", None),
    ],
)
def test_an_integer_ends_where_c_ends_it(text: str, found: tuple[int, str] | None) -> None:
    assert leading_integer(text) == found


def test_white_space_after_an_integer_is_allowed_unless_said_otherwise() -> None:
    assert parse_integer(" 7\t") == parse_integer(" 7", after="") == 7
    with pytest.raises(ValueError, match=r'^" 7 " is not an integer$'):
        parse_integer(" 7 ", after="")
