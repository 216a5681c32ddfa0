"""PVA links: what becomes of them when the far end is not there, local ones, options, structured values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pydevpva.engine.links.broken import BrokenLink
from pydevpva.engine.put import put_now
from pydevpva.errors import LoadError, PutError
from pydevpva.ioc import Ioc
from pydevpva.pva.links.config import link_config
from pydevpva.pva.links.link import PvaLink
from pydevpva.pva.links.local import LocalLink
from tests.ioc_process import PATIENCE, loopback
from tests.local_ioc import eventually

RECONNECT_SECONDS = 10.0
Run = Callable[..., Ioc]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """run(db, environment, python="") starts an IOC; `environment` as another one's, to be found in its place."""
    with ExitStack() as stack:

        def start(db: str, environment: dict[str, str] | None = None, far: Ioc | None = None, python: str = "") -> Ioc:
            path = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
            path.write_text(db)
            ioc = Ioc()
            ioc.environment.update(environment or loopback())
            if far is not None:
                ioc.environment.update(searching(far.environment, ioc.environment))
            if python:
                ioc.run_python(python)
            ioc.load_records(str(path))
            stack.callback(ioc.stop)
            ioc.init()
            return ioc

        yield start


def searching(far: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    """Serve on the own ports and search on those of another: at a name server pvxs knocks every 10 s only."""
    serve = {f"EPICS_PVAS_{kind}_PORT": own[f"EPICS_PVA_{kind}_PORT"] for kind in ("SERVER", "BROADCAST")}
    return serve | {f"EPICS_PVA_{kind}_PORT": far[f"EPICS_PVA_{kind}_PORT"] for kind in ("SERVER", "BROADCAST")}


def wait_for(ioc: Ioc, condition: Callable[[dict[str, Any]], object], what: str, patience: float = PATIENCE) -> None:
    """Return when the condition of the records holds."""
    eventually(lambda: ioc.database.loop.call(condition, ioc.database.records), what, patience)


def put(ioc: Ioc, name: str, value: Any, process: bool | None = None) -> None:
    """As a client would, without waiting for Python."""
    ioc.database.loop.call(lambda: put_now(ioc.database.find(name), value, process))


def link(ioc: Ioc, record: str, field: str) -> Any:
    return getattr(ioc.database.records[record], field)


def test_a_link_without_a_far_end_is_invalid_recovers_and_is_invalid_again(run: Run) -> None:
    far = run('record(ao, "far") { field(VAL, "3") }')
    near = run('record(ai, "near") { field(INP, {pva: {pv: "far", proc: "CP"}}) }', far=far)
    wait_for(near, lambda r: (r["near"].VAL, r["near"].SEVR) == (3.0, 0), "connected")
    far.stop()
    wait_for(near, lambda r: (r["near"].VAL, r["near"].SEVR, r["near"].AMSG) == (3.0, 3, "INP Disconn"), "lost")
    run('record(ao, "far") { field(VAL, "4") }', far.environment)
    wait_for(near, lambda r: (r["near"].VAL, r["near"].SEVR) == (4.0, 0), "connected again")


def test_a_plain_name_of_no_record_here_is_a_link_to_another_ioc(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    far = run(
        'record(ao, "far") { field(HIGH, "5") field(HSV, "MINOR") } record(calc, "count") { field(CALC, "VAL+1") }'
    )
    near = run(
        """record(ai, "near") { field(INP, "far CP MS") } record(ao, "out") { field(OUT, "far") field(FLNK, "count") }
        record(ai, "typo") { field(INP, "near.VALL") }""",
        far=far,
    )
    wait_for(near, lambda r: r["out"].FLNK.connected(), "out.FLNK")
    put_when_connected(near, "out", 6.0)
    wait_for(near, lambda r: (r["near"].VAL, r["near"].SEVR) == (6.0, 1), "value and alarm")
    wait_for(far, lambda r: r["count"].VAL == 1.0, "forward link")
    assert [message for message in caplog.messages if "LINK/INVALID" in message] == [
        "typo.INP is LINK/INVALID: no field VALL in ai record near; did you mean VAL or SVAL or RVAL?"
    ]
    assert isinstance(link(near, "typo", "INP"), BrokenLink)


def put_when_connected(ioc: Ioc, name: str, value: Any) -> None:
    wait_for(ioc, lambda r: r[name].OUT.connected(), f"{name}.OUT")
    put(ioc, name, value)


def test_a_put_with_retry_is_sent_when_the_far_end_comes(run: Run) -> None:
    environment = loopback()
    near = run(
        'record(ao, "keeps") { field(OUT, {pva: {pv: "a", retry: true}}) }'
        'record(ao, "drops") { field(OUT, {pva: "b"}) }',
        {**loopback(), **searching(environment, loopback())},
    )
    put(near, "keeps", 1.0)
    put(near, "keeps", 2.0)
    with pytest.raises(PutError, match="drops: processed, but reading or writing failed: INVALID LINK"):
        put(near, "drops", 1.0)
    assert (near.database.records["keeps"].SEVR, near.database.records["drops"].SEVR) == (0, 3)
    far = run('record(ao, "a") {} record(ao, "b") {}', environment)
    wait_for(far, lambda r: r["a"].VAL == 2.0, "the newest value")
    wait_for(near, lambda r: r["drops"].OUT.connected(), "the other link")
    assert far.database.records["b"].VAL == 0.0


def test_a_record_that_waits_for_its_put_ends_when_the_far_end_is_lost(run: Run) -> None:
    far = run(
        'record(longout, "slow") { field(DTYP, "pydev") field(OUT, "@gate.wait()") }',
        python="import threading\ngate = threading.Event()",
    )
    near = run('record(longout, "near") { field(DTYP, "Async Soft Channel") field(OUT, {pva: "slow"}) }', far=far)
    put_when_connected(near, "near", 1)
    assert near.database.records["near"].PACT == 1
    far.run_python("gate.set()")
    wait_for(near, lambda r: r["near"].PACT == 0, "completion")
    far.run_python("gate.clear()")
    put(near, "near", 2)
    far.stop()
    wait_for(near, lambda r: r["near"].PACT == 0, "end")
    far.run_python("gate.set()")


def test_the_newest_of_many_fast_puts_arrives(run: Run) -> None:
    far = run('record(ao, "far") {}')
    near = run('record(ao, "near") { field(OUT, {pva: "far"}) }', far=far)
    wait_for(near, lambda r: r["near"].OUT.connected(), "connected")
    for i in range(300):
        put(near, "near", float(i))
    wait_for(far, lambda r: r["far"].VAL == 299.0, "the last value")


@pytest.mark.long
def test_a_thousand_links_reconnect_after_a_restart(run: Run) -> None:
    there = "".join(f'record(ao, "far{i}") {{ field(VAL, "{i}") }}\n' for i in range(1000))
    here = "".join(f'record(ai, "n{i}") {{ field(INP, {{pva: {{pv: "far{i}", proc: "CP"}}}}) }}\n' for i in range(1000))
    far = run(there)
    near = run(here, far=far)

    def valid(records: dict[str, Any]) -> int:
        return sum(record.SEVR == 0 for record in records.values())

    wait_for(near, lambda r: valid(r) == 1000, "connected")
    far.stop()
    wait_for(near, lambda r: valid(r) == 0, "lost")
    run(there, far.environment)
    wait_for(near, lambda r: valid(r) == 1000, "connected again", RECONNECT_SECONDS)


LOCAL = """
record(ao, "target") { field(HIGH, "5") field(HSV, "MINOR") field(FLNK, "count") }
record(calc, "count") { field(CALC, "VAL+1") }
record(calc, "scanned") { field(CALC, "VAL+1") field(SCAN, "Event") }
record(ai, "in") { field(INP, {pva: {pv: "target", proc: "CP", sevr: "MS", time: true}}) field(TSE, "-2") }
record(ao, "out") { field(OUT, {pva: "target"}) }
record(ao, "npp") { field(OUT, {pva: {pv: "target", proc: "NPP"}}) }
record(ao, "forward") { field(FLNK, {pva: "scanned"}) }
record(ai, "must") { field(INP, {pva: {pv: "elsewhere", local: true}}) }
record(ai, "group") { field(INP, {pva: {pv: "g", field: "a", proc: "CP"}}) }
record(ao, "member") { info(Q:group, {"g": {"a": {+channel: "VAL"}}}) }
"""


def test_a_link_to_a_record_of_the_own_ioc_stays_inside(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    ioc = run(LOCAL)
    assert isinstance(link(ioc, "in", "INP"), LocalLink)
    assert isinstance(link(ioc, "group", "INP"), PvaLink)
    assert "must.INP: a link with local:true needs a record of this IOC, not elsewhere" in caplog.messages
    put(ioc, "out", 6.0)
    wait_for(ioc, lambda r: (r["in"].VAL, r["in"].SEVR, r["in"].TIME) == (6.0, 1, r["target"].TIME), "CP")
    wait_for(ioc, lambda r: r["count"].VAL == 1.0, "processed")
    put(ioc, "npp", 7.0)
    wait_for(ioc, lambda r: r["target"].VAL == 7.0, "not processed")
    assert ioc.database.records["count"].VAL == 1.0
    put(ioc, "forward", 1.0)
    wait_for(ioc, lambda r: r["scanned"].VAL == 1.0, "forward link")
    put(ioc, "member", 8.0)
    wait_for(ioc, lambda r: r["group"].VAL == 8.0, "a group of the own IOC, by the network")


def test_units_and_precision_of_an_input_are_those_of_the_far_end(run: Run) -> None:
    far = run('record(ao, "far") { field(EGU, "mm") field(PREC, "3") }')
    near = run('record(calc, "near") { field(INPA, {pva: "far"}) field(CALC, "A") }', far=far)
    wait_for(near, lambda r: r["near"].INPA.connected(), "connected")
    assert (link(near, "near", "INPA").units(), link(near, "near", "INPA").precision()) == ("mm", 3)
    assert link(near, "near", "INPA").source() == ("DOUBLE", 1)


def test_printf_shows_ivls_for_an_empty_array_of_another_ioc(run: Run) -> None:
    far = run('record(waveform, "far") { field(FTVL, "DOUBLE") field(NELM, "5") }')
    near = run(
        'record(printf, "near") { field(FMT, "%d %s") field(IVLS, "none")'
        ' field(INP0, {pva: "far"}) field(INP1, {pva: "far"}) }',
        far=far,
    )
    wait_for(near, lambda r: r["near"].INP0.connected() and r["near"].INP1.connected(), "connected")
    put(near, "near.PROC", 1)
    assert near.database.loop.call(lambda: near.database.records["near"].VAL) == "none none"


def test_a_changed_link_text_leads_elsewhere(run: Run) -> None:
    far = run('record(ao, "a") { field(VAL, "1") } record(ao, "b") { field(VAL, "2") }')
    near = run('record(ai, "near") { field(INP, {pva: {pv: "a", proc: "CP"}}) }', far=far)
    wait_for(near, lambda r: r["near"].VAL == 1.0, "the first")
    put(near, "near.INP", '{pva: {pv: "b", proc: "CP"}}')
    wait_for(near, lambda r: r["near"].VAL == 2.0, "the second")
    assert [pv.name for pv in near.remote_links.pvs.all()] == ["b"]


def test_the_calc_records_of_synapps_read_and_write_records_of_another_ioc(run: Run) -> None:
    far = run(
        """record(ao, "number") { field(VAL, "2") } record(stringout, "text") { field(VAL, "two") }
        record(waveform, "array") { field(FTVL, "DOUBLE") field(NELM, "3") field(INP, [1, 2, 3]) }
        record(mbbo, "choice") { field(ZRST, "none") field(ONST, "two") }"""
    )
    near = run(
        """record(scalcout, "s") { field(CALC, "AA") field(INAA, "text CP") field(OUT, "choice") field(WAIT, "Wait") }
        record(acalcout, "a") { field(CALC, "AA*10") field(NELM, "3") field(INAA, "array CP") }
        record(transform, "t") { field(CLCB, "A+1") }""",
        far=far,
    )
    put(near, "t.INPA", "number CP")
    put(near, "t.OUTB", "number")
    wait_for(near, lambda r: (r["s"].IAAV, r["s"].OUTV, r["a"].IAAV, r["t"].IAV, r["t"].OBV) == (1,) * 5, "Ext PV OK")
    put(near, "s.PROC", 1)
    put(near, "a.PROC", 1)
    wait_for(far, lambda r: r["choice"].VAL == 1, "the text as a state")
    wait_for(
        near,
        lambda r: (r["s"].SVAL, r["s"].PACT, r["a"].get("AVAL").tolist()) == ("two", 0, [10.0, 20.0, 30.0]),
        "read",
    )
    put(near, "t.INPA", "")
    put(near, "t.A", 41)
    wait_for(far, lambda r: r["number"].VAL == 42.0, "written")


def test_tables_and_images_of_others_reach_python_as_they_are(run: Run) -> None:
    far = run(
        """record(table, "far:table") { field(DTYP, "pydev") field(INP, "@{'x': [1.5, 2.5], 'n': ['a', 'b']}")
            field(PINI, "YES") }
        record(ndarray, "far:image") { field(DTYP, "pydev") field(INP, "@np.arange(6, dtype='u2').reshape(2, 3)")
            field(PINI, "YES") }""",
        python="import numpy as np",
    )
    near = run(
        """record(ndarray, "image") { field(DTYP, "pydev") field(INP, "@note('image', A)")
            field(INPA, {pva: {pv: "far:image", proc: "CP"}}) }
        record(table, "table") { field(DTYP, "pydev") field(INP, "@note('table', A)")
            field(INPA, {pva: {pv: "far:table", proc: "CP"}}) }
        record(waveform, "pixels") { field(FTVL, "LONG") field(NELM, "10")
            field(INP, {pva: {pv: "far:image", proc: "CP"}}) }
        """,
        far=far,
        python="seen = {}\ndef note(what, value):\n    seen[what] = value\n    return value",
    )
    wait_for(near, lambda r: len(near.run_python("seen")) == 2, "both")  # type: ignore[arg-type]
    seen: Any = near.run_python("seen")
    assert seen["image"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert {name: list(column) for name, column in seen["table"].items()} == {"x": [1.5, 2.5], "n": ["a", "b"]}
    wait_for(near, lambda r: r["pixels"].VAL.tolist() == [0, 1, 2, 3, 4, 5], "the pixels in a waveform")


WRONG: list[tuple[Any, str]] = [
    ({"pv": "x", "prc": "CP"}, 'a pva link has no "prc"; did you mean proc?; choices: pv, field, proc, sevr, time,'
     " monorder, Q, pipeline, defer, retry, local, always, atomic"),
    ({"pv": "x", "proc": "CPX"}, '"proc" of a pva link: no "CPX"; choices: "NPP", "PP", "CP", "CPP", true, false'),
    ({"pv": "x", "sevr": 3}, '"sevr" of a pva link must be one of its choices, not 3'),
    ({"pv": "x", "time": "yes"}, "\"time\" of a pva link must be a bool, not 'yes'"),
    ({"proc": "CP"}, 'a pva link needs the name of its "pv"'),
    (5, 'a pva link is {"pva": "NAME"} or {"pva": {"pv": "NAME", ...}}'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "message"), WRONG)
def test_options_that_a_pva_link_has_not_are_refused_with_the_choices(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match="pva") as caught:
        link_config(value)
    assert str(caught.value) == message


def test_a_wrong_option_is_said_when_the_database_is_loaded(run: Run) -> None:
    with pytest.raises(LoadError, match=r'a\.INP: a pva link needs the name of its "pv"'):
        run('record(ai, "a") { field(INP, {pva: {proc: "CP"}}) }')


def test_every_option_of_the_schema_is_taken() -> None:
    options = link_config(
        {"pv": "x", "field": "a.b", "Q": 0, "proc": None, "sevr": True, "time": True, "monorder": 5000, "defer": True,
         "retry": True, "pipeline": True, "always": True, "atomic": True, "local": None}
    )  # fmt: skip
    assert (options.Q, options.proc, options.sevr, options.monorder, options.local) == (1, "", "MS", 1024, False)
    assert (link_config("x").proc, link_config({"pv": "x", "proc": False}).proc) == ("", "NPP")
    assert link_config({"pv": "x", "sevr": "MSS"}).sevr == "MS"


def test_links_rest_while_the_ioc_is_paused(run: Run) -> None:
    far = run('record(ao, "far") { field(VAL, "1") }')
    near = run('record(ai, "near") { field(INP, {pva: {pv: "far", proc: "CP"}}) }', far=far)
    wait_for(near, lambda r: r["near"].VAL == 1.0, "connected")
    near.database.loop.call(list, near.database.pause())
    put(far, "far", 2.0)
    wait_for(near, lambda r: r["near"].INP.get("DOUBLE") == 2.0, "the update")
    assert near.database.records["near"].VAL == 1.0
    near.database.loop.call(list, near.database.run())
    wait_for(near, lambda r: r["near"].VAL == 2.0, "processed after the pause")


def test_pvs_that_swait_names_may_be_in_another_ioc(run: Run) -> None:
    far = run('record(ao, "far") { field(VAL, "3") } record(busy, "work") {}')
    near = run(
        'record(swait, "w") { field(CALC, "A+1") field(INAN, "far") field(OUTN, "work") field(SCAN, "I/O Intr") }'
        ' record(swait, "lost") { field(INAN, "nowhere") }',
        far=far,
    )
    wait_for(near, lambda r: (r["w"].VAL, r["w"].INAV, r["w"].SEVR) == (4.0, 0, 0), "its first value")
    put(far, "far", 0)
    wait_for(near, lambda r: r["w"].VAL == 1.0, "its change")
    wait_for(far, lambda r: r["work"].VAL == 1, "what it writes")
    assert near.database.loop.call(lambda: near.database.records["lost"].INAV) == 1
    far.stop()
    wait_for(near, lambda r: r["w"].INAV == 1, "the loss")


def test_what_a_soft_motor_moves_may_be_in_another_ioc(run: Run) -> None:
    far = run('record(ao, "go") {} record(ao, "at") { field(VAL, "1") } record(bo, "done") { field(VAL, "1") }')
    near = run(
        'record(motor, "m") { field(OUT, "go PP") field(RDBL, "at") field(URIP, "Yes") field(RRES, "1")'
        ' field(MRES, "0.5") field(DINP, "done") field(RTRY, "0") field(VELO, "1") }',
        far=far,
    )
    wait_for(near, lambda r: (r["m"].VAL, r["m"].RBV) == (1.0, 1.0), "where it is")
    wait_for(near, lambda r: r["m"].RDBL.connected() and r["m"].OUT.connected(), "connected")
    put(near, "m", 3)
    wait_for(far, lambda r: r["go"].VAL == 3.0, "what it is to do")
    put(far, "done", 0)
    put(far, "at", 2)
    wait_for(near, lambda r: (r["m"].RBV, r["m"].MOVN, r["m"].DMOV) == (2.0, 1, 0), "that it moves")
    put(far, "at", 3)
    wait_for(near, lambda r: r["m"].RBV == 3.0, "its position")
    put(far, "done", 1)
    wait_for(near, lambda r: (r["m"].DMOV, r["m"].VAL) == (1, 3.0), "that it stands")


def test_records_of_synapps_show_whether_their_links_to_other_iocs_are_connected(run: Run) -> None:
    far = run('record(ao, "far") {} record(busy, "work") { field(HIGH, "0.2") }')
    near = run(
        'record(throttle, "t") { field(OUT, "far") }'
        ' record(sseq, "s") { field(DO1, "1") field(LNK1, "work") field(WAIT1, "Wait")'
        ' field(DO2, "5") field(LNK2, "far") }',
        far=far,
    )
    wait_for(near, lambda r: (r["t"].OV, r["s"].LNK1V, r["s"].LNK2V, r["s"].LT2) == (1, 1, 1, 10), "connected")
    put(near, "s.PROC", 1)
    wait_for(near, lambda r: r["s"].WTG1 == 1, "waiting")
    wait_for(near, lambda r: r["s"].BUSY == 0, "the end")
    wait_for(far, lambda r: r["far"].VAL == 5.0, "the second step")
    far.stop()
    wait_for(near, lambda r: (r["t"].OV, r["s"].LNK1V) == (0, 0), "lost")
