"""The functions that EPICS and iocStats have in C for sub records: scanMon, rebootProc, asSubProcess. Database thread.

(EPICS: devIocStatsSub.c, asDbLib.c asSubInit.) A record gets them by SNAM and INAM unless the site gives a function of
that name to @pydev.subroutine. They run here and at once: a scan's time is no matter of users' code, and SYSRESET must
work also while that hangs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydevpva.errors import PydevpvaError
from pydevpva.records.core.alarm import SOFT, raise_alarm
from pydevpva.records.core.native import DONE, FAILED, LATER, Native
from pydevpva.records.core.record import Record

if TYPE_CHECKING:
    from pydevpva.engine.scan import Scanner

log = logging.getLogger("pydevpva.ioc")
REBOOT_DELAY = 1.0  # seconds, in which the log leaves
HALF = 0.5


class Natives:
    """By name. `reboot` ends the process: the shell says how. `reload_access`, on any thread: asInit."""

    def __init__(self, scanner: Callable[[], Scanner]) -> None:
        self.reboot: Callable[[], object] | None = None
        self.reload_access: Callable[[], object] | None = None
        self._scanner = scanner
        self._last: dict[Record, float] = {}  # when scanMon saw a record last, on the loop's clock
        self._by_name: dict[str, Native] = {
            "scanMonInit": self._scan_monitor_init,
            "scanMon": self._scan_monitor,
            "rebootProc": self._reboot,
            "asSubInit": lambda record: DONE,
            "asSubProcess": self._reload_access,
        }

    def find(self, name: str) -> Native | None:
        """The function of that name."""
        return self._by_name.get(name)

    # ---- scanMon: the time between two processings, and limits for it ----

    def _scan_monitor_init(self, record: Record) -> int:
        record.E = -1.0
        return DONE

    def _scan_monitor(self, record: Record) -> int:
        """A: 1 for the time itself, 0 for what it differs from the period; B, C: tolerances in %; E: the period."""
        now, status = record.host.loop.clock(), DONE
        before = self._last.get(record, now)
        self._last[record] = now
        periodic = self._scanner().periodic.get(record.SCAN)
        period = periodic.period if periodic is not None else max(0.0, record.D)
        if record.E != period:
            record.E, status = period, FAILED
        else:
            record.VAL = now - before - (period if record.A < HALF else 0.0)
        self._set_limits(record, period)
        return status

    @staticmethod
    def _set_limits(record: Record, period: float) -> None:
        major, minor = record.C / 100, record.B / 100
        record.HIHI, record.HIGH = period * (record.A + major), period * (record.A + minor)
        if record.A < HALF:
            record.LOLO, record.LOW = period * (record.A - major), period * (record.A - minor)
        else:
            record.LOLO = record.LOW = -period

    # ---- rebootProc ----

    def _reboot(self, record: Record) -> int:
        """End the process, when none of A to F forbids and L allows it; whoever has started it starts it anew."""
        if max(record.A, record.B, record.C, record.D, record.E, record.F) >= HALF or record.L <= HALF:
            return DONE
        if self.reboot is None:
            log.error("%s: this IOC is part of another program, which is not ended", record.NAME)
            return FAILED
        log.warning("IOC reboot started by %s", record.NAME)
        record.host.call_later(REBOOT_DELAY, self.reboot)
        return DONE

    # ---- asSubProcess ----

    def _reload_access(self, record: Record) -> int:
        """VAL 1: read the access security file again; VAL is 0 when that is done."""
        if record.VAL != 1.0:
            return DONE
        threading.Thread(target=self._reload, args=(record,), name="access", daemon=True).start()
        return LATER

    def _reload(self, record: Record) -> None:
        """On a thread of its own: a file is read."""
        error: Any = None
        try:
            if self.reload_access is not None:
                self.reload_access()
        except (PydevpvaError, OSError) as raised:
            error = raised
        record.host.submit(self._reloaded, record, error)

    @staticmethod
    def _reloaded(record: Record, error: Exception | None) -> None:
        record.VAL = 0.0
        if error is not None:
            log.error("%s: the access rules stay as they are: %s", record.NAME, error)
            raise_alarm(record, SOFT, record.BRSV)
        record.host.complete(record)
