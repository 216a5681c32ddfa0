"""pydevpva-client as a process, beside softIocPVX: over PVAccess and over Channel Access it says the same."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.ioc_process import Starter

DB = """
record(ai, "T:Temp") { field(INP, "21.5") field(PINI, "YES") field(EGU, "degC") field(HIGH, "20") field(HSV, "MINOR") }
record(bo, "T:Lamp") { field(ZNAM, "Off") field(ONAM, "On") }
record(stringout, "T:Text") { field(VAL, "a b") }
record(longout, "T:Count") {}
record(waveform, "T:Wave") { field(FTVL, "DOUBLE") field(NELM, "100") }
record(calcout, "T:Slow") { field(CALC, "A") field(ODLY, "0.5") }
"""
Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def ask(start_once: Starter) -> Ask:
    """ask(*words): exit status, stdout, stderr without libca's warnings."""
    server = start_once.softiocpvx(DB)

    def run(*words: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "pydevpva.client.command", *words]
        environment = {**os.environ, **server.environment}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        errors = [line for line in done.stderr.splitlines() if not line.startswith("Warning: Duplicate EPICS CA")]
        return done.returncode, done.stdout, "\n".join(errors)

    return run


@pytest.mark.parametrize("over", [[], ["--ca"]], ids=["pva", "ca"])
class TestBoth:
    def test_values(self, ask: Ask, over: list[str]) -> None:
        status, out, err = ask("get", *over, "T:Temp", "T:Lamp")
        assert (status, err) == (0, "")
        first, second = out.splitlines()
        assert first.split()[3:5] == ["21.5", "degC"]
        assert first.split()[5] == "MINOR"
        assert second.split()[1:3] in (["<undefined>", "Off"], ["<undefined>", "On"])

    @pytest.mark.parametrize(
        ("name", "words", "value"),
        [
            ("T:Lamp", ["On"], "On"),
            ("T:Count", ["7"], "7"),
            ("T:Text", ["two", "words"], "two words"),
            ("T:Wave", ["1", "2.5"], "[1.0, 2.5]"),
            ("T:Wave", ["[3]"], "[3.0]"),
        ],
    )
    def test_puts(self, ask: Ask, over: list[str], name: str, words: list[str], value: str) -> None:
        assert ask("put", *over, name, *words) == (0, "", "")
        assert ask("get", *over, "-t", name) == (0, f"{value}\n", "")

    def test_a_put_ends_with_what_it_set_off(self, ask: Ask, over: list[str]) -> None:
        began = time.monotonic()
        assert ask("put", *over, "T:Slow.PROC", "1") == (0, "", "")
        assert time.monotonic() - began >= 0.5

    def test_a_wait_that_is_too_short_is_an_error(self, ask: Ask, over: list[str]) -> None:
        status, _, err = ask("put", *over, "--wait", "0.05", "T:Slow.PROC", "1")
        assert status == 1
        assert err.endswith("T:Slow.PROC: still busy after 0.05 s: the value was sent, its work is not over")

    def test_a_label_that_is_none(self, ask: Ask, over: list[str]) -> None:
        status, _, err = ask("put", *over, "T:Lamp", "Onn")
        assert (status, err) == (
            1,
            "pydevpva-client: T:Lamp: 'Onn' is none of the choices Off, On; did you mean On?",
        )

    def test_what_nobody_has(self, ask: Ask, over: list[str]) -> None:
        status, out, err = ask("get", *over, "-w", "1", "T:None")
        assert (status, out) == (1, "")
        assert "T:None: no answer within 1 s" in err

    def test_monitor(self, ask: Ask, over: list[str]) -> None:
        status, out, err = ask("monitor", *over, "--count", "1", "T:Temp")
        assert (status, out.split()[3:5], err) == (0, ["21.5", "degC"], "")
        status, _, err = ask("monitor", *over, "--for", "0.2", "T:None")
        assert (status, err) == (1, "pydevpva-client: T:None: nothing came: no server has it, or none is reached")


def test_list_of_another_server(ask: Ask) -> None:
    assert ask("list", "--match", "T:T*") == (0, "T:Temp\nT:Text\n", "")


def test_what_takes_long_to_import_is_not_imported(ask: Ask) -> None:
    """The packages of setuptools would take longer than all the rest, and numpy.ma an eighth of it."""
    code = (
        "import sys, pydevpva.client.command as c, pydevpva.client.text, pydevpva.client.as_json\n"
        "assert c.run(['get', '-t', '-w', '0.1', 'T:None']) == 1\n"
        "assert not {'setuptools', 'numpy.ma'} & set(sys.modules), 'imported'\n"
        "import os; os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
