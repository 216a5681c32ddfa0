"""Fields of this IOC as handles reach them: found on any thread, read and written on the database thread."""

from __future__ import annotations

from collections.abc import Callable

from pydevpva.engine.address import Address
from pydevpva.engine.database import Database
from pydevpva.errors import NotFound, PutError
from pydevpva.evaluator.handles import Alarm, Update
from pydevpva.records.core.arrays import copy
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Sent, Whole
from pydevpva.records.results.scalar import ResultError

Read = Callable[[], Update]


class WholeAddress(Address):
    """VAL of an ndarray or a table: an image, or columns, in one piece."""

    __slots__ = ()

    def get(self) -> Whole:  # type: ignore[override]  # tables too
        return self.record.native("VAL")

    def put(self, value: Sent) -> None:
        try:
            self.record.accept(value)
        except ResultError as error:
            raise PutError(f"{self.record.NAME}.VAL: {error}") from None


class Fields:
    """The fields that handles have asked for, by name: a put looks nothing up again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Address] = {}

    def find(self, name: str) -> Address | None:
        """The field; None: the record is not here. NotFound: it has no such field."""
        known = self._known.get(name)
        if known is not None:
            return known
        if not self._database.has_record(name):
            return None
        address = self._database.look_up(name)
        if address.filters:
            raise NotFound(f"{name}: pydev.record takes no channel filters")
        if address.record.whole_value and address.field.name == "VAL":
            address = WholeAddress(address.record, address.field)
        return self._known.setdefault(name, address)


def read(address: Address) -> Update:
    """The field now, as users get it; on the database thread."""
    record = address.record
    return Update(_users(address.get()), alarm_of(record), record.TIME / 1e9)


def alarm_of(record: Record) -> Alarm:
    """Its alarm in words."""
    severities, statuses = record.choices("SEVR"), record.choices("STAT")
    status = statuses[record.STAT] if record.STAT < len(statuses) else str(record.STAT)
    return Alarm(severities[record.SEVR], status, str(record.AMSG))


def _users(value: Whole) -> Whole:
    """What users may keep and write to: records write into their arrays. A table's columns are read-only."""
    return dict(value) if isinstance(value, dict) else copy(value)
