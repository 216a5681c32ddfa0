"""CALC expressions and macros: libCom itself answers, so these check our calls, not its arithmetic."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import pytest

from pydevpva.libcom import CALC_NAMES, Calc, CalcArgs, CalcError, Macros, parse_definitions


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


@pytest.mark.parametrize(
    ("text", "expanded", "all_defined"),
    [
        ("$(P)x", "IOC:x", True),
        ("${P}", "IOC:", True),
        ("$(Q=7)$(Q=$(P))", "7IOC:", True),
        ("$(R,S=2)", "r2", True),
        ("a$(Q)b", "a$(Q)b", False),
        ("'$(P)'", "'$(P)'", True),
        ("$(W)", "x y", True),
        ("$(P" + "\N{DEGREE SIGN}=)", "", True),
        ("$(P)" * 2000, "IOC:" * 2000, True),
    ],
)
def test_macros_expand_as_in_epics(text: str, expanded: str, all_defined: bool) -> None:
    macros = Macros({"P": "IOC:", "R": "r$(S)", "W": "'x y'"})
    assert macros.expand(text) == (expanded, all_defined)


def test_macro_definitions_are_split_as_in_epics() -> None:
    assert parse_definitions("A=1, B = 'x, y' ,C=,A=2") == {"A": "2", "B": "'x, y'", "C": ""}
    assert parse_definitions("A=1,A") == {}
    assert parse_definitions("") == {}


@pytest.mark.parametrize("text", ["${A,", "$(A,,", "x${A,B=1", "${A}${B,C=${D,"])
def test_a_reference_with_a_comma_and_no_end_does_not_hang(text: str) -> None:
    expanded, all_defined = Macros({"A": "1"}).expand(text)
    assert (expanded.endswith(text[-2:]), all_defined) == (True, False)


@pytest.mark.parametrize("text", ["a,b,c,d", "A,==,(", "A,=,=,=", ",".join("abcdefghijklmnop")])
def test_many_names_without_values_do_not_end_the_process(text: str) -> None:
    """macParseDefns writes behind its arrays for these; glibc notices when it is told to look."""
    code = f"from pydevpva.libcom import parse_definitions\nfor _ in range(50): parse_definitions({text!r})"
    ended = subprocess.run([sys.executable, "-c", code], env={**os.environ, "MALLOC_CHECK_": "3"}, check=False)
    assert ended.returncode == 0
    assert [name for name in parse_definitions(text) if name] == []
