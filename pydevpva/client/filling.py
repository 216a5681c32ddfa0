"""Filling in what a put sends: the words of the command line into a p4p Value of the PV's type. p4p's thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pydevpva.client import given
from pydevpva.client.reading import ClientError
from pydevpva.client.structures import is_structure
from pydevpva.errors import did_you_mean
from pydevpva.pva.types import codes
from pydevpva.pva.types.p4p_types import Structure

_WHOLE = "bhilBHIL"


def fill(structure: Structure, words: Sequence[str]) -> None:
    """Set what the words say. ClientError: the PV does not take them."""
    if structure.getID().startswith("epics:nt/NTNDArray"):
        raise ClientError("an image is not put from a command line")
    if structure.getID().startswith("epics:nt/NTTable"):
        _columns(structure, given.members(words))
    elif not structure.has("value"):
        _members(structure, given.members(words))
    elif is_structure(structure["value"]):
        value = structure["value"]
        if not value.has("choices"):
            _members(value, given.members(words))
        else:
            value["index"] = given.choice(" ".join(words), value["choices"] or [])
    else:
        _leaf(structure, "value", given.elements(words) if _is_array(structure, "value") else " ".join(words))


def _is_array(structure: Structure, member: str) -> bool:
    code = structure.type().aspy(member)
    return isinstance(code, str) and code[0] == "a"


def _columns(structure: Structure, columns: Mapping[str, Any]) -> None:
    """A table's columns, by label or by member name; as long as each other, which the server looks at."""
    table = structure["value"]
    names = dict(zip(structure["labels"] or [], table, strict=False)) | {name: name for name in table}
    for label, values in columns.items():
        if label not in names:
            raise ClientError(f"no column {label}{did_you_mean(label, names)}; there are {', '.join(names)}")
        _leaf(table, names[label], values)


def _members(structure: Structure, members: Mapping[str, Any]) -> None:
    """{"a": 1, "b": {"value": 2}}: where a member is a structure with a value, this may be left out."""
    for name, value in members.items():
        if not structure.has(name):
            raise ClientError(f"no member {name}{did_you_mean(name, list(structure))}")
        member = structure[name]
        if not is_structure(member):
            _leaf(structure, name, value)
        elif member.getID().startswith("epics:nt/NTTable") and isinstance(value, dict) and "value" not in value:
            _columns(member, value)
        elif isinstance(value, dict):
            _members(member, value)
        elif member.has("choices"):
            member["index"] = given.choice(str(value), member["choices"] or [])
        else:
            _members(member, {"value": value})


def _leaf(structure: Structure, name: str, value: Any) -> None:
    """A scalar or an array."""
    code = structure.type().aspy(name)
    if not isinstance(code, str) or code[-1] not in codes.DTYPES | {"?": "", "s": ""}:
        raise ClientError(f"{name}: a value of this type is not put from a command line")
    if code[0] == "a":
        if not isinstance(value, list):
            raise ClientError(f"{name} is an array: [1, 2, 3]")
        converted = [_scalar(element, code[1]) for element in value]
        structure[name] = converted if code[1] in "s?" else np.array(converted, codes.DTYPES[code[1]])
    else:
        structure[name] = _scalar(value, code)


def _scalar(value: Any, code: str) -> Any:
    if code == "s":
        if not isinstance(value, str):
            raise ClientError(f"{value!r} is not text")
        return value
    if code == "?":
        return given.truth(str(value))
    number = given.typed_number(value, code in _WHOLE)
    low, high = codes.RANGES.get(code, (number, number))
    if code in codes.RANGES and not low <= number <= high:
        raise ClientError(f"{number} is not between {low} and {high}")
    return number
