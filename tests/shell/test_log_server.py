"""iocLogInit and its sisters: the log of the IOC at a log server."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from pydevpva.ioc import Ioc
from pydevpva.shell.session import Shell
from tests.log_server import LogServer

log = logging.getLogger("pydevpva.test")


@pytest.fixture
def server() -> Iterator[LogServer]:
    with LogServer() as server:
        yield server


@pytest.fixture
def shell(server: LogServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A shell whose log gets what pydevpva.test says."""
    monkeypatch.setenv("EPICS_IOC_LOG_INET", "127.0.0.1")
    monkeypatch.setenv("EPICS_IOC_LOG_PORT", str(server.port))
    with Ioc(serve=False) as ioc:
        shell = Shell(ioc)
        log.addHandler(shell.common.log)
        yield shell
        log.removeHandler(shell.common.log)
        shell.common.log_server.close()


def test_the_log_goes_to_the_server_line_by_line_with_the_prefix(shell: Shell, server: LogServer) -> None:
    shell.run_line('iocLogPrefix "fac=LAB "')
    assert not shell.run_line("iocLogInit")
    log.warning("first\nsecond")
    assert server.lines(2) == ["fac=LAB WARNING first", "fac=LAB second"]


def test_nothing_is_sent_while_it_is_disabled(shell: Shell, server: LogServer) -> None:
    shell.run_line("iocLogInit")
    shell.run_line("setIocLogDisable 1")
    log.error("one")
    shell.run_line("setIocLogDisable 0")
    log.error("two")
    assert server.lines(1) == ["ERROR two"]


def test_the_prefix_is_set_once(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    for prefix in ("a", "a", "b"):
        shell.run_line(f"iocLogPrefix {prefix}")
    told = 'WARNING iocLogPrefix: The prefix was already set to "a" and can\'t be changed.\n'
    assert capsys.readouterr().err == told


def test_show_tells_the_server_and_counts(shell: Shell, server: LogServer, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_line("iocLogShow")
    assert capsys.readouterr().out == ""
    shell.run_line("iocLogInit")
    log.error("x")
    server.lines(1)
    shell.run_line("iocLogShow")
    assert f"log client: connected to log server at '{server.address}': " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("host", "port", "told"),
    [
        ("", "7004", 'iocLog: EPICS environment variable "EPICS_IOC_LOG_INET" undefined'),
        ("127.0.0.1", "x", "iocLogInit: 127.0.0.1:x: 'x' is no port; a log server is host[:port], port 7004 without"),
    ],
)
def test_what_is_missing_is_told(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: str, port: str, told: str
) -> None:
    monkeypatch.setenv("EPICS_IOC_LOG_INET", host)
    monkeypatch.setenv("EPICS_IOC_LOG_PORT", port)
    assert shell.run_line("iocLogInit")
    assert capsys.readouterr().err == f"{told}\n"
