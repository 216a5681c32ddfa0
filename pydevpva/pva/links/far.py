"""Far: a remote value as a link reads and writes it. Reading belongs to the database thread.

Follows QSRV2 (pvxs: ioc/pvalink_lset.cpp pvaGetValue, pvalink_channel.cpp linkBuildPut).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydevpva.db.dbf import CHOICES, LINKS
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.records.core.arrays import as_list, first, is_array, is_numbers, to_array
from pydevpva.records.core.links import NO_DATA, NoData
from pydevpva.records.core.values import Elements, Scalar, Value, Whole, converter, to_number
from pydevpva.records.results.ndarray import NDArray

_DBF = {code: dbf for dbf, code in wire.CODES.items() if dbf not in (*CHOICES, *LINKS)}


class Far:
    """The part of a remote structure that a link means: `field`, or the top. A structure stands for its `value`,
    and its alarm and timeStamp go with it. Values are looked up at each read: the structure is kept up to date."""

    def __init__(self, root: Structure, field: str) -> None:
        self._root, self._field = root, field
        found = root.get(field) if field else root
        self._is_structure = hasattr(found, "changedSet")
        prefix = f"{field}." if field else ""
        self._path = f"{prefix}value" if self._is_structure else field
        self._prefix = prefix
        value: Any = root.get(self._path) if self._path else None
        self._has_value = root.has(self._path) if self._path else False
        self._codec = f"{self._path.removesuffix('value')}codec.name" if self._path.endswith("value") else ""
        if self._codec and not root.has(self._codec):
            self._codec = ""
        self._unpacked: NDArray | None = None  # the image of this update, where it was decompressed already
        self.is_enum = hasattr(value, "getID") and value.getID() == "enum_t"
        spec = root.type().aspy(self._path) if self._has_value else None
        self._code = spec if isinstance(spec, str) else ""
        self._alarm = self._names("alarm.severity", "alarm.message")
        self._time = self._names("timeStamp.secondsPastEpoch", "timeStamp.nanoseconds", "timeStamp.userTag")

    def _names(self, *leaves: str) -> tuple[str, ...]:
        """The leaves below this part; none when the first is not there."""
        names = tuple(self._prefix + leaf for leaf in leaves)
        return tuple(n for n in names if self._root.has(n)) if self._is_structure and self._root.has(names[0]) else ()

    def _value(self) -> Any:
        if not self._has_value:
            raise ValueError("the remote structure has no value")
        if self._is_packed():
            return self._image().reshape(-1)
        value = self._root[self._path]
        if value is None and self._code.startswith("a"):
            return []  # p4p's way to tell an empty array
        return value

    def _is_packed(self) -> bool:
        """Whether this is a compressed image."""
        return bool(self._codec and self._root[self._codec])

    def unpacking(self) -> Callable[[], None] | None:
        """An update has come. What makes reads of it quick and may take its time, for any thread; None: they are."""
        self._unpacked = None
        return self._unpack if self._is_packed() else None

    def _unpack(self) -> None:
        with suppress(ValueError):  # whoever reads it is told
            self._unpacked = self._image()

    def _image(self) -> NDArray:
        """The image, decompressed; its own attributes for each who asks."""
        from pydevpva.pva.types.decode import image_of

        if self._unpacked is not None:
            return self._unpacked.view()
        of = self._path.removesuffix("value").removesuffix(".")
        return image_of(self._root[of] if of else self._root)

    def scalar(self, dbf: str) -> Scalar | NoData:
        """The value or its first element as dbf; NO_DATA: an empty array. ValueError: it is none of that kind."""
        value = self._value()
        if self.is_enum:
            return self._label(value) if dbf == "STRING" else converter(dbf)(value["index"])
        if is_array(value) and not len(value):
            return NO_DATA
        return _convert(first(value), dbf)

    def elements(self, dbf: str) -> Elements:
        """The value as a sequence, not converted to dbf yet, but text where dbf is STRING."""
        value = self._value()
        if self.is_enum:
            return [self._label(value) if dbf == "STRING" else value["index"]]
        if is_numbers(value):
            value = value.ravel()
            return [_text(v) for v in as_list(value)] if dbf == "STRING" else value
        if not isinstance(value, list):
            value = [value]
        return [_convert(v, dbf) for v in value]

    def text(self) -> str:
        """The value as one text; an array of characters is one too."""
        value = self._value()
        if is_numbers(value) and value.dtype.itemsize == 1:
            return bytes(value).split(b"\0", 1)[0].decode("utf-8", "replace")
        text = self.scalar("STRING")
        return "" if text is NO_DATA else str(text)

    def whole(self) -> Whole:
        """The value as it is: arrays, images and tables too."""
        if not self._field:
            from pydevpva.pva.types.decode import value_of

            return self._image() if self._is_packed() else value_of(self._root)
        value: Value = self._value()["index"] if self.is_enum else self._value()
        return value

    def _label(self, value: Structure) -> str:
        index, choices = value["index"], value["choices"]
        return choices[index] if 0 <= index < len(choices) else str(index)

    def choice(self, text: str) -> int | None:
        """The index of a label of an enum."""
        choices = self._root[self._path]["choices"] if self.is_enum else []
        return choices.index(text) if text in choices else None

    def put_path(self) -> tuple[str, str]:
        """The leaf that a put writes, and its type's code."""
        return (f"{self._path}.index", "i") if self.is_enum else (self._path, self._code)

    def alarm(self) -> tuple[int, str]:
        """Severity and message; no alarm where the structure tells none."""
        if not self._alarm:
            return 0, ""
        severity = min(max(self._root[self._alarm[0]], 0), 3)
        return severity, self._root[self._alarm[1]] if severity and len(self._alarm) > 1 else ""

    def stamp(self) -> tuple[int, int] | None:
        """ns since the POSIX epoch and the user tag."""
        if not self._time:
            return None
        seconds, nanoseconds, tag = (*(self._root[name] for name in self._time), 0, 0)[:3]
        return seconds * 1_000_000_000 + nanoseconds, tag & 0xFFFFFFFF

    def source(self) -> tuple[str, int]:
        """DBF type and number of elements now, as dbGetLinkDBFtype and dbGetNelements tell them."""
        if self.is_enum:
            return "ENUM", 1
        value: Any = self._value() if self._has_value else 0
        size = len(value) if is_array(value) else 1
        return _DBF.get(self._code.removeprefix("a"), "LONG"), size

    def meta(self, leaf: str) -> Any:
        """A leaf of the structure's properties, such as display.units; None: it has none."""
        name = self._prefix + leaf
        return self._root[name] if self._is_structure and self._root.has(name) else None


