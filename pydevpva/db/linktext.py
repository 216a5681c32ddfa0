"""The text of INLINK, OUTLINK and FWDLINK fields, taken apart (dbParseLink, dbCanSetLink of dbStaticLib.c)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from pydevpva.db import json5
from pydevpva.db.json5 import Json
from pydevpva.db.model import Device
from pydevpva.db.numbers import parse_double
from pydevpva.errors import did_you_mean

LINK_KINDS = ("ca", "calc", "const", "debug", "pva", "state", "trace")  # base's links.dbd, QSRV's pva and our own ca
HARDWARE = {
    "CS": "VME_IO",
    "BCN": "CAMAC_IO",
    "BCNA": "CAMAC_IO",
    "BCNF": "CAMAC_IO",
    "BCNAF": "CAMAC_IO",
    "RMDE": "RF_IO",
    "LACS": "AB_IO",
    "LA": "GPIB_IO",
    "LNPS": "BITBUS_IO",
    "LBG": "BBGPIB_IO",
    "VCS": "VXI_IO",
    "VS": "VXI_IO",
}
_PAIRS = re.compile(r"#\s*((?:\S\s*[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+)\s*){1,5})\Z")
_PAIR = re.compile(r"(\S)\s*([+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+))\s*")
_SOFT = ("CONSTANT", "JSON_LINK", "PV_LINK")
_TRANSFERS = ("NPP", "CPP", "PP", "CA", "CP")  # in the order in which EPICS looks for them
_SEVERITIES = ("NMS", "MSI", "MSS", "MS")


@dataclass(frozen=True, slots=True)
class LinkText:
    """A link's parts. `type` is the EPICS link type: CONSTANT, PV_LINK, JSON_LINK, INST_IO, VME_IO, ...

    `target` is the constant's text, the PV's name (with field), what follows "@", or the JSON text.
    """

    type: str
    target: str
    process: str = "NPP"  # NPP PP CA CP CPP
    severity: str = "NMS"  # NMS MS MSI MSS
    json: Json = None
    address: tuple[tuple[str, int], ...] = field(default=())  # of hardware: (("C", 1), ("S", 2))

    @property
    def kind(self) -> str:
        """constant, pv, json, inst or hardware."""
        return {"CONSTANT": "constant", "PV_LINK": "pv", "JSON_LINK": "json", "INST_IO": "inst"}.get(
            self.type, "hardware"
        )

    @property
    def record(self) -> str:
        """The record's name of a PV link."""
        return self.target.partition(".")[0]

    @property
    def field(self) -> str:
        """The field of a PV link, with modifiers such as "$" or a filter; VAL when none is named."""
        return self.target.partition(".")[2] or "VAL"

    @property
    def is_array(self) -> bool:
        """A constant that is an array: [1, 2]."""
        return self.type == "CONSTANT" and self.target[:1] == "["


class UnreadLink(ValueError):
    """A link's text that is one, of a kind that nobody reads in this field."""


def parse_link(text: str, field_type: str, device: Device | None = None, record_type: str = "") -> LinkText:
    """Take a link's text apart; ValueError says what is wrong with it.

    field_type is INLINK, OUTLINK or FWDLINK. Given a device, for its INP or OUT, the link must be of the device's type.
    Given a record type, for its other links, it must be a constant or a PV: as in EPICS, nobody reads another.
    """
    link = _parse(text.strip(" \t\n\v\f\r"), field_type)
    if device is not None:
        problem = unsuitable(link, device.link_type)
        if problem:
            hint = '; Python code needs field(DTYP, "pydev")' if link.type == "INST_IO" else ""
            raise UnreadLink(f'{problem} for DTYP "{device.choice}"{hint}')
    elif record_type and (problem := unsuitable(link)):
        raise UnreadLink(problem + (_place_of_code(record_type) if link.type == "INST_IO" else ""))
    return link


def _place_of_code(record_type: str) -> str:
    """Where Python goes that stands in a link which does not run it."""
    if record_type == "pycalc":
        return "; Python code goes into CALC"
    return '; Python code goes into INP or OUT of a record with field(DTYP, "pydev")'


def unsuitable(link: LinkText, link_type: str = "CONSTANT") -> str:
    """Why a device of that link type cannot use the link, or ""."""
    if link.type == link_type or (link.type in _SOFT and link_type in _SOFT):
        return ""
    return f"the link must be {_SHAPES.get(link_type, link_type)}"


_SHAPES = {name: f'of type {name}: "#{" ".join(f"{c}0" for c in letters)} @"' for letters, name in HARDWARE.items()}
_SHAPES |= {"INST_IO": 'of the form "@..."', **dict.fromkeys(_SOFT, "a constant or a PV")}


def _parse(text: str, field_type: str) -> LinkText:
    if text[:1] == "@":
        return LinkText("INST_IO", text[1:])
    if text[:1] == "{" and text[-1] == "}":
        return LinkText("JSON_LINK", text, json=_json_link(text))
    if text[:1] == "#":
        return _hardware(text)
    if _is_constant(text):
        return LinkText("CONSTANT", text)
    return _pv(text, field_type)


def _is_constant(text: str) -> bool:
    if not text or (text[0] == "[" and text[-1] == "]"):
        return True
    if text[0].isalpha() and text[0] not in "iInN":  # neither inf nor nan: quick, for very many links
        return False
    try:
        parse_double(text)
    except ValueError:
        return False
    return True


def _json_link(text: str, kinds: Collection[str] = LINK_KINDS) -> Json:
    value = json5.parse(text)
    assert isinstance(value, dict)  # it begins with a brace
    if len(value) > 1:
        raise ValueError("a JSON link has one key, its type")
    for key in value:
        if key not in kinds:
            raise ValueError(f'no link type "{key}"{did_you_mean(key, kinds)}')
    return value


def _hardware(text: str) -> LinkText:
    place, at, parameter = text.partition("@")
    match = _PAIRS.match(place.rstrip())
    found = _PAIR.findall(match[1]) if match else []
    pairs = tuple((letter, int(digits, 16 if "x" in digits.lower() else 10)) for letter, digits in found)
    type_ = HARDWARE.get("".join(letter for letter, _ in pairs))
    if type_ is None or (at and type_ == "RF_IO"):
        raise ValueError(f'"{text}" is no hardware address; they look like "#C0 S1 @parameter"')
    return LinkText(type_, parameter, address=pairs)


def _pv(text: str, field_type: str) -> LinkText:
    name, _, modifiers = text.partition(" ")  # by a blank only; other characters among the modifiers are ignored
    process, severity = "NPP", "NMS"
    if modifiers:
        process = next((word for word in _TRANSFERS if word in modifiers), process)
        severity = next((word for word in _SEVERITIES if word in modifiers), severity)
    if field_type == "OUTLINK" and process in ("CP", "CPP"):
        process = "NPP"
    elif field_type == "FWDLINK":
        process, severity = process if process == "CA" else "NPP", "NMS"
    return LinkText("PV_LINK", name, process, severity)
