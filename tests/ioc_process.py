"""Servers under test, each a process of its own on 127.0.0.1 with ports of its own, and what waits for them.

pydevpva and the real softIocPVX are started alike; a test talks to them through tests/clients.py.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydevpva.testing.loopback import free_ports, loopback

__all__ = ["PATIENCE", "ROOT", "ServerProcess", "Starter", "free_ports", "loopback"]

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 20.0  # seconds a test waits for an event that must come; a loaded machine is slow, not wrong


class ServerProcess:
    """A server process. `environment` are the variables its clients need; `log` is all that it printed."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        keep_stdin: bool = False,
    ) -> None:
        self.command = [str(word) for word in command]
        self.environment = loopback()
        self._log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=cwd,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment, **(env or {})},
                stdin=subprocess.PIPE if keep_stdin else subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for(self, happened: Callable[[], object], what: str, timeout: float = PATIENCE) -> None:
        """Return when happened() is true; an end of the process or `timeout` seconds are failures that show the log."""
        end = time.monotonic() + timeout
        while not happened():
            if self.ended(within=0.02):
                raise AssertionError(f"ended with {self.process.returncode} before {what}\n{self.log}")
            if time.monotonic() > end:
                raise AssertionError(f"no {what} within {timeout} s\n{self.log}")

    def wait_serving(self, timeout: float = PATIENCE) -> None:
        """Return when the server greets a connection."""
        address = ("127.0.0.1", int(self.environment["EPICS_PVA_SERVER_PORT"]))

        def greets() -> bool:
            try:
                with socket.create_connection(address, timeout=1.0) as probe:
                    return bool(probe.recv(1000))  # unread bytes would make the server log a reset
            except OSError:
                return False

        self.wait_for(greets, f"server at {address}", timeout)

    def wait_log(self, text: str, timeout: float = PATIENCE) -> None:
        """Return when the process has printed `text`."""
        self.wait_for(lambda: text in self.log, f"{text!r} in the log", timeout)

    def ended(self, within: float = 0.0) -> bool:
        """True when the process has ended; waits for that at most `within` seconds."""
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def type(self, line: str) -> None:
        """Give a line to the process's standard input (keep_stdin only)."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def terminate(self, timeout: float = PATIENCE) -> int:
        """Send SIGTERM and return the exit status; a process that stays is killed, and that is a failure."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        if self.process.stdin is not None:
            self.process.stdin.close()
        if not self.ended(timeout):
            self.kill()
            raise AssertionError(f"still there {timeout} s after SIGTERM\n{self.log}")
        return self.process.returncode

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.kill()
        self.process.wait()


class Starter:
    """Starts servers in a directory of their own and ends all of them at the end of the test."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._servers: list[ServerProcess] = []

    def pydevpva(
        self,
        *arguments: str | Path,
        db: str = "",
        startup: Sequence[str] = (),
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        flags: Sequence[str] = ("-S",),
        serving: bool = True,
    ) -> ServerProcess:
        """Start pydevpva: with `arguments`, or on an st.cmd of the `startup` lines and a database of the text `db`."""
        words: list[str | Path] = list(arguments)
        if not words:
            words = [self._write_st_cmd(db, startup)]
        return self._start([sys.executable, "-m", "pydevpva", *flags, *words], serving, cwd=cwd, env=env)

    def softiocpvx(self, db: str, *, env: Mapping[str, str] | None = None) -> ServerProcess:
        """Start EPICS's own IOC with QSRV2 on a database of the text `db`."""
        path = self._new(".db")
        path.write_text(db)
        serving = "qsrv2" not in (env or {}).get("EPICS_IOC_IGNORE_SERVERS", "")
        return self._start([sys.executable, "-m", "pvxslibs.ioc", "-d", path], serving, env=env, keep_stdin=True)

    def shell(
        self, st_cmd: str | Path, *, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> ServerProcess:
        """Start pydevpva-shell on a script; lines are typed with `type`."""
        code = "from pydevpva.cli import shell_main; shell_main()"
        return self._start([sys.executable, "-c", code, st_cmd], True, cwd=cwd, env=env, keep_stdin=True)

    def command(self, *command: str | Path, serving: bool = True, keep_stdin: bool = False) -> ServerProcess:
        """Start any other server."""
        return self._start(command, serving, keep_stdin=keep_stdin)

    def file(self, name: str, text: str) -> Path:
        """A file with this text in the servers' directory."""
        path = self._directory / name
        path.write_text(text)
        return path

    def kill_all(self) -> None:
        """End all servers at once."""
        while self._servers:
            self._servers.pop().kill()

    def stop_all(self) -> None:
        """End all servers, print what they said, and fail when a pydevpva that still ran did not end cleanly."""
        unclean = []
        while self._servers:
            server = self._servers.pop()
            if "pydevpva" in server.command and not server.ended():
                try:
                    status = server.terminate()
                    unclean += [f"exit status {status} after SIGTERM"] if status else []
                except AssertionError as error:
                    unclean.append(str(error))
            server.kill()
            unclean += ["a call on a wrong thread"] if "WrongThread" in server.log else []
            print(f"--- {' '.join(server.command)}: {server.process.returncode}\n{server.log}")
        assert not unclean, unclean

    def _write_st_cmd(self, db: str, startup: Sequence[str]) -> Path:
        lines = list(startup)
        if db:
            path = self._new(".db")
            path.write_text(db)
            lines.append(f'dbLoadRecords("{path}")')
        st_cmd = self._new(".cmd")
        st_cmd.write_text("\n".join([*lines, "iocInit()"]) + "\n")
        return st_cmd

    def _start(
        self,
        command: Sequence[str | Path],
        serving: bool,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        keep_stdin: bool = False,
    ) -> ServerProcess:
        server = ServerProcess(command, self._new(".log"), cwd=cwd or self._directory, env=env, keep_stdin=keep_stdin)
        self._servers.append(server)
        if serving:
            server.wait_serving()
        return server

    def _new(self, suffix: str) -> Path:
        return self._directory / f"{len(list(self._directory.iterdir()))}{suffix}"
