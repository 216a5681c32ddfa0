"""PvaLink: a link field whose far end is a PV of another server, or a group or part of a structure. Database thread.

Follows QSRV2 (pvxs: ioc/pvalink_lset.cpp, pvalink_link.cpp).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydevpva.db.model import Field
from pydevpva.engine.links.remote import LinkState, RemoteLink
from pydevpva.errors import UnreadableImage
from pydevpva.pva.links.client import RemotePV
from pydevpva.pva.links.config import LinkConfig
from pydevpva.pva.links.far import Far, filler
from pydevpva.pva.links.operations import DISCONNECTED, Done, Part
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.records.core.alarm import AMSG_SIZE, INVALID, LINK, raise_alarm
from pydevpva.records.core.arrays import copy, to_array
from pydevpva.records.core.links import Nothing
from pydevpva.records.core.record import NEVER, Record
from pydevpva.records.core.values import STRING_BYTES, Array, Scalar, Value, Whole, clip_text

NO_TIME = (NEVER, 0)  # TIME and UTAG of what has none
Read = TypeVar("Read")


class PvaLink(RemoteLink):
    """Reads come from the last update of a monitor, writes are sent on; neither waits.

    As long as the far end is not there: LINK/INVALID.
    """

    __slots__ = (
        "_config", "_far", "_message", "_pv", "_scratch", "_severity", "_stamp", "_waiting", "order",
    )  # fmt: skip
    protocol = "pva"

    def __init__(self, owner: Record, field: Field, text: str, config: LinkConfig, pv: RemotePV) -> None:
        super().__init__(owner, field, text, config.proc)
        self._config, self._pv = config, pv
        self.order = config.monorder
        self._far: Far | None = None
        self._scratch: Value | None = None  # written, but not sent
        self._waiting: list[Done] = []
        self._severity, self._message, self._stamp = INVALID, "", NO_TIME  # as of the last read

    def begin(self) -> None:
        self._pv.add(self)

    def end(self) -> None:
        self._watching = ""
        self._pv.remove(self)
        self._forget()

    @property
    def _is_json(self) -> bool:
        """Of the others, which are CA links there, EPICS says less."""
        return self.text.startswith("{")

    # ---- what RemotePV tells ----

    def connected_to(self, root: Structure) -> None:
        self._far = Far(root, self._config.field)
        self.found()

    def disconnected_from(self) -> None:
        self._forget()
        self.lost()

    def _forget(self) -> None:
        """The far end is not there; who waits for a put is told."""
        self._far = None
        if not self._config.retry:
            self._scratch = None
            waiting, self._waiting = self._waiting, []
            for done in waiting:
                done(DISCONNECTED)

    def unpacking(self) -> Callable[[], None] | None:
        work = self._far.unpacking() if self._far is not None else None
        return work if self._watching else None  # who reads now and then need not have all of them

    def take_put(self) -> Part | None:
        value = self._scratch
        if value is None or self._far is None:
            return None
        self._scratch = None
        waiting, self._waiting = self._waiting, []

        def retry() -> None:
            self._scratch = value if self._scratch is None else self._scratch
            self._waiting = waiting + self._waiting
            self._pv.put()

        fill = filler(self._far, value)
        return Part(fill, self._config.proc, waiting, retry if self._config.retry else None)

    # ---- reads ----

    def get(self, dbf: str) -> Scalar | Nothing:
        """The value, or the first element, as dbf; NO_DATA for an empty array: VAL stays as it is."""
        value = self._read(lambda far: far.scalar(dbf))
        return clip_text(value, STRING_BYTES) if isinstance(value, str) else value

    def get_array(self, dbf: str, limit: int) -> Array | None:
        return self._read(lambda far: to_array(far.elements(dbf)[:limit], dbf))

    def get_text(self, size: int) -> str | None:
        text = self._read(Far.text)
        return None if text is None else clip_text(text, size)

    def get_any(self) -> Whole | None:
        return self._read(Far.whole)

    def _read(self, take: Callable[[Far], Read]) -> Read | None:
        """What `take` finds; None with LINK/INVALID when there is nothing, or nothing of that kind."""
        if (far := self._far) is None:
            message = f"{self.field} Disconn" if self._is_json else f"field {self.field}"
            raise_alarm(self._owner, LINK, INVALID, message)
            return None
        try:
            value = take(far)
        except (ValueError, TypeError, KeyError) as error:
            self._failed(error)
            return None
        self._latch(far)
        return value

    def _failed(self, error: Exception | None = None) -> None:
        """LINK/INVALID; where compression is the reason, it is said."""
        message = str(error)[:AMSG_SIZE] if isinstance(error, UnreadableImage) else f"field {self.field}"
        raise_alarm(self._owner, LINK, INVALID, message)

    def _latch(self, far: Far) -> None:
        """What goes with the value just read."""
        owner, sevr = self._owner, self._config.sevr
        self._severity, self._message = far.alarm()
        self._stamp = far.stamp() or NO_TIME
        if (self._severity and sevr == "MS") or (self._severity == INVALID and sevr == "MSI"):
            raise_alarm(owner, LINK, self._severity, self._message)
        if self._config.time:
            owner.TIME, owner.UTAG = self._stamp

    def refresh(self, done: Callable[[], object]) -> bool:
        """Ask for the value as it is now: that a put there has completed may be known before its updates come."""
        if self._far is None:
            return False
        self._pv.refresh(done)
        return True

    # ---- writes ----

    def put(self, value: Value, dbf: str) -> bool:
        """Send a value on; False: nobody is there, alarm raised."""
        return self._write(value, None)

    def put_async(self, value: Value, dbf: str, done: Done) -> bool:
        """As put; done(None or error) when the far end has completed it."""
        return self._write(value, done)

    def _write(self, value: Value, done: Done | None) -> bool:
        if self._far is None and not self._config.retry:
            self._failed()
            return False
        self._scratch = copy(value)  # records write into their arrays
        if done is not None:
            self._waiting.append(done)
        if not self._config.defer:
            self._pv.put()
        return True

    def forward(self) -> None:
        """Process the far end, whatever it is; an alarm when it is not there, but for EPICS's CA links."""
        if self._far is not None or self._config.retry:
            self._pv.process()
        elif self._is_json:
            raise_alarm(self._owner, LINK, INVALID, "Disconn")

    # ---- what is known ----

    def time(self) -> tuple[int, int] | None:
        """TIME and UTAG that came with the value read last."""
        if self.is_time and self._far is not None:
            return self._far.stamp()
        return self._stamp if self._far is not None else None

    def connected(self) -> bool:
        return self._far is not None

    def alarm(self) -> tuple[int, int, str] | None:
        return None if self._far is None else (LINK if self._severity else 0, self._severity, self._message)

    def source(self) -> tuple[str, int] | None:
        return None if self._far is None else self._far.source()

    def units(self) -> str | None:
        return None if self._far is None else self._far.meta("display.units")

    def precision(self) -> int | None:
        return None if self._far is None else self._far.meta("display.precision")

    def display_limits(self) -> tuple[float, float] | None:
        low, high = self._metas("display.limitLow", "display.limitHigh")
        return None if low is None or high is None else (low, high)

    def control_limits(self) -> tuple[float, float] | None:
        low, high = self._metas("control.limitLow", "control.limitHigh")
        return None if low is None or high is None else (low, high)

    def alarm_limits(self) -> tuple[float, float, float, float] | None:
        names = ("lowAlarm", "lowWarning", "highWarning", "highAlarm")
        lolo, low, high, hihi = self._metas(*(f"valueAlarm.{name}Limit" for name in names))
        return None if lolo is None else (lolo, low, high, hihi)

    def _metas(self, *leaves: str) -> list[Any]:
        return [None if self._far is None else self._far.meta(leaf) for leaf in leaves]

    def state(self) -> LinkState:
        return LinkState("by PVAccess", disconnects=self._pv.disconnects)
