"""What a motor's device support is told, and what it answers (EPICS: struct motor_dset, motor.h). Database thread."""

from __future__ import annotations

from enum import Enum, auto
from typing import Protocol, cast

from pydevpva.records.core.record import Record


class Command(Enum):
    """What there is to tell. Speeds and positions are fields; a device takes what it needs from there."""

    MOVE = auto()  # to DVAL
    STOP = auto()
    HOME = auto()
    JOG = auto()
    LOAD = auto()  # DVAL is where it stands: take that for the position, and call back
    ASK = auto()  # tell where it is
    LIMIT = auto()  # travel has other limits


class MotorDevice(Protocol):
    """DTYP of a motor."""

    def update(self, record: Record) -> bool:
        """RMP and MSTA as they are now; True: the device has news, and that is why the record processes."""

    def send(self, record: Record, command: Command) -> None:
        """Do it, if this device can."""

    def pv_changed(self, record: Record, field: str) -> None:
        """The PV at the far end of a link that the device watches has another value."""


def device_of(record: Record) -> MotorDevice:
    """The device support of a motor."""
    return cast(MotorDevice, record.device)


def send(record: Record, command: Command) -> None:
    """Tell the device."""
    device_of(record).send(record, command)
