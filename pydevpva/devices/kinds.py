"""What the `pydev` device does differently by record type: the names code may use bare, and how a result is stored.

See "Links" and "Results" of the PyDevice documentation. Database thread.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydevpva.plain.values import Made
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array
from pydevpva.records.results.scalar import NUMBERS, ResultError, converted, label_index, state, state_number, text
from pydevpva.records.shared import bits as register
from pydevpva.records.shared import inputs, states

log = logging.getLogger("pydevpva.python")

Store = Callable[[Record, Any], int]  # stores a result; 0: RVAL is set and to be converted, 2: VAL is set
_NUMBER = "VAL NAME EGU HOPR LOPR TPRO"
_MULTI = " ".join(("VAL RVAL NAME TPRO", *states.VALUES, *states.STRINGS))


@dataclass(frozen=True)
class Kind:
    """One record type's ways. `scaled`: VAL is shown as the device's number, without AOFF and ASLO."""

    bare: frozenset[str]
    store: Store
    scaled: str = ""  # the field that VAL stands for then
    whole: frozenset[str] = frozenset()  # fields that the code gets as they are, see Record.native
    elements: bool = False  # results are arrays, which `store` gets as array_results.array makes them


def kind(bare: str, store: Store, scaled: str = "") -> Kind:
    return Kind(frozenset(bare.split()), store, scaled)


def _ai_number(record: Record) -> float:
    """VAL as the code sees it: the device's number."""
    value: float = record.VAL - record.AOFF
    return value / record.ASLO if record.ASLO != 0.0 else value


def _ao_number(record: Record) -> float:
    """The same of what was put out, limited and ramped."""
    value: float = record.OVAL - record.AOFF
    return value / record.ASLO if record.ASLO != 0.0 else value


SCALED = {"VAL": _ai_number, "OVAL": _ao_number}


def _number(dbf: str) -> Store:
    convert = NUMBERS[dbf]

    def store(record: Record, result: object) -> int:
        record.VAL = convert(result)
        record.UDF = 0
        return 2

    return store


_double = NUMBERS["DOUBLE"]


def _ai(record: Record, result: object) -> int:
    value = _double(result) * record.ASLO + record.AOFF
    if record.SMOO != 0.0 and not record.UDF and math.isfinite(record.VAL):
        # PyDevice smooths with the device's number, not with VAL
        value = _ai_number(record) * record.SMOO + value * (1.0 - record.SMOO)
    record.VAL = value
    record.UDF = 0
    return 2


def _ao(record: Record, result: object) -> int:
    value = _double(result)
    if record.ASLO != 0.0:
        value *= record.ASLO
    record.VAL = value + record.AOFF
    record.UDF = 0
    return 2


def _bi(record: Record, result: object) -> int:
    record.RVAL = state(result, record.states(), 1)
    record.UDF = 0
    return 0


def _bo(record: Record, result: object) -> int:
    record.VAL = state(result, record.states(), 1)
    record.RVAL = (record.MASK or 1) if record.VAL else 0
    record.UDF = 0
    return 2


def _mbbi(record: Record, result: object) -> int:
    """A label is VAL, whatever the states' values are; a number is RVAL, and looked up among these."""
    choices = record.states()
    if (index := label_index(result, choices)) is not None:
        register.to_raw(record, getattr(record, states.VALUES[index]))
        record.VAL, status = index, 2
    else:
        number = int(NUMBERS["ULONG"](state_number(result, choices)))
        if number and choices and not record.has_values():
            raise ResultError(f"{number}: no state has a value; give the label, or set ZRVL, ONVL ...")
        record.RVAL, status = number, 0
    record.UDF = 0
    return status


def _mbbo(record: Record, result: object) -> int:
    record.VAL = state(result, record.states(), 0xFFFF)
    record.UDF = 0
    return 2


def _raw(record: Record, result: object) -> int:
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


_CUT: set[str] = set()  # records of which it was said already


def say_cut(record: Record, capacity: int) -> None:
    """Warn once that a result has more elements than the record holds."""
    if record.NAME not in _CUT:
        _CUT.add(record.NAME)
        log.warning("%s: the result has more than NELM = %d elements; the rest is cut off", record.NAME, capacity)


def _array(record: Record, result: tuple[Array, bool]) -> int:
    values, cut = result
    if cut:
        say_cut(record, len(values))
    record.put_array("VAL", values)
    record.UDF = 0
    return 2


def _samples(record: Record, result: object) -> int:
    """compress: one number, or an array of them, to be compressed."""
    if type(result) is Made:
        return converted(result, partial(_samples, record))
    from pydevpva.records.results.array import array

    one = isinstance(result, (int, float)) or getattr(result, "ndim", None) == 0
    values, cut = array([result] if one else result, "DOUBLE", record.NSAM * max(1, record.N))
    if cut:
        say_cut(record, len(values))
    record.WPTR = values
    return 2


def _signal(record: Record, result: object) -> int:
    """histogram: the value to be counted."""
    record.SGNL = _double(result)
    return 0


def _accept(record: Record, result: object) -> int:
    """ndarray and table know themselves what they can hold."""
    converted(result, record.accept)
    return 2


_ANALOG = _NUMBER + " PREC RVAL ORAW"
_INTEGER = _NUMBER + " HIGH HIHI LOW LOLO"
_BINARY = "VAL RVAL NAME TPRO ZNAM ONAM"
_SHORT, _LONG = "VAL NAME TPRO", "VAL NAME SIZV LEN TPRO"
_ARRAY = Kind(frozenset({"VAL", "NAME", "TPRO"}), _array, elements=True)
_WHOLE = Kind(inputs.BARE, _accept, whole=inputs.WHOLE)
KINDS: dict[str, Kind] = {
    "ai": kind(_ANALOG, _ai, scaled="VAL"),
    "ao": kind(_ANALOG, _ao, scaled="OVAL"),
    "longin": kind(_INTEGER, _number("LONG")),
    "longout": kind(_INTEGER, _number("LONG")),
    "int64in": kind(_INTEGER, _number("INT64")),
    "int64out": kind(_INTEGER, _number("INT64")),
    "bi": kind(_BINARY, _bi),
    "bo": kind(_BINARY, _bo),
    "mbbi": kind(_MULTI, _mbbi),
    "mbbo": kind(_MULTI, _mbbo),
    "mbbiDirect": kind("VAL RVAL NAME TPRO", _raw),
    "mbboDirect": kind("VAL RVAL NAME TPRO", _number("LONG")),
    "stringin": kind(_SHORT, _string),
    "stringout": kind(_SHORT, _string),
    "event": kind(_SHORT, _string),
    "lsi": kind(_LONG, _long_string),
    "lso": kind(_LONG, _long_string),
    "printf": kind(_LONG, _long_string),
    "calcout": kind("VAL OVAL NAME EGU HOPR LOPR PREC TPRO", _number("DOUBLE")),
    "compress": kind("VAL NAME TPRO", _samples),
    "histogram": kind("VAL SGNL NAME TPRO", _signal),
    **dict.fromkeys(("waveform", "aai", "aao", "subArray"), _ARRAY),
    **dict.fromkeys(("ndarray", "table"), _WHOLE),
}
