"""What was put is what everybody reads, from the answer on: while code runs, and when nothing processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pydevpva.clock import ManualClock
from pydevpva.engine.put import put_now
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE
from tests.local_ioc import Serve, Served, eventually

RECORDS = {  # what is put to each
    "AO": 5.0, "BO": 1, "MBBO": 1, "LONG": 7, "INT": 2**40, "STR": "text", "LSO": "long " * 10, "AAO": [1, 2, 3],
    "AI": 2.5, "WF": [4, 5], "SCANNED": 3.0,
}  # fmt: skip
DB = """
record(ao, "AO") { field(DTYP, "pydev") field(OUT, "@held(VAL)") field(DRVH, "8") field(DRVL, "-8") field(OROC, "1")
    info(Q:group, {"G": {"ao": {+channel: "VAL", +putorder: 1}}}) }
record(bo, "BO") { field(DTYP, "pydev") field(OUT, "@held(VAL)") field(ZNAM, "Out") field(ONAM, "In") }
record(mbbo, "MBBO") { field(DTYP, "pydev") field(OUT, "@held(VAL)") field(ZRST, "a") field(ONST, "b") }
record(longout, "LONG") { field(DTYP, "pydev") field(OUT, "@held(VAL)") }
record(int64out, "INT") { field(DTYP, "pydev") field(OUT, "@held(VAL)") }
record(stringout, "STR") { field(DTYP, "pydev") field(OUT, "@held(VAL)") }
record(lso, "LSO") { field(DTYP, "pydev") field(OUT, "@held(VAL)") field(SIZV, "100") }
record(aao, "AAO") { field(DTYP, "pydev") field(OUT, "@held(VAL)") field(FTVL, "LONG") field(NELM, "5") }
record(ai, "AI") { field(DTYP, "pydev") field(INP, "@held(VAL)") }
record(waveform, "WF") { field(DTYP, "pydev") field(INP, "@held(VAL)") field(FTVL, "LONG") field(NELM, "5") }
record(ao, "SCANNED") { field(DTYP, "pydev") field(OUT, "@held(VAL)") field(SCAN, "10 second") }
record(ao, "BACK") { field(DTYP, "pydev") field(OUT, "@held(0)") info(Q:group, {"G": {"back": {+channel: "VAL"}}}) }
"""
LINKS = """
record(ao, "PP") { field(OUT, "AO PP") }
record(ao, "NPP") { field(OUT, "AO") }
record(ao, "CA") { field(OUT, "AO CA") }
record(ao, "PVA") { field(OUT, {"pva": "AO"}) }
record(ao, "LNK") { field(OUT, "BETWEEN.PROC") field(FLNK, "BETWEEN") }
record(dfanout, "DF") { field(OUTA, "AO PP") }
record(seq, "SEQ") { field(DOL1, "2") field(LNK1, "AO PP") }
"""
gate = threading.Event()


def held(value: Any) -> Any:
    """What the records' code calls: it comes back when the test opens the gate."""
    gate.wait(PATIENCE)
    return value


@pytest.fixture
def served(serve: Serve) -> Iterator[Served]:
    gate.clear()
    yield serve(DB + LINKS, "from tests.pva.test_stored import held")
    gate.set()


def native(value: Any) -> Any:
    """The value of an update or a get: number, text, list, index of a state."""
    value = value.value
    if hasattr(value, "changedSet"):
        value = value["index"]
    return value.tolist() if hasattr(value, "tolist") else value


def test_a_put_is_read_while_the_code_runs_by_everybody(served: Served) -> None:
    for name, value in RECORDS.items():
        with served.watch(name) as watch, served.watch(f"{name}.VAL") as field:
            old = native(watch.next()), native(field.next())
            assert value not in old
            leaf = {"value.index": value} if name in ("BO", "MBBO") else value
            assert served.put(name, leaf) == "ok"
            assert native(served.get(name)) == native(served.get(f"{name}.VAL")) == value, name
            assert native(watch.next()) == native(field.next()) == value
            with p4p_context(served.environment) as other:
                assert native(other.get(name, timeout=PATIENCE)) == value
    assert served.get("AO.PACT").value == 1


@pytest.mark.parametrize("block", [True, False])
@pytest.mark.parametrize("process", [True, False, "passive"])
@pytest.mark.parametrize("name", ["AO", "SCANNED"])
def test_whichever_way_the_put_came(served: Served, name: str, process: object, block: bool) -> None:
    with served.watch(name) as watch, served.watch("G") as group:
        watch.next(), group.next()
        request = f"record[process={str(process).lower()},block={str(block).lower()}]"
        putting = threading.Thread(target=served.put, args=(name, 6.0), kwargs={"request": request})
        putting.start()
        assert watch.next().value == 6.0  # also before a put that waits is answered
        assert served.get(name).value == 6.0
        if name == "AO":
            assert group.next().ao.value == 6.0
            assert served.get("G").ao.value == 6.0
        gate.set()
        putting.join(PATIENCE)


