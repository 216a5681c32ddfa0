"""CaLink: a link field that leads to a PV of a Channel Access server. Database thread.

Follows EPICS's dbCa.c: reads come from the last update, writes are sent on; neither waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from pydevpva.ca.links import dbr
from pydevpva.ca.links.channel import Channel, Done, Put, tell_all
from pydevpva.ca.links.client import CaClient
from pydevpva.ca.links.config import CaConfig
from pydevpva.db.model import Field
from pydevpva.engine.links.remote import LinkState, RemoteLink
from pydevpva.records.core.alarm import INVALID, LINK, inherit_alarm, raise_alarm
from pydevpva.records.core.arrays import characters, first, is_array, is_numbers, to_array
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, Array, Scalar, Value, Whole, clip_text, converter, plain_text

log = logging.getLogger(__name__)

READ, WRITE = 1, 2  # rights
DISCONNECTED = "disconnected"


class CaLink(RemoteLink):
    """A link by a channel of its own. As long as the far end is not there: LINK/INVALID."""

    __slots__ = (
        "_begun", "_channel", "_config", "_disconnects", "_elements", "_host", "_is_forward", "_native", "_next",
        "_overtaken", "_properties", "_reading", "_rights", "_sending", "_text", "_waiting",
    )  # fmt: skip
    protocol = "ca"

    def __init__(self, client: CaClient, owner: Record, field: Field, text: str, config: CaConfig) -> None:
        super().__init__(owner, field, text, config.proc)
        self._config = config
        self._channel = Channel(client, config.pv, self, reads=field.type == "INLINK" or self._is_named)
        self._native = -1  # DBR type of the far end; -1: it is not there
        self._elements = self._rights = 0
        self._host = ""
        self._reading: dbr.Reading | None = None  # the last update
        self._text: dbr.Reading | None = None  # the same, as the text of a state
        self._properties: dbr.Properties | None = None
        self._next: Put | None = None  # written, but not sent
        self._sending = False
        self._waiting: list[Done] = []  # for the end of what is not sent yet
        self._begun: list[Sequence[Done]] = []  # and of what is
        self._disconnects = self._overtaken = 0

    def begin(self) -> None:
        if "VAL" in self._owner.rtype.fields and self._owner.dbf("VAL") == "STRING":
            self._channel.want_texts()  # it will ask for them
        self._channel.open()

    def end(self) -> None:
        self._watching = ""
        self._channel.close()
        self._forget()

    # ---- what the channel tells ----

    def connected_to(self, native: int, elements: int, host: str, rights: int) -> None:
        self._native, self._elements, self._host, self._rights = native, elements, host, rights
        self.found()

    def disconnected_from(self) -> None:
        self._disconnects += 1
        self._forget()
        self.updated()
        self.lost()

    def _forget(self) -> None:
        """The far end is not there; who waits for a put is told."""
        self._native = -1
        self._reading = self._text = self._properties = self._next = None
        ended, self._begun, self._waiting = [*self._begun, self._waiting], [], []
        for waiting in ended:
            tell_all(waiting, DISCONNECTED)

    def allowed(self, rights: int) -> None:
        """What may not be read or written any more is an alarm when its record processes."""
        if self._native < 0:
            return  # connected_to tells
        self._rights = rights
        if rights != READ | WRITE:
            self.updated()

    def received(self, is_text: bool, update: dbr.Reading) -> None:
        if self._native < 0:
            return
        if is_text:
            self._text = update
        else:
            self._reading = update
        if is_text or not self._has_texts:  # its text comes next
            self.updated()

    @property
    def _has_texts(self) -> bool:
        return self._native == dbr.ENUM and self._channel.texts

    def described(self, properties: dbr.Properties) -> None:
        self._properties = properties

    def sent(self) -> None:
        self._sending = False
        if self._next is not None:
            self._send()

    def completed(self, waiting: Sequence[Done], error: str | None) -> None:
        if any(begun is waiting for begun in self._begun):
            self._begun = [begun for begun in self._begun if begun is not waiting]
            if error is not None:
                log.warning("put to %s: %s", self._config.pv, error)
            tell_all(waiting, error)

    # ---- reads ----

    def get(self, dbf: str) -> Scalar | None:
        """The value, or the first element, as dbf; of a state the text where that is STRING."""
        update = self._as_text() if dbf == "STRING" and self._native == dbr.ENUM else self._readable()
        if update is None:
            self._failed()
            return None
        try:
            value = _convert(first(update.value), dbf)
        except (ValueError, IndexError):
            self._failed()
            return None
        self._take_over(update)
        return value

    def get_array(self, dbf: str, limit: int) -> Array | None:
        if dbf == "STRING" and self._native == dbr.ENUM:
            text = self.get(dbf)
            return [text][:limit] if isinstance(text, str) else None
        if (update := self._readable()) is None:
            self._failed()
            return None
        values = update.value if is_array(update.value) else [update.value]
        try:
            array = to_array(values[:limit], dbf)
        except ValueError:
            self._failed()
            return None
        self._take_over(update)
        return array

    def get_text(self, size: int) -> str | None:
        if self._native != dbr.CHAR:
            text = self.get("STRING")
            return clip_text(text, size) if isinstance(text, str) else None
        array = self.get_array("UCHAR", size)
        return array.tobytes().split(b"\0")[0].decode("utf-8", "replace") if is_numbers(array) else None

    def get_any(self) -> Whole | None:
        if (update := self._readable()) is None:
            self._failed()
            return None
        self._take_over(update)
        return update.value

    def _readable(self) -> dbr.Reading | None:
        return self._reading if self._rights & READ else None

    def _as_text(self) -> dbr.Reading | None:
        """The text of a state, which only who asks for it gets: the first time it is not there yet."""
        self._channel.want_texts()
        return self._text if self._rights & READ else None

    def _failed(self) -> None:
        raise_alarm(self._owner, LINK, INVALID, f"field {self.field}")

    def _take_over(self, update: dbr.Reading) -> None:
        """What goes with the value just read."""
        if self._config.sevr != "NMS":
            inherit_alarm(self._owner, self._config.sevr, update.status, update.severity, "")
        if self._config.time:
            self._owner.TIME, self._owner.UTAG = update.stamp, 0

    def refresh(self, done: Callable[[], object]) -> bool:
        """Ask for the value as it is now: that a put there has completed may be known before its updates come."""
        if self._native < 0 or not self._rights & READ:
            return False
        self._channel.refresh(done)
        return True

    # ---- writes ----

    def put(self, value: Value, dbf: str) -> bool:
        """Send a value on; False: nobody is there, it may not be written, or it is none of that kind: alarm raised."""
        return self._write(value, dbf, None)

    def put_async(self, value: Value, dbf: str, done: Done) -> bool:
        """As put; done(None or error) when the far end has completed it."""
        return self._write(value, dbf, done)

    def _write(self, value: Value, dbf: str, done: Done | None) -> bool:
        if self._native < 0 or not self._rights & WRITE:
            self._failed()
            return False
        if isinstance(value, str) and dbf == "CHAR" and self._native == dbr.CHAR:
            value = characters(value.encode("utf-8", "surrogateescape") + b"\0")
        try:
            put = dbr.sent(value, self._native, self._elements)
        except ValueError:
            self._failed()
            return False
        self._overtaken += self._next is not None
        self._next = put
        if done is not None:
            self._waiting.append(done)
        if not self._sending:
            self._send()
        return True

    def _send(self) -> None:
        if self._next is not None:
            put, self._next, self._sending = self._next, None, True
            waiting, self._waiting = self._waiting, []
            if waiting:
                self._begun.append(waiting)
            self._channel.put(put, waiting)

    def forward(self) -> None:
        """Process the far end: its PROC is what a forward link leads to."""
        if self._native >= 0:
            self._write(1, "SHORT", None)

    # ---- what is known ----

    def time(self) -> tuple[int, int] | None:
        return None if self._reading is None else (self._reading.stamp, 0)

    def connected(self) -> bool:
        return self._native >= 0

    def alarm(self) -> tuple[int, int, str] | None:
        return None if self._reading is None else (self._reading.status, self._reading.severity, "")

    @property
    def is_missing(self) -> bool:
        """Whether the far end was looked for and never found."""
        return self._native < 0 and not self._disconnects and self._channel.is_open

    def source(self) -> tuple[str, int] | None:
        return None if self._native < 0 else (dbr.DBF[self._native], self._elements)

    def units(self) -> str | None:
        return None if self._properties is None else self._properties.units

    def precision(self) -> int | None:
        return None if self._properties is None else self._properties.precision

    def display_limits(self) -> tuple[float, float] | None:
        return None if self._properties is None else self._properties.display

    def control_limits(self) -> tuple[float, float] | None:
        return None if self._properties is None else self._properties.control

    def alarm_limits(self) -> tuple[float, float, float, float] | None:
        return None if self._properties is None else self._properties.alarm

    def state(self) -> LinkState:
        asked = f"{'IN' if self._channel.reads else '':2}{'IS' if self._has_texts else '':6}"
        return LinkState(f"host {self._host}", self._rights, asked, self._disconnects, self._overtaken)


def _convert(value: Scalar, dbf: str) -> Scalar:
    """As dbCa.c does, where no precision is known: floats have 6 digits."""
    if dbf == "STRING":
        return clip_text(value if isinstance(value, str) else plain_text(value), STRING_BYTES)
    return converter(dbf)(value)
