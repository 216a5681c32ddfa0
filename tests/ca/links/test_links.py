"""CA links of an IOC in this process to softIocPVX's Channel Access server: coming, going, and by which protocol."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pydevpva.ca.links.client import known
from pydevpva.ca.links.config import ca_config
from pydevpva.ca.links.link import CaLink
from pydevpva.engine.links.monitored import MonitoredLink
from pydevpva.engine.links.searched import SearchedLink
from pydevpva.engine.put import put_now
from pydevpva.errors import LoadError, PutError
from pydevpva.ioc import Ioc
from tests.ca.links.near_and_far import RESTARTS, far_ioc, our_ioc, wait_for
from tests.ioc_process import ROOT, ServerProcess, Starter, loopback

pytestmark = pytest.mark.process
Run = Callable[..., Ioc]
RECONNECT = 20.0  # seconds; libca looks for what was lost after up to 10 s, so that no storm begins


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """run(db, far): an IOC of ours that finds the far one by CA, or by PVA too."""
    with ExitStack() as stack:

        def start(db: str, far: ServerProcess, pva: bool = False, python: str = "") -> Ioc:
            names = ("EPICS_CA_", "EPICS_PVA_") if pva else ("EPICS_CA_",)
            own = loopback()
            if pva:
                own |= {f"EPICS_PVAS_{kind}_PORT": own[f"EPICS_PVA_{kind}_PORT"] for kind in ("SERVER", "BROADCAST")}
            environment = own | {k: v for k, v in far.environment.items() if k.startswith(names)}
            return stack.enter_context(our_ioc(tmp_path, db, environment, python))

        yield start


def put(ioc: Ioc, name: str, value: Any) -> None:
    """As a client would, without waiting for what completes later."""
    ioc.database.loop.call(lambda: put_now(ioc.database.find(name), value, None))


def read(ioc: Ioc, name: str) -> Any:
    return ioc.database.loop.call(lambda: ioc.database.find(name).get())


def shown(record: Any) -> tuple[Any, int]:
    return record.VAL, record.SEVR


def kept(link: Any) -> Any:
    """The link that a plain name came to."""
    assert isinstance(link, SearchedLink)
    return link.now


def test_a_link_without_a_far_end_is_invalid_recovers_and_is_invalid_again(start: Starter, run: Run) -> None:
    far = far_ioc(start, 'record(ao, "far") { field(VAL, "3") }')
    near = run('record(ai, "near") { field(INP, {ca: {pv: "far", proc: "CP"}}) }', far)
    wait_for(near, lambda r: shown(r["near"]) == (3.0, 0), "connected")
    far.kill()
    wait_for(near, lambda r: (*shown(r["near"]), r["near"].STAT, r["near"].AMSG) == (3.0, 3, 14, "field INP"), "lost")
    far_ioc(start, 'record(ao, "far") { field(VAL, "4") }', far)
    wait_for(near, lambda r: shown(r["near"]) == (4.0, 0), "connected again", RECONNECT)


def test_a_plain_name_is_found_by_channel_access_where_nobody_has_it_by_pvaccess(start: Starter, run: Run) -> None:
    far = far_ioc(start, 'record(ao, "far") { field(VAL, "3") }')
    near = run('record(ai, "near") { field(INP, "far CP") } record(ao, "out") { field(OUT, "far") }', far)
    wait_for(near, lambda r: shown(r["near"]) == (3.0, 0), "connected")
    assert isinstance(kept(near.database.records["near"].INP), CaLink)
    wait_for(near, lambda r: r["out"].OUT.connected(), "the other")
    put(near, "out", 5.0)
    wait_for(near, lambda r: r["near"].VAL == 5.0, "written and read")
    assert near.remote_links.pvs.all() == []  # nobody looks for it by PVAccess any more


def test_pvaccess_has_a_plain_name_that_both_answer(start: Starter, run: Run) -> None:
    far = start.softiocpvx('record(ao, "far") { field(VAL, "3") }')
    near = run(
        'record(ai, "near") { field(INP, "far CP") } record(ai, "ca") { field(INP, {ca: {pv: "far", proc: "CP"}}) }'
        'record(ai, "pva") { field(INP, {pva: {pv: "far", proc: "CP"}}) }',
        far,
        pva=True,
    )
    wait_for(near, lambda r: [shown(r[n]) for n in ("near", "ca", "pva")] == [(3.0, 0)] * 3, "connected")
    assert kept(near.database.records["near"].INP).protocol == "pva"
    assert near.database.records["ca"].INP.protocol == "ca"


def test_an_ioc_that_needs_no_channel_access_starts_no_client(start: Starter, run: Run) -> None:
    far = start.softiocpvx('record(ao, "far") { field(VAL, "3") }')
    near = run(
        'record(ai, "near") { field(INP, {pva: {pv: "far", proc: "CP"}}) }'
        'record(ai, "inside") { field(INP, {ca: {pv: "near", proc: "CP"}}) }'
        'record(ai, "cp") { field(INP, "near CP") }',
        far,
        pva=True,
    )
    wait_for(near, lambda r: shown(r["inside"]) == (3.0, 0), "connected")
    assert isinstance(near.database.records["inside"].INP, MonitoredLink)
    assert not near.ca_links.client.started
    assert not [thread.name for thread in threading.enumerate() if thread.name == "ca-links"]


def test_links_rest_while_the_ioc_is_paused(start: Starter, run: Run) -> None:
    far = far_ioc(start, 'record(ao, "far") { field(VAL, "1") }')
    near = run('record(ai, "near") { field(INP, "far CP") } record(ao, "out") { field(OUT, {ca: "far"}) }', far)
    wait_for(near, lambda r: r["near"].VAL == 1.0 and r["out"].OUT.connected(), "connected")
    near.database.loop.call(list, near.database.pause())
    put(near, "out", 2.0)
    wait_for(near, lambda r: r["near"].INP.get("DOUBLE") == 2.0, "the update")
    assert near.database.records["near"].VAL == 1.0
    near.database.loop.call(list, near.database.run())
    wait_for(near, lambda r: r["near"].VAL == 2.0, "processed after the pause")


def test_a_record_that_waits_for_its_put_ends_when_the_far_end_is_lost(start: Starter, run: Run) -> None:
    far = far_ioc(start, 'record(calcout, "slow") { field(ODLY, "1000") field(CALC, "A") }')
    near = run('record(ao, "near") { field(DTYP, "Async Soft Channel") field(OUT, {ca: "slow.A"}) }', far)
    wait_for(near, lambda r: r["near"].OUT.connected(), "connected")
    put(near, "near", 1.0)
    assert read(near, "near.PACT") == 1
    far.kill()
    wait_for(near, lambda r: r["near"].PACT == 0 and not r["near"].OUT.connected(), "end")
    with pytest.raises(PutError, match="near: processed, but reading or writing failed: INVALID LINK"):
        put(near, "near", 2.0)


def test_the_newest_of_many_fast_puts_arrives(start: Starter, run: Run) -> None:
    far = far_ioc(start, 'record(ao, "far") {}')
    near = run(
        'record(ao, "out") { field(OUT, {ca: "far"}) } record(ai, "in") { field(INP, {ca: {pv: "far", proc: "CP"}}) }',
        far,
    )
    wait_for(near, lambda r: r["out"].OUT.connected() and r["in"].SEVR == 0, "connected")
    for i in range(1000):
        put(near, "out", float(i))
    wait_for(near, lambda r: r["in"].VAL == 999.0, "the last value")


def test_a_forward_link_processes_its_far_end(start: Starter, run: Run) -> None:
    far = far_ioc(start, 'record(calc, "count") { field(CALC, "VAL+1") field(SCAN, "Event") }')
    near = run(
        'record(ao, "a") { field(FLNK, {ca: "count"}) } record(ao, "b") { field(FLNK, "count") }'
        'record(ai, "in") { field(INP, {ca: {pv: "count", proc: "CP"}}) }',
        far,
    )
    wait_for(near, lambda r: r["a"].FLNK.connected() and r["b"].FLNK.connected() and not r["in"].SEVR, "connected")
    put(near, "a", 1.0)
    wait_for(near, lambda r: r["in"].VAL == 1.0, "processed")
    put(near, "b", 1.0)
    wait_for(near, lambda r: r["in"].VAL == 2.0, "processed again")


def test_a_changed_link_text_leads_elsewhere(start: Starter, run: Run) -> None:
    far = far_ioc(start, 'record(ao, "a") { field(VAL, "1") } record(stringout, "b") { field(VAL, "2") }')
    near = run('record(ai, "near") { field(INP, "a CP") }', far)
    wait_for(near, lambda r: r["near"].VAL == 1.0, "the first")
    put(near, "near.INP", "b CP")
    wait_for(near, lambda r: r["near"].VAL == 2.0, "the second")
    put(near, "near.INP", "5")
    wait_for(near, lambda r: not near.ca_links.client.channels, "no channel")


def test_what_has_another_type_after_a_restart_is_read_as_that(start: Starter, run: Run) -> None:
    far = far_ioc(start, 'record(ao, "far") { field(VAL, "1.5") }')
    near = run('record(stringin, "near") { field(INP, "far CP") }', far)
    wait_for(near, lambda r: r["near"].VAL == "1.500000", "a number")
    far.kill()
    wait_for(near, lambda r: r["near"].SEVR == 3, "lost")
    far = far_ioc(start, 'record(bo, "far") { field(VAL, "1") field(ONAM, "on") }', far)
    wait_for(near, lambda r: shown(r["near"]) == ("on", 0), "a state", RECONNECT)
    far.kill()
    wait_for(near, lambda r: r["near"].SEVR == 3, "lost again")
    far_ioc(start, 'record(waveform, "far") { field(FTVL, "STRING") field(NELM, "3") field(INP, ["a"]) }', far)
    wait_for(near, lambda r: shown(r["near"]) == ("a", 0), "an array of texts", RECONNECT)


def test_an_array_of_four_mebibytes_goes_both_ways(start: Starter, run: Run) -> None:
    elements = 1 << 19
    wave = f'field(FTVL, "DOUBLE") field(NELM, "{elements}")'
    far = far_ioc(start, f'record(waveform, "far") {{ {wave} }}')
    near = run(
        f'record(waveform, "in") {{ {wave} field(INP, {{ca: {{pv: "far", proc: "CP"}}}}) }}'
        f'record(aao, "out") {{ {wave} field(OUT, {{ca: "far"}}) }}',
        far,
    )
    wait_for(near, lambda r: r["out"].OUT.connected(), "connected")
    put(near, "out", [float(i) for i in range(elements)])
    wait_for(
        near, lambda r: (len(r["in"].VAL), r["in"].SEVR) == (elements, 0) and r["in"].VAL[-1] == elements - 1, "it"
    )


def test_what_may_not_be_written_or_read_is_an_alarm(start: Starter, run: Run) -> None:
    acf = start.file("far.acf", "ASG(DEFAULT) { RULE(1, READ) }\nASG(CLOSED) { RULE(1, NONE) }\n")
    db = start.file("far.db", 'record(ao, "far") { } record(ao, "closed") { field(ASG, "CLOSED") }')
    script = start.file("far.cmd", f"asSetFilename {acf}\ndbLoadRecords {db}\niocInit\nepicsThreadSleep 100\n")
    far = start.command(sys.executable, ROOT / "tests/shell/real_iocsh.py", "--pvxs", script)
    near = run('record(ao, "out") { field(OUT, {ca: "far"}) } record(ai, "in") { field(INP, {ca: "closed"}) }', far)
    wait_for(near, lambda r: r["out"].OUT.connected() and r["in"].INP.connected(), "connected")
    with pytest.raises(PutError, match="INVALID LINK"):
        put(near, "out", 1.0)
    with pytest.raises(PutError, match="INVALID LINK"):
        put(near, "in.PROC", 1)


def figures() -> tuple[int, int, int]:
    """Threads, descriptors and kB of this process."""
    with open("/proc/self/statm") as statm:
        kilobytes = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")), kilobytes


@pytest.mark.timeout(400)
def test_ten_restarts_of_the_far_end_leave_nothing_behind(start: Starter, run: Run) -> None:
    db = "".join(f'record(ao, "far{i}") {{ field(VAL, "{i}") }}\n' for i in range(100))
    far = far_ioc(start, db)
    near = run(
        "".join(
            f'record(ai, "n{i}") {{ field(INP, "far{i} CP MS") }} record(ao, "o{i}") {{ field(OUT, "far{i} CA") }}\n'
            for i in range(100)
        ),
        far,
    )

    def all_there(records: dict[str, Any]) -> bool:
        return all(records[f"n{i}"].SEVR == 0 and records[f"o{i}"].OUT.connected() for i in range(100))

    wait_for(near, all_there, "connected")
    seen = []
    for _ in range(RESTARTS):
        far.kill()
        wait_for(near, lambda r: all(r[f"n{i}"].SEVR == 3 for i in range(100)), "lost")
        far = far_ioc(start, db, far)
        wait_for(near, all_there, "connected again", RECONNECT)
        seen.append(figures())
    threads, descriptors, kilobytes = zip(*seen, strict=True)
    assert max(threads[2:]) <= max(threads[:2])
    assert max(descriptors[2:]) <= max(descriptors[:2])
    assert kilobytes[-1] - kilobytes[2] < 2000, seen


def test_a_thousand_links_survive_a_restart_without_a_storm(
    start: Starter, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    db = "".join(f'record(ao, "far{i}") {{ field(VAL, "{i}") }}\n' for i in range(1000))
    far = far_ioc(start, db)
    near = run("".join(f'record(ai, "n{i}") {{ field(INP, "far{i} CP") }}\n' for i in range(1000)), far)

    def valid(records: dict[str, Any]) -> int:
        return sum(record.SEVR == 0 for record in records.values())

    wait_for(near, lambda r: valid(r) == 1000, "connected")
    far.kill()
    wait_for(near, lambda r: valid(r) == 0, "lost")
    before = time.process_time()
    far_ioc(start, db, far)
    wait_for(near, lambda r: valid(r) == 1000, "connected again", RECONNECT)
    assert time.process_time() - before < 5.0
    assert len([message for message in caplog.messages if "Virtual circuit disconnect" in message]) == 1
    assert near.remote_links.pvs.all() == []  # by PVAccess nobody looked for them


WRONG: list[tuple[Any, str]] = [
    ({"pv": "x", "prc": "CP"}, 'a ca link has no "prc"; did you mean proc?; choices: pv, proc, sevr, time'),
    ({"pv": "x", "proc": "CPX"}, "\"proc\" of a ca link: no 'CPX'; choices: \"NPP\", \"PP\", \"CP\", \"CPP\""),
    ({"pv": "x", "sevr": 1}, '"sevr" of a ca link: no 1; choices: "NMS", "MS", "MSI", "MSS"'),
    ({"pv": "x", "time": 1}, '"time" of a ca link: no 1; choices: false, true'),
    ({"proc": "CP"}, 'a ca link needs the name of its "pv"'),
    (5, 'a ca link is {"ca": "NAME"} or {"ca": {"pv": "NAME", ...}}'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "message"), WRONG)
def test_options_that_a_ca_link_has_not_are_refused_with_the_choices(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match="ca link") as caught:
        ca_config(value)
    assert str(caught.value) == message


def test_a_wrong_option_is_said_when_the_database_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_text('record(ai, "a") { field(INP, {ca: {proc: "CP"}}) }')
    with Ioc() as ioc, pytest.raises(LoadError, match=r'a\.INP: a ca link needs the name of its "pv"'):
        ioc.load_records(str(path))


def test_an_ioc_that_has_ended_is_forgotten(start: Starter, tmp_path: Path) -> None:
    far = far_ioc(start, 'record(ao, "far") { field(VAL, "3") }')
    environment = loopback() | {k: v for k, v in far.environment.items() if k.startswith("EPICS_CA_")}
    db = (
        'record(ai, "near") { field(INP, {ca: {pv: "far", proc: "CP"}}) } record(ao, "out") { field(OUT, {ca: "far"}) }'
    )
    before = len(known)
    for _ in range(3):
        with our_ioc(tmp_path, db, environment) as near:
            wait_for(near, lambda r: r["near"].SEVR == 0 and r["out"].OUT.connected(), "connected")
            assert len(known) > before
        assert len(known) == before
        assert "ca-links" not in [thread.name for thread in threading.enumerate()]


def test_what_a_soft_motor_moves_may_be_in_another_ioc(start: Starter, run: Run) -> None:
    far = 'record(ao, "go") { field(FLNK, "at") } record(calc, "at") { field(INPA, "go") field(CALC, "A") }'
    links = 'field(OUT, "go PP") field(RDBL, "at") field(URIP, "Yes")'
    ioc = run(f'record(motor, "m") {{ {links} field(RRES, "1") field(RTRY, "0") }}', far_ioc(start, far))
    wait_for(ioc, lambda r: r["m"].RDBL.connected() and r["m"].OUT.connected(), "connected")
    put(ioc, "m", 3)
    wait_for(ioc, lambda r: (r["m"].RBV, r["m"].DMOV) == (3.0, 1), "that it is there")


def test_a_pv_that_swait_names_may_be_in_another_ioc(start: Starter, run: Run) -> None:
    there = far_ioc(start, 'record(ao, "far") { field(VAL, "3") } record(ao, "result") {}')
    near = 'record(swait, "w") { field(CALC, "A+1") field(INAN, "far") field(OUTN, "result") field(SCAN, "I/O Intr") }'
    ioc = run(near + 'record(ai, "back") { field(INP, "result CP") }', there)
    wait_for(ioc, lambda r: (r["w"].VAL, r["w"].INAV, r["w"].OUTV) == (4.0, 0, 0), "its value")
    put(ioc, "w.PROC", 1)
    wait_for(ioc, lambda r: r["back"].VAL == 4.0, "what it writes")


def test_records_of_synapps_show_what_comes_and_goes_by_channel_access(start: Starter, run: Run) -> None:
    """Links and names that are put while the IOC runs: to this IOC, to the other, which goes and comes again."""
    there = far_ioc(start, 'record(ao, "far") { field(VAL, "3") }')
    ioc = run(
        """record(ao, "own") {} record(swait, "w") { field(CALC, "A+1") } record(throttle, "t") {} record(sseq, "s") {}
        record(scalcout, "sc") {} record(acalcout, "ac") {} record(transform, "tr") {} record(calcout, "c") {
        field(INPA, "far CP") }""",
        there,
        pva=True,
    )
    links = ("t.OUT", "t.SINP", "s.DOL1", "s.LNK1", "sc.INPA", "sc.INAA", "sc.OUT", "ac.INAA", "ac.OUT", "tr.INPA",
             "tr.OUTP")  # fmt: skip
    states = ("t.OV", "t.SIV", "s.DOL1V", "s.LNK1V", "sc.INAV", "sc.IAAV", "sc.OUTV", "ac.IAAV", "ac.OUTV", "tr.IAV",
              "tr.OPV")  # fmt: skip

    def become(state: int, names: tuple[str, ...] = states) -> None:
        fields = [name.split(".") for name in names]
        wait_for(ioc, lambda r: {getattr(r[name], field) for name, field in fields} == {state}, str(state), RECONNECT)

    def lead_to(name: str) -> None:
        for link in links:
            put(ioc, link, name)
        put(ioc, "w.INAN", name)
        put(ioc, "w.OUTN", name)

    become(3)
    lead_to("own")
    become(2)
    become(0, ("w.INAV", "w.OUTV"))
    lead_to("far")
    become(1, (*states, "c.INAV"))
    become(0, ("w.INAV", "w.OUTV"))
    put(ioc, "w.PROC", 1)
    wait_for(ioc, lambda r: shown(r["w"]) == (4.0, 0), "the far value")
    there.kill()
    become(0, (*states, "c.INAV"))
    become(1, ("w.INAV", "w.OUTV"))
    put(ioc, "w.PROC", 1)
    wait_for(ioc, lambda r: r["w"].SEVR == 3, "an alarm")
    far_ioc(start, 'record(ao, "far") { field(VAL, "5") }', there)
    become(1, (*states, "c.INAV"))
    become(0, ("w.INAV", "w.OUTV"))
    lead_to("")
    become(3)
    become(2, ("w.INAV", "w.OUTV"))
