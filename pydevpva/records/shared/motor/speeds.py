"""Speeds and accelerations: VELO and its like, and the same in turns a second (EPICS: motorRecord.cc).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.core.values import to_float32
from pydevpva.records.shared.motor.bits import JOGF, JOGR, USE_ACCS
from pydevpva.records.shared.motor.commands import Command, send
from pydevpva.records.shared.motor.marks import change, mark, tell
from pydevpva.records.shared.motor.steps import divide

TURNS = {"VELO": "S", "VBAS": "SBAS", "BVEL": "SBAK", "VMAX": "SMAX"}  # a speed, and the same in turns a second
_SPEEDS = {turns: speed for speed, turns in TURNS.items()}
PAIRED = frozenset(TURNS) | frozenset(_SPEEDS)
_ENDS = frozenset({"VBAS", "SBAS", "VMAX", "SMAX"})
_LEAST_SECONDS = 0.1
_LEAST_FRACTION, _LARGEST_FRACTION = 0.1, 1.5


def start(record: Record) -> None:
    """iocInit: of a speed and its turns a second the latter counts, where it is set; each lies between base and top."""
    turn = abs(record.UREV)
    if record.SMAX > 0.0:
        record.VMAX = record.SMAX * turn
    elif record.VMAX > 0.0:
        record.SMAX = divide(record.VMAX, turn)
    else:
        record.SMAX = record.VMAX = 0.0
    _start(record, "VBAS", 0.0, 0.0)
    _start(record, "VELO", record.VBAS, record.SBAS)


def start_others(record: Record) -> None:
    """iocInit: backlash, accelerations, jog and home."""
    _start(record, "BVEL", record.VBAS, record.SBAS)
    if record.ACCS > 0.0:
        _seconds_of_acceleration(record)
    else:
        if record.ACCL == 0.0:
            record.ACCL = _LEAST_SECONDS
        _acceleration_of_seconds(record)
    if record.BACC == 0.0:
        record.BACC = _LEAST_SECONDS
    if record.JVEL == 0.0:
        record.JVEL = record.VELO
    else:
        _keep_within(record, "JVEL")
    if record.JAR == 0.0:
        record.JAR = divide(record.VELO, record.ACCL)
    if record.HVEL == 0.0:
        record.HVEL = record.VBAS
    else:
        _keep_within(record, "HVEL")


def _start(record: Record, speed: str, least: float, least_turns: float) -> None:
    turns, turn = TURNS[speed], abs(record.UREV)
    if getattr(record, turns) != 0.0:
        _limit(record, turns, least_turns, record.SMAX)
        setattr(record, speed, getattr(record, turns) * turn)
    else:
        _limit(record, speed, least, record.VMAX)
        setattr(record, turns, divide(getattr(record, speed), turn))


def new_speed(record: Record, field: str) -> None:
    """A put to a speed or to its turns a second: the other follows, and so do accelerations."""
    if field not in _ENDS:
        _keep_within(record, field)
    elif getattr(record, field) < 0.0:
        tell(record, field, 0.0)
    _agree(record, field)
    if field in ("VELO", "S", "VBAS", "SBAS"):
        _accelerate(record)
    if field in _ENDS:
        _new_end(record, field)


def _agree(record: Record, field: str) -> None:
    """A speed and its turns a second."""
    turn = abs(record.UREV)
    if field in _SPEEDS:
        tell(record, _SPEEDS[field], turn * getattr(record, field))
    elif record.UREV != 0.0:
        tell(record, TURNS[field], getattr(record, field) / turn)


def _new_end(record: Record, field: str) -> None:
    """Base and top speed lie the right way round, and all others between them."""
    if field in ("VMAX", "SMAX"):
        if record.VMAX != 0.0 and record.VMAX < record.VBAS:
            record.VBAS, record.SBAS = record.VMAX, record.SMAX
            mark(record, "VBAS", "SBAS")
    elif record.VMAX != 0.0 and record.VBAS > record.VMAX:
        tell(record, "VMAX", record.VBAS)
        tell(record, "SMAX", record.SBAS)
    for speed in ("VELO", "BVEL"):
        _keep_within(record, speed)
        _agree(record, speed)
    _keep_within(record, "JVEL")
    _keep_within(record, "HVEL")


def _keep_within(record: Record, field: str) -> None:
    """Base to top speed, in the field's unit."""
    if field in _SPEEDS:
        _limit(record, field, record.SBAS, record.SMAX)
    else:
        _limit(record, field, record.VBAS, record.VMAX)


def _limit(record: Record, field: str, least: float, most: float) -> None:
    """A most of 0 is none."""
    value = getattr(record, field)
    if value < least:
        value = least
    if most != 0.0 and value > most:
        value = most
    if value == value:
        tell(record, field, value)


def of_turns(record: Record) -> None:
    """A turn is another way now: speeds of the turns a second, which stay."""
    turn = abs(record.UREV)
    change(record, "VELO", turn * record.S)
    change(record, "VBAS", turn * record.SBAS)
    tell(record, "BVEL", turn * record.SBAK)
    tell(record, "VMAX", turn * record.SMAX)


# ---- accelerations ----


def _accelerate(record: Record) -> None:
    """VELO or VBAS has changed: ACCU says which of ACCL and ACCS follows."""
    if record.ACCU == USE_ACCS:
        _seconds_of_acceleration(record)
    else:
        _acceleration_of_seconds(record)


def _rise(record: Record) -> float:
    return float(record.VELO - record.VBAS if record.VELO > record.VBAS else record.VELO)


def _seconds_of_acceleration(record: Record) -> None:
    if record.ACCS > 0.0:
        tell(record, "ACCL", _rise(record) / record.ACCS)


def _acceleration_of_seconds(record: Record) -> None:
    tell(record, "ACCS", divide(_rise(record), record.ACCL))


def new_acceleration(record: Record, field: str) -> None:
    """A put to ACCL, ACCS, BACC or JAR; what is not above 0 is none."""
    value = getattr(record, field)
    if field == "ACCS":
        if value <= 0.0:
            _acceleration_of_seconds(record)
        _seconds_of_acceleration(record)
    elif field == "JAR":
        if value <= 0.0:
            record.JAR = record.JVEL / _LEAST_SECONDS
    else:
        if value <= 0.0:
            tell(record, field, _LEAST_SECONDS)
        if field == "ACCL":
            _acceleration_of_seconds(record)


# ---- others ----


def new_jog_speed(record: Record) -> None:
    """A put to JVEL, also while it runs."""
    _keep_within(record, "JVEL")
    if record.MIP & (JOGF | JOGR):
        send(record, Command.JOG)


def new_home_speed(record: Record) -> None:
    """A put to HVEL."""
    _keep_within(record, "HVEL")


def new_fraction(record: Record) -> None:
    """A put to FRAC."""
    if record.FRAC < _LEAST_FRACTION:
        tell(record, "FRAC", to_float32(_LEAST_FRACTION))
    if record.FRAC > _LARGEST_FRACTION:
        tell(record, "FRAC", to_float32(_LARGEST_FRACTION))
