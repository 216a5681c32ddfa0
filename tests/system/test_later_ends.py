"""The end of an IOC whose records await, and whose workers work: signals, and a client that leaves."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest
from p4p.client.thread import Context

from tests.clients import p4p_context
from tests.ioc_process import ServerProcess, Starter
from tests.local_ioc import eventually

WORK = """
import asyncio, os, time
import pydev
async def slow():
    try:
        pydev.iointr("begun", 1)
        await asyncio.sleep(1000)
    finally:
        await asyncio.sleep(0.01)
        print("the finally has run", flush=True)
@pydev.in_process
def pid(): return os.getpid()
@pydev.in_process
def sleep(): time.sleep(1000)
"""
DB = """
record(ao,"slow") { field(DTYP,"pydev") field(OUT,"@await slow()") }
record(ao,"pid") { field(DTYP,"pydev") field(OUT,"@pid()") }
record(ao,"busy") { field(DTYP,"pydev") field(OUT,"@sleep()") }
record(ao,"plain") { field(DTYP,"pydev") field(OUT,"@VAL+1") }
"""


@pytest.fixture
def ioc(start: Starter) -> ServerProcess:
    folder = start.file("later_work.py", WORK).parent
    startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'epicsEnvSet("PYDEV_NUM_PROCESSES","1")']
    return start.pydevpva(db=DB, startup=[*startup, 'pydev("from later_work import slow, pid, sleep")'])


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def _pid(client: Context) -> int:
    client.put("pid", {"value": 0}, wait=True, get=False, timeout=30)
    return int(client.get("pid")["value"])


def test_sigterm_answers_each_put_once_runs_finally_and_leaves_no_process(
    ioc: ServerProcess, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    client = p4p_client(ioc)
    worker = _pid(client)
    names, outcomes = ["slow", "busy"], list[object]()
    client.get(names)

    def put() -> None:
        outcomes.extend(client.put(names, [{"value": 1}] * 2, wait=True, get=False, timeout=20, throw=False))

    waiting = threading.Thread(target=put)
    waiting.start()
    ioc.wait_for(lambda: all(client.get(f"{name}.PACT")["value"] == 1 for name in names), "both under way")
    begin = time.monotonic()
    ioc.process.send_signal(signal.SIGTERM)
    assert ioc.process.wait(10) == 0
    assert time.monotonic() - begin < 2
    waiting.join(10)
    assert ["shutting down" in str(outcome) for outcome in outcomes] == [True, True], outcomes
    assert "the finally has run" in ioc.log
    eventually(lambda: not _is_alive(worker), "the worker has ended")


def test_a_worker_ends_with_an_ioc_that_is_killed(
    ioc: ServerProcess, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    worker = _pid(p4p_client(ioc))
    assert _is_alive(worker)
    ioc.kill()
    eventually(lambda: not _is_alive(worker), "the worker has ended")


def test_a_client_that_leaves_in_the_middle_leaves_a_record_that_goes_on(
    ioc: ServerProcess, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    client = p4p_client(ioc)
    with p4p_context(ioc.environment) as leaving:
        leaving.put("slow", {"value": 1}, wait=False, get=False)
        ioc.wait_for(lambda: client.get("slow.PACT")["value"] == 1, "the put is under way")
    assert client.get("slow.PACT")["value"] == 1
    client.put("plain", {"value": 1}, wait=True, get=False)
    assert client.get("plain")["value"] == 2
