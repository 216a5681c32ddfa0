"""What a link's Python means: fields, names, errors."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from pydevpva.errors import CodeError
from pydevpva.evaluator.compiled.code import Code, _compiled, compile_code
from pydevpva.evaluator.compiled.plain_expression import plain_expression

BARE = ("VAL", "NAME", "HIGH")
EVERY = (*BARE, "DESC", "DRVH", "A", "B")
VALUES = {"VAL": 5, "NAME": "rec", "HIGH": 2, "DESC": "a pump", "DRVH": 9.5, "A": 1, "B": 3}


def run(text: str, namespace: dict[str, Any] | None = None) -> Any:
    code = compiled(text, namespace)
    return code.function(*(VALUES[field] for field in code.fields))


def compiled(text: str, namespace: dict[str, Any] | None = None) -> Code:
    return compile_code(text, BARE, EVERY, {} if namespace is None else namespace, "<G:ao.OUT>")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("2+2", 4),
        ("VAL+1", 6),
        ("%VAL%+1", 6),
        ("(lambda x: x*VAL)(2)", 10),
        ("[x*VAL for x in range(3)][2]", 10),
        ("{k: [VAL for _ in range(k)] for k in (1, 2)}", {1: [5], 2: [5, 5]}),
        ("VAL + %VAL%", 10),
        ("%DESC%.upper()", "A PUMP"),
        (" VAL ", 5),
        ("dict(VAL=1)['VAL']", 1),
    ],
)
def test_fields_have_their_values(text: str, result: object) -> None:
    assert run(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("5%VAL%3", 0),  # (5 % 5) % 3
        ("17%VAL", 2),
        ("%VAL%%3", 2),
        ("%VAL%%%A%", 0),
        ("%A%+%B%", 4),
        ("%VAL%==5", True),
        ("len('abc')%VAL%2", 1),
        ("[7][0]%VAL%2", 0),
        ("[%VAL%,%A%][%A%]", 1),
        ("1 if%VAL%else 0", 1),
        ("not %VAL%", False),
        ("(lambda:%VAL%)()", 5),
        ("'%d%%' % VAL", "5%"),
        ("'%s' %VAL", "5"),
    ],
)
def test_percent_names_a_field_where_an_operand_must_come_and_is_modulo_after_one(text: str, result: object) -> None:
    assert run(text) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("'%NAME%=%VAL%'", "rec=5"),
        ('"%VAL%"', "5"),
        ("'VAL'", "VAL"),
        ("f'{NAME}=%VAL%'", "rec=5"),
        ("f'{%DRVH%:.2f}|{%NAME%!r:>6}|{{%VAL%}}'", "9.50| 'rec'|{5}"),
        ("f'{VAL:{%VAL%}d}'", "    5"),
        ("b'VOLT %DRVH%\\n'", b"VOLT 9.5\n"),
        ("b'%VAL%'", b"5"),
        ("r'\\%VAL%'", "\\5"),
        ("'a' 'b%VAL%'", "ab5"),
        ("'%NOFIELD%VAL%'", "%NOFIELD5"),
        ("'100%'", "100%"),
        ("'%VAL%A%'", "5A%"),
    ],
)
def test_percent_field_in_a_string_literal_becomes_the_value_as_text(text: str, result: object) -> None:
    assert run(text) == result


@pytest.mark.parametrize(
    ("text", "result", "fields"),
    [
        ("(lambda VAL: VAL)(2)", 2, ()),
        ("[VAL for VAL in range(3)]", [0, 1, 2], ()),
        ("[VAL for VAL in range(VAL)]", [0, 1, 2, 3, 4], ("VAL",)),
        ("[[VAL for VAL in (1,)], VAL]", [[1], 5], ("VAL",)),
        ("[%VAL% for VAL in range(2)]", [5, 5], ("VAL",)),
        ("[(VAL := i) for i in range(3)]", [0, 1, 2], ()),
        ("obj.VAL", "attribute", ()),
    ],
)
def test_a_name_that_the_code_binds_is_its_own(text: str, result: object, fields: tuple[str, ...]) -> None:
    class Holder:
        VAL = "attribute"

    namespace = {"obj": Holder}
    assert compiled(text, namespace).fields == fields
    assert run(text, namespace) == result


@pytest.mark.parametrize(
    "text",
    [
        "VAL = 7",
        "import math as VAL",
        "for VAL in (7,): pass",
        "def VAL(): pass",
        "class VAL: pass",
        "with open(__file__) as VAL: VAL.close()",
        "global VAL; VAL = 7",
        "def f():\n  global VAL\n  VAL = 7\nf()",
        "VAL: int = 7",
        "match 7:\n  case VAL: pass",
    ],
)
def test_a_statement_that_binds_a_field_name_makes_a_global(text: str) -> None:
    namespace: dict[str, Any] = {"__file__": __file__, "__name__": "__pydev__"}
    assert compiled(text, namespace).fields == ()
    run(text, namespace)
    assert "VAL" in namespace


def test_statements_give_no_result_and_set_globals() -> None:
    namespace: dict[str, Any] = {}
    assert run("a = VAL + 1; b = a * 2", namespace) is None
    assert (namespace["a"], namespace["b"]) == (6, 12)
    assert run("a + b", namespace) == 18


def test_nothing_leaks_into_the_namespace() -> None:
    namespace: dict[str, Any] = {}
    run("[x for x in range(VAL)] + ['%NAME%', %DESC%]", namespace)
    assert namespace == {}


def test_a_walrus_in_an_expression_sets_a_global() -> None:
    namespace: dict[str, Any] = {}
    assert run("(seen := VAL) + 1", namespace) == 6
    assert namespace == {"seen": 5}


def test_star_imports_and_annotations_work_as_in_a_module() -> None:
    namespace: dict[str, Any] = {"__name__": "__pydev__"}
    run("from math import *", namespace)
    run("x: float = cos(0)\ny: int", namespace)
    assert namespace["x"] == 1.0


def test_a_function_defined_by_a_link_keeps_the_field_value_of_that_time() -> None:
    namespace: dict[str, Any] = {}
    run("def later(): return VAL", namespace)
    assert namespace["later"]() == 5


def test_a_user_global_stays_the_users_where_the_record_type_does_not_name_it() -> None:
    code = compile_code("HIGH + 1", ("VAL",), ("VAL", "HIGH"), {"HIGH": 41})
    assert code.fields == ()
    assert code.function() == 42


def test_several_indented_lines_are_statements() -> None:
    namespace: dict[str, Any] = {}
    run("\n    if VAL > 3:\n        a = 'big'\n", namespace)
    assert namespace["a"] == "big"


@pytest.mark.parametrize("text", ["pydev.iointr('ev')", 'pydev.iointr("ev")', " pydev . iointr( '''ev''', )"])
def test_a_link_that_only_names_an_event_is_found(text: str) -> None:
    assert compiled(text).event == "ev"


@pytest.mark.parametrize(
    "text", ["pydev.iointr('ev', 1)", "pydev.iointr('ev')+1", "iointr('ev')", "x=pydev.iointr('e')"]
)
def test_other_uses_of_iointr_are_plain_code(text: str) -> None:
    assert compiled(text).event is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "this is not python(",
            "<G:ao.OUT>:1:19: SyntaxError: '(' was never closed\n    this is not python(\n" + " " * 22 + "^",
        ),
        (
            "x = %DRVHH% + 1",
            "<G:ao.OUT>:1:5: SyntaxError: invalid syntax (no field DRVHH; did you mean DRVH?)\n"
            "    x = %DRVHH% + 1\n        ^",
        ),
        (
            "VAL > 2 && 3",
            "<G:ao.OUT>:1:10: SyntaxError: invalid syntax (Python writes `and`, `or`)\n"
            "    VAL > 2 && 3\n             ^",
        ),
        (
            "'Oh! a && b' VAL",
            "<G:ao.OUT>:1:14: SyntaxError: invalid syntax\n    'Oh! a && b' VAL\n" + " " * 17 + "^",
        ),
        ("%VAL% = 3", "<G:ao.OUT>:1: SyntaxError: %VAL% is a value and cannot be assigned\n    %VAL% = 3"),
        (
            "a = 1\nb = VAL +",
            "<G:ao.OUT>:2:10: SyntaxError: invalid syntax\n    b = VAL +\n             ^",
        ),
    ],
)
def test_a_syntax_error_shows_the_line_a_caret_and_a_hint(text: str, message: str) -> None:
    with pytest.raises(CodeError) as caught:
        compiled(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text", ["return 3", "yield 3", "lambda: await VAL", "def f(): await VAL", "break", "nonlocal VAL"]
)
def test_what_python_refuses_at_the_top_of_a_module_is_refused(text: str) -> None:
    with pytest.raises(CodeError):
        compiled(text)


def test_a_null_byte_is_an_error_like_any_other() -> None:
    with pytest.raises(CodeError):
        compiled("VAL\0")


def test_a_traceback_shows_the_links_code_under_its_own_label() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run("(lambda: 1/(VAL-5))()")
    shown = "".join(traceback.format_exception(caught.value))
    assert 'File "<G:ao.OUT>", line 1, in link\n    (lambda: 1/(VAL-5))()' in shown
    assert "in <lambda>\n    (lambda: 1/(VAL-5))()" in shown


def test_records_with_the_same_code_keep_their_own_labels() -> None:
    one, two = (compile_code("1/0", (), (), {}, label) for label in ("<A.INP>", "<B.INP>"))
    assert (one.function.__code__.co_filename, two.function.__code__.co_filename) == ("<A.INP>", "<B.INP>")


QUICK = [
    "VAL", "VAL+1", "dev.read(VAL, 3)", "dict(VAL=1)['VAL']", "dict(VAL = VAL)", "'VAL' + NAME", "NAME == 'a)'",
    "VAL, HIGH", "[VAL, *NAMES]", "VAL[1:HIGH]", "x.VAL", "x.VAL.HIGH", "1e3 * VAL", "0x10 + VAL",
    "VAL if HIGH else not VAL",
    "-VAL ** 2 // 3", "math.sin(VAL / 180.0)", "'it is' in NAME", "VAL<HIGH", "VAL != 3", "VALUE + VAL_",
    "f(HIGH==VAL)",
]  # fmt: skip
SLOW = [
    "", "%VAL%+1", "lambda: VAL", "[VAL for _ in x]", "(VAL := 3)", "VAL = 3", "f'{VAL}'", "b'VAL'",
    "r'VAL'",
    "VAL\n+1", "VAL # one", "x . VAL", "x. VAL", "1) + (2", "f(VAL", "(yield VAL)", "await VAL", "import os",
    "{VAL: 1}",
    "pydev.iointr('x')", "print VAL", "'''VAL'''", "'%VAL%'", "'\\''", "VAL +", "VAL; HIGH",
]  # fmt: skip


@pytest.mark.parametrize("text", QUICK)
def test_the_quick_way_names_the_same_fields_as_the_full_way(text: str) -> None:
    quick = plain_expression(text, frozenset(BARE))
    full = _compiled(text, frozenset(BARE), frozenset(EVERY))
    assert quick is not None
    assert (quick.fields, quick.is_expression, quick.event) == (full.fields, full.is_expression, full.event)
    assert (quick.code.co_varnames, quick.code.co_argcount) == (full.code.co_varnames, full.code.co_argcount)
    assert set(quick.code.co_names) == set(full.code.co_names)


@pytest.mark.parametrize("text", SLOW)
def test_the_quick_way_leaves_alone_what_needs_a_second_look(text: str) -> None:
    assert plain_expression(text, frozenset(BARE)) is None


def test_a_traceback_of_the_quick_way_shows_the_place_in_the_link() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run("VAL + 1 / (HIGH - 2)")
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.name, frame.lineno, frame.line) == ("link", 1, "VAL + 1 / (HIGH - 2)")
