"""The prompt on a real terminal."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.ioc_process import loopback


@pytest.fixture
def prompt(tmp_path: Path) -> Iterator[pexpect.spawn]:
    (tmp_path / "a.db").write_text('record(ai, "LAB:Temperature") { field(VAL, "3.5") }\n')
    environment = {**os.environ, **loopback(), "HOME": str(tmp_path), "TERM": "xterm", "NO_COLOR": "1"}
    child = pexpect.spawn(
        sys.executable, ["-m", "pydevpva", "-d", "a.db"], cwd=tmp_path, env=environment, encoding="utf-8", timeout=20,
        dimensions=(24, 120),
    )  # fmt: skip
    child.expect("epics>")
    yield child
    child.close(force=True)


def test_names_are_completed_and_the_history_is_kept(prompt: pexpect.spawn, tmp_path: Path) -> None:
    prompt.send("dbgf LAB:Tem\t")
    prompt.expect("perature")
    prompt.send("\r")
    prompt.expect(r"DBF_DOUBLE:         3\.5")
    prompt.expect("epics>")
    prompt.send("exit\r")
    prompt.expect(pexpect.EOF)
    prompt.wait()
    assert prompt.exitstatus == 0
    assert "+dbgf LAB:Temperature" in (tmp_path / ".pydevpva_history").read_text()


def test_a_line_that_is_pasted_with_its_tab_is_run_as_it_is_shown(prompt: pexpect.spawn) -> None:
    prompt.send("dbgf LAB:Tem\t\r")
    prompt.expect(r"DBF_DOUBLE:         3\.5")


def test_ctrl_c_ends_the_command_and_not_the_ioc(prompt: pexpect.spawn) -> None:
    prompt.send("pydev(\"import time; print('be' + 'gun'); time.sleep(1000)\")\r")
    prompt.expect("begun")
    prompt.sendintr()
    prompt.expect("interrupted")
    prompt.expect("epics>")
    prompt.send('pydev("6*7")\r')
    prompt.expect("42")


def test_ctrl_d_asks_once(prompt: pexpect.spawn) -> None:
    prompt.sendeof()
    prompt.expect("Ctrl-D once more, or exit, ends the IOC")
    prompt.expect("epics>")
    prompt.sendeof()
    prompt.expect(pexpect.EOF)
    prompt.wait()
    assert prompt.exitstatus == 0


def test_sigterm_at_the_prompt_ends_the_ioc_with_status_0(prompt: pexpect.spawn) -> None:
    prompt.send("dbgf LAB")
    prompt.expect("LAB")
    prompt.kill(signal.SIGTERM)
    prompt.expect(pexpect.EOF, timeout=3)
    prompt.wait()
    assert (prompt.exitstatus, prompt.signalstatus) == (0, None)


def test_messages_appear_above_what_is_being_typed(prompt: pexpect.spawn) -> None:
    code = "import threading; threading.Timer(0.2, lambda: print('a mess' + 'age')).start()"
    prompt.send(f'pydev("{code}")\r')
    prompt.send("dbgf LAB:Tem")
    prompt.expect("a message")
    prompt.send("\t")
    prompt.expect("perature")
    prompt.send("\r")
    prompt.expect(r"DBF_DOUBLE:         3\.5")


def test_the_arguments_of_the_command_are_shown_below_the_line(prompt: pexpect.spawn) -> None:
    prompt.send("dbpf LAB")
    prompt.expect(r"dbpf\(record name, value\)  Put a value")


def test_python_goes_on_over_lines_until_its_quote_is_closed(prompt: pexpect.spawn) -> None:
    prompt.send('pydev("a = 20\r')
    prompt.expect(r"\.\.\.>")
    prompt.send('a + a + 2")\r')
    prompt.expect(r"42\r\n")


def test_ctrl_r_finds_an_earlier_line_and_enter_runs_it(prompt: pexpect.spawn) -> None:
    prompt.send("dbgf LAB:Temperature\r")
    prompt.expect(r"DBF_DOUBLE")
    prompt.expect("epics>")
    prompt.send("\x12Temp")
    prompt.expect("reverse-i-search")
    prompt.send("\r")
    prompt.expect(r"DBF_DOUBLE:         3\.5")
