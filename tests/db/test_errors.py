"""What users are told when a .db file is wrong, in full."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pydevpva.db import loader
from pydevpva.db.definitions import Definitions
from pydevpva.db.instances import Instances
from pydevpva.errors import LoadError

Load = Callable[..., Instances]


def test_every_problem_of_a_file_is_told_with_its_place(load: Load) -> None:
    with pytest.raises(LoadError) as caught:
        load(
            'record(ao, "a") {\n'
            '    field(DRVHH, "1")\n'
            '    field(SCAN, "2 seconds")\n'
            '    field(PREC, "3.5")\n'
            '    fild(EGU, "V")\n'
            '    field(LINK, "x")\n'
            "}\n"
            'record(aio, "b") {}\n'
        )
    assert [f"{problem.location}: {problem.message}" for problem in caught.value.problems] == [
        'a.db:2:5: record "a": no field DRVHH in ao; did you mean DRVH or DRVL?',
        'a.db:3:5: a.SCAN: "2 seconds" is no choice of menuScan; did you mean 2 second or .2 second or 5 second?',
        'a.db:4:5: a.PREC: "3.5" is not an integer',
        'a.db:5:5: expected field, info, alias or "}", found "fild"; did you mean field?',
        'a.db:6:5: record "a": no field LINK in ao; did you mean LINR or FLNK or BKLNK?',
        'a.db:8:1: record "b": no record type "aio"; did you mean ao or ai or aao?',
    ]


@pytest.mark.parametrize(("rtype", "field", "other"), [("ao", "INP", "OUT"), ("ai", "OUT", "INP")])
def test_the_link_of_the_other_direction_is_suggested(load: Load, rtype: str, field: str, other: str) -> None:
    with pytest.raises(LoadError, match=f"no field {field} in {rtype}; did you mean {other}\\?"):
        load(f'record({rtype}, "a") {{ field({field}, "@f()") }}')


def test_a_problem_shows_the_line_and_a_caret(load: Load) -> None:
    with pytest.raises(LoadError) as caught:
        load('record(ai, "$(P)a") {\n  field(EGU, "0123456789abcdefg")\n}', P="x:")
    assert str(caught.value) == (
        "a.db:2:14: x:a.EGU: 17 bytes are too long; EGU takes 15\n"
        '      field(EGU, "0123456789abcdefg")\n'
        "                 ^"
    )


def test_an_undefined_macro_is_named(load: Load) -> None:
    with pytest.raises(LoadError, match=r'a\.db:1:1: the name "\$\(P\)a" has an undefined macro'):
        load('record(ai, "$(P)a") {}')


def test_an_error_leaves_the_records_as_they_were(load: Load) -> None:
    known = load('record(ai, "a") { field(EGU, "V") }')
    with pytest.raises(LoadError):
        load('record(ai, "a") { field(EGU, "mV") alias("b") }\nrecord(ai, "c") {}\nrecord("#", "a")\nnonsense', known)
    assert list(known) == ["a"]
    assert known["a"].fields["EGU"].text == "V"
    assert known["a"].aliases == ()


def test_a_problem_in_an_included_file_names_that_file(tmp_path: Path, load: Load) -> None:
    here = re.escape(os.getcwd())
    (tmp_path / "b.db").write_text('\nrecord(ai, "b") { field(NONE, "1") }')
    with pytest.raises(LoadError, match=r"b\.db:2:19: record"):
        load('record(ai, "a") {}\ninclude "b.db"\n')
    with pytest.raises(LoadError, match=rf'a\.db:2:3: cannot include: no file "c\.db" in {here}'):
        load('record(ai, "a") {}\n  include "c.db"\n')


def test_a_missing_file_is_a_load_error(base: Definitions) -> None:
    with pytest.raises(LoadError, match=r'none\.db: no file "none\.db" in ' + re.escape(os.getcwd())):
        loader.load(lambda batch: loader.add_file(batch, "none.db", {}), base, Instances())


def test_locations_are_known_after_loading(load: Load) -> None:
    known = load('\n record(ai, "a") {\n  field(EGU, "V") field(INP, {const: 1})\n}')
    assert str(known["a"].location) == "a.db:2:2"
    assert str(known["a"].fields["EGU"].location) == "a.db:3:3"
    assert str(known["a"].fields["INP"].location) == "a.db:3:19"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('record(ai, "a") { field(VAL,) }', 'expected a value, found ")"'),
        ('record(ai, "a") { field(INP, {const:}) }', 'expected a value, found "}"'),
        ('record(ai, "a") { field(VAL) }', 'expected ",", found ")"'),
        ("record(ai, ) { }", 'expected a name, found ")"'),
        ("record(ai, record) { }", 'expected a name, found "record"'),
        ('record(ai, "a") { path "x" }', 'expected field, info, alias or "}", found "path"'),
    ],
)
def test_what_was_expected_is_told_in_words(text: str, message: str, load: Load) -> None:
    with pytest.raises(LoadError) as caught:
        load(text)
    assert [problem.message for problem in caught.value.problems] == [message]
