"""The verbs for values that may be arrays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pydevpva.records.core.arrays import (
    as_list,
    copy,
    first,
    first_or_zero,
    is_array,
    is_numbers,
    overwrite,
    read_only,
    same,
)
from pydevpva.records.results.ndarray import NDArray

NUMBERS = np.array([1.5, 2.5])


@pytest.mark.parametrize("value", [1, 2.5, "text", None, {"column": NUMBERS}, b"bytes"])
def test_scalars_texts_and_tables_are_no_arrays(value: object) -> None:
    assert not is_array(value)
    assert not is_numbers(value)


@pytest.mark.parametrize("value", [["a", "b"], NUMBERS, NDArray(NUMBERS)])
def test_lists_of_texts_and_numpy_arrays_are_arrays(value: object) -> None:
    assert is_array(value)
    assert is_numbers(value) is not isinstance(value, list)


@pytest.mark.parametrize(
    ("value", "expected"), [(7, 7), ("text", "text"), (["a", "b"], "a"), (NUMBERS, 1.5), (NUMBERS.astype("u1"), 1)]
)
def test_the_first_element_is_pythons_own_number_or_text(value: Any, expected: object) -> None:
    assert first(value) == expected
    assert type(first(value)) is type(expected)


@pytest.mark.parametrize(("value", "zero"), [([], ""), (NUMBERS[:0], 0.0), (np.zeros(0, "i2"), 0)])
def test_an_empty_array_has_no_first_element_but_a_zero(value: Any, zero: object) -> None:
    with pytest.raises(IndexError):
        first(value)
    assert first_or_zero(value) == zero
    assert type(first_or_zero(value)) is type(zero)


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        (1, 1, True),
        ("a", "b", False),
        (math.nan, float("nan"), True),
        (NUMBERS, NUMBERS.copy(), True),
        (np.array([math.nan]), np.array([float("nan")]), True),
        (np.array([0.0]), np.array([-0.0]), False),
        (np.array([1]), np.array([1.0]), False),
        (np.zeros((2, 3)), np.zeros((3, 2)), False),
        (["a"], ["a"], True),
        (None, NUMBERS, False),
        (1.5, NUMBERS, False),
    ],
)
def test_arrays_are_the_same_by_their_bytes_and_nan_is_nan(one: object, other: object, are_same: bool) -> None:
    assert same(one, other) is are_same
    assert same(other, one) is are_same


@pytest.mark.parametrize("value", [["a", "b"], np.array([1, 2])])
def test_a_copy_does_not_see_what_is_written_to_the_array(value: Any) -> None:
    kept = copy(value)
    value[0] = value[1]
    assert not same(kept, value)
    assert as_list(kept)[0] != as_list(value)[0]


def test_what_user_code_sees_cannot_be_written_to_or_is_its_own() -> None:
    view: Any = read_only(NUMBERS)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 3.0
    texts = ["a"]
    seen: Any = read_only(texts)
    seen.append("b")
    assert texts == ["a"]


@pytest.mark.parametrize(
    ("array", "value", "left"), [(np.arange(3), np.array([7, 8]), [7, 8, 2]), (["a", "b"], ["c"], ["c", "b"])]
)
def test_the_elements_behind_those_written_stay(array: Any, value: Any, left: list[object]) -> None:
    overwrite(array, value)
    assert as_list(array) == left
