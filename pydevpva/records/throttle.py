"""throttle: sends VAL on to OUT, once in DLY seconds at most; of the values between, the last (EPICS: throttleRecord.c
of std). Database thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.shared.link_state import NOT_CONNECTED, ShowsLinks, show

if TYPE_CHECKING:
    from pydevpva.timers import Timer

_VERSION = "0-2-1"
NORMAL, LOW_LIMIT, HIGH_LIMIT = range(3)  # throttleDRVLS
MOST_DIGITS = 15
_, ERROR, SUCCESS = range(3)  # throttleSTS


def _taken(record: Record, result: object) -> int:
    """The code has taken VAL; what it returned is not asked for."""
    return 2


def _delay_digits(record: Record) -> int:
    """DPREC as EPICS limits it (recGblGetPrec)."""
    digits: int = record.DPREC
    return digits if 0 <= digits <= MOST_DIGITS else MOST_DIGITS


class Throttle(ShowsLinks, rtype="throttle", soft="devThrottleSoft"):
    """Its forward link, and the answer of a put that waits, come when a value has gone out."""

    __slots__ = ("again", "pending", "pulls", "sending")
    pending: bool  # a value waits to go out
    again: Timer | None  # running: nothing may go out before
    pulls: bool  # SYNC waits for the value that has to go out first
    sending: float  # what OUT's code was given
    pydev = PydevWay("VAL NAME PREC HOPR LOPR TPRO", _taken)
    link_states: ClassVar[dict[str, str]] = {"OUT": "OV", "SINP": "SIV"}
    writes = True
    lists_devices = False
    properties = properties(precision="", precision_fields={"DLY": _delay_digits}, display={"VAL": ("LOPR", "HOPR")})

    def init_record(self) -> None:
        self.VER, self.VAL = _VERSION, 0.0
        self.pending = self.pulls = False
        self.again = None
        self.show_links()
        if self.device is not None:
            self.device.init_record(self)

    def process(self) -> None:
        if self.PACT:
            self._gone_out(self._write())
            self.PACT = 0
            return
        self.PACT, self.UDF = 1, 0
        message = ""
        if self._keep_limits():
            show(self, "WAIT", 1)
            self.pending = True
            if self.again is None:
                self.PACT = 0  # device support sets it when the value takes time
                self._go_out()
                message = self.AMSG
                if self.PACT:
                    self._post_value("")
                    return
                self.PACT = 1
        else:
            self.give_up()
        self._post_value(message)
        self.PACT = 0

    def _keep_limits(self) -> bool:
        """Cut VAL at the limit that it is beyond, or, with DRVLC Off, take back the old one: False."""
        if not self._has_limits():
            return True
        state = self._limit()
        show(self, "DRVLS", state)
        if state == NORMAL:
            return True
        if not self.DRVLC:
            self.VAL = self.OVAL
            return False
        self.VAL = self.DRVLL if state == LOW_LIMIT else self.DRVLH
        return True

    def _has_limits(self) -> bool:
        """A limit that is NaN is none; the other one counts."""
        return not self.DRVLH <= self.DRVLL

    def _limit(self) -> int:
        """Which limit VAL is beyond."""
        return LOW_LIMIT if self.VAL < self.DRVLL else HIGH_LIMIT if self.VAL > self.DRVLH else NORMAL

    def _post_value(self, message: str) -> None:
        """The alarm of a failed OUT is over with this processing; its text stays until the next."""
        mask = self.settle()
        self.AMSG = message
        if self.OVAL != self.VAL:
            self.OVAL = self.VAL
            mask |= DBE_VALUE | DBE_LOG
        self.post(mask)

    # ---- going out ----

    def _next(self) -> None:
        """DLY seconds have gone by since the last value."""
        self.again = None
        if self.PACT:
            return
        if self.pending:
            self._go_out()
        elif self.SEVR and not self._has_code():  # of a value that went out late and failed; that of code stays
            self.stamp()
            self.post(self.settle())

    def _go_out(self) -> None:
        """Send the value that waits, if one does."""
        if not self.pending:
            return
        self.pending = False
        self.sending = self.VAL
        status = -1 if self._leads_nowhere() else self._write()
        if not self.PACT:
            self._gone_out(status)

    def _write(self) -> int:
        return self.device.write(self) if self.device is not None else -1

    def soft_write(self, link: Link) -> int:
        return 0 if link.put(self.VAL, "DOUBLE") else -1

    def _leads_nowhere(self) -> bool:
        return self.OUT.is_constant and not self._has_code()

    def _has_code(self) -> bool:
        return self.device is not None and self.device.is_code("OUT")

    def _gone_out(self, status: int) -> None:
        """The value is where it was to go, or could not be sent: tell, and let DLY seconds begin."""
        self.again = self.host.call_later(self.DLY, self._next)
        self.stamp()
        if status >= 0:
            self.SENT = self.sending
        show(self, "STS", SUCCESS if status >= 0 else ERROR)
        show(self, "WAIT", 0)
        mask = self.settle()
        if self.OSENT != self.SENT:
            self.OSENT = self.SENT
            self.post_field("SENT", mask | DBE_VALUE | DBE_LOG)
        self.post(mask)
        if status >= 0 and self.pulls:
            self._pull()
        if self._leads_nowhere():
            self.give_up()
        else:
            self.forward()

    # ---- fields that change ----

    def special(self, field: str, after: bool) -> None:
        if not after:
            return
        if field == "SYNC":
            self._synchronize()
        elif field == "DLY":
            self._new_delay()
        elif field in ("DRVLH", "DRVLL"):
            show(self, "DRVLS", self._limit() if self._has_limits() else NORMAL)

    def _new_delay(self) -> None:
        """The delay that runs begins anew with the new time."""
        if self.DLY < 0:
            self.DLY = 0.0
        if self.again is not None:
            self.again.cancel()
            self.again = self.host.call_later(self.DLY, self._next)

    # ---- SYNC ----

    def _synchronize(self) -> None:
        if self.SYNC and self.SIV != NOT_CONNECTED:
            self._pull()

    def _pull(self) -> None:
        """VAL becomes what SINP has; after the value that waits has gone out."""
        self.pulls = self.pending
        if self.pending:
            return
        value = None if self.SINP.is_constant else self.SINP.get("DOUBLE")
        if isinstance(value, float):
            self.VAL = value
            self.post_field("VAL", DBE_VALUE)
        show(self, "STS", SUCCESS if isinstance(value, float) else ERROR)
        show(self, "SYNC", 0)
