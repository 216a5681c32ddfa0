"""The NTNDArray as it is on the wire. No thread.

The structure is the normative one in areaDetector's order. Its value is a union, so that the type of a PV stays the
same whatever array comes.
"""

from __future__ import annotations

from typing import Any

from pydevpva.engine.address import Address
from pydevpva.errors import PutError
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.pva.types.shape import ALARM, FORMS, TIME, Shape
from pydevpva.records.core.values import Sent
from pydevpva.records.results.ndarray import NDArray

MEMBERS = {
    "bool": "booleanValue", "int8": "byteValue", "int16": "shortValue", "int32": "intValue", "int64": "longValue",
    "uint8": "ubyteValue", "uint16": "ushortValue", "uint32": "uintValue", "uint64": "ulongValue",
    "float32": "floatValue", "float64": "doubleValue",
}  # fmt: skip
_CODES = ("a?", "ab", "ah", "ai", "al", "aB", "aH", "aI", "aL", "af", "ad")
_SIDE = [("size", "i"), ("offset", "i"), ("fullSize", "i"), ("binning", "i"), ("reverse", "?")]
_ATTRIBUTE = [
    ("name", "s"), ("value", "v"), ("tags", "as"), ("descriptor", "s"), ALARM, TIME, ("sourceType", "i"),
    ("source", "s"),
]  # fmt: skip
_DISPLAY = [("limitLow", "d"), ("limitHigh", "d"), ("description", "s"), ("units", "s"), ("precision", "i")]
_FORM = ("form", ("S", "enum_t", [("index", "i"), ("choices", "as")]))
_MEMBERS = [
    ("value", ("U", "", list(zip(MEMBERS.values(), _CODES, strict=True)))),
    ("codec", ("S", "codec_t", [("name", "s"), ("parameters", "v")])),
    ("compressedSize", "l"),
    ("uncompressedSize", "l"),
    ("dimension", ("aS", "dimension_t", _SIDE)),
    ("uniqueId", "i"),
    ("dataTimeStamp", TIME[1]),
    ("attribute", ("aS", "epics:nt/NTAttribute:1.0", _ATTRIBUTE)),
    ("descriptor", "s"),
    ALARM,
    TIME,
    ("display", ("S", "", [*_DISPLAY, _FORM])),
]


class Image(Shape):
    """An NTNDArray. Clients cannot write it."""

    __slots__ = ()
    type_id = "epics:nt/NTNDArray:1.0"

    def members(self) -> list[Any]:
        return _MEMBERS

    def accept(self, address: Address, value: Sent) -> Sent:
        raise PutError(f"{address.record.NAME}: an ndarray is made by its code or its link; clients cannot write it")


IMAGE = Image("")
COLOR_MODE = "ColorMode"
CONSTANT = {  # marked once, so that a client finds it filled in
    "codec.name": "",
    "display.limitLow": 0.0,
    "display.limitHigh": 0.0,
    "display.units": "",
    "display.precision": 0,
    "display.form.index": 0,
    "display.form.choices": FORMS,
}
SIDE_VALUES = {"size": 0, "offset": 0, "fullSize": 0, "binning": 1, "reverse": False}


def attributes(image: NDArray) -> list[dict[str, Any]]:
    """All NTAttributes; the ColorMode is an int32, as areaDetector has it."""
    made = [_attribute(COLOR_MODE, ("i", image.color_mode))]
    made += [_attribute(name, wire.any_value(value)) for name, value in image.attributes.items()]
    return made


def comparable(image: NDArray) -> object:
    """What tells whether the attributes changed; arrays among them are taken as new."""
    attributes = image.attributes
    return (image.color_mode, attributes) if not any(map(_is_array, attributes.values())) else object()


def _is_array(value: object) -> bool:
    return bool(getattr(value, "ndim", 0))


def _attribute(name: str, value: tuple[str, Any]) -> dict[str, Any]:
    return {"name": name, "value": value, "descriptor": "", "tags": [], "sourceType": 0, "source": ""}


def set_time(leaf: Structure, time: int, tag: int) -> None:
    leaf["secondsPastEpoch"], leaf["nanoseconds"] = divmod(time, 1_000_000_000)
    leaf["userTag"] = tag
