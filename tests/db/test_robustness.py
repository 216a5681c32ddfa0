"""Whatever the text, loading ends soon, with records or a LoadError: for each kind of file that an IOC reads."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydevpva.db import json5
from pydevpva.db.definitions import Definitions
from pydevpva.db.instances import Instances
from pydevpva.db.linktext import parse_link
from pydevpva.db.loader import add_file
from pydevpva.db.loader import load as load_records
from pydevpva.db.macros import expand, parse_macros
from pydevpva.db.template import add_template
from pydevpva.errors import LoadError
from pydevpva.pva.groups import definitions as groups
from pydevpva.serving.access_file import AccessFile
from tests.db.test_against_epics import BAD, BAD_DEFINITIONS, BAD_TEMPLATES, GOOD, TEMPLATES

Load = Callable[..., Instances]
WORDS = [
    "record",
    "field(VAL, 1)",
    "field(",
    'record(ai, "a")',
    "info(a, {b:[1,]})",
    "alias(a, b)",
    "menu(m) {choice(a,b)}",
]
PIECES = st.sampled_from([*WORDS, *"(){},\"'#\n \\[]:%\té\0$"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, max_size=30))
def test_any_text_loads_or_is_a_load_error(pieces: list[str], load: Load) -> None:
    with contextlib.suppress(LoadError):
        load("".join(pieces))


@settings(max_examples=150, deadline=None)
@given(text=st.text("@#{}[]:,'\"CSN 0x1.aPM", max_size=20))
def test_any_link_text_is_a_link_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        parse_link(text, "INLINK")


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        'record(ai, "a") { ' + 'field(EGU, "V") ' * 5000,
        'record(ai, "a") { field(INP, ' + "[" * 20000,
        'record(ai, "a") { field(INP, "{const:' + "[" * 20000 + '}") }',
        "# x\n" * 20000 + "record",
        " " * 200000 + "x",
        "record(ai, " * 5000,
        "breaktable(x) { " + "1 " * 20000,
        'record(ai, "a") { info(x, "' + "\\" * 100000,
        "a" * 200000,
        "include " * 20000,
    ],
    ids=["fields", "arrays", "link", "comments", "blanks", "heads", "table", "escapes", "word", "includes"],
)
def test_bad_text_takes_linear_time(text: str, load: Load) -> None:
    begin = time.process_time()
    with pytest.raises(LoadError):
        load(text)
    assert time.process_time() - begin < 3


PARTS = st.sampled_from(
    [*"{}(),\"'\\#$%&:=+-.[]<>;/ \n\t1A\x01\xe9\0\udc80", *WORDS, "$(A", "${A=", '"', "\\u12", "1e999", 'include "x"']
)
SOURCES = {
    "db": [*GOOD.values(), *BAD.values()],
    "substitutions": [*TEMPLATES.values(), *BAD_TEMPLATES.values()],
    "dbd": [
        *BAD_DEFINITIONS.values(),
        'recordtype(q) { include "dbCommon.dbd" field(VAL, DBF_DOUBLE) { asl(ASL0) pp(TRUE) size(3) } %int x\n}',
        "device(ai, INST_IO, d, e) driver(x) registrar(y) function(z) variable(a, int) link(b, c)",
    ],
    "group": [
        '{"g": {"+id": "a/b:1", "+atomic": true, "a.b[0]": {"+type": "plain", "+channel": "x", "+putorder": 1}}}'
    ],
    "access": [
        '# c\nUAG(a) {b, "role/c"}\nASG(DEFAULT) {\n INPA(x)\n RULE(1, WRITE, TRAPWRITE) { UAG(a) CALC("A=1") }\n}'
    ],
    "link": ['{calc: {expr: "A+B", args: [1, {pva: "x"}]}}', "@asyn(x,1)y", "#C1 S2 @p", "a.b{dbnd:{abs:1}} CP MSS"],
    "macros": ["$(A)$(B=$(C))${X=Y}", "$(A,B=1)x", "\"$(A\" '$(B)'"],
}


MACROS = parse_macros("A=1,B='x y',C=$(A)")


def read(kind: str, text: str, definitions: Definitions) -> None:
    """Have the parser of that kind of file read the text from a file, or from a string if it is none."""
    file = Path(f"a.{kind}")
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    if kind in ("db", "substitutions"):
        add = add_file if kind == "db" else add_template
        load_records(lambda batch: add(batch, str(file), {"P": "p"}), definitions, Instances())
    elif kind == "dbd":
        definitions.load(str(file))
    elif kind == "group":
        groups.Definitions().load(str(file), {"A": "1"})
    elif kind == "access":
        AccessFile(file, lambda name: (0.0, 0))
    elif kind == "link":
        parse_link(text, "INLINK")
        json5.parse(text)
    else:
        expand(text, MACROS)


def outcome(kind: str, text: str, definitions: Definitions) -> str:
    """What the parser says of a wrong text, "" when it takes it; definitions are as they were."""
    before = definitions.snapshot()
    try:
        read(kind, text, definitions)
    except LoadError as error:
        return str(error)
    except ValueError as error:
        if kind != "link":
            raise
        return str(error)
    finally:
        definitions.restore(before)
    return ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("kind", SOURCES)
def test_a_file_with_changes_loads_or_is_a_load_error(
    kind: str, data: st.DataObject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: Definitions
) -> None:
    monkeypatch.chdir(tmp_path)
    text = data.draw(st.sampled_from(SOURCES[kind]))
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = begin + data.draw(st.integers(0, 5))
        text = text[:begin] + data.draw(PARTS) + text[end:]
    said = outcome(kind, text, base)
    assert "Suppress:" not in said  # a message is for people


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60))
@pytest.mark.parametrize("kind", SOURCES)
def test_any_bytes_load_or_are_a_load_error(
    kind: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: Definitions
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome(kind, content.decode("utf-8", "surrogateescape"), base)


LONG = {
    "sets": ("substitutions", "file a.db { pattern {A}" + " {1" * 20000),
    "names": ("substitutions", "file a.db { pattern {" + "A," * 50000),
    "no end of a quote": ("substitutions", 'file "' + "\\a" * 100000),
    "fields": ("dbd", "recordtype(x) { " + "field(A, DBF_LONG) { size(1) } " * 5000),
    "attributes": ("dbd", "recordtype(x) { field(A, DBF_LONG) { " + "size(x) " * 20000),
    "devices": ("dbd", "device(ai, CONSTANT, d, " * 5000),
    "objects": ("group", '{"g":' * 20000),
    "members": ("group", '{"g": {' + '"a": {"+type": "x"}, ' * 5000),
    "rules": ("access", "ASG(a) {" + " RULE(1, WRITE)" * 5000),
    "hosts": ("access", 'UAG(a) {"' + "\\a" * 50000),
    "array": ("link", "{const: [" + "1," * 50000),
    "deep": ("link", "{a:" * 20000),
    "comments": ("link", "{" + "/* " * 50000),
    "references": ("macros", "$(A=" * 3000),
    "defaults": ("macros", "A=" + "$(B)" * 20000),
    "commas": ("macros", "A=1," * 20000),
}


@pytest.mark.long
@pytest.mark.parametrize("name", LONG)
def test_long_texts_take_linear_time(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: Definitions
) -> None:
    monkeypatch.chdir(tmp_path)
    begin = time.process_time()
    outcome(*LONG[name], base)
    assert time.process_time() - begin < 3