def test_a_put_to_a_record_whose_code_runs(served: Served) -> None:
    with served.watch("AO") as watch:
        watch.next()
        for value in (1.0, 2.0, 3.0):
            served.put("AO", value)
            assert served.get("AO").value == watch.next().value == value


def test_puts_of_links_of_groups_and_of_the_shell(served: Served) -> None:
    with served.watch("AO") as watch, served.watch("G") as group:
        watch.next(), group.next()
        ways: dict[str, Callable[[float], object]] = {
            name: lambda value, name=name: served.put(name, value, wait=False)  # type: ignore[misc]
            for name in ("NPP", "CA", "PVA", "PP", "DF")
        }
        ways["group"] = lambda value: served.put("G", {"ao.value": value})
        ways["dbpf"] = lambda value: served.on_database(lambda: put_now(served.ioc.database.find("AO"), value))
        for value, (way, put) in enumerate(ways.items(), 1):
            put(float(value))
            assert watch.until(lambda update: "value" in update.changedSet()).value == value, way
            assert group.until(lambda update: "ao.value" in update.changedSet()).ao.value == value, way
            assert served.get("AO").value == served.get("G").ao.value == value, way
        served.put("SEQ.PROC", 1)
        assert watch.until(lambda update: update.value == 2.0)


def test_what_a_put_makes_of_other_fields_is_read_while_the_code_runs(served: Served) -> None:
    with served.watch("AO.OVAL") as output, served.watch("AO.UDF") as undefined:
        output.next(), undefined.next()
        served.put("AO", 100.0)  # beyond DRVH, and ramped by OROC
        assert served.get("AO").value == 8.0
        assert served.get("AO.OVAL").value == 1.0
        assert served.get("AO.UDF").value == 0


def test_what_the_code_sets_back_is_told_though_the_record_never_posted_the_put(served: Served) -> None:
    served.put("BACK", 9.0)
    with served.watch("BACK") as watch, served.watch("G") as group:  # one connects while the code runs
        assert watch.next().value == group.next().back.value == 9.0
        gate.set()
        assert watch.next().value == group.until(lambda update: update.back.value == 0).back.value == 0
        assert served.put("BACK", 9.0, wait=True) == "ok"  # and one is there before
        assert watch.next().value == 9.0
        assert watch.next().value == served.get("BACK").value == 0
        assert group.until(lambda update: update.back.value == 9)
        assert group.until(lambda update: update.back.value == 0)


def test_a_put_to_a_disabled_record_and_to_a_bit_of_a_value(serve: Serve) -> None:
    served = serve("""
        record(ao, "OFF") { field(DISA, "1") }
        record(mbboDirect, "BITS") { field(SCAN, "10 second") field(UDF, "0") }
    """)
    with served.watch("OFF") as off, served.watch("BITS") as bits:
        off.next(), bits.next()
        for wait in (True, False):
            for value in (1.0, 2.0, 3.0):
                served.put("OFF", value, wait=wait)
                assert served.get("OFF").value == value
            for bit in (1, 0):
                served.put("BITS.B3", bit, wait=wait)
                assert served.get("BITS").value == 8 * bit


def test_a_put_to_a_filtered_name_goes_through_its_filters(serve: Serve) -> None:
    served = serve("""
        record(waveform, "WF") { field(FTVL, "LONG") field(NELM, "5") field(SCAN, "10 second") }
        record(longout, "L") { field(UDF, "0") field(STAT, "NO_ALARM") field(SEVR, "NO_ALARM") }
    """)
    with served.watch("WF.[1:2]") as some, served.watch('L.{"dbnd":{"abs":5}}') as band:
        some.next(), band.next()
        served.put("WF", [1, 2, 3, 4])
        assert some.next().value.tolist() == served.get("WF.[1:2]").value.tolist() == [2, 3]
        served.put("L", 2)
        served.put("L", 9)
        assert band.next().value == 9


def test_a_put_that_is_processed_at_once_is_one_update(serve: Serve) -> None:
    served = serve("""
        record(ao, "AO") { info(Q:group, {"G": {"ao": {+channel: "VAL", +putorder: 1}}}) }
        record(waveform, "WF") { field(FTVL, "LONG") field(NELM, "5") }
        record(ao, "FROM") { field(OUT, "AO PP") }
    """)
    with served.watch("AO") as ao, served.watch("WF") as wf, served.watch("G") as group:
        ao.next(), wf.next(), group.next()
        for value in (1.0, 2.0):
            served.put("AO", value, wait=True)
            served.put("WF", [int(value)], wait=False)
            served.put("FROM", value + 10)
            served.put("G", {"ao.value": value + 20})
        assert [ao.next().value for _ in range(6)] == [1, 11, 21, 2, 12, 22]
        assert [native(wf.next()) for _ in range(2)] == [[1], [2]]
        assert [group.next().ao.value for _ in range(6)] == [1, 11, 21, 2, 12, 22]
        eventually(lambda: served.get("AO").value == 22, "the last")
        assert ao.pending() == wf.pending() == group.pending() == 0


