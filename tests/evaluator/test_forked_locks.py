"""A child that is forked while another thread is in one of the evaluator's locks does not wait for it for ever."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, signal, sys, threading

from pydevpva.evaluator.evaluator import Evaluator

evaluator = Evaluator()
later, moments, processes = evaluator.later, evaluator.pydev.moments, evaluator.processes
held, over = threading.Event(), threading.Event()


def hold():
    with {lock}:
        held.set()
        over.wait()


async def task():
    pass


thread = threading.Thread(target=hold)
thread.start()
held.wait()
child = os.fork()
if child == 0:
    signal.alarm(10)  # at the latest
    try:
        {work}
    except Exception as error:
        print(type(error).__name__, flush=True)
    os._exit(0)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
over.set()
thread.join()
sys.exit(status)
"""
CASES = {
    "processes._lock": ("processes.submit('os', 'getcwd', (), {})", "Stopped"),
    "later._naming": ("later.start(task())", "Stopped"),
    "later._async._starting": ("later.loop", "Stopped"),
    "moments._changes": ("evaluator.pydev.at_exit(print)", ""),
}


@pytest.mark.parametrize("lock", CASES)
def test_a_child_does_not_wait_for_a_lock_of_its_parents(lock: str, tmp_path: Path) -> None:
    work, told = CASES[lock]
    program = PROGRAM.format(lock=lock, work=work)
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout.strip()) == (0, told), ran.stderr
