"""DTYP "IOC stats" and its like: what the IOC tells of itself, compared with /proc and psutil."""

from __future__ import annotations

import os
import platform
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from pydevpva.clock import ManualClock
from pydevpva.ioc import Ioc
from pydevpva.loop import Loop
from pydevpva.pva.server import Server as PvaServer
from pydevpva.stats.statistics import Statistics
from pydevpva.stats.texts import PARAMETERS
from tests.ca.client import Client
from tests.clients import p4p_context
from tests.ioc_process import ServerProcess
from tests.local_ioc import Engine, StartEngine, eventually, running, served_ioc, written

Start = Callable[..., ServerProcess]


def ai(*names: str, scan: str = "I/O Intr") -> str:
    """Records named as what they show."""
    return "\n".join(
        f'record(ai, "{name}") {{ field(DTYP, "IOC stats") field(INP, "@{name}") field(SCAN, "{scan}") }}'
        for name in names
    )


def once(kind: str, *names: str) -> str:
    more = 'field(FTVL, "CHAR") field(NELM, "160")' if kind == "waveform" else ""
    return "\n".join(
        f'record({kind}, "{name}") {{ field(DTYP, "IOC stats") field(INP, "@{name}") field(PINI, "YES") {more} }}'
        for name in names
    )


def test_memory_is_that_of_proc(engine: StartEngine) -> None:
    ioc = engine(ai("allocated_bytes", "free_bytes", "total_bytes"))
    ioc.advance(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    lines = Path("/proc/meminfo").read_text().splitlines()
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    assert ioc.get("allocated_bytes") == pytest.approx(pages * os.sysconf("SC_PAGE_SIZE"), rel=0.1)
    assert ioc.get("total_bytes") == kilobytes["MemTotal"] * 1024
    free = sum(kilobytes[name] for name in ("MemFree", "Buffers", "Cached"))
    assert ioc.get("free_bytes") == pytest.approx(free * 1024, rel=0.1)


def test_a_group_is_read_once_in_its_period_and_at_the_beginning(engine: StartEngine) -> None:
    ioc = engine(ai("allocated_bytes", "fd"))
    ioc.advance(0)
    first, before = ioc.record("fd").TIME, ioc.get("allocated_bytes")
    kept = bytearray(os.urandom(1 << 20) * 64)
    ioc.advance(9.9)
    assert (ioc.record("fd").TIME, ioc.get("allocated_bytes")) == (first, before)
    ioc.advance(0.1)
    assert ioc.get("allocated_bytes") - before > len(kept) / 2
    assert ioc.record("fd").TIME - first == 10_000_000_000


def test_a_put_to_the_period_holds_from_the_next_time_on(engine: StartEngine) -> None:
    rate = 'record(ao, "rate") { field(DTYP, "IOC stats") field(OUT, "@fd_scan_rate") }'
    ioc = engine(ai("fd") + rate)
    ioc.advance(0)
    first = ioc.record("fd").TIME
    assert ioc.get("rate") == 10.0
    assert ioc.put("rate", 2.0) == "ok"
    ioc.advance(10)
    ioc.advance(2)
    assert ioc.record("fd").TIME - first == 12_000_000_000
    assert ioc.put("rate", -1.0) == "ok"
    assert ioc.get("rate") == 2.0


def test_descriptors_are_counted_as_they_are(engine: StartEngine) -> None:
    ioc = engine(ai("fd") + once("ai", "maxfd"))
    ioc.advance(0)
    before = ioc.get("fd")
    here, there = socket.socketpair()
    with here, there:
        ioc.advance(10)
        assert ioc.get("fd") == before + 2
        assert ioc.get("fd") == len(os.listdir("/proc/self/fd")) - 1  # the listing's own
    import resource

    assert ioc.get("maxfd") == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_the_load_of_the_ioc_is_that_of_its_process(engine: StartEngine) -> None:
    ioc = engine(ai("ioc_cpuload", "cpu", "sys_cpuload") + once("ai", "no_of_cpus"))
    ioc.advance(20)
    process = psutil.Process()
    began, used = time.monotonic(), sum(process.cpu_times()[:2])
    ioc.advance(20)  # of the clock; the load is of the time that has really gone by
    while time.monotonic() < began + 1.0:
        pass
    expected = 100 * (sum(process.cpu_times()[:2]) - used) / (time.monotonic() - began) / (os.cpu_count() or 1)
    ioc.advance(20)
    assert ioc.get("no_of_cpus") == psutil.cpu_count()
    assert ioc.get("ioc_cpuload") == pytest.approx(expected, rel=0.3)
    assert ioc.get("cpu") == ioc.get("ioc_cpuload")
    assert 0 < ioc.get("sys_cpuload") <= 101


def test_records_processes_and_versions_are_told(engine: StartEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINEER", "IOC team")
    monkeypatch.delenv("LOCATION", raising=False)
    ioc = engine(
        once("ai", "records", "proc_id", "parent_proc_id")
        + once("stringin", "kernel_ver", "epics_ver", "engineer", "location", "hostname")
        + 'record(ai, "more") { alias("other") }'
    )
    assert (ioc.get("records"), ioc.get("proc_id"), ioc.get("parent_proc_id")) == (10, os.getpid(), os.getppid())
    assert ioc.get("kernel_ver") == f"{platform.system()} {platform.release()} {platform.machine()}"
    assert ioc.get("epics_ver").startswith("EPICS R7.")
    assert (ioc.get("engineer"), ioc.get("location")) == ("IOC team", "<not available>")
    assert ioc.get("hostname") == socket.gethostname()


def test_a_long_path_is_told_whole_and_in_two_parts(
    tmp_path: Path, engine: StartEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a_folder_whose_name_is_longer_than_a_stringin"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("STARTUP", "/ioc/top")
    monkeypatch.setenv("ST_CMD", "st.cmd")
    ioc = engine(
        once("stringin", "pwd1", "pwd2", "startup_script_1", "startup_script_2")
        + once("waveform", "pwd", "startup_script")
    )
    path = str(folder)
    assert (ioc.get("pwd1"), ioc.get("pwd2")) == (path[:39], path[39:78])
    assert bytes(ioc.get("pwd")).decode() == path + "\0"
    assert ioc.get("pwd.NORD") == len(path) + 1
    assert (ioc.get("startup_script_1"), ioc.get("startup_script_2")) == ("/ioc/top/st.cmd", "")


def test_up_time_counts_days() -> None:
    now = [5.0]
    statistics = Statistics(Loop("test", clock=lambda: now[0]))
    shown = {5.9: "00:00:00", 3728.0: "01:02:03", 90128.0: "1 day, 01:02:03", 176528.0: "2 days, 01:02:03"}
    for now[0], text in shown.items():
        assert statistics.value("up_time") == text


def test_up_time_is_that_of_the_moment_it_is_processed(engine: StartEngine) -> None:
    ioc = engine('record(stringin, "up") { field(DTYP, "IOC stats") field(INP, "@up_time") field(SCAN, "1 second") }')
    ioc.advance(65)
    assert ioc.get("up") == "00:01:05"


def test_what_only_other_systems_have_says_so(engine: StartEngine) -> None:
    ioc = engine(
        ai("min_data_mbuf") + 'record(ai, "c") { field(DTYP, "IOC stats clusts") field(INP, "@clust_info 0 1 2") }'
    )
    ioc.advance(0)
    assert ioc.alarm("min_data_mbuf") == ("INVALID", "READ", "only vxWorks and RTEMS have that")
    ioc.put("c.PROC", 1)
    assert ioc.alarm("c") == ("INVALID", "READ", "only vxWorks and RTEMS have clusters")


def test_a_figure_that_is_none_is_named_with_its_place_and_the_like(
    engine: StartEngine, caplog: pytest.LogCaptureFixture
) -> None:
    ioc = engine('record(ai, "x") { field(DTYP, "IOC stats") field(INP, "@ca_client") field(PINI, "YES") }')
    assert 'x.INP: "@ca_client" is nothing IOC stats knows; did you mean ca_clients' in caplog.text
    assert "test.db:1:" in caplog.text
    assert ioc.alarm("x") == ("INVALID", "READ", 'nothing is known as "ca_client"')


def test_variables_and_parameters_of_epics(engine: StartEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_VARIABLE", "here")
    monkeypatch.delenv("EPICS_CA_CONN_TMO", raising=False)
    monkeypatch.setenv("EPICS_CA_MCAST_TTL", "3")
    named = {
        "a": "TEST_VARIABLE",
        "b": "TEST_NONE",
        "c": "EPICS_CA_CONN_TMO",
        "d": "EPICS_CA_MCAST_TTL",
        "e": "EPICS_X",
    }
    ioc = engine(
        "\n".join(
            f'record(stringin, "{name}") {{ field(DTYP, "IOC {"env" if name in "ab" else "epics"} var") '
            f'field(INP, "@{variable}") field(PINI, "YES") }}'
            for name, variable in named.items()
        )
    )
    assert [ioc.get(name) for name in named] == ["here", "<not available>", "30.0", "3", "<undefined>"]
    assert ioc.alarm("e")[:2] == ("INVALID", "UDF")


def test_clients_and_channels_of_both_protocols_are_counted(tmp_path: Path) -> None:
    names = [
        "ca_clients",
        "ca_connections",
        "pva_clients",
        "pva_channels",
        "channel_access_clients",
        "channel_access_channels",
    ]
    with served_ioc(tmp_path, ai(*names), clock=ManualClock()) as ioc, Client(ioc.environment) as ca:
        ca.channel("ca_clients")
        with ioc.watch("pva_clients"), p4p_context(ioc.environment) as other:
            other.get("ca_clients")
            ioc.advance(15)
            assert [ioc.read(name) for name in names] == [3, 3, 2, 2, 1, 1]
        eventually(
            lambda: isinstance(ioc.ioc.server, PvaServer) and ioc.ioc.server.clients_and_channels()[0] == 1, "left"
        )


def test_queues_have_no_limit_and_so_no_percentage(engine: StartEngine) -> None:
    ioc = engine(
        once("ai", "scanOnceQueueSize", "cbQueueSize")
        + ai("scanOnceQueueUsed", "cbLowQueueOverruns")
        + 'record(calc, "percent") { field(INPA, "scanOnceQueueUsed MS") field(INPB, "scanOnceQueueSize MS") '
        'field(CALC, "100*A/B") }'
    )
    ioc.advance(1)
    ioc.put("percent.PROC", 1)
    assert ioc.get("scanOnceQueueSize") == float("inf")
    assert (ioc.get("percent"), ioc.alarm("percent")[0]) == (0.0, "NO_ALARM")
    assert ioc.alarm("cbLowQueueOverruns")[0] == "NO_ALARM"


# ---- our own ----


def test_python_that_waits_runs_and_was_slow_is_told(tmp_path: Path) -> None:
    db = 'record(ai, "slow") { field(DTYP, "pydev") field(INP, "@gate.wait(20)") }'
    with running(tmp_path, db, "import threading; gate = threading.Event()") as ioc:
        engine = Engine(ioc)
        statistics = ioc.database.services.statistics
        read = statistics._read
        engine.process("slow")
        eventually(ioc.evaluator.running, "the code runs")
        for _ in range(2):
            ioc.database.loop.call(ioc.evaluator.submit, time.time, (), lambda result, error: None)
        told = read(["python_queue", "python_running", "python_running_seconds", "python_running_since"])
        assert (told["python_queue"], told["python_running"]) == (2, "<slow.INP>")
        assert told["python_running_seconds"] > 0  # type: ignore[operator]
        assert str(told["python_running_since"])[:10] == time.strftime("%m/%d/%Y")
        ioc.run_python("gate.set()")
        engine.until("slow.PACT", lambda active: not active)
        eventually(lambda: ioc.evaluator.count() == 3, "all has been run")
        told = read(["python_running", "python_slowest", "python_slowest_seconds", "python_count"])
        assert (told["python_running"], told["python_slowest"], told["python_count"]) == ("", "<slow.INP>", 3)
        assert told["python_slowest_seconds"] > 0  # type: ignore[operator]


@contextmanager
def with_our_own(folder: Path, db: str = "", save: str = "") -> Iterator[Engine]:
    """An IOC with pydevpvaStats.db and some records."""
    clock = ManualClock()
    with Ioc(False, clock) as ioc:
        ioc.load_records(written(folder / "x.db", db))
        ioc.load_records("pydevpvaStats.db", {"IOC": "T"})
        if save:
            ioc.simple_save.begin(save)
        ioc.init()
        yield Engine(ioc, clock)


def test_the_database_of_our_own_figures_is_found_by_its_name(tmp_path: Path) -> None:
    with with_our_own(tmp_path) as ioc:
        ioc.advance(1)
        assert [name for name in ioc.ioc.database.records if ioc.get(f"{name}.SEVR") != 0] == []
        assert (ioc.get("T:SCANS_SKIPPED"), ioc.get("T:AUTOSAVE_STATE")) == (0, "nothing is saved")


def test_a_sites_own_database_of_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "pydevpvaStats.db", 'record(ai, "mine") { }')
    with with_our_own(tmp_path) as ioc:
        assert list(ioc.ioc.database.records) == ["mine"]


def test_what_is_saved_is_told(tmp_path: Path) -> None:
    db = 'record(ao, "x") { info(autosaveFields, "VAL") }'
    with with_our_own(tmp_path, db, str(tmp_path / "saved")) as ioc:
        ioc.put("x", 3.0)
        ioc.advance(3)
        assert (ioc.get("T:AUTOSAVE_SETS"), ioc.get("T:AUTOSAVE_FAILING"), ioc.get("T:AUTOSAVE_STATE")) == (1, 0, "Ok")


def test_a_set_that_cannot_be_saved_raises_an_alarm(tmp_path: Path) -> None:
    db = 'record(ao, "x") { info(autosaveFields, "VAL") }'
    with with_our_own(tmp_path, db, str(tmp_path / "saved")) as ioc:
        for path in (tmp_path / "saved").iterdir():
            path.unlink()
        (tmp_path / "saved").rmdir()
        written(tmp_path / "saved", "no folder")
        ioc.put("x", 3.0)
        ioc.advance(3)
        assert ioc.get("T:AUTOSAVE_FAILING") == 1
        assert ioc.alarm("T:AUTOSAVE_FAILING")[0] == "MAJOR"


def test_values_that_gave_way_to_newer_ones_are_counted(tmp_path: Path) -> None:
    db = 'record(longin, "i") { field(DTYP, "pydev") field(INP, "@pydev.iointr(\'e\')") field(SCAN, "I/O Intr") }'
    with with_our_own(tmp_path, db) as ioc:
        events = ioc.ioc.evaluator.events
        events.backlog = 1

        def many() -> None:
            for number in range(10):
                events.publish("e", number)

        ioc.call(many)
        ioc.advance(1)
        assert ioc.get("T:EVENTS_COALESCED") == events.coalesced() > 0


# ---- their cost ----


def test_figures_are_read_on_a_thread_of_their_own(engine: StartEngine) -> None:
    ioc = engine(ai("fd"))
    seen: list[str] = []

    def source() -> float:
        seen.append(threading.current_thread().name)
        return 1.0

    ioc.ioc.database.services.statistics.offer("fd", {"fd": source})
    ioc.advance(10)
    assert set(seen) == {"iocstats"}


def test_a_figure_that_cannot_be_read_says_why(engine: StartEngine) -> None:
    ioc = engine(ai("fd"))

    def source() -> float:
        raise PermissionError("/proc is closed")

    ioc.ioc.database.services.statistics.offer("fd", {"fd": source})
    ioc.advance(10)
    assert ioc.alarm("fd") == ("INVALID", "READ", "PermissionError: /proc is closed")


def test_reading_all_figures_once_a_second_takes_less_than_half_a_per_cent_of_a_core(engine: StartEngine) -> None:
    statistics = engine(ai("fd")).ioc.database.services.statistics
    names = [name for name, (group, _) in statistics._sources.items() if group in statistics.periods]
    statistics._read(names)
    began = time.thread_time()
    for _ in range(50):
        statistics._read(names)
    assert (time.thread_time() - began) / 50 < 0.005


def test_each_parameter_of_epics_has_its_record_in_the_database_that_iocstats_builds() -> None:
    ioc = Ioc(False)
    ioc.load_records("siteEnvVars.db", {"IOCNAME": "X"})
    shown = {name: instance.fields["INP"].text for name, instance in ioc.instances.items()}
    others = {"EPICS_BUILD_TARGET_ARCH", "EPICS_ALLOW_POSIX_THREAD_PRIORITY_SCHEDULING", "EPICS_ABORT_ON_ASSERT"}
    parameters = {name for name in PARAMETERS if name.startswith("EPICS_")} - others
    assert shown == {f"X:{name[6:]}": f"@{name}" for name in parameters}