def test_what_a_put_came_to_is_read_though_mdel_keeps_it_back(serve: Serve) -> None:
    deadband = {
        rtype: f'record({rtype}, "{rtype}") {{ field(MDEL, "5") field(ADEL, "9") {more} }}'
        for rtype, more in {
            "ai": "", "ao": "", "longin": "", "longout": "", "int64in": "", "int64out": "", "dfanout": "",
            "calc": 'field(CALC, "A")', "calcout": 'field(CALC, "A")', "sel": 'field(SELM, "High Signal")',
        }.items()
    }  # fmt: skip
    served = serve(
        "".join(deadband.values())
        + """
        record(longout, "FROM") { field(OUT, "BEHIND PP") field(FLNK, "LAST") }
        record(longout, "BEHIND") { field(MDEL, "5") info(Q:group, {"G": {"x": {+channel: "VAL", +putorder: 0}}}) }
        record(calc, "LAST") { field(INPA, "FROM") field(CALC, "A") field(MDEL, "5") }
        record(ai, "NAN") { field(MDEL, "nan") }
        record(ai, "PY") { field(DTYP, "pydev") field(INP, "@counted()") field(MDEL, "5") }
        """,
        "n = iter(range(9))\ndef counted(): return next(n)",
    )
    for name in [*deadband, "NAN"]:
        target = f"{name}.A" if name in ("calc", "calcout", "sel") else name
        with served.watch(name) as watch:
            watch.next()
            for value in (20, 21, 20, 19):
                assert served.put(target, value, wait=True) == "ok"
                if target != name and name == "sel":
                    served.put("sel.PROC", 1)
                assert served.get(name).value == value, name
            told = [watch.until(lambda update: update.value == 19)]
            assert told[0].changedSet() == {"value"}
            assert watch.pending() == 0
    with served.watch("BEHIND") as behind, served.watch("LAST") as last, served.watch("G") as group:
        behind.next(), last.next(), group.next()
        for value in (1, 2, 1):
            served.put("FROM", value)
            assert served.get("BEHIND").value == served.get("LAST").value == value
            assert behind.until(lambda update: "value" in update.changedSet()).value == value
            assert group.until(lambda update: "x.value" in update.changedSet()).x.value == value
        served.put("G", {"x.value": 3})
        assert served.get("G").x.value == served.get("BEHIND").value == 3
    with served.watch("PY"):
        for value in range(4):
            served.put("PY.PROC", 1, wait=True)
            assert served.get("PY").value == value


def test_a_table_that_is_not_processed(serve: Serve) -> None:
    served = serve('record(table, "T") { field(COLS, "x:float64") field(SCAN, "10 second") }')
    with served.watch("T") as watch:
        watch.next()
        for wait in (True, False):
            served.put("T", {"value.x": [1.0, float(wait)]}, wait=wait)
            assert served.get("T").value.x.tolist() == watch.next().value.x.tolist() == [1.0, float(wait)]


def test_a_negative_raw_value_is_read_as_the_unsigned_number_that_it_is(serve: Serve) -> None:
    served = serve("""
        record(mbbi, "CONSTANT") { field(DTYP, "Raw Soft Channel") field(INP, "-5") }
        record(mbbi, "LINKED") { field(DTYP, "Raw Soft Channel") field(INP, "L") }
        record(longout, "L") { field(VAL, "-5") }
    """)
    served.put("LINKED.PROC", 1)
    assert served.get("CONSTANT.RVAL").value == served.get("LINKED.RVAL").value == 2**32 - 5


def test_putf_is_shown_until_the_forward_link_is_reached(serve: Serve) -> None:
    clock = ManualClock()
    ioc = serve('record(throttle, "T") { field(OUT, "A") field(DLY, "5") } record(ao, "A") { }', clock=clock)
    assert ioc.put("T", 1) == "ok"
    assert ioc.get("T.PUTF").value == 0
    with ioc.client.monitor("T.PUTF", lambda _: None):
        assert ioc.put("T", 2) == "ok"
        assert ioc.get("T.PUTF").value == 1
        ioc.advance(5)
        assert (ioc.get("A").value, ioc.get("T.PUTF").value) == (2.0, 0)
