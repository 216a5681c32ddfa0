"""Monitor: one subscription of a client. Database thread."""

from __future__ import annotations

from typing import Protocol

from pydevpva.ca.encode import Encoder, State
from pydevpva.ca.protocol import EVENT_ADD, GET_FAILED, NO_READ, NORMAL, header, padded
from pydevpva.ca.read import Characters, Read, read
from pydevpva.records.core.arrays import is_array


class Audience(Protocol):
    """The client, as a monitor sees it."""

    @property
    def holds_back(self) -> bool:
        """Whether updates are kept, each monitor's newest."""

    def hold(self, monitor: Monitor, update: bytes | None) -> None:
        """Keep an update in place of the last; None: what the record has when the client reads again."""

    def update(self, data: bytes) -> None:
        """Send it."""


class Monitor:
    """`number` is the client's own for it, `mask` what it wants to hear of (DBE_...), `count` how many elements."""

    __slots__ = ("_audience", "_encoder", "_header", "count", "mask", "number")

    def __init__(self, audience: Audience, encoder: Encoder, number: int, mask: int, count: int) -> None:
        self._audience, self._encoder = audience, encoder
        self.number, self.mask, self.count = number, mask, count
        size = padded(encoder.dbr.size(1))
        self._header = header(EVENT_ADD, size, encoder.dbr.number, 1, NORMAL, number)  # of all updates of one value

    @property
    def dbr(self) -> int:
        """The number of its type."""
        return self._encoder.dbr.number

    def post(self, state: State, value: Read) -> None:
        """Send this value, or keep it while the client does not read. An array is kept as a note that there is one."""
        audience = self._audience
        if audience.holds_back:
            is_small = not is_array(value) and not isinstance(value, Characters)
            audience.hold(self, self.message(state, value) if is_small else None)
        else:
            audience.update(self.message(state, value))

    def message(self, state: State, value: Read) -> bytes:
        """The update."""
        status = NORMAL
        try:
            payload, count = self._encoder.payload(state, value, self.count)
        except (ValueError, TypeError, OverflowError):
            status = GET_FAILED
            payload, count = self._encoder.nothing(self.count)
        size = padded(len(payload))
        if count == 1 and status == NORMAL:
            return self._header + payload + b"\0" * (size - len(payload))
        return header(EVENT_ADD, size, self.dbr, count, status, self.number) + payload.ljust(size, b"\0")

    def newest(self) -> bytes:
        """The update with what the record has now."""
        address = self._encoder.address
        return self.message(address.record, read(address))

    def refused(self) -> bytes:
        """What a client gets that may not read: zeros."""
        payload, count = self._encoder.nothing(self.count)
        size = padded(len(payload))
        return header(EVENT_ADD, size, self.dbr, count, NO_READ, self.number) + payload.ljust(size, b"\0")
