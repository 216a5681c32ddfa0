"""What lies in front of a value: alarm, time, units, limits, states (EPICS: dbAccess.c getOptions). Database thread."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from pydevpva.ca import dbr
from pydevpva.ca.dbr import Base
from pydevpva.engine.address import Address
from pydevpva.records.core import shown
from pydevpva.records.core.values import cast, to_float32

Front = Callable[[Any], tuple[Any, ...]]
NO_LIMITS, NO_ALARMS = (0.0, 0.0), (math.nan,) * 4


def _nothing(address: Address, base: Base) -> Front:
    return lambda state: ()


def _alarm(address: Address, base: Base) -> Front:
    return lambda state: (state.STAT, state.SEVR)


def _time(address: Address, base: Base) -> Front:
    def front(state: Any) -> tuple[Any, ...]:
        seconds, nanoseconds = divmod(state.TIME, 1_000_000_000)
        return state.STAT, state.SEVR, (seconds - dbr.EPOCH) & 0xFFFFFFFF, nanoseconds

    return front


def _acknowledged(address: Address, base: Base) -> Front:
    record = address.record
    return lambda state: (state.STAT, state.SEVR, record.ACKT, record.ACKS)


def _graphic(address: Address, base: Base) -> Front:
    return _properties(address, base, control=False)


def _control(address: Address, base: Base) -> Front:
    return _properties(address, base, control=True)


def _properties(address: Address, base: Base, control: bool) -> Front:
    if base is dbr.STRING:
        return _alarm(address, base)
    tell = _states if base is dbr.ENUM else _numeric
    return lambda state: (state.STAT, state.SEVR, *tell(address, base, control))


def _states(address: Address, base: Base, control: bool) -> Iterable[Any]:
    record, field = address.record, address.field
    choices: tuple[str, ...] = ()
    if field.type == "ENUM":
        choices = record.states()
    elif field.type in ("MENU", "DEVICE"):
        choices = record.choices(field.name)
    choices = choices[: dbr.STATES]
    texts = [choice.encode("utf-8", "surrogateescape") for choice in choices]
    return len(texts), *texts, *[b""] * (dbr.STATES - len(texts))


def _numeric(address: Address, base: Base, control: bool) -> Iterable[Any]:
    record, name = address.record, address.field.name
    limit = _LIMITS[base]
    low, high = shown.display_limits(record, name) or NO_LIMITS
    lolo, lower, higher, hihi = shown.alarm_limits(record, name) or NO_ALARMS
    told = [high, low, hihi, higher, lower, lolo]
    if control:
        told += reversed(shown.control_limits(record, name) or NO_LIMITS)
    units = (shown.units(record, name) or "").encode("utf-8", "surrogateescape")[: dbr.UNITS_SIZE - 1]
    digits = shown.precision(record, name) or 0
    precision = (int(cast(digits, "SHORT")),) if base in dbr.FLOATS else ()
    return *precision, units, *(limit(value) for value in told)


def _whole(dbf: str) -> Callable[[float], int]:
    """A limit as a C integer: by way of 32 bits, as EPICS does it; one that is not set is 0."""
    return lambda value: int(cast(cast(value, "LONG"), dbf)) if math.isfinite(value) else _infinite(value, dbf)


def _infinite(value: float, dbf: str) -> int:
    return 0 if math.isnan(value) else int(cast(cast(value, "LONG"), dbf))


_LIMITS: dict[Base, Callable[[float], float]] = {
    dbr.SHORT: _whole("SHORT"),
    dbr.CHAR: _whole("UCHAR"),
    dbr.LONG: _whole("LONG"),
    dbr.FLOAT: to_float32,
    dbr.DOUBLE: float,
}
FRONTS: dict[str, Callable[[Address, Base], Front]] = {
    dbr.PLAIN: _nothing,
    dbr.STS: _alarm,
    dbr.TIME: _time,
    dbr.GR: _graphic,
    dbr.CTRL: _control,
    dbr.STSACK: _acknowledged,
}
