"""No thread of an IOC takes the processor from the others: all have the system's usual scheduling."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, Starter

SETTING = "EPICS_ALLOW_POSIX_THREAD_PRIORITY_SCHEDULING"


def policies(pid: int) -> set[int]:
    return {os.sched_getscheduler(int(task.name)) for task in Path(f"/proc/{pid}/task").iterdir()}


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="the system tells no scheduling")
def test_no_thread_of_an_ioc_has_real_time_scheduling(start: Starter) -> None:
    db = start.file("a.db", 'record(ai, "S:x") { field(VAL, "1") }')
    server = start.command("/usr/bin/env", "-u", SETTING, sys.executable, "-m", "pydevpva", "-S", "-d", db)
    with p4p_context(server.environment) as client:
        assert client.get("S:x", timeout=PATIENCE)["value"] == 1  # so that the network's threads are there
        assert policies(server.process.pid) == {os.SCHED_OTHER}
