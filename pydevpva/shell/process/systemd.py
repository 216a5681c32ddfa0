"""What systemd is told of this process (sd_notify): that it is ready, what it does, that it is alive, that it ends.

Without NOTIFY_SOCKET, as everywhere but under systemd, nothing. The watchdog beats on a thread of its own, and only
while the database thread answers; with `watches_evaluator` only while users' code lets others come to their turn, too.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping

from pydevpva.ioc import Ioc

log = logging.getLogger(__name__)

MICROSECONDS = 1e6


class Systemd:
    """One process's service manager. Any thread."""

    def __init__(self, ioc: Ioc, environment: Mapping[str, str] = os.environ) -> None:
        self.watches_evaluator = False
        self._ioc = ioc
        self._path = environment.get("NOTIFY_SOCKET", "")
        self._interval = _watchdog_seconds(environment) / 2
        self._over = threading.Event()
        if self._path:
            ioc.life.at("running", self._running)

    def tell(self, *assignments: str) -> None:
        """Send what sd_notify takes, such as "READY=1"; what cannot be sent is lost."""
        if not self._path:
            return
        path = f"\0{self._path[1:]}" if self._path.startswith("@") else self._path
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                manager.setblocking(False)
                manager.sendto("\n".join(assignments).encode(), path)
        except OSError as error:
            log.debug("systemd cannot be told: %s", error)

    def ending(self) -> None:
        """The end has begun: the watchdog need not beat any more."""
        self._over.set()
        self.tell("STOPPING=1", "STATUS=ending")

    def _running(self) -> None:
        self.tell("READY=1", f"STATUS=running: {self._summary()}")
        if self._interval:
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def _summary(self) -> str:
        server = self._ioc.server
        listens = f"; {server.listening()}" if server is not None else ""
        return f"{len(self._ioc.database.records)} records{listens}"

    def _watch(self) -> None:
        """Beat twice in the time that systemd gives, as it advises."""
        hangs = ""
        while not self._over.is_set():
            before, hangs = hangs, self._what_hangs()
            if self._over.is_set():
                return
            if not hangs:
                self.tell("WATCHDOG=1", *([f"STATUS=running: {self._summary()}"] if before else []))
                self._over.wait(self._interval)
            elif hangs != before:
                log.error("watchdog: %s has not answered for %g s: no beat until it does", hangs, self._interval)
                self.tell(f"STATUS={hangs} does not answer")

    def _what_hangs(self) -> str:
        loop, evaluator = self._ioc.database.loop, self._ioc.evaluator
        if not self._answers(lambda answer: loop.submit(answer)):
            return "the database thread"
        if self.watches_evaluator and not self._answers(
            lambda answer: loop.submit(evaluator.submit, int, (), lambda result, error: answer())
        ):
            return "users' Python"
        return ""

    def _answers(self, ask: Callable[[Callable[[], None]], object]) -> bool:
        answered = threading.Event()
        ask(answered.set)
        return answered.wait(self._interval)


def _watchdog_seconds(environment: Mapping[str, str]) -> float:
    """What WatchdogSec of the unit says; 0: there is none, or it is meant for another process."""
    text = environment.get("WATCHDOG_USEC", "")
    is_mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(text) / MICROSECONDS if text.isdecimal() and is_mine else 0.0
