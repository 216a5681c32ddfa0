"""Db State: one of the IOC's named states as a record (EPICS: std/dev/devBiDbState.c, devBoDbState.c). Database thread.

A name after "@" that is new makes a state; without a name there is none, and nothing happens.
"""

from __future__ import annotations

import logging

from pydevpva.devices.parameter import parameter
from pydevpva.devices.registry import DeviceSupport
from pydevpva.records.core.record import Record

log = logging.getLogger(__name__)


def create(record: Record, name: str) -> None:
    """Make a state that is new, and say so."""
    if name and name not in record.host.states:
        log.info("Creating new db state '%s'", name)
        record.host.states.create(name)


class StateInput(DeviceSupport, dsets="devBiDbState"):
    """VAL is 1 while the state is set."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        create(record, parameter(record, "INP"))
        return 2

    def read(self, record: Record) -> int:
        if name := parameter(record, "INP"):
            create(record, name)
            record.VAL, record.UDF = int(record.host.states.get(name)), 0
        return 2


class StateOutput(DeviceSupport, dsets="devBoDbState"):
    """VAL sets or clears the state."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        create(record, parameter(record, "OUT"))
        return 2

    def write(self, record: Record) -> int:
        if name := parameter(record, "OUT"):
            create(record, name)
            record.host.states.set(name, bool(record.VAL))
        return 0
