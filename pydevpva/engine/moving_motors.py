"""How many motors of this IOC move, told to records, and a stop of all that do (EPICS: motorUtil.cc of motor).

The records are those of motorUtil.db: alldone, moving, movingDiff, allstop. They are written as clients write. Database
thread.
"""

from __future__ import annotations

import logging

from pydevpva.engine.address import Address
from pydevpva.engine.put import Puts
from pydevpva.records.core.alarm import DBE_ALARM, DBE_VALUE
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Sent

log = logging.getLogger(__name__)
RELEASED = "release"  # the state of allstop in which nothing is asked for


class MovingMotors:
    """Follows the motors that are given to `follow`, from then on."""

    def __init__(self, puts: Puts, all_done: Address, moving: Address, difference: Address) -> None:
        self._puts = puts
        self._all_done, self._moving, self._difference = all_done, moving, difference
        self._move: dict[Record, None] = {}
        self._all_stop: Address | None = None

    def follow(self, motor: Record) -> None:
        """Count this motor while its DMOV is 0."""
        motor.attach(self)
        self.changed(motor, DBE_VALUE, "DMOV")

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """Sink of the motors."""
        if field != "DMOV" or not mask & DBE_VALUE or (record.DMOV == 0) == (record in self._move):
            return
        if record.DMOV == 0:
            self._move[record] = None
        else:
            del self._move[record]
        count, sign = len(self._move), "+" if record in self._move else "-"
        if count == 0 or (count == 1 and sign == "+"):
            self._put(self._all_done, int(count == 0))
        self._put(self._moving, count)
        self._put(self._difference, f"{sign}{record.NAME}")

    def obey(self, all_stop: Address) -> None:
        """Stop what moves when this record, a bo, has any other state than "release", and give it that one."""
        self._all_stop = all_stop
        all_stop.record.attach(_AllStop(self))
        self.stop()

    def stop(self) -> None:
        """allstop has changed."""
        all_stop = self._all_stop
        if all_stop is None or all_stop.text() == RELEASED:
            return
        for motor in self._move:
            self._put(Address(motor, motor.find_field("STOP")), 1)
        self._put(all_stop, 0)

    def _put(self, address: Address, value: Sent) -> None:
        """Later: what has changed is in the middle of its processing."""
        self._puts.loop.submit(self._puts.put, address, value, None, False, _said)


class _AllStop:
    """The sink of allstop."""

    def __init__(self, motors: MovingMotors) -> None:
        self._motors = motors

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        if field in (None, "VAL") and mask & (DBE_VALUE | DBE_ALARM):
            self._motors.stop()


def _said(error: str | None) -> None:
    if error is not None:
        log.warning("motorUtilInit: %s", error)
