"""Soft Channel of motor: OUT is the motor, RDBL or RINP say where it is, DINP that it stands, STOO stops it.

EPICS: devSoft.cc, devSoftAux.cc of motor. What these links name at iocInit is watched as a client does it, RDBL
only with URIP Yes. Each change comes in its own turn; of many that wait, the newest replaces the one before. The first
value of RDBL becomes VAL: what a PV of this IOC has at the start, if it is valid then. In EPICS that is its first
change, also in the middle of a move. Database thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from pydevpva.devices.registry import DeviceSupport
from pydevpva.records.core.alarm import INVALID
from pydevpva.records.core.links import Link, NamedLink
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import cast
from pydevpva.records.shared.motor.bits import DELAYS, RA_DONE
from pydevpva.records.shared.motor.commands import Command
from pydevpva.records.shared.motor.marks import say
from pydevpva.records.shared.motor.steps import divide, steps

STANDS, MOVES, MOVED_BY_OTHERS = range(3)
_MOST_WAITING = 36  # changes of a PV, as EPICS's event queue: what circles set off must not grow without end


class SoftMotor(DeviceSupport, dsets="devMotorSoft"):
    """One for each motor: what its far end does, and the PVs that tell it."""

    __slots__ = ("_called", "_running", "_stands_at_once", "_state", "_synchronized", "_waiting", "_watched")

    def __init__(self) -> None:
        self._called = False  # the record processes because we say so
        self._state = STANDS
        self._stands_at_once = False  # every move is over when it is told: there is no DINP
        self._running = False  # iocRun has been
        self._synchronized = False  # the first value of RDBL has become VAL
        self._watched: dict[str, NamedLink] = {}
        self._waiting: dict[str, deque[float]] = {field: deque() for field in _TAKERS}

    def init_record(self, record: Record) -> int:
        if not record.DMOV:
            self._state = MOVES
        for field in ("DINP", "RDBL", "RINP"):
            name = _pv(getattr(record, field))
            if name and (field != "RDBL" or record.URIP):
                self._watched[field] = record.host.link_to(record, field, name)
        record.host.when_running(partial(self._begin, record))  # after the links
        return 2

    def _begin(self, record: Record) -> None:
        self._running = True
        self._stands_at_once = not _pv(record.DINP)
        alarm = record.RDBL.alarm()
        if alarm is not None and alarm[1] < INVALID:
            self.pv_changed(record, "RDBL")

    # ---- what the record asks for (records.shared.motor.commands.MotorDevice) ----

    def update(self, record: Record) -> bool:
        """Whether it stands; True when one of the watched PVs is why the record processes."""
        if self._state == STANDS:
            record.MSTA |= RA_DONE
        else:
            record.MSTA &= ~RA_DONE
        return self._called

    def send(self, record: Record, command: Command) -> None:
        """Moves and stops go out by OUT and STOO; there is no home, no speed, and nothing that could be asked."""
        if command is Command.MOVE:
            record.OUT.put(record.DVAL, "DOUBLE")
        elif command is Command.STOP:
            record.STOO.put(1, "SHORT")
        elif command is Command.LOAD:
            record.MSTA = RA_DONE
            record.host.submit(self._process, record)
        elif command is Command.ASK and record.MIP & DELAYS == DELAYS:
            record.host.submit(self._process, record)  # in EPICS nobody answers, and DMOV stays 0
        if self._stands_at_once:
            record.MSTA = RA_DONE

    def _process(self, record: Record) -> None:
        self._called = True
        record.host.process(record)
        self._called = False

    # ---- watched PVs ----

    def pv_changed(self, record: Record, field: str) -> None:
        link = self._watched.get(field)
        if link is None or not self._running or (value := link.value()) is None:
            return
        waiting = self._waiting[field]
        if len(waiting) == _MOST_WAITING:
            waiting[-1] = value
        else:
            waiting.append(value)
            record.host.submit(self._take_change, record, field)

    def _take_change(self, record: Record, field: str) -> None:
        if record.host.paused:
            record.host.when_running(partial(self._take_change, record, field))
        else:
            _TAKERS[field](self, record, self._waiting[field].popleft())

    def _take_done(self, record: Record, value: float) -> None:
        """DINP: 0 while it moves. What others move is followed, unless LOCK is YES."""
        if cast(value, "SHORT") != 0:
            if self._state == MOVED_BY_OTHERS:
                record.PP = 1
            self._state = STANDS
            self._process(record)
        elif not record.DMOV:
            self._state = MOVES
        elif not record.LOCK:
            self._state = MOVED_BY_OTHERS
            self._others_move(record)

    def _others_move(self, record: Record) -> None:
        """Where that leads to will be VAL."""
        say(record, "DMOV", 0)
        say(record, "PP", 1)

    def _take_readback(self, record: Record, value: float) -> None:
        """RDBL; what it has at first becomes VAL."""
        record.RMP = steps(divide(value, record.MRES))
        if not self._synchronized:
            self._others_move(record)
            self._state = STANDS
            self._synchronized = True
        self._process(record)

    def _take_steps(self, record: Record, value: float) -> None:
        """RINP."""
        record.RMP = cast(value, "LONG")
        self._process(record)


Taker = Callable[[SoftMotor, Record, float], None]
_TAKERS: dict[str, Taker] = {
    "DINP": SoftMotor._take_done,
    "RDBL": SoftMotor._take_readback,
    "RINP": SoftMotor._take_steps,
}


def _pv(link: Link) -> str:
    """The PV that a link leads to; "" for constants and JSON links, which cannot be watched."""
    text = str(link)
    return "" if link.is_constant or not text or text[0] == "{" else text.split()[0]
