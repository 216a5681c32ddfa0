"""`pydev` alone: a Python prompt, on the IOC's own terminal and on an attached one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from pydevpva.evaluator.prompted import is_open
from tests.ioc_process import Starter, loopback

DB = 'record(ai, "LAB:T") { field(DTYP, "pydev") field(INP, "@reading") }\n'
ATTACH = ["-c", "from pydevpva.cli import shell_main; shell_main()", "--attach", "c.sock"]


@pytest.fixture(params=["own", "attached"])
def prompt(request: pytest.FixtureRequest, tmp_path: Path, start: Starter) -> Iterator[pexpect.spawn]:
    """A terminal at `>>>`."""
    (tmp_path / "a.db").write_text(DB)
    environment = {**os.environ, **loopback(), "HOME": str(tmp_path), "TERM": "xterm", "NO_COLOR": "1"}
    arguments = ["-m", "pydevpva", "-d", "a.db"]
    if request.param == "attached":
        start.pydevpva("-S", "--console", "c.sock", "-d", "a.db", cwd=tmp_path, env={"HOME": str(tmp_path)})
        arguments = ATTACH
    child = pexpect.spawn(
        sys.executable, arguments, cwd=tmp_path, env=environment, encoding="utf-8", timeout=20, dimensions=(24, 120)
    )
    child.expect("epics>")
    child.send("pydev\r")
    child.expect("Ctrl-D goes back")
    child.expect(">>>")
    yield child
    child.kill(signal.SIGKILL)
    child.wait()
    child.close()


def typed(prompt: pexpect.spawn, *lines: str) -> None:
    for line in lines:
        prompt.send(f"{line}\r")


def test_values_are_shown_records_see_the_names_and_ctrl_d_goes_back(prompt: pexpect.spawn) -> None:
    typed(prompt, "reading = 17.25", "reading * 2")
    prompt.expect(r"34\.5\r\n")
    typed(prompt, "_ + 1")
    prompt.expect(r"35\.5\r\n")
    prompt.expect(">>>")
    prompt.sendeof()
    prompt.expect("epics>")
    typed(prompt, "dbpf LAB:T.PROC 1", "dbgf LAB:T")
    prompt.expect(r"DBF_DOUBLE: +17\.25")


def test_a_block_goes_on_until_a_blank_line(prompt: pexpect.spawn) -> None:
    typed(prompt, "def area(a, b):")
    prompt.expect(r"\.\.\.")
    typed(prompt, "    return a * b", "", "area(6, 7)")
    prompt.expect(r"42\r\n")


def test_await_outside_of_functions_and_what_is_printed_meanwhile(prompt: pexpect.spawn) -> None:
    typed(prompt, "import asyncio", "print('got', await asyncio.sleep(0.01, 40 + 2))")
    prompt.expect(r"got 42\r\n")
    typed(prompt, "await asyncio.gather(asyncio.sleep(0, 20 + 2), asyncio.sleep(0, 30 + 3))")
    prompt.expect(r"\[22, 33\]\r\n")


def test_ctrl_c_abandons_what_is_awaited_which_is_cancelled(prompt: pexpect.spawn) -> None:
    typed(prompt, "import asyncio", "async def wait():", "    try: print('be' + 'gun'); await asyncio.sleep(1000)")
    typed(prompt, "finally: ended.set()", "")  # the indentation is kept
    typed(prompt, "import threading; ended = threading.Event()", "await wait()")
    prompt.expect("begun\r\n")
    prompt.send("\x03")
    prompt.expect("KeyboardInterrupt")
    prompt.expect(">>>")
    typed(prompt, "'was ended', ended.wait(5)")
    prompt.expect(r"\('was ended', True\)\r\n")


def test_ctrl_c_ends_plain_code_and_a_line_that_is_typed(prompt: pexpect.spawn) -> None:
    typed(prompt, "while not print('be' + 'gun'):", "    while True: pass", "")
    prompt.expect("begun\r\n")
    prompt.send("\x03")
    prompt.expect("KeyboardInterrupt")
    prompt.expect(">>>")
    prompt.send("1 / 0")
    prompt.expect("1 / 0")
    prompt.send("\x03")
    prompt.expect("KeyboardInterrupt")
    typed(prompt, "6 * 7")
    prompt.expect(r"42\r\n")


def test_errors_are_told_as_python_does_and_the_prompt_stays(prompt: pexpect.spawn) -> None:
    typed(prompt, "1 / 0")
    prompt.expect(r"Traceback \(most recent call last\):\r\n  File \"<prompt 1>\", line 1")
    prompt.expect("ZeroDivisionError: division by zero")
    typed(prompt, "a = = b")
    prompt.expect(r"    a = = b\r\n +\^\r\nSyntaxError: invalid syntax")
    typed(prompt, "import sys; sys.exit(3)", "'still', 'there'")
    prompt.expect(r"\('still', 'there'\)\r\n")


def test_exit_goes_back_too(prompt: pexpect.spawn) -> None:
    typed(prompt, "exit()")
    prompt.expect("epics>")
    typed(prompt, "dbl")
    prompt.expect("LAB:T")


def test_names_are_completed_and_entries_are_remembered(prompt: pexpect.spawn, tmp_path: Path) -> None:
    typed(prompt, "long_name = 40")
    prompt.expect(">>>")
    prompt.send("long_na\t + 2\r")
    prompt.expect(r"42\r\n")
    prompt.expect(">>>")
    prompt.send("\x1b[A")
    prompt.expect(r"long_name \+ 2")
    prompt.sendcontrol("u")
    prompt.sendeof()
    prompt.expect("epics>")
    assert "+long_name + 2" in (tmp_path / ".pydevpva_history_python").read_text()


@pytest.mark.parametrize("script", [True, False])
def test_in_a_script_and_a_pipe_it_says_how_it_is_used(tmp_path: Path, script: bool) -> None:
    (tmp_path / "st.cmd").write_text("pydev\n")
    words = [sys.executable, "-c", ATTACH[1], *(["st.cmd"] if script else [])]
    environment = {**os.environ, **loopback()}
    ended = subprocess.run(
        words, cwd=tmp_path, env=environment, input="" if script else "pydev\n", capture_output=True, text=True,
        timeout=30, check=False,
    )  # fmt: skip
    assert 'Usage: pydev("code")' in ended.stderr
    assert ">>>" not in ended.stdout


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("1 + 1", False),
        ("(1 +", True),
        ("'''a", True),
        ("if a:", True),
        ("if a:\n    b", True),
        ("if a:\n    b\n    ", False),
        ("a = 1\nif a:", True),
        ("async with a:", True),
        ("await a", False),
        ("a = = b", False),
        ("", False),
    ],
)
def test_what_goes_on_over_lines(text: str, more: bool) -> None:
    assert is_open(text) is more
