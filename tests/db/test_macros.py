"""Macros: libCom itself expands them, so these check our calls, and what would never end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pydevpva.db.macros import Macros, parse_macros


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
    assert parse_macros("A=1, B = 'x, y' ,C=,A=2") == {"A": "2", "B": "'x, y'", "C": ""}
    assert parse_macros("A=1,A") == {}
    assert parse_macros("") == {}


@pytest.mark.parametrize("text", ["${A,", "$(A,,", "x${A,B=1", "${A}${B,C=${D,"])
def test_a_reference_with_a_comma_and_no_end_does_not_hang(text: str) -> None:
    expanded, all_defined = Macros({"A": "1"}).expand(text)
    assert (expanded.endswith(text[-2:]), all_defined) == (True, False)


@pytest.mark.parametrize("text", ["a,b,c,d", "A,==,(", "A,=,=,=", ",".join("abcdefghijklmnop")])
def test_many_names_without_values_do_not_end_the_process(text: str) -> None:
    """macParseDefns writes behind its arrays for these; glibc notices when it is told to look."""
    code = f"from pydevpva.db.macros import parse_macros\nfor _ in range(50): parse_macros({text!r})"
    ended = subprocess.run([sys.executable, "-c", code], env={**os.environ, "MALLOC_CHECK_": "3"}, check=False)
    assert ended.returncode == 0
    assert [name for name in parse_macros(text) if name] == []
