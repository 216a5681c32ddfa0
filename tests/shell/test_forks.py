"""Children that user code forks: their signals, sockets and ends are their own, and the IOC goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, ServerProcess, Starter

MODULE = """
import multiprocessing, os, signal, subprocess, sys, threading

def square(x): return x * x

def pool(method):
    with multiprocessing.get_context(method).Pool(2) as workers:
        return sum(workers.map(square, [1, 2]))

def on_a_thread(function, *args):
    results = []
    thread = threading.Thread(target=lambda: results.append(function(*args)))
    thread.start()
    thread.join()
    return results[0]

def child(work):
    "The exit status of a child, -N: ended by signal N."
    if (pid := os.fork()) == 0:
        work()
    return pid and os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def killed(number):
    pid = os.fork()
    while pid == 0:
        signal.pause()
    os.kill(pid, number)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def asleep():
    pid = os.fork()
    while pid == 0:
        signal.pause()
    return pid

def publishes():
    pydev.iointr("x", 1)
    os._exit(3)

def prepared():
    return subprocess.run(["true"], preexec_fn=lambda: None).returncode
"""
CASES = {
    "pool('fork')": 5,
    "on_a_thread(pool, 'fork')": 5,
    "pool('forkserver')": 5,
    "killed(15)": -15,
    "on_a_thread(killed, 15)": -15,
    "int(killed(2) in (1, -2))": 1,  # by KeyboardInterrupt, or before that
    "child(lambda: None)": 0,
    "child(lambda: sys.exit(7))": 7,
    "child(lambda: 1/0)": 1,
    "child(publishes)": 3,
    "prepared()": 0,
}
SETUP = ['pydev("from forking import *")', *(f'pydev("{case}")' for case in ("pool('fork')", "child(lambda: None)"))]


def database() -> str:
    records = [*CASES, "asleep()", "pydev.iointr('x')"]
    head = 'record(longin, "F:{}") {{ field(DTYP, "pydev") field(INP, "@{}") {} }}\n'
    return "".join(
        head.format(number, code, 'field(SCAN, "I/O Intr")' if "iointr" in code else "")
        for number, code in enumerate(records)
    )


@pytest.fixture(scope="module")
def ioc(start_once: Starter, tmp_path_factory: pytest.TempPathFactory) -> ServerProcess:
    folder = tmp_path_factory.mktemp("forks")
    (folder / "forking.py").write_text(MODULE)
    return start_once.pydevpva(db=database(), startup=SETUP, cwd=folder)


@pytest.mark.parametrize(("code", "value"), CASES.items())
def test_a_child_of_a_link_ends_as_it_does_elsewhere(ioc: ServerProcess, code: str, value: int) -> None:
    name = f"F:{list(CASES).index(code)}"
    with p4p_context(ioc.environment) as client:
        for _ in range(4):
            client.put(f"{name}.PROC", 1, wait=True)
            assert client.get(name)["value"] == value
    assert not ioc.ended()


def test_what_a_child_publishes_is_said_to_reach_nobody(ioc: ServerProcess) -> None:
    with p4p_context(ioc.environment) as client:
        client.put(f"F:{list(CASES).index('child(publishes)')}.PROC", 1, wait=True)
    ioc.wait_log("a child of the IOC: no record hears it; return values to the parent, which publishes them")


def test_a_child_that_stays_keeps_no_port_and_no_console(start: Starter, tmp_path: Path) -> None:
    (tmp_path / "forking.py").write_text(MODULE)
    (tmp_path / "a.db").write_text('record(longin, "F:stays") { field(DTYP, "pydev") field(INP, "@asleep()") }')
    (tmp_path / "st.cmd").write_text('pydev("from forking import *")\ndbLoadRecords a.db\niocInit\n')
    arguments = ["--console", "c.sock", "st.cmd"]
    first = start.pydevpva(*arguments, cwd=tmp_path)
    with p4p_context(first.environment) as client:
        client.put("F:stays.PROC", 1, wait=True)
        child = int(client.get("F:stays")["value"])
        try:
            first.kill()
            os.kill(child, 0)
            second = start.pydevpva(*arguments, cwd=tmp_path, env=first.environment, serving=False)
            second.wait_log("All initialization complete")
            assert f"TCP port {first.environment['EPICS_PVA_SERVER_PORT']}," in second.log
            assert "is taken" not in second.log
            assert client.get("F:stays", timeout=PATIENCE)["value"] == 0
        finally:
            os.kill(child, signal.SIGKILL)


def test_processes_of_multiprocessing_end_with_the_ioc(start: Starter, tmp_path: Path) -> None:
    code = "import time, multiprocessing as m; p = m.get_context('fork').Process(target=time.sleep, args=(600,))"
    server = start.pydevpva(db='record(ai, "F:x") {}', startup=[f"pydev(\"{code}; p.start(); print('child', p.pid)\")"])
    child = int(next(line for line in server.log.splitlines() if line.startswith("child ")).split()[1])
    os.kill(child, 0)
    assert server.terminate() == 0

    def is_gone() -> bool:
        try:
            return Path(f"/proc/{child}/stat").read_text().split()[2] == "Z"
        except FileNotFoundError:
            return True

    other = start.pydevpva(db='record(ai, "F:x") {}')
    other.wait_for(is_gone, "end of the child")
