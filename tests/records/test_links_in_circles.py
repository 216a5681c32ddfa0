"""Records of synApps whose links lead back to themselves: the IOC goes on, whether they come to rest or not."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine, eventually

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

CIRCLE = """
record(transform, "t") { field(FLNK, "n") field(INPA, "c.OVAL") field(CLCB, "A+1") field(OUTB, "s.DO1 PP") }
record(sseq, "s") { field(LNK1, "c.A PP") field(FLNK, "c") }
record(scalcout, "c") { field(CALC, "A+0.5") field(OUT, "w.A PP") }
record(swait, "w") { field(CALC, "A+1") field(OUTN, "h") }
record(throttle, "h") { field(OUT, "a.A PP") }
record(acalcout, "a") { field(NELM, "4") field(CALC, "A+IX") field(OUT, "e.VAL PP") }
record(epid, "e") { field(INP, "c.OVAL") field(OUTL, "b PP") field(FBON, "On") field(UDF, "0") }
record(busy, "b") { field(OUT, "t.PROC PP") }
record(ao, "free") {}
record(calc, "n") { field(CALC, "VAL+1") }
"""


def test_a_circle_of_all_types_holds_up_nobody_and_can_be_cut(engine: StartEngine) -> None:
    db = engine(CIRCLE)
    db.put("t.PROC", 1, wait=False)
    eventually(lambda: db.get("n") > 3, "some rounds")
    assert db.put("free", 3) == "ok"
    db.put("s.LNK1", "", wait=False)
    db.put("s.FLNK", "", wait=False)
    db.advance(1)
    assert {x: db.get(f"{x}.PACT") for x in "tscwhae"} == dict.fromkeys("tscwhae", 0)
    rounds = db.get("n")
    db.advance(1)
    assert db.get("n") == rounds


@pytest.mark.parametrize(
    ("record", "put"),
    [
        ('record(transform, "r") { field(CLCA, "A+1") field(OUTA, "r.B PP") field(OUTC, "r.A PP") }', "r.PROC"),
        ('record(scalcout, "r") { field(CALC, "A+1") field(OUT, "r.A PP") field(FLNK, "r") }', "r.PROC"),
        ('record(scalcout, "r") { field(CALC, "A+1") field(OUT, "r.A CA") field(WAIT, "Wait") }', "r.PROC"),
        ('record(acalcout, "r") { field(NELM, "3") field(CALC, "AA+1") field(OUT, "r.AA PP") }', "r.PROC"),
        ('record(swait, "r") { field(CALC, "A<50?A+1:A") field(OUTN, "r.A") field(OOPT, "On Change") }', "r.PROC"),
        ('record(sseq, "r") { field(LNK1, "r.PROC PP") field(LNK2, "r.DO3 CA") field(WAIT2, "Wait") }', "r.PROC"),
        ('record(motor, "r") { field(OUT, "r PP") field(RDBL, "r") field(URIP, "Yes") field(DINP, "r.DMOV") }', "r"),
        ('record(motor, "r") { field(OUT, "r.RLV PP") field(RDBL, "r") field(URIP, "Yes") field(FLNK, "r") }', "r"),
        ('record(busy, "r") { field(OUT, "r PP") field(FLNK, "r") }', "r"),
        ('record(throttle, "r") { field(OUT, "r PP") field(FLNK, "r") field(SINP, "r") }', "r"),
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_a_record_that_writes_to_itself_holds_up_nobody(engine: StartEngine, record: str, put: str) -> None:
    db = engine(record + 'record(ao, "free") {}')
    db.put(put, 1, wait=False)
    for value in (3, 4):
        assert db.put("free", value) == "ok"
    assert db.get("free") == 4.0


def test_two_puts_by_ca_links_in_each_turn_do_not_pile_up(engine: StartEngine) -> None:
    db = engine('record(dfanout, "r") { field(OUTA, "r.PROC CA") field(OUTB, "r.PROC CA") } record(ao, "free") {}')
    for value in range(20):
        db.put("r", value, wait=False)
        assert db.put("free", value) == "ok"
    assert db.ioc.database.loop.backlog() < 200


@pytest.mark.parametrize("size", [39, 40, 10_000])
def test_long_texts_are_cut_and_nothing_else_changes(engine: StartEngine, size: int) -> None:
    db = engine('record(scalcout, "c") { field(CALC, "AA+BB") field(OUT, "o PP") } record(stringout, "o") {}')
    for field in ("AA", "BB"):
        db.put(f"c.{field}", "x" * size, wait=False)
    db.put("c.PROC", 1)
    assert (db.get("c.SVAL"), db.get("o")) == ("x" * 39, "x" * 39)
    assert (db.get("c.AA"), db.get("c.CC"), db.alarm("c")[0]) == ("x" * 39, "", "NO_ALARM")


def test_an_array_of_a_million_is_computed_while_others_go_on(engine: StartEngine) -> None:
    db = engine(
        'record(acalcout, "a") { field(NELM, "1000000") field(CALC, "SUM(IX/1e6)")'
        ' field(OCAL, "IX*2") field(DOPT, "Use OCAL") } record(ao, "free") {}'
    )
    answer = db.begin_put("a.PROC", 1)
    assert db.put("free", 3) == "ok"
    assert answer() is None
    assert (db.get("a"), db.get("a.OAV")[-1], db.get("a.CACT")) == (pytest.approx(499999.5), 1999998.0, 0)


@pytest.mark.parametrize(
    ("kind", "calc", "alarm"),
    [
        ("scalcout", "1/0", "INVALID"),
        ("scalcout", "A%0", "INVALID"),
        ("scalcout", "STR(1)/'0'", "INVALID"),
        ("acalcout", "AA/0", "NO_ALARM"),
        ("acalcout", "1%0", "NO_ALARM"),
        ("swait", "1/0", "NO_ALARM"),
    ],
)
def test_a_division_by_zero_is_what_its_language_says(engine: StartEngine, kind: str, calc: str, alarm: str) -> None:
    db = engine(f'record({kind}, "r") {{ field(CALC, "{calc}") }}')
    db.put("r.PROC", 1)
    assert db.alarm("r")[0] == alarm
    db.put("r.CALC", "2")
    db.put("r.PROC", 1)
    assert (db.get("r"), db.alarm("r")[0]) == (2.0, "NO_ALARM")
