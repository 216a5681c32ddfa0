"""An IOC with little address space, and one whose user code has used up the threads, starts, answers and ends."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from p4p.client.thread import RemoteError

from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, ServerProcess, Starter

MODULE = """
import _thread, sys, threading, time
def use_up_threads():
    number = 0
    try:
        while True:
            _thread.start_new_thread(time.sleep, (1000,))  # Thread.start waits for good for one that dies at its start
            number += 1
    except RuntimeError:
        return number
def stack():
    return threading.stack_size()
def hang():
    time.sleep(1000)
def deep_here():
    class Endless:
        def __repr__(self): return repr([self])
    results = []
    def work():
        try: repr(Endless())
        except RecursionError: results.append(1)
    thread = threading.Thread(target=work)
    thread.start(); thread.join()
    work()
    return len(results)
"""
CODES = ("use_up_threads()", "stack()", "deep_here()", "hang()")
DB = "".join(f'record(longin, "L:{c[:4]}") {{ field(DTYP, "pydev") field(INP, "@{c}") }}\n' for c in CODES)
LIMIT = 1_300_000 << 10  # bytes, as ulimit -v 1300000


@pytest.fixture
def ioc(start: Starter, tmp_path: Path) -> ServerProcess:
    (tmp_path / "room.py").write_text(MODULE)
    (tmp_path / "a.db").write_text(DB + 'record(ai, "L:x") { field(VAL, "3.5") }\n')
    (tmp_path / "st.cmd").write_text('pydev("from room import *")\ndbLoadRecords a.db\niocInit\n')
    command = f"ulimit -v {LIMIT >> 10}; exec {sys.executable} -m pydevpva -S --console c.sock st.cmd"
    return start.command("/bin/bash", "-c", f"cd {tmp_path}; {command}")


def test_it_ends_in_time_with_puts_answered(ioc: ServerProcess, tmp_path: Path) -> None:
    with p4p_context(ioc.environment) as client, ThreadPoolExecutor() as pool:
        assert client.get("L:x", timeout=PATIENCE)["value"] == 3.5
        for name, value in (("L:stac", 0), ("L:deep", 2)):
            client.put(f"{name}.PROC", 1, wait=True, timeout=PATIENCE)
            assert client.get(name, timeout=PATIENCE)["value"] == value
        client.put("L:use_.PROC", 1, wait=True, timeout=PATIENCE)
        assert client.get("L:use_", timeout=PATIENCE)["value"] > 0
        words = [sys.executable, "-m", "pydevpva", "--attach", "c.sock", "-c", "dbgf L:x"]
        refused = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
        assert refused.returncode in (1, 2)
        assert "can't start new thread" in refused.stderr
        waiting = pool.submit(client.put, "L:hang.PROC", 1, wait=True, timeout=PATIENCE)
        ioc.wait_for(lambda: not waiting.done() and _hangs(client), "put that waits")
        began = time.monotonic()
        assert ioc.terminate() == 0
        assert time.monotonic() - began < 3
        with pytest.raises(RemoteError, match="the IOC is shutting down"):
            waiting.result(PATIENCE)
    assert "Traceback" not in ioc.log


def _hangs(client: object) -> bool:
    return bool(client.get("L:hang.PACT")["value"])  # type: ignore[attr-defined]


def test_a_thread_that_cannot_be_started_is_an_error_that_says_why(tmp_path: Path) -> None:
    code = (
        "import resource, threading\n"
        "from pydevpva.threads import DeepThread, CannotStart\n"
        "size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (size + (1 << 20),) * 2)\n"
        "try: DeepThread(name='database').start()\n"
        "except CannotStart as error: print(error)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout == (
        "the database thread cannot be started: no memory or no thread is left for it (see ulimit -v and -u)\n"
    )
