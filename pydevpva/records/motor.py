"""motor: one axis in user, dial and raw coordinates, that moves, runs, looks for home, tries again and stops.

EPICS: motorRecord.cc of motor. Its parts are in shared/motor. Database thread.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pydevpva.db.model import Field
from pydevpva.errors import PutError
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import Source, properties
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import to_float32
from pydevpva.records.shared.motor import (
    alarms,
    buttons,
    coordinates,
    limits,
    marks,
    move,
    readback,
    resolution,
    speeds,
    stop,
    stopped,
)
from pydevpva.records.shared.motor.bits import (
    DELAY_ACK,
    DELAY_REQ,
    DONE,
    HOMES,
    RETRY,
    SPMG_GO,
    STUP_BUSY,
    STUP_OFF,
    STUP_ON,
)
from pydevpva.records.shared.motor.commands import device_of
from pydevpva.records.shared.motor.steps import divide
from pydevpva.records.shared.output import CLOSED_LOOP

if TYPE_CHECKING:
    from pydevpva.timers import Timer

_VERSION = to_float32(7.4)
_TARGETS = frozenset({"VAL", "DVAL", "RVAL", "RLV", "TWF", "TWR"})  # a put to them begins a move
_NO_CONTROLLER = -1
_LEAST_FACTOR = 2  # NTMF
_TYPES = "STRING CHAR UCHAR SHORT USHORT LONG ULONG INT64 UINT64 FLOAT DOUBLE INLINK OUTLINK FWDLINK"


def _raw_limit(dial: str, negative: str) -> Callable[[Record], float]:
    """An end of travel in steps."""
    return lambda record: divide(getattr(record, dial if record.MRES >= 0 else negative), record.MRES)


_LIMITS: dict[str, tuple[Source, Source]] = {
    "VAL RBV": ("LLM", "HLM"),
    "DVAL DRBV": ("DLLM", "DHLM"),
    "RVAL RRBV": (_raw_limit("DLLM", "DHLM"), _raw_limit("DHLM", "DLLM")),
    "VELO": ("VBAS", "VMAX"),
}


class Motor(Record, rtype="motor"):
    """A put to VAL begins a move; it, and the forward link, are over when DMOV is 1 again.

    PACT is 0 meanwhile, so that it can be stopped: DMOV is 0.
    """

    __slots__ = ("delay",)
    delay: Timer | None  # DLY
    DOL: Link
    RLNK: Link
    posts_itself = marks.OWN
    properties = properties(
        units=_TYPES,
        units_fields={
            "VELO VMAX BVEL VBAS JVEL HVEL": "=EGU/sec",
            "JAR": "=EGU/s/s",
            "ACCL BACC": "sec",
            "S SBAS SBAK": "rev/sec",
            "SREV": "steps/rev",
            "UREV": "=EGU/rev",
        },
        precision="",
        precision_fields={"VERS": 2},
        display=_LIMITS,
        control=_LIMITS,
        alarm={"VAL DVAL": "always"},
    )

    # ---- iocInit ----

    def init_early(self) -> None:
        setattr(self, "VERS", _VERSION)  # noqa: B010  # a field, where other types have an attribute of that name
        self.delay = None

    def init_record(self) -> None:
        resolution.start(self)
        speeds.start(self)
        limits.start(self)
        speeds.start_others(self)
        resolution.keep_deadband(self)
        if self.device is not None:
            self.device.init_record(self)
        self.CARD = _NO_CONTROLLER
        if self.DOL.is_constant:
            self.UDF = 0
            if (value := self.DOL.load("DOUBLE")) is not None:
                self.VAL = value
        device_of(self).update(self)
        if self.ERES == 0.0:
            self.ERES = self.MRES
        readback.read_status(self, first=True)
        if self.OMSL != CLOSED_LOOP:
            coordinates.target_is_readback(self)
        limits.new_limit(self, "DHLM")
        limits.new_limit(self, "DLLM")
        self.DMOV, self.MOVN = 1, 0
        self.LSPG = self.SPMG = SPMG_GO
        readback.show_difference(self)
        coordinates.accept(self)
        self.LVIO = int(limits.is_beyond(self))
        marks.post_marked(self)

    # ---- processing ----

    def process(self) -> None:
        self.PACT = 1
        violated, status = self.LVIO, self.MSTA
        called = device_of(self).update(self)
        if self.MSTA != status:
            marks.mark(self, "MSTA")
        called = called or bool(self.MIP & DELAY_ACK)
        if not called or self._take_status():
            self._decide(called, violated)
        if called and self.STUP == STUP_BUSY:
            self.STUP = STUP_OFF
            marks.mark(self, "STUP")
        self.stamp()
        alarms.check_alarms(self)
        marks.post_marked(self)
        if self.DMOV:
            self.forward()
        self.PACT = 0

    def _take_status(self) -> bool:
        """The device has called. False: nothing is to be decided before it calls again."""
        readback.read_status(self)
        if self.MOVN:
            stopped.moving(self)
        elif self.STUP != STUP_BUSY:
            return stopped.stands(self)
        return True

    def _decide(self, called: bool, violated: int) -> None:
        """Look at all that may have been put, but while it moves; write the readback."""
        limits.watch_jog(self)
        if self.LVIO != violated:
            marks.mark(self, "LVIO")
            if self.LVIO and not self.SET and not self.IGSET:
                self.STOP = 1
                marks.mark(self, "STOP")
                readback.clear_buttons(self)
        if self.STOP or stop.holds(self) or not called or self.DMOV or self.MIP & RETRY:
            self._work(called)
        self.RLNK.put(self.RBV, "DOUBLE")

    def _work(self, called: bool) -> None:
        """The first thing that is to be done: stop, new steps, home, jog, a move; or else SYNC."""
        violated = self.LVIO
        if self.STUP == STUP_ON:
            self._update_status()
        if stop.is_news(self) and stop.take(self):
            return
        if resolution.is_new(self):
            resolution.take(self)
            return
        if self.OMSL == CLOSED_LOOP and self._has_local_source():
            value = self.DOL.get("DOUBLE")
            if not isinstance(value, float):
                self.UDF = 1
                return
            self.VAL, self.UDF = value, 0
        else:
            if buttons.take(self):
                return
            buttons.move_on(self)
        if move.new_user_value(self) or stop.holds(self):
            return
        if self.DVAL != self.LDVL or not self.DMOV:
            move.go(self, violated)
        elif self.SYNC != 0 and self.MIP == DONE:
            readback.synchronize(self)
            marks.tell(self, "SYNC", 0)
        elif not called and self.STUP == STUP_OFF:
            self._update_status()

    def _update_status(self) -> None:
        """A soft channel has no status that it could be asked for."""
        self.STUP = STUP_OFF
        marks.mark(self, "STUP")

    def _has_local_source(self) -> bool:
        """DOL is a link to a record here, without CA, CP or CPP."""
        return getattr(self.DOL, "address", None) is not None and not self.DOL.is_volatile

    # ---- DLY ----

    def begin_delay(self) -> None:
        """DLY seconds from now it is judged whether the move is over."""
        if self.delay is not None:
            self.delay.cancel()
        self.delay = self.host.call_later(self.DLY, self._settled)

    def _settled(self) -> None:
        self.delay = None
        if self.MIP & DELAY_REQ:
            self.MIP = (self.MIP & ~DELAY_REQ) | DELAY_ACK
            self.host.scan_once(self)

    def stored(self, field: Field) -> None:
        super().stored(field)
        for name in self.posts_itself if self.sinks else ():
            self.post_field(name, 0)  # is to be posted when the record processes, but may be read now

    def pv_changed(self, field: str) -> None:
        device_of(self).pv_changed(self, field)

    # ---- fields that change ----

    def special(self, field: str, after: bool) -> None:
        if not after:
            self._before(field)
        elif (new := _NEW.get(field)) is not None:
            new(self)

    def _before(self, field: str) -> None:
        """A new target is not reached yet; what has begun, a search of home or a question, is not begun anew."""
        if field in _TARGETS:
            if self.DISA != self.DISV and not self.DISP and self.DMOV == 1:
                marks.tell(self, "DMOV", 0)
        elif field in ("HOMF", "HOMR") and self.MIP & HOMES:
            raise PutError(f"{self.NAME}.{field}: it looks for home already")
        elif field == "STUP" and self.STUP != STUP_OFF:
            raise PutError(f"{self.NAME}.STUP: the motor has been asked already")


def _new_status_request(record: Record) -> None:
    if record.STUP != STUP_ON:
        marks.say(record, "STUP", STUP_OFF)
        raise PutError(f"{record.NAME}.STUP: ON asks for the status, nothing else can be put")


def _new_factor(record: Record) -> None:
    if record.NTMF < _LEAST_FACTOR:
        marks.tell(record, "NTMF", _LEAST_FACTOR)
        raise PutError(f"{record.NAME}.NTMF: {_LEAST_FACTOR} is the least")


_NEW: dict[str, Callable[[Record], object]] = {
    "DIR": coordinates.new_direction,
    "OFF": coordinates.new_offset,
    "ERES": resolution.new_encoder_step,
    "RDBD": resolution.keep_deadband,
    "BDST": resolution.keep_deadband,
    "FRAC": speeds.new_fraction,
    "JVEL": speeds.new_jog_speed,
    "HVEL": speeds.new_home_speed,
    "STUP": _new_status_request,
    "NTMF": _new_factor,
    "SSET": lambda record: marks.say(record, "SET", 1),
    "SUSE": lambda record: marks.say(record, "SET", 0),
    "FOF": lambda record: marks.say(record, "FOFF", 1),
    "VOF": lambda record: marks.say(record, "FOFF", 0),
    **{field: partial(resolution.new_steps, field=field) for field in ("MRES", "UREV", "SREV")},
    **{field: partial(resolution.new_readback, field=field) for field in ("UEIP", "URIP")},
    **{field: partial(speeds.new_speed, field=field) for field in speeds.PAIRED},
    **{field: partial(speeds.new_acceleration, field=field) for field in ("ACCL", "ACCS", "BACC", "JAR")},
    **{field: partial(limits.new_limit, field=field) for field in ("HLM", "LLM", "DHLM", "DLLM")},
    **{field: partial(buttons.new_jog, field=field) for field in ("JOGF", "JOGR")},
}
