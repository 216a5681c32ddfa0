"""Whatever a field holds is read from a file as it was written there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydevpva.keep.sav_text import file_text, is_whole, parse, value_text

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(TEXTS)
def test_any_text_comes_back(text: str) -> None:
    written = file_text(["A:x"], [value_text(text, "STRING", False)], "261128-200758")
    assert parse(written).entries[0].value == text
    assert is_whole(written)


@given(st.lists(TEXTS, min_size=2), TEXTS)
def test_any_array_of_texts_comes_back_and_the_next_line_too(texts: list[str], other: str) -> None:
    values = [value_text(list(texts), "STRING", False), value_text(other, "STRING", False)]
    found = parse(file_text(["A:w", "A:x"], values, "261128-200758"))
    assert [entry.value for entry in found.entries] == [texts, other]
    assert found.broken == []


@given(st.floats(allow_nan=False))
def test_an_exact_number_comes_back_to_its_last_digit(number: float) -> None:
    written = value_text(number, "DOUBLE", True)
    assert float(written) == number
    assert math.copysign(1, float(written)) == math.copysign(1, number)


@pytest.mark.parametrize(
    ("value", "dbf", "text"),
    [
        (1 / 3, "DOUBLE", "0.33333333333333"), (0.1, "FLOAT", "0.1"), (-0.0, "DOUBLE", "-0"),
        (math.inf, "DOUBLE", "inf"),
        (2**64 - 1, "UINT64", "18446744073709551615"), (2, "ENUM", "2"), ("", "STRING", ""),
        ("@array@ { }", "STRING", "\\x40array@ { }"), ("é\t", "STRING", "\\xc3\\xa9\\t"),
        (np.array([1.5]), "DOUBLE", "1.5"), (np.array([], "f8"), "DOUBLE", ""),
        (np.array([1, -2], "i4"), "LONG", '@array@ { "1" "-2" }'),
        (["a", 'q"\\\n'], "STRING", '@array@ { "a" "q\\"\\\\\\n" }'),
    ],
)  # fmt: skip
def test_values_are_written_as_autosave_writes_them(value: object, dbf: str, text: str) -> None:
    assert value_text(value, dbf, False) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("# autosave R5.3\nA 1\n<END>\n", True), ("# autosave R5.3\nA 1\n<END>\r\n", True),
        ("# autosave R5.3\nA 1\n", False), ("# autosave R5.3\nA 1\n<END>\nA 2\n", False),
        ("# by hand V1.7\nA 1\n", True), ("A 1\n", True), ("", False), ("\n", False),
    ],
)  # fmt: skip
def test_a_file_is_whole_when_it_ends_with_its_mark_or_is_older_than_such(text: str, whole: bool) -> None:
    assert is_whole(text) is whole


def test_macros_are_those_of_names_and_of_values_that_people_wrote() -> None:
    by_hand, made = (
        "$(P)x $(P)y PP\n",
        "# autosave R5.3\tAutomatically generated - DO NOT MODIFY - d\n$(P)x $(P)y PP\n<END>\n",
    )
    assert parse(by_hand, "P=L:").entries[0].value == "L:y PP"
    assert parse(made, "P=L:").entries[0].name == "L:x"
    assert parse(made, "P=L:").entries[0].value == "$(P)y PP"


def test_an_array_that_people_broke_over_lines_is_one() -> None:
    found = parse('# by hand\nA:w @array@ {\n "1"\n "2\n2" }\nA:x 3\n')
    assert [(entry.value, entry.line) for entry in found.entries] == [(["1", "22"], 2), ("3", 6)]
