"""Attached consoles when something goes wrong: interrupts that go astray, no files, no threads, nobody there."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from pydevpva.shell.attach.frames import ERR, HELLO, INTERRUPT, OUT, STATUS, frame, received
from tests.ioc_process import ServerProcess, Starter

CLIENT = [sys.executable, "-c", "from pydevpva.cli import shell_main; shell_main()", "--attach", "c.sock", "-c"]
DB = 'record(ai, "LAB:x") { field(VAL, "3.5") }\n'
WATCHED = """
pydev("
import os, threading, time
seen = []
def short_threads():
    while True:
        try:
            thread = threading.Thread(target=time.sleep, args=(0.002,))
            thread.start()
            thread.join()
        except BaseException as error:
            seen.append(repr(error))
threading.excepthook = lambda args: seen.append(repr(args))
for _ in range(3):
    threading.Thread(target=short_threads, daemon=True).start()
held = []
def take_files(until):
    while not os.path.exists(until):
        try:
            held.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            time.sleep(0.01)
    while held:
        os.close(held.pop())
")
"""


@pytest.fixture
def ioc(start: Starter, tmp_path: Path) -> ServerProcess:
    (tmp_path / "a.db").write_text(DB)
    (tmp_path / "st.cmd").write_text(WATCHED + "dbLoadRecords a.db\niocInit\n")
    return start.pydevpva("-S", "--console", "c.sock", "st.cmd", cwd=tmp_path)


def attached(folder: Path, line: str, interrupt: bool = False) -> tuple[str, str]:
    """What a terminal that runs one command gets: (output, status). In this process: 2,000 of them are quick."""
    hello = {"mode": "command", "log": False, "command": line, "size": [24, 80], "term": "", "colour": False}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(folder / "c.sock"))
        with suppress(ConnectionError):  # refused already
            connection.sendall(frame(HELLO, json.dumps(hello).encode()) + (frame(INTERRUPT) if interrupt else b""))
        text = ""
        for kind, payload in received(connection):
            if kind == STATUS:
                return text, payload.decode()
            text += payload.decode() if kind in (OUT, ERR) else ""
    return text, "gone"


def command(folder: Path, line: str, stdout: str = "") -> subprocess.CompletedProcess[str]:
    words = [*CLIENT, line]
    if stdout:
        with open(stdout, "w") as file:
            return subprocess.run(words, cwd=folder, stdout=file, stderr=-1, text=True, timeout=30, check=False)
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=30, check=False)


def test_2000_commands_that_fail_interrupt_nobody(ioc: ServerProcess, tmp_path: Path) -> None:
    for number in range(2000):
        text, status = attached(tmp_path, "dbgf NOPE", interrupt=number % 4 == 0)
        assert (status, text) == ("1", "PV 'NOPE' not found\n") or (number % 4 == 0 and "nterrupt" in text)
    assert attached(tmp_path, 'pydev("print(seen)")') == ("[]\n", "0")
    assert "KeyboardInterrupt" not in ioc.log
    assert attached(tmp_path, 'errlog "the log goes on"')[1] == "0"
    ioc.wait_log("the log goes on")


def test_without_files_a_console_is_refused_and_later_taken_in(ioc: ServerProcess, tmp_path: Path) -> None:
    resource.prlimit(ioc.process.pid, resource.RLIMIT_NOFILE, (100, 20000))
    attached(tmp_path, "pydev(\"threading.Thread(target=take_files, args=('enough',)).start()\")")

    def refused() -> bool:
        return "Too many open files" in attached(tmp_path, "dbgf LAB:x")[0]

    ioc.wait_for(refused, "refused console")
    ended = command(tmp_path, "dbgf LAB:x")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "the IOC has no file left: Too many open files" in ended.stderr
    (tmp_path / "enough").touch()
    ioc.wait_for(lambda: attached(tmp_path, "dbgf LAB:x")[1] == "0", "console that is taken in again")
    assert ioc.log.count("nobody can attach until the IOC closes some") == 1


def test_a_stopped_ioc_and_one_that_takes_nobody_in_are_errors_within_seconds(
    ioc: ServerProcess, tmp_path: Path
) -> None:
    ioc.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        ended = command(tmp_path, "dbgf LAB:x")
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "c.sock: no answer within 5 s; the IOC there is stopped, or hangs" in ended.stderr
        assert time.monotonic() - began < 15
    finally:
        ioc.process.send_signal(signal.SIGCONT)
    assert command(tmp_path, "dbgf LAB:x").returncode == 0


def test_a_full_disk_behind_a_redirection_is_an_error_of_the_command(ioc: ServerProcess, tmp_path: Path) -> None:
    ended = command(tmp_path, "dbl > /dev/full")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "Can't write '/dev/full': No space left on device\n"
    here = command(tmp_path, "dbl", stdout="/dev/full")
    assert (here.returncode, here.stderr) == (1, "stdout: No space left on device\n")
    assert command(tmp_path, "dbgf LAB:x").returncode == 0


def test_a_command_prints_a_text_of_any_size(ioc: ServerProcess, tmp_path: Path) -> None:
    ended = command(tmp_path, "pydev(\"print('x' * 3_000_000, chr(0xd800))\")")
    assert (ended.returncode, ended.stdout) == (0, "x" * 3_000_000 + " \\ud800\n")


def test_a_name_that_is_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    words = [*CLIENT[:3], "--attach", "x" * 200, "-c", "dbl"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    assert "too long" in ended.stderr
    words = [sys.executable, "-m", "pydevpva", "-S", "--console", "x" * 200, "-x", "A"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=30, env=os.environ, check=False)
    assert ended.returncode == 2
    assert "too long" in ended.stderr
