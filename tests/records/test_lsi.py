"""lsi: a long string as input."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

TEXT = "a text that is longer than the forty bytes of EPICS strings"
SOURCE = f'record(lsi, "in") {{ field(SIZV, "100") field(INP, ["{TEXT}"]) }}'


def test_a_constant_and_its_length_with_the_nul(engine: StartEngine) -> None:
    db = engine(SOURCE)
    assert (db.get("in"), db.get("in.LEN"), db.get("in.UDF")) == (TEXT, len(TEXT) + 1, 0)


@pytest.mark.ours("over the network both show 39 bytes where SIZV is 41")
def test_a_link_gives_39_bytes_and_with_dollar_all(engine: StartEngine) -> None:
    db = engine(
        SOURCE + 'record(lsi, "a") { field(SIZV, "100") field(INP, "in") }'
        'record(lsi, "b") { field(SIZV, "100") field(INP, "in.VAL$") } record(lsi, "c") { field(INP, "in.VAL$") }'
    )
    for name in "abc":
        db.process(name)
    assert (db.get("a"), db.get("b"), db.get("c")) == (TEXT[:39], TEXT, TEXT[:40])


def test_a_put_is_cut_at_sizv_bytes(engine: StartEngine) -> None:
    db = engine('record(lsi, "s") { field(SIZV, "5") }')
    db.put("s", "0123456789abcdef0")
    assert (db.get("s"), db.get("s.LEN"), db.get("s.SIZV")) == ("0123456789abcde", 16, 16)


@pytest.mark.ours("the error's text is our own")
def test_the_last_posted_text_cannot_be_put(engine: StartEngine) -> None:
    db = engine('record(lsi, "s") {}')
    assert db.put("s.OVAL", "x") == "s.OVAL: this field cannot be changed"
