"""Whatever the text, loading ends soon, with records or a LoadError."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydevpva.db.batch import Instances
from pydevpva.db.linktext import parse_link
from pydevpva.errors import LoadError

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
