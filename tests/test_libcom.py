"""CALC expressions: libCom itself answers, so these check our calls, not its arithmetic."""

from __future__ import annotations

import math

import pytest

from pydevpva.libcom import CALC_NAMES, Calc, CalcArgs, CalcError


@pytest.mark.parametrize(
    ("text", "a", "b", "result"),
    [("A+B", 1, 2, 3), ("A>B?10:20", 1, 2, 20), ("0x10|1", 0, 0, 17), ("MAX(A,B)**2", 3, 2, 9), ("sqrt(a)", 9, 0, 3)],
)
def test_calc_computes_what_epics_computes(text: str, a: float, b: float, result: float) -> None:
    args = CalcArgs(a, b)
    assert Calc(text).perform(args) == result


def test_division_by_zero_is_not_an_error() -> None:
    assert math.isinf(Calc("1/0").perform(CalcArgs()))
    assert math.isnan(Calc("0/0").perform(CalcArgs()))


def test_assignment_changes_the_arguments() -> None:
    args = CalcArgs(5)
    calc = Calc("B:=A*2;B+1")
    assert calc.perform(args) == 11
    assert args[1] == 10
    assert calc.reads == ("A",)
    assert calc.stores == ("B",)


def test_all_21_arguments_are_there() -> None:
    args = CalcArgs(*range(1, 22))
    assert Calc("+".join(CALC_NAMES)).perform(args) == 231
    assert Calc("U").reads == ("U",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A+", "Incomplete expression, operand missing"),
        ("(A", "Parenthesis still open at end of expression"),
        ("", "NULL or empty input argument to postfix()"),
    ],
)
def test_a_bad_expression_says_why(text: str, message: str) -> None:
    with pytest.raises(CalcError) as caught:
        Calc(text)
    assert str(caught.value) == message


def test_long_expressions_have_room() -> None:
    assert Calc("+".join(["1.5"] * 50)).perform(CalcArgs()) == 75
