"""ImageChannel: what clients see of an ndarray record: an NTNDArray. Database thread.

The structure is the normative one in areaDetector's order. Its value is a union, so that the type of a PV stays the
same whatever array comes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from p4p import Type, Value

from pydevpva.engine.database import Address
from pydevpva.pva import metadata, wire
from pydevpva.pva.channel import Channel
from pydevpva.pva.memory import keep_image_memory
from pydevpva.pva.normative import ALARM, FORMS, TIME, Kind, Shape, shape_of
from pydevpva.records.alarm import DBE_ALARM, DBE_PROPERTY, DBE_VALUE
from pydevpva.records.record import Record

log = logging.getLogger(__name__)

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
IMAGE = Type(
    [
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
    ],
    id="epics:nt/NTNDArray:1.0",
)
SHAPE = Shape(Kind.IMAGE, "", IMAGE)
COLOR_MODE = "ColorMode"
ALARM_LEAVES = ("alarm.severity", "alarm.status", "alarm.message")


class ImageChannel:
    """A sink of an ndarray record that keeps an open p4p SharedPV up to date. p4p copies the pixels once, at a post."""

    __slots__ = ("_alarm", "_described", "_hot", "_pv", "_sizes", "address", "shape")

    def __init__(self, address: Address, pv: Any) -> None:
        self.address, self.shape, self._pv = address, SHAPE, pv
        self._hot = Value(IMAGE)
        self._sizes: Any = None
        self._described: Any = None

    def open(self) -> None:
        """Give the PV its first value, every leaf of it marked, and follow the record from now on."""
        keep_image_memory()
        record = self.address.record
        first = self._hot
        for leaf, content in (*metadata.alarm(record).items(), *_properties(record).items(), *_CONSTANT.items()):
            first[leaf] = content
        self._alarm = metadata.alarm_state(record)
        self._fill(record)
        self._pv.open(first)
        _unmark(first, ALARM_LEAVES, _properties(record), _CONSTANT)
        record.attach(self)

    def close(self) -> None:
        """Leave the record and close the PV."""
        self._pv.close()
        self.address.record.detach(self)

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """See records.record.Sink. A bug here does not stop the record."""
        try:
            self.address.database.loop.end_pass()  # updates stay in the order of the changes
            if mask & DBE_PROPERTY or field == "DESC":
                self._pv.post(Value(IMAGE, _properties(record)))
            if field in (None, "VAL"):
                self._processed(record, mask)
        except Exception:
            log.exception("internal error: %s cannot be posted", record.NAME)

    def _processed(self, record: Record, mask: int) -> None:
        news = metadata.alarm_state(record) != self._alarm
        if mask & DBE_VALUE:
            hot = self._hot
            self._fill(record)
            if news:
                for leaf, content in metadata.alarm(record).items():
                    hot[leaf] = content
            self._pv.post(hot)
            if news:
                _unmark(hot, ALARM_LEAVES)
        elif mask & DBE_ALARM or news:
            leaves = metadata.alarm(record)
            leaves.update(metadata.stamp(record, metadata.nanosecond_mask(record)))
            self._pv.post(Value(IMAGE, leaves))
        self._alarm = metadata.alarm_state(record)

    def _fill(self, record: Any) -> None:
        """The array and all that describes it; marked at each post, so that each update says it all."""
        hot, image = self._hot, record.image
        hot["value"] = (MEMBERS[image.dtype.name], record.VAL if image.dtype.kind != "b" else record.VAL.view("?"))
        hot["compressedSize"] = hot["uncompressedSize"] = image.nbytes
        hot["uniqueId"] = record.UNID
        _set_time(hot["timeStamp"], record.TIME, wire.user_tag(record.UTAG))
        _set_time(hot["dataTimeStamp"], record.TIME if image.time_ns is None else image.time_ns, 0)
        if self._sizes != image.shape:
            self._sizes = image.shape
            hot["dimension"] = [dict(_SIDE_VALUES, size=n, fullSize=n) for n in reversed(image.shape)]
        if self._described != (described := _comparable(image)):
            hot["attribute"] = _attributes(image)
            self._described = described


class ElementsChannel(Channel):
    """REC.VAL: the elements as an NTScalarArray. Another element type is another PV type: the PV closes and reopens,
    and its clients connect again by themselves."""

    __slots__ = ()

    def __init__(self, address: Address, pv: Any) -> None:
        super().__init__(address, shape_of(address), pv)

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        now = Address(self.address.database, record, self.address.field)
        if now.dbf != self.address.dbf:
            pv = self._pv
            self.close()
            self.__init__(now, pv)  # type: ignore[misc]  # a new life of the same sink
            self.open()
        else:
            super().changed(record, mask, field)


def _attributes(image: Any) -> list[dict[str, Any]]:
    """All NTAttributes; the ColorMode is an int32, as areaDetector has it."""
    made = [_attribute(COLOR_MODE, ("i", image.color_mode))]
    made += [_attribute(name, wire.any_value(value)) for name, value in image.attributes.items()]
    return made


def _comparable(image: Any) -> Any:
    """What tells whether the attributes changed; arrays among them are taken as new."""
    attributes = image.attributes
    return (image.color_mode, attributes) if not any(map(_is_array, attributes.values())) else object()


def _is_array(value: Any) -> bool:
    return bool(getattr(value, "ndim", 0))


def _attribute(name: str, value: tuple[str, Any]) -> dict[str, Any]:
    return {"name": name, "value": value, "descriptor": "", "tags": [], "sourceType": 0, "source": ""}


def _set_time(leaf: Any, time: int, tag: int) -> None:
    leaf["secondsPastEpoch"], leaf["nanoseconds"] = divmod(time, 1_000_000_000)
    leaf["userTag"] = tag


def _unmark(value: Any, *leaves: Iterable[str]) -> None:
    for names in leaves:
        for name in names:
            value.mark(name, False)


def _properties(record: Record) -> dict[str, Any]:
    description = wire.text(record.DESC)
    return {"descriptor": description, "display.description": description}


_CONSTANT = {  # marked once, so that a client finds it filled in
    "codec.name": "",
    "display.limitLow": 0.0,
    "display.limitHigh": 0.0,
    "display.units": "",
    "display.precision": 0,
    "display.form.index": 0,
    "display.form.choices": FORMS,
}
_SIDE_VALUES = {"size": 0, "offset": 0, "fullSize": 0, "binning": 1, "reverse": False}
