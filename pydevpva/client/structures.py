"""What PVAccess sends as Readings: every normative type, and structures of them. Any thread.

What only images and tables need is imported with the first of them: a number is there in a fraction of the time.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from pydevpva.client.reading import Reading
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.records.core.arrays import is_array

_PROPERTIES = ("display", "control", "valueAlarm")
_NORMATIVE = "epics:nt/"
_CODES = {
    "?": "boolean", "b": "byte", "h": "short", "i": "int", "l": "long", "B": "ubyte", "H": "ushort", "I": "uint",
    "L": "ulong", "f": "float", "d": "double", "s": "string", "v": "any", "S": "structure", "U": "union",
}  # fmt: skip


def is_structure(value: object) -> TypeGuard[Structure]:
    """Whether a member's value is a structure: p4p's Value."""
    return hasattr(value, "getID")


def reading(structure: Structure) -> Reading:
    """A p4p Value as a Reading. ValueError: an image that cannot be decoded."""
    name = structure.getID()
    kind = name.removeprefix(_NORMATIVE).partition(":")[0] if name.startswith(_NORMATIVE) else ""
    found = Reading(kind or name or "structure", None, **_alarm(structure), time_ns=_time(structure))
    if kind == "NTNDArray":
        from pydevpva.pva.types.decode import image_of

        found.value = image_of(structure)
    elif kind == "NTTable":
        from pydevpva.pva.types.decode import columns_of

        found.value, found.table = columns_of(structure), True
    elif kind in _ROWS:
        found.value, found.table = _rows(structure, _ROWS[kind]), True
    elif kind in _WHOLE or not structure.has("value"):
        found.value = {member: plain(structure, member) for member in structure if member not in _COMMON}
    else:
        _take_value(found, structure)
    return found


_COMMON = ("alarm", "timeStamp", "record")  # record: options of QSRV, nothing of the value
_ROWS = {
    "NTNameValue": "name",
    "NTMultiChannel": "channelName",
    "NTScalarMultiChannel": "channelName",
}  # what names them
_WHOLE = ("NTMatrix", "NTHistogram", "NTContinuum", "NTAggregate", "NTAttribute")  # a value is little without the rest


def _rows(structure: Structure, names: str) -> dict[str, Any]:
    """Arrays that belong together, as columns: the names, then the values, then what else is told of each."""
    members = (names, "value", *(member for member in structure if member not in (names, "value", *_COMMON)))
    columns = {member: plain(structure, member) for member in members}
    return {member: column for member, column in columns.items() if is_array(column) and len(column)}


def _take_value(found: Reading, structure: Structure) -> None:
    value = plain(structure, "value")
    if isinstance(value, Reading) and isinstance(value.value, dict) and {"index", "choices"} <= value.value.keys():
        found.value, found.choices = int(value.value["index"]), tuple(value.value["choices"])
    elif isinstance(value, Reading):  # of NTPVI: a structure
        found.value, found.choices = value.value, value.choices
    else:
        found.value = value
        found.type += f" {_code(structure)}"
    found.units = str(structure.get("display.units") or "")
    found.limits = {
        f"{part}.{leaf}": plain(structure[part], leaf)
        for part in _PROPERTIES
        if structure.has(part)
        for leaf in structure[part]
        if leaf not in ("units", "form")
    }


def plain(structure: Structure, member: str) -> Any:
    """A member: a plain value, or a Reading where it is a structure itself, or a list of them."""
    value = structure[member]
    if is_structure(value):
        return reading(value)
    if value is None and isinstance(code := structure.type().aspy(member), str) and code[:1] == "a":
        from pydevpva.pva.types.decode import array_of

        return array_of(structure, member)
    if isinstance(value, list) and value and is_structure(value[0]):
        return [reading(element) for element in value]
    return value


def _code(structure: Structure) -> str:
    code = structure.type().aspy("value")
    word = code if isinstance(code, str) else code[0]
    return _CODES.get(word[-1], word) + ("[]" if word[0] == "a" else "")


def _alarm(structure: Structure) -> dict[str, Any]:
    if not structure.has("alarm.severity"):
        return {}
    return {"severity": int(structure["alarm.severity"]), "message": str(structure.get("alarm.message") or "")}


def _time(structure: Structure) -> int | None:
    if not structure.has("timeStamp.secondsPastEpoch"):
        return None
    return int(structure["timeStamp.secondsPastEpoch"]) * 10**9 + int(structure["timeStamp.nanoseconds"])
