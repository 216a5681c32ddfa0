"""Texts of one shape are compiled once, and mean what each would mean by itself."""

from __future__ import annotations

import sys
import traceback
from types import SimpleNamespace
from typing import Any

import pytest

from pydevpva.errors import CodeError
from pydevpva.evaluator.compiled.code import _compiled, compile_code
from pydevpva.evaluator.compiled.plain_expression import plain_expression
from pydevpva.evaluator.compiled.text_shape import shape_of

BARE = ("VAL", "NAME", "HIGH")
EVERY = (*BARE, "DESC", "DRVH", "A", "B")
VALUES = {"VAL": 5, "NAME": "rec", "HIGH": 2, "DESC": "a pump", "DRVH": 9.5, "A": 1, "B": 3}
ALIKE = [
    ("dev1.read(101)", "dev2.read(102)"),
    ("dev1.put(1.25, %VAL%)", "dev7.put(3.50, %VAL%)"),
    ("stage.value = VAL", "motor.value = VAL"),
    ("position = VAL + 100", "velocity = VAL + 250"),
    ("dev1.write('POS12 %VAL% mm')", "dev2.write('POS27 %VAL% mm')"),
    ("pydev.iointr('temperature1')", "pydev.iointr('temperature2')"),
    ("move(axis, speed=100)", "move(axle, speed=200)"),
    ("[item + 1234 for item in table]", "[cell + 5678 for cell in sheet]"),
    ("dev1.set(-100)", "dev1.set(-250)"),
    ("VAL in (100, 200, 300)", "VAL in (400, 500, 600)"),
    ("'abc' 'ghi' + NAME", "'uvw' 'xyz' + NAME"),
    ("value if VAL > 100 else other", "level if VAL > 250 else lower"),
]


@pytest.mark.parametrize(("one", "two"), ALIKE)
def test_texts_that_differ_in_names_and_constants_have_one_template(one: str, two: str) -> None:
    first, second = shape_of(one, EVERY), shape_of(two, EVERY)
    assert first is not None
    assert second is not None
    assert first.template == second.template


@pytest.mark.parametrize("text", [text for pair in ALIKE for text in pair])
def test_code_made_from_a_template_is_what_python_makes_of_the_text(text: str) -> None:
    code = compile_code(text, BARE, EVERY, {}, "<G:ao.OUT>")
    alone = plain_expression(text, frozenset(BARE)) or _compiled(text, frozenset(BARE), frozenset(EVERY))
    assert (code.fields, code.is_expression, code.event) == (alone.fields, alone.is_expression, alone.event)
    made = code.function.__code__
    assert set(made.co_names) == set(alone.code.co_names)
    assert made.co_varnames == alone.code.co_varnames
    if sys.version_info >= (3, 11) and "-" not in text:  # a negative number is two instructions in a template
        assert list(made.co_positions()) == list(alone.code.co_positions())


@pytest.mark.parametrize(
    "text",
    [
        "VAL * 100 + 0.25",
        "1000 * 2000 + VAL",
        "200 - -100",
        "'abc' * 3",
        "'ab%VAL%cd' + 'xyz'",
        "'%s mm' % 'abc'",
        "1 if 100 else VAL",
        "not 100",
        "'abc'[1]",
        "(100, 'abc', 1.50)[1]",
        "[n for n in (100, 200) if n > 150]",
        "{'key': 123}['key']",
        "first.value + other.value * 100",
        "dict(first=100)['first']",
        "max(100, 200, key=lambda n: -n)",
        "0x1ff + 1e3 + 007.5",
        "100 if VAL == 100 else 'VAL is %VAL%, not 100'",
        "'100' + '100'",
        "str(100) + '100'",
        "100 .real",
        "f'{first.value}' + '%NAME%'",
        "b'abc'",
        "'a\\tb' + 'abc'",
        "'%NOFIELD%VAL%'",
        "zq0 + 100",
    ],
)
def test_a_result_is_that_of_the_text_by_itself(text: str) -> None:
    def namespace() -> dict[str, Any]:
        return {"first": SimpleNamespace(value=1), "other": SimpleNamespace(value=2), "zq0": 7}

    code = compile_code(text, BARE, EVERY, namespace())
    expected = eval(text.replace("%NOFIELD%VAL%", "%NOFIELD5").replace("%VAL%", "5").replace("%NAME%", "rec"),
                    namespace() | VALUES)  # fmt: skip
    result = code.function(*(VALUES[field] for field in code.fields))
    assert (result, type(result)) == (expected, type(expected))


@pytest.mark.parametrize(
    "text", ["f(1234 'abc')", "f('abc' 1234)", "f(100 200)", "f(first=1, first=2)", "100 = VAL", "100['abc']"]
)
def test_what_is_wrong_stays_wrong(text: str) -> None:
    compile_code("f(first=1, other=2)", BARE, EVERY, {})
    with pytest.raises(CodeError):
        compile_code(text, BARE, EVERY, {})


@pytest.mark.parametrize("text", ["first['abc'] + 100", "100 + ''", "'abc' - 100"])
def test_a_type_error_of_the_text_stays_one(text: str) -> None:
    with pytest.raises(TypeError):
        compile_code(text, BARE, EVERY, {"first": 1}).function()


def test_statements_set_the_texts_own_names() -> None:
    namespace: dict[str, Any] = {}
    for text in ("position = VAL + 100", "velocity = VAL + 250"):
        compile_code(text, BARE, EVERY, namespace).function(1)
    assert (namespace["position"], namespace["velocity"]) == (101, 251)


def test_an_error_is_shown_at_its_place_in_the_text_that_raised_it() -> None:
    compile_code("other.value / 100", BARE, EVERY, {})
    code = compile_code("VAL + first / 100", BARE, EVERY, {"first": "abc"}, "<G:ai.INP>")
    with pytest.raises(TypeError) as caught:
        code.function(1)
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.filename, frame.name, frame.line) == ("<G:ai.INP>", "link", "VAL + first / 100")
    if sys.version_info >= (3, 11):
        assert (frame.colno, frame.end_colno) == (6, 17)


@pytest.mark.parametrize(
    ("first", "then", "result"),
    [
        ("[dev1 for dev2 in (7, 8)]", "[dev3 for dev3 in (7, 8)]", [7, 8]),
        ("dev1 + dev1", "dev1 + dev2", 3),
        ("dev1 + dev2", "dev2 + dev2", 4),
        ("x1 + dev1", "x2 + dev2", 22),
        ("dev1 + 12", "dev2 + 34", 36),
        ("dev1 + 100", "dev2 + 234", 236),
        ("str(1.50) + '%VAL% mm 1'", "str(2.25) + '%VAL% mm 2'", "2.255 mm 2"),
        ("'POS100 %VAL%'", "'POS234 %VAL%'", "POS234 5"),
        ("dev1 + FLD1", "dev1 + FLD2", 10),
    ],
)
def test_texts_that_differ_in_digits_only_keep_their_own_meaning(first: str, then: str, result: object) -> None:
    namespace = {"dev1": 1, "dev2": 2, "dev3": 3, "x1": 10, "x2": 20, "FLD1": 100}
    compile_code(first, BARE, (*EVERY, "FLD2"), namespace)
    code = compile_code(then, (*BARE, "FLD2"), (*EVERY, "FLD2"), namespace)
    assert code.function(*((VALUES | {"FLD2": 9})[field] for field in code.fields)) == result
