"""Users' functions for the beginning and the end, @pydev.at_start, at_running, at_exit, and atexit, in processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ioc_process import PATIENCE, Starter, loopback

SHELL = [sys.executable, "-c", "from pydevpva.cli import shell_main; shell_main()"]
PUMP = """
import atexit, os, sys, threading, time
import pydev

def say(text):
    os.write(1, f"[{text}]\\n".encode())

@pydev.at_start
def connect():
    say(f"connect {threading.current_thread().name}")

@pydev.at_running
def begin():
    say("running")

@pydev.at_exit
def valve():
    say("valve closed")

@pydev.at_exit
def pump():
    say("pump off")

atexit.register(say, "atexit")
"""
DB = 'record(longout, "P:x") { field(DTYP, "pydev") field(OUT, "@pump.say(\'wrote\')") field(PINI, "YES") }\n'
SCRIPT = 'pydev("import pump")\ndbLoadRecords p.db\niocInit\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pump.py").write_text(PUMP)
    (tmp_path / "p.db").write_text(DB)
    (tmp_path / "st.cmd").write_text(SCRIPT)
    return tmp_path


def said(text: str) -> list[str]:
    return re.findall(r"\[([a-z_ ]+)\]", text)  # the first may stand behind a prompt


def shell(folder: Path, stdin: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **loopback()}
    return subprocess.run(
        [*SHELL, "st.cmd"], cwd=folder, env=environment, input=stdin, capture_output=True, text=True, timeout=30
    )


@pytest.mark.parametrize("stdin", ["exit\n", ""], ids=["exit", "end of stdin"])
def test_functions_run_in_order_at_the_start_and_in_reverse_at_the_end(folder: Path, stdin: str) -> None:
    ended = shell(folder, stdin)
    words = said(ended.stdout)
    assert words[0] == "connect at_start"
    assert sorted(words[1:3]) == ["running", "wrote"], ended.stderr
    assert words[3:] == ["pump off", "valve closed", "atexit"]
    assert ended.returncode == 0


@pytest.fixture
def heard(request: pytest.FixtureRequest) -> Iterator[int]:
    """A signal that processes started now do not ignore: under nohup they would be born deaf to SIGHUP."""
    number: int = request.param
    before = signal.getsignal(number)
    signal.signal(number, before if callable(before) else signal.SIG_DFL)
    yield number
    signal.signal(number, before)


@pytest.mark.parametrize("heard", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], indirect=True)
def test_functions_run_when_a_signal_ends_the_ioc(folder: Path, start: Starter, heard: int) -> None:
    server = start.pydevpva("st.cmd", cwd=folder)
    server.wait_log("[running]")
    os.kill(server.process.pid, heard)
    assert server.process.wait(PATIENCE) == 0
    assert said(server.log)[-3:] == ["pump off", "valve closed", "atexit"]


HANGING = """
import threading, pydev
@pydev.at_exit
def last():
    say("last")
@pydev.at_exit(seconds=0.3)
def hangs():
    threading.Event().wait()
@pydev.at_exit
def fails():
    raise OSError("no answer")
"""


def test_a_function_that_hangs_is_told_and_left_and_one_that_fails_is_told(folder: Path) -> None:
    (folder / "pump.py").write_text(PUMP + HANGING)
    began = time.monotonic()
    ended = shell(folder, "exit\n")
    assert time.monotonic() - began < 20
    assert said(ended.stdout)[-4:] == ["last", "pump off", "valve closed", "atexit"]
    assert "ERROR pydev.at_exit: fails (" in ended.stderr
    assert "OSError: no answer" in ended.stderr
    assert "ERROR pydev.at_exit: hangs (" in ended.stderr
    assert "has not ended within 0.3 s: left to itself" in ended.stderr
    assert ended.returncode == 0


def test_hardware_is_left_safe_although_the_evaluator_hangs(folder: Path, start: Starter) -> None:
    hanging = 'record(bo, "P:hang") { field(DTYP, "pydev") field(OUT, "@pump.threading.Event().wait()") }\n'
    (folder / "p.db").write_text(DB + hanging)
    (folder / "st.cmd").write_text(SCRIPT + "dbpf P:hang 1\n")
    server = start.pydevpva("st.cmd", cwd=folder)
    server.wait_log("[running]")
    server.process.terminate()
    assert server.process.wait(PATIENCE) == 0
    assert said(server.log)[-3:] == ["pump off", "valve closed", "atexit"]


def test_a_second_signal_ends_at_once(folder: Path, start: Starter) -> None:
    slow = '@pydev.at_exit(seconds=60)\ndef slow():\n    say("slow begins")\n    threading.Event().wait()\n'
    (folder / "pump.py").write_text(PUMP + slow)
    server = start.pydevpva("st.cmd", cwd=folder)
    server.wait_log("[running]")
    server.process.terminate()
    server.wait_log("[slow begins]")
    server.process.terminate()
    assert server.process.wait(PATIENCE) == 1
