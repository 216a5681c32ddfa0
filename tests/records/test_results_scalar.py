"""What a Python result becomes in a scalar field (the section "Results" of the pydev rules)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pydevpva.records.results.scalar import NUMBERS, ResultError, label_index, state, text

DOORS = ("Closed", "Open")


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (4, 4),
        (3.99, 3),
        (-3.99, -3),
        (True, 1),
        ("5.2", 5),
        (" 7 ", 7),
        ("0x10", 16),
        ("-0x10", -16),
        ("1e3", 1000),
        ("010", 10),
        (2**31 - 1, 2**31 - 1),
        (-(2**31), -(2**31)),
        (-2147483648.9, -(2**31)),
        (np.int8(3), 3),
        (np.uint64(3), 3),
        (np.float32(2.5), 2),
        (np.longdouble("2.5"), 2),
        (np.bool_(True), 1),
        (np.array(7), 7),
        (np.array(7.9), 7),
    ],
)
def test_numbers_into_an_integer_field_truncate_toward_zero(result: object, value: int) -> None:
    made = NUMBERS["LONG"](result)
    assert made == value
    assert type(made) is int


@pytest.mark.parametrize(
    "result",
    [
        2**31, -(2**31) - 1, 2**32, 2147483648.0, 1e300, float("nan"), float("inf"), "nan", "1e400", "9" * 400,
        "12abc", "", " ", "1_000", "foobar", b"12", [1], (1,), {}, {1}, 1j, None, object(),
        np.int64(2**40), np.float64("nan"), np.complex128(1), np.array([1]), np.datetime64("2020"),
    ],
)  # fmt: skip
def test_what_is_no_number_in_range_is_refused_never_wrapped(result: object) -> None:
    with pytest.raises(ResultError):
        NUMBERS["LONG"](result)


@pytest.mark.parametrize(
    ("dbf", "low", "high"),
    [
        ("CHAR", -128, 127),
        ("UCHAR", 0, 255),
        ("SHORT", -32768, 32767),
        ("USHORT", 0, 65535),
        ("ULONG", 0, 2**32 - 1),
        ("INT64", -(2**63), 2**63 - 1),
        ("UINT64", 0, 2**64 - 1),
        ("ENUM", 0, 65535),
    ],
)
def test_each_integer_type_has_its_range(dbf: str, low: int, high: int) -> None:
    into = NUMBERS[dbf]
    assert [into(low), into(high), into(str(high))] == [low, high, high]
    for beyond in (low - 1, high + 1, float(high + 1), str(high + 1)):
        with pytest.raises(ResultError):
            into(beyond)


@pytest.mark.parametrize(
    ("result", "value"),
    [(4, 4.0), (1.5, 1.5), (True, 1.0), ("5.2", 5.2), ("0x10", 16.0), (2**40, 2.0**40), (1e300, 1e300),
     (float("inf"), math.inf), ("-inf", -math.inf), (np.float32(0.5), 0.5), (np.array(2), 2.0)],
)  # fmt: skip
def test_numbers_into_a_double_field(result: object, value: float) -> None:
    made = NUMBERS["DOUBLE"](result)
    assert made == value
    assert type(made) is float


@pytest.mark.parametrize("result", ["", "12abc", b"12", [1, 2, 3], (1.0,), {}, 1j, None, 10**400, "1e400"])
def test_what_is_no_number_is_refused_for_a_double_field(result: object) -> None:
    with pytest.raises(ResultError):
        NUMBERS["DOUBLE"](result)


def test_nan_is_a_double() -> None:
    assert math.isnan(NUMBERS["DOUBLE"](float("nan")))


def test_a_float_field_rounds_to_its_precision_and_refuses_what_is_beyond() -> None:
    assert NUMBERS["FLOAT"](0.1) == float(np.float32(0.1))
    assert NUMBERS["FLOAT"](math.inf) == math.inf
    with pytest.raises(ResultError, match="1e\\+39 is out of range for FLOAT"):
        NUMBERS["FLOAT"](1e39)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (2**32, "4294967296 is out of range: LONG holds -2147483648 to 2147483647"),
        ("12abc", "'12abc' is not a number"),
        ([1], "[1] is not a number"),
        (None, "no value (None)"),
    ],
)
def test_a_refusal_says_why(result: object, message: str) -> None:
    with pytest.raises(ResultError) as caught:
        NUMBERS["LONG"](result)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("result", "value"),
    [
        ("abc", "abc"), ("", ""), ("x" * 60, "x" * 39), ("é" * 30, "é" * 19), (b"bytes", "bytes"),
        ("é".encode(), "é"), (b"padded\0\0\xff", "padded"), ("a\0b", "a"), (12, "12"), (True, "True"), (1.5, "1.5"),
        (np.str_("q"), "q"), (np.float64(1.5), "1.5"), (np.int32(3), "3"), (np.bool_(False), "False"),
    ],
)  # fmt: skip
def test_text_into_a_string_field_of_39_bytes(result: object, value: str) -> None:
    made = text(result)
    assert made == value
    assert type(made) is str


def test_a_long_string_field_holds_one_byte_less_than_its_size() -> None:
    assert text("x" * 60, 60 - 1) == "x" * 59


@pytest.mark.parametrize("result", [[1, 2], ("a",), {}, None, 1j, b"\xff", "\ud800", object()])
def test_what_is_no_text_is_refused(result: object) -> None:
    with pytest.raises(ResultError):
        text(result)


@pytest.mark.parametrize(
    ("result", "index"),
    [(0, 0), (1, 1), (True, 1), (1.9, 1), ("1", 1), ("Open", 1), ("Closed", 0), (np.int16(1), 1), ("0x1", 1)],
)
def test_a_state_by_index_label_or_number_as_text(result: object, index: int) -> None:
    assert state(result, DOORS, 1) == index


@pytest.mark.parametrize("result", [2, -1, "2", "open", "", None, [1], b"1", float("nan"), float("inf"), 1j])
def test_what_is_no_state_is_refused(result: object) -> None:
    with pytest.raises(ResultError):
        state(result, DOORS, 1)


def test_a_state_that_is_nearly_a_label_suggests_it() -> None:
    with pytest.raises(ResultError) as caught:
        state("Opn", DOORS, 1)
    assert str(caught.value) == "'Opn' is neither a state's label nor a number; did you mean Open?"


def test_a_label_wins_over_the_number_it_spells() -> None:
    assert state("1", ("1", "0"), 1) == 0


def test_mbbo_may_have_states_without_labels() -> None:
    assert state(20, DOORS, 65535) == 20


def test_the_label_of_an_mbbi_state_is_found_and_a_number_is_none() -> None:
    assert label_index("Open", DOORS) == 1
    assert label_index("", ("", "Open")) is None
    assert label_index(1, DOORS) is None
