"""No thread of an IOC takes the processor from the others, but the database thread where it is asked for."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, Starter

SETTING = "EPICS_ALLOW_POSIX_THREAD_PRIORITY_SCHEDULING"


def tasks(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/task").iterdir())


def policies(pid: int) -> set[int]:
    return {os.sched_getscheduler(int(task.name)) for task in tasks(pid)}


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="the system tells no scheduling")
def test_no_thread_of_an_ioc_has_real_time_scheduling(start: Starter) -> None:
    db = start.file("a.db", 'record(ai, "S:x") { field(VAL, "1") }')
    server = start.command("/usr/bin/env", "-u", SETTING, sys.executable, "-m", "pydevpva", "-S", "-d", db)
    with p4p_context(server.environment) as client:
        assert client.get("S:x", timeout=PATIENCE)["value"] == 1  # so that the network's threads are there
        assert policies(server.process.pid) == {os.SCHED_OTHER}


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells no names of threads")
def test_threads_have_names_for_who_looks_at_the_process(start: Starter) -> None:
    server = start.pydevpva(db='record(ai, "S:x") { field(DTYP,"pydev") field(INP,"@1") field(PINI,"YES") }')
    names = {(task / "comm").read_text().strip() for task in tasks(server.process.pid)}
    assert {"database", "evaluator", "ca"} <= names


REALTIME = ("-m", "pydevpva", "--realtime", "-S", "-d")
DB = 'record(ai, "S:x") { field(DTYP,"pydev") field(INP,"@1") field(PINI,"YES") }'


def refused(start: Starter, *without: str) -> str:
    """What an IOC says that lacks a capability, and ends."""
    db = start.file("a.db", DB)
    limits = 'ulimit -r 0 && ulimit -l 64 && exec setpriv "$0" "$@"'
    server = start.command("/bin/sh", "-c", limits, *without, sys.executable, *REALTIME, db, serving=False)
    assert server.ended(within=PATIENCE)
    assert server.process.returncode == 2
    return server.log


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs the right to real-time scheduling")
def test_realtime_is_for_the_database_thread_and_no_other(start: Starter) -> None:
    server = start.command(sys.executable, *REALTIME, start.file("a.db", DB))
    with p4p_context(server.environment) as client:
        assert client.get("S:x", timeout=PATIENCE)["value"] == 1
        found = sorted(os.sched_getscheduler(int(task.name)) for task in tasks(server.process.pid))
    assert found[-1] == os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
    assert set(found[:-1]) == {os.SCHED_OTHER}
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    assert int(status.split("VmLck:")[1].split()[0]) > 10_000  # kB


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
@pytest.mark.parametrize(
    ("right", "says"),
    [
        ("sys_nice", "no thread may have SCHED_FIFO with priority 49 (Operation not permitted); allow it with"),
        ("ipc_lock", "memory cannot be locked (Cannot allocate memory); allow it with LimitMEMLOCK=infinity"),
    ],
)  # fmt: skip
def test_realtime_is_refused_where_the_system_does_not_allow_it(start: Starter, right: str, says: str) -> None:
    assert f"ERROR: --realtime: {says}" in refused(start, f"--bounding-set=-{right}")
