"""What a Python result becomes in an array field."""

from __future__ import annotations

from array import array as standard_array
from typing import Any

import numpy as np
import pytest

from pydevpva.records.results.array import array
from pydevpva.records.results.scalar import ResultError

NUMERIC = {
    "CHAR": "int8", "UCHAR": "uint8", "SHORT": "int16", "USHORT": "uint16", "LONG": "int32", "ULONG": "uint32",
    "INT64": "int64", "UINT64": "uint64", "FLOAT": "float32", "DOUBLE": "float64", "ENUM": "uint16",
}  # fmt: skip


def elements(value: object, dbf: str, capacity: int = 5) -> list[Any]:
    made, _ = array(value, dbf, capacity)
    return list(made)


@pytest.mark.parametrize(("dbf", "dtype"), NUMERIC.items())
@pytest.mark.parametrize(
    "value",
    [
        [1, 2], (1, 2), range(1, 3), [1.9, 2.9], [True, 2], ["1", " 2 "], np.array([1, 2]), np.array([1.5, 2.5]),
        np.array(["1", "2"]), np.array([1, 2], dtype=object), [np.float64(1), np.float64(2)], [np.int8(1), 2.0],
        np.array([[1], [2]]), standard_array("h", [1, 2]), memoryview(bytearray([1, 2])),
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0],
)  # fmt: skip
def test_sequences_numpy_arrays_and_buffers_of_numbers(dbf: str, dtype: str, value: object) -> None:
    made, cut = array(value, dbf, 5)
    assert isinstance(made, np.ndarray)
    assert made.dtype == dtype
    assert [int(x) for x in made] == [1, 2]
    assert cut is False


def test_floats_stay_floats_in_float_fields() -> None:
    assert elements([1, 2.5, True], "DOUBLE") == [1.0, 2.5, 1.0]
    assert elements([1.5, float("inf")], "FLOAT") == [1.5, float("inf")]


@pytest.mark.parametrize(
    ("value", "strings"),
    [
        (["a", "bc"], ["a", "bc"]),
        ([1, 2.5, True], ["1", "2.5", "True"]),
        (("é" * 30,), ["é" * 19]),
        ([b"q3", "d05"], ["q3", "d05"]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.arange(2), ["0", "1"]),
        ([], []),
    ],
)
def test_string_arrays_are_lists_of_str(value: object, strings: list[str]) -> None:
    made, _ = array(value, "STRING", 5)
    assert type(made) is list
    assert made == strings


@pytest.mark.parametrize(
    ("value", "dbf", "expected"),
    [
        ("abc", "CHAR", [97, 98, 99, 0]),
        (b"ab", "UCHAR", [97, 98, 0]),
        ("abcde", "CHAR", [97, 98, 99, 100, 101]),
        ("", "UCHAR", [0]),
        ("ééé", "UCHAR", [195, 169, 195, 169]),
        (b"\xff", "CHAR", [-1, 0]),
        (b"\x01\x02", "SHORT", [1, 2]),
    ],
)
def test_text_goes_into_char_arrays_with_a_nul_where_there_is_room(
    value: object, dbf: str, expected: list[int]
) -> None:
    assert elements(value, dbf) == expected


@pytest.mark.parametrize("value", [range(20), list(range(20)), np.arange(20), tuple("0123456")])
def test_elements_beyond_the_capacity_are_cut_and_that_is_told(value: object) -> None:
    made, cut = array(value, "LONG", 5)
    assert list(made) == [0, 1, 2, 3, 4]
    assert cut is True


@pytest.mark.parametrize(
    ("dbf", "value", "message"),
    [
        ("LONG", [1, 2**40], "element 1: 1099511627776 is out of range: LONG holds -2147483648 to 2147483647"),
        ("CHAR", [300, -5], "element 0: 300 is out of range: CHAR holds -128 to 127"),
        ("CHAR", np.array([1, 200], "u1"), "element 1: 200 is out of range: CHAR holds -128 to 127"),
        ("LONG", [0.5, float("nan")], "element 1: nan is out of range: LONG holds -2147483648 to 2147483647"),
        ("LONG", np.array([np.inf]), "element 0: inf is out of range: LONG holds -2147483648 to 2147483647"),
        ("FLOAT", [0.5, 1e39], "element 1: 1e+39 is out of range for FLOAT"),
        ("LONG", ["1", "a"], "element 1: 'a' is not a number"),
        ("DOUBLE", [1, None], "element 1: no value (None)"),
        ("DOUBLE", [[1, 2], [3, 4]], "element 0: [1, 2] is not a number"),
        ("DOUBLE", [1, "a", 3], "element 1 is 'a': text and other values are mixed"),
        ("STRING", ["a", 1], "element 1 is 1: text and other values are mixed"),
        ("STRING", [[1]], "element 0: [1] is not text"),
        ("DOUBLE", [1j], "element 0: complex: use abs() or .real"),
        ("DOUBLE", np.array([1j]), "array is complex: use abs() or .real"),
        ("DOUBLE", 5, "5 is one value; an array is needed, such as a list"),
        ("DOUBLE", "text", "'text' is one value; an array is needed, such as a list"),
        ("DOUBLE", np.array(5), "5 is one value; an array is needed, such as a list"),
        ("STRING", "text", "'text' is one value; an array is needed, such as a list"),
        ("DOUBLE", None, "no value (None)"),
        ("DOUBLE", {1: 2}, "dict is not an array; return list(...) of it"),
        ("UINT64", [-1], "element 0: -1 is out of range: UINT64 holds 0 to 18446744073709551615"),
    ],
)
def test_one_bad_element_refuses_the_whole_and_says_which(dbf: str, value: object, message: str) -> None:
    with pytest.raises(ResultError) as caught:
        array(value, dbf, 5)
    assert str(caught.value) == message


@pytest.mark.parametrize("value", [[2**63 + 1, 0], [2**63 + 1, 0.0], np.array([2**63 + 1, 0], "u8")])
def test_64_bit_integers_keep_every_bit(value: object) -> None:
    assert elements(value, "UINT64") == [2**63 + 1, 0]


@pytest.mark.parametrize("value", [np.arange(3.0), standard_array("d", [0, 1, 2]), memoryview(bytearray(3))])
def test_the_result_is_a_copy(value: Any) -> None:
    made, _ = array(value, "DOUBLE" if not isinstance(value, memoryview) else "UCHAR", 5)
    before = list(made)
    value[0] = 9
    assert list(made) == before
