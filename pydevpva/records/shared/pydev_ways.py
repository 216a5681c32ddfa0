"""How several record types store a result of DTYP "pydev". Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array
from pydevpva.records.results.scalar import NUMBERS, converted, text
from pydevpva.records.shared import whole_inputs

log = logging.getLogger("pydevpva.python")

NUMBER = "VAL NAME EGU HOPR LOPR TPRO"
INTEGER = NUMBER + " HIGH HIHI LOW LOLO"
double = NUMBERS["DOUBLE"]


def number(dbf: str) -> Callable[[Record, object], int]:
    """VAL of that type."""
    convert = NUMBERS[dbf]

    def store(record: Record, result: object) -> int:
        record.VAL = convert(result)
        record.UDF = 0
        return 2

    return store


def raw(record: Record, result: object) -> int:
    """RVAL, to be converted."""
    record.RVAL = NUMBERS["ULONG"](result)
    record.UDF = 0
    return 0


def _string(record: Record, result: object) -> int:
    record.VAL = text(result)
    record.UDF = 0
    return 2


def _long_string(record: Record, result: object) -> int:
    record.set_text(text(result, record.SIZV - 1))
    record.UDF = 0
    return 2


def say_cut(record: Record, capacity: int) -> None:
    """Warn once that a result has more elements than the record holds."""
    if record.host.is_news(f"{record.NAME}: cut"):
        log.warning("%s: the result has more than NELM = %d elements; the rest is cut off", record.NAME, capacity)


def _array(record: Record, result: tuple[Array, bool]) -> int:
    values, cut = result
    if cut:
        say_cut(record, len(values))
    record.put_array("VAL", values)
    record.UDF = 0
    return 2


def _accept(record: Record, result: object) -> int:
    """ndarray and table know themselves what they can hold."""
    converted(result, record.accept)
    return 2


STRING = PydevWay("VAL NAME TPRO", _string)
LONG_STRING = PydevWay("VAL NAME SIZV LEN TPRO", _long_string)
ARRAY = PydevWay("VAL NAME TPRO", _array, elements=True)
WHOLE = PydevWay(" ".join(whole_inputs.BARE), _accept, whole=whole_inputs.WHOLE)
