"""What a link field's text is when it is read: as EPICS shows the link that it has made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local_ioc import local_ioc


@pytest.mark.parametrize(
    ("field", "given", "shown"),
    [
        ("INP", "X:ai", "X:ai NPP NMS"),
        ("INP", "X:ai CP", "X:ai CP NMS"),
        ("INP", "X:ai.VAL   PP   MSS ", "X:ai.VAL PP MSS"),
        ("FLNK", "X:ai PP MS", "X:ai"),
        ("FLNK", "X:ai.PROC CA", "X:ai.PROC CA"),
        ("INP", " 3 ", "3"),
        ("INP", "[1, 2]", "[1, 2]"),
        ("INP", "{const: 5}", "{const: 5}"),
        ("INP", "   ", ""),
        ("TSEL", "X:ai.TIME", "X:ai.TIME NPP NMS"),
    ],
)
def test_what_a_link_shows(tmp_path: Path, field: str, given: str, shown: str) -> None:
    db = f'record(ai, "X:ai") {{ }} record(ai, "loaded") {{ field({field}, "{given}") }} record(ai, "put") {{ }}'
    with local_ioc(tmp_path, db) as ioc:
        assert ioc.put(f"put.{field}", given) is None
        assert (ioc.get(f"loaded.{field}"), ioc.get(f"put.{field}")) == (shown, shown)


@pytest.mark.parametrize(
    ("given", "name", "code"),
    [("42 x", "s.VAL$", 52.0), ("", "s.VAL$", 0.0), ("z", "s.VAL$ CA", 122.0), ("x", "s.INP$", 108.0)],
)
def test_a_name_with_dollar_is_characters_and_as_a_number_the_first(
    tmp_path: Path, given: str, name: str, code: float
) -> None:
    db = """record(lsi, "s") { field(SIZV, "50") field(INP, "link") }
    record(calc, "c") { field(INPA, "%s") field(CALC, "A") }"""
    with local_ioc(tmp_path, db % name) as ioc:
        ioc.put("s", given)
        ioc.put("c.PROC", 1)
        assert (ioc.get("c"), ioc.alarm("c")[0]) == (code, "NO_ALARM")


def test_a_name_with_dollar_is_characters_to_who_asks_for_its_type(tmp_path: Path) -> None:
    db = r"""record(stringin, "s") { field(DESC, "7 to") field(VAL, "old") } record(lso, "l") { field(SIZV, "50") }
    record(compress, "n") { field(INP, "s.DESC$") field(NSAM, "9") }
    record(sseq, "q") { field(DOL1, "s.DESC$") field(LNK1, "l.VAL$ PP") }
    record(acalcout, "a") { field(INAA, "s.DESC$") field(NELM, "3") field(CALC, "AA") field(OUT, "s.VAL$") }
    record(scalcout, "c") { field(INAA, "s.DESC$") field(CALC, "AA") }
    record(aao, "empty") { field(FTVL, "CHAR") field(OUT, "s.VAL$") }"""
    with local_ioc(tmp_path, db) as ioc:
        for name in ("n", "q", "a"):
            ioc.put(f"{name}.PROC", 1)
        assert ioc.get("n.INPN") == 41
        assert [ioc.get(f"q.{field}") for field in ("DT1", "LT1", "DO1", "STR1")] == [1, 1, 7.0, "7 to"]
        assert ioc.text("l") == "7 to"
        assert list(ioc.get("a.AVAL")) == [55.0, 32.0, 116.0]
        assert ioc.text("s") == "7 t"
        ioc.put("empty.PROC", 1)
        assert (ioc.text("s"), ioc.alarm("empty")[0]) == ("7 t", "NO_ALARM")
        ioc.put("s.DESC", "a\tb")
        ioc.put("c.PROC", 1)
        assert ioc.text("c.SVAL") == "a\\tb"