def _convert(value: object, dbf: str) -> Scalar:
    if not isinstance(value, (bool, int, float, str)):
        raise ValueError(f"{type(value).__name__} is no scalar")
    return _text(value) if dbf == "STRING" else converter(dbf)(value)


def _text(value: Scalar) -> str:
    """As pvxs shows a number; text as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def filler(far: Far, value: Value) -> Callable[[Structure], None]:
    """A function that stores value into the p4p Value of a put, on the client's thread: it knows no record."""
    if isinstance(value, str) and (index := far.choice(value)) is not None:
        value = index
    path, code = far.put_path()

    def fill(sent: Structure) -> None:
        sent[path] = _fitting(value, code)

    return fill


def _fitting(value: Value, code: str) -> object:
    """A record's value for a leaf of type code: C casts, as between records; ValueError for text that is no number."""
    if code.startswith("a"):
        return _array(value, code)
    if is_array(value) and not len(value):
        raise ValueError("an empty array has no scalar value")
    value = first(value)
    if code == "s":
        return wire.text(_text(value))
    if code == "?":
        return bool(to_number(value, "DOUBLE"))
    if code == "v":
        return value
    return converter(_DBF[code])(value)


def _array(value: Value, code: str) -> object:
    values = value if is_array(value) else [value]
    if code == "as":
        return wire.texts([_text(v) for v in as_list(values)])
    return to_array(values, _DBF[code[1:]])
