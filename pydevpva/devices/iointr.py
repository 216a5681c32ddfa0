"""pydev.iointr's values on their way to the records that wait for them (SCAN "I/O Intr"). Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial

from pydevpva.devices.pydev import Pydev
from pydevpva.devices.python import clipped
from pydevpva.engine.database import Database
from pydevpva.engine.periodic import SLICE
from pydevpva.engine.scan import in_slices
from pydevpva.evaluator.events import Events
from pydevpva.records.core.alarm import DBE_ALARM
from pydevpva.records.core.record import Record

log = logging.getLogger("pydevpva.ioc")
MOST_NAMED = 10  # of the records that wait for one event


class Delivery:
    """Subscribes to an event when the first record waits for it."""

    def __init__(self, events: Events, database: Database) -> None:
        self._events, self._database = events, database

    def begin(self) -> None:
        """From now on records that wait for an event get its values."""
        self._database.scanner.on_new_interrupt = self._subscribe

    def _subscribe(self, name: str) -> None:
        self._events.subscribe(name, partial(_deliver_all, self._database.scanner.interrupt, name))

    def tell_misspelled(self) -> None:
        """Name the records that wait for an event nobody publishes, when one like it is published for nobody."""
        self._database.loop.trickle(map(self._tell_one, self._events.waited_in_vain()))

    def _tell_one(self, name: str) -> None:
        hint = self._events.misspelled(name)
        if hint and (records := self._database.scanner.interrupt(name)):
            who = ", ".join(record.NAME for record in records[:MOST_NAMED])
            more = f" and {len(records) - MOST_NAMED} more" if len(records) > MOST_NAMED else ""
            verb = "waits" if len(records) == 1 else "wait"
            log.warning("%s%s %s for pydev.iointr(%r), which nobody has published%s", who, more, verb, name, hint)
            self._database.loop.trickle(map(partial(_ask, hint.removeprefix("; ")), records))


def _ask(hint: str, record: Record) -> None:
    """As the message of the alarm that the record is in as long as nothing has come."""
    if record.UDF and not record.AMSG:
        record.AMSG = clipped(hint)
        record.post_field("AMSG", DBE_ALARM)


def _deliver_all(waiting: Callable[[str], list[Record]], name: str, value: object) -> Iterator[None] | None:
    """A published value for every record that waits for that name; where they are many, what is left to do of it."""
    devices = [device for record in waiting(name) if isinstance(device := record.device, Pydev)]
    if len(devices) > SLICE:
        return in_slices(lambda device: device.deliver(value), devices)
    for device in devices:
        device.deliver(value)
    return None
