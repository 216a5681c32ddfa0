"""The expression languages with what nobody should write: any text gives a result or a CalcError, and soon."""

from __future__ import annotations

import math
import time
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydevpva.records.shared.calc import languages
from pydevpva.records.shared.calc.parse import CalcError
from pydevpva.records.shared.calc.program import Variables
from pydevpva.records.shared.calc.vector import Vector, whole

SIZE = 5
NUMBERS = [0.0, 1.0, -2.5, 1e308, math.nan, math.inf, -math.inf, 3.0, 1e-300, 2.0**40, -7.0, 0.5]
TEXTS = ["", "abc", "12", "%d", "a\\x00b", "x" * 39, "\xff\xfe", "-1.5e3", "nan", "%s%n", "[", "%[z-a]"]
ARRAYS = [whole(np.array([x, 1.0, 0.0, -1.0, 2.0])) for x in NUMBERS]
LONG_LOOP = "J:=UNTIL((A+B+C+D+E+F+G+H+I+J+K+L+A+B+C+D+E+F+G+H+I+J+K+L+A+AA)*0);J"


def _expressions(*tables: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Words of a language in any order, and now and then something else."""
    words = [name for table in tables for name in table]
    parts = st.sampled_from([*words, *words, "'a'", '"%5.2f"', "1e308", "(", ")", ")"]) | st.text(max_size=3)
    return st.lists(parts, max_size=14).map(" ".join)


def _run_string(text: str) -> None:
    program = languages.string_program(languages.parse_string(text))
    result = program.run(Variables([*NUMBERS], [*TEXTS], 1.0, "before"))
    assert type(result) in (float, str)
    assert not isinstance(result, str) or len(result) <= 39


def _run_array(text: str) -> None:
    program = languages.array_program(languages.parse_array(text), SIZE)
    with np.errstate(all="ignore"):
        result = program.run(Variables([*NUMBERS], [*ARRAYS], 1.0, ARRAYS[0]))
    assert isinstance(result, (float, Vector))
    assert not isinstance(result, Vector) or len(result.values) == SIZE


@settings(max_examples=150, deadline=None)
@given(_expressions(languages.STRING_OPERANDS.names, languages.STRING_OPERATORS.names))
def test_any_words_of_scalc(text: str) -> None:
    with suppress(CalcError):
        _run_string(text)


@settings(max_examples=150, deadline=None)
@given(_expressions(languages.ARRAY_OPERANDS.names, languages.ARRAY_OPERATORS.names))
def test_any_words_of_acalc(text: str) -> None:
    with suppress(CalcError):
        _run_array(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1000 + "A" + ")" * 1000,
        "-" * 1001 + "A",
        "+".join(["A"] * 1000),
        "?".join(["A"] * 500) + ":".join([""] * 500) + "1",
        "A?1:" * 500 + "2",
        "A;" * 500 + "A",
        "A:=1;" * 500 + "A",
        "UNTIL(" * 9 + "1" + ")" * 9,
        "MAX(" + ",".join(["A"] * 20) + ")",
    ],
    ids=lambda text: text[:20],
)
def test_expressions_of_1000_tokens(text: str) -> None:
    for run in (_run_string, _run_array):
        with suppress(CalcError):
            run(text)


def test_an_expression_of_10000_bytes_is_an_error_or_a_result() -> None:
    with pytest.raises(CalcError, match="an operator is expected"):
        _run_string("A" * 10_000)
    _run_string("'" + "x" * 10_000 + "'")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("A+", "it ends where a value is expected (at character 3)"),
        ("A,B", "a comma stands outside brackets (at character 2)"),
        ("(A", "a ( is not closed (at character 1)"),
        ("A)", "a ) has no ( (at character 2)"),
        ("A?1", "a ? has no : (at character 4)"),
        ("1:2", "a : has no ? (at character 2)"),
        ("3:=A", "what stands left of := is no variable (at character 2)"),
        ("A;B", "it leaves 2 values, not one (at character 4)"),
        ("A FOO", "an operator is expected, not 'FOO' (at character 3)"),
    ],
)
def test_complaints_say_what_and_where(text: str, complaint: str) -> None:
    with pytest.raises(CalcError) as raised:
        languages.parse_string(text)
    assert str(raised.value) == complaint


def test_a_text_expression_of_ten_tokens_takes_15_us() -> None:
    steps = languages.parse_string("AA+' '+BB+STR(A)+'mm'")
    program, variables = languages.string_program(steps), Variables([3.7], ["hello", "world"], 0.0, "")
    times = []
    for _ in range(20):
        began = time.thread_time()
        for _ in range(500):
            program.run(variables)
        times.append((time.thread_time() - began) / 500)
    assert min(times) < 15e-6


def test_the_longest_loop_of_a_text_expression_takes_less_than_anybody_minds() -> None:
    """CALC has 80 characters, and an UNTIL 1,000 rounds."""
    program = languages.string_program(languages.parse_string(LONG_LOOP))
    began = time.thread_time()
    program.run(Variables([1.0] * 12, ["1"] * 12, 0.0, ""))
    assert time.thread_time() - began < 0.1
