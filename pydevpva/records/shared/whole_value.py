"""What ndarray and table share: one whole value, by user Python or from a link, and inputs as they come.

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.alarm import CALC, DBE_LOG, DBE_VALUE, INVALID, raise_alarm
from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.record import Record
from pydevpva.records.results.scalar import ResultError
from pydevpva.records.shared.whole_inputs import fetch_inputs, load_inputs


class WholeRecord(Record):
    """A record with INP, DTYP and A..L. Subclasses say which values they take."""

    __slots__ = ()

    def accept(self, result: object) -> None:
        """Take a value, or refuse it with ResultError and stay as it was."""
        raise NotImplementedError

    def init_record(self) -> None:
        load_inputs(self)
        if self.device is not None:
            self.device.init_record(self)

    def soft_read(self, link: Link) -> int:
        """The far end's value as it is; one that is refused is CALC/INVALID."""
        if (value := link.get_any()) is None:
            return -1
        if value is not NO_DATA:
            try:
                self.accept(value)
            except ResultError as error:
                raise_alarm(self, CALC, INVALID, str(error))
                return -1
        return 2

    def fetch(self) -> None:
        """A..L from their links."""
        fetch_inputs(self)

    def process(self) -> None:
        active = self.PACT
        if not active:
            self.fetch()
        status = self.device.read(self) if self.device is not None else -1
        if not active and self.PACT:
            return
        self.PACT = 1
        self.stamp()
        if status < 0:
            self.ERRC += 1
        self.post(self.settle() | (DBE_VALUE | DBE_LOG if status >= 0 else 0))
        self.forward()
        self.PACT = 0
