"""--console PATH and --attach PATH: several consoles of one IOC, on real terminals and without."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests.ioc_process import ServerProcess, Starter, loopback

CLIENT = ["-c", "from pydevpva.cli import shell_main; shell_main()", "--attach", "c.sock"]
DB = """
record(ai, "LAB:Temperature") { field(VAL, "3.5") }
record(bo, "LAB:Switch") { field(ZNAM, "off") field(ONAM, "on") }
record(ao, "LAB:Hangs") { field(DTYP, "pydev") field(OUT, "@hang()") }
"""
SETUP = 'pydev("import time; hang = lambda: time.sleep(1000); secret_name = 1")'
Terminal = Callable[[], pexpect.spawn]


@pytest.fixture(scope="module")
def ioc(start_once: Starter, tmp_path_factory: pytest.TempPathFactory) -> tuple[ServerProcess, Path]:
    folder = tmp_path_factory.mktemp("console")
    (folder / "a.db").write_text(DB)
    (folder / "st.cmd").write_text(f"{SETUP}\ndbLoadRecords a.db\niocInit\n")
    arguments = ["-S", "--console", "c.sock", "st.cmd"]
    return start_once.pydevpva(*arguments, cwd=folder, env={"HOME": str(folder)}), folder


@pytest.fixture
def terminal(ioc: tuple[ServerProcess, Path]) -> Iterator[Terminal]:
    """Attaches consoles, each on a terminal of its own, at the prompt."""
    children = []

    def attach() -> pexpect.spawn:
        environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
        child = pexpect.spawn(
            sys.executable, CLIENT, cwd=ioc[1], env=environment, encoding="utf-8", timeout=20, dimensions=(24, 120)
        )
        children.append(child)
        child.expect("epics>")
        return child

    yield attach
    for child in children:
        child.close(force=True)


def command(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, *CLIENT, "-c", line]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=30, check=False)


def test_one_command_gives_its_output_and_its_exit_status(ioc: tuple[ServerProcess, Path]) -> None:
    good, bad = command(ioc[1], "dbgf LAB:Temperature"), command(ioc[1], "dbgf LAB:Nothing")
    assert (good.returncode, good.stdout) == (0, "DBF_DOUBLE:         3.5       \n")
    assert (bad.returncode, bad.stdout) == (1, "PV 'LAB:Nothing' not found\n")


def test_one_command_of_python_that_fails_gives_1(ioc: tuple[ServerProcess, Path]) -> None:
    assert command(ioc[1], 'pydev("1/1")').returncode == 0
    bad = command(ioc[1], 'pydev("1/0")')
    assert (bad.returncode, bad.stderr.splitlines()[-1]) == (1, "ZeroDivisionError: division by zero")


def test_where_no_ioc_listens_the_exit_status_is_2(tmp_path: Path) -> None:
    ended = command(tmp_path, "dbl")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "an IOC listens there when it is started with --console c.sock" in ended.stderr


def test_lines_are_piped_in(ioc: tuple[ServerProcess, Path]) -> None:
    lines = 'pydev("1+1; \'two\'")\nsystem "echo from a program"\nnosuch\n'
    words = [sys.executable, *CLIENT]
    ended = subprocess.run(words, cwd=ioc[1], input=lines, capture_output=True, text=True, timeout=30, check=False)
    assert ended.stdout == "epics> 2\n'two'\nepics> from a program\nepics> epics> "
    assert "Command 'nosuch' not registered." in ended.stderr


def test_the_socket_is_for_its_owner_only(ioc: tuple[ServerProcess, Path]) -> None:
    mode = (ioc[1] / "c.sock").stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_refused_even_where_the_mode_lets_him_in(ioc: tuple[ServerProcess, Path]) -> None:
    path = ioc[1] / "c.sock"
    code = (
        "import os, socket, sys; s = socket.socket(socket.AF_UNIX); os.setuid(65534); s.connect('c.sock');"
        "print(s.recv(10))"
    )
    for folder in [path, *path.parents][1:-2]:
        folder.chmod(folder.stat().st_mode | 0o011)
    path.chmod(0o666)
    try:
        ended = subprocess.run([sys.executable, "-c", code], cwd=ioc[1], capture_output=True, text=True, timeout=30)
    finally:
        path.chmod(0o600)
    assert ended.stdout in ("b''\n", "") or "ConnectionResetError" in ended.stderr
    ioc[0].wait_log("user 65534 was refused")


def test_several_consoles_each_see_the_output_of_their_own_commands(terminal: Terminal) -> None:
    one, two = terminal(), terminal()
    one.send("pydev(\"print('for' + ' one')\")\r")
    one.expect("for one")
    two.send("pydev(\"print('for' + ' two')\")\r")
    two.expect("for two")
    assert "for one" not in two.before


def test_names_values_and_python_are_completed(terminal: Terminal) -> None:
    child = terminal()
    child.send("dbpf LAB:Sw\t")
    child.expect("itch")
    child.send(" of\t")
    child.expect("f")
    child.send("\r")
    child.expect('DBF_STRING: +"off"')
    child.expect("epics>")
    child.send("dbpf LAB:Temperature.SCAN 1\t")
    child.expect("0 second")
    child.sendcontrol("u")
    child.send('pydev("secret_n\t')
    child.expect("ame")
    child.send(' + 41")\r')
    child.expect("42")


def test_ctrl_c_ends_a_command_and_one_that_hangs_is_left_alone(terminal: Terminal) -> None:
    child = terminal()
    child.send("pydev(\"print('be' + 'gun')\\nwhile True: pass\")\r".replace("\\n", "\n"))
    child.expect("begun")
    child.send("\x03")
    child.expect("interrupted")
    child.expect("epics>")
    child.send("pydev(\"print('be' + 'gun'); time.sleep(1000)\")\r")
    child.expect("begun")
    child.send("\x03")
    child.expect("left running")
    child.expect("epics>")
    child.send("dbgf LAB:Temperature\r")
    child.expect("3.5")


def test_a_hanging_expression_delays_no_console(ioc: tuple[ServerProcess, Path], terminal: Terminal) -> None:
    child = terminal()
    child.send("dbpf LAB:Hangs 1\r")
    child.expect("DBF_DOUBLE")
    child.expect("epics>")
    child.send("pydevShow\r")
    child.expect(r"running <LAB:Hangs.OUT>")
    assert command(ioc[1], "dbgf LAB:Temperature").returncode == 0


def test_the_log_is_shown_above_the_line_of_who_asks(ioc: tuple[ServerProcess, Path], terminal: Terminal) -> None:
    asks, other = terminal(), terminal()
    asks.send("eltc 1\r")
    asks.expect("epics>")
    asks.send("dbgf LAB:Tem")
    asks.expect("LAB:Tem")
    other.send('errlog "a mess" > /dev/null\r')
    asks.expect("a mess")
    asks.expect("epics> dbgf LAB:Tem")
    asks.send("perature\r")
    asks.expect("3.5")
    assert "a mess\r\n" not in re.sub(r'errlog "a mess"', "", other.before or "")


def test_changes_are_watched_until_ctrl_c(ioc: tuple[ServerProcess, Path], terminal: Terminal) -> None:
    child = terminal()
    child.send("dbwatch LAB:Temperature\r")
    child.expect(r"LAB:Temperature +3\.5")
    command(ioc[1], "dbpf LAB:Temperature 4.25")
    child.expect(r"LAB:Temperature +4\.25")
    child.send("\x03")
    child.expect("epics>")
    command(ioc[1], "dbpf LAB:Temperature 3.5")


def test_a_killed_console_leaves_nothing_behind(ioc: tuple[ServerProcess, Path], terminal: Terminal) -> None:
    count = "pydev(\"import threading, os; print(sum(t.name.startswith('console') for t in threading.enumerate()))\")"

    def consoles() -> int:
        return int(command(ioc[1], count).stdout)

    before = consoles()
    child = terminal()
    child.send("dbwatch LAB:Temperature\r")
    child.expect("LAB:Temperature +")
    assert consoles() > before
    child.kill(signal.SIGKILL)
    child.wait()
    ioc[0].wait_for(lambda: consoles() <= before, "end of the console's threads")
    assert command(ioc[1], "dbel LAB:Temperature").stdout.endswith("No PV event subscriptions ( monitors ).\n")


def test_exit_and_ctrl_d_leave_the_ioc_running(ioc: tuple[ServerProcess, Path], terminal: Terminal) -> None:
    for keys in ("exit\r", "\x04"):
        child = terminal()
        child.send(keys)
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 0
    assert command(ioc[1], "dbgf LAB:Temperature").returncode == 0


def test_a_socket_left_by_a_killed_ioc_is_replaced_and_one_in_use_is_not(tmp_path: Path, start: Starter) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "c.sock"))
    left.close()
    (tmp_path / "a.db").write_text(DB)
    first = start.pydevpva("-S", "--console", "c.sock", "-d", "a.db", cwd=tmp_path)
    assert command(tmp_path, "dbgf LAB:Temperature").returncode == 0
    words = [sys.executable, "-m", "pydevpva", "-S", "--console", "c.sock", "-d", "a.db"]
    second = subprocess.run(
        words, cwd=tmp_path, env={**os.environ, **loopback()}, capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 2
    assert second.stderr == f"ERROR: --console {tmp_path}/c.sock: another IOC listens there\n"
    assert first.terminate() == 0
    assert not (tmp_path / "c.sock").exists()
