"""Links between records of this IOC (EPICS: dbDbLink.c); CA, CP and CPP are in monitored.py. Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from pydevpva.db.dbf import LINKS
from pydevpva.engine.address import Address
from pydevpva.engine.processing import process_target
from pydevpva.engine.put import check_code
from pydevpva.errors import PutError
from pydevpva.records.core import fields
from pydevpva.records.core.alarm import INVALID, LINK, inherit_alarm, raise_alarm
from pydevpva.records.core.arrays import characters, first, is_array, is_numbers, to_array
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, Array, Elements, Scalar, Value, Whole, clip_text, converter
from pydevpva.records.shared import characters as long_texts

log = logging.getLogger(__name__)


class RecordLink:
    """A link to a field of a record in this IOC."""

    __slots__ = (
        "_convert", "_dbf", "_name", "_owner", "_pp", "address", "field", "is_time", "mode", "target", "text",
    )  # fmt: skip
    is_constant = False
    is_volatile = False

    def __init__(self, owner: Record, field: str, text: str, address: Address, mode: str, processing: bool) -> None:
        self._owner, self.field, self.text, self.address = owner, field, text, address
        self.target = address.record
        self._name = address.field.name
        self.mode = mode  # NMS, MS, MSI or MSS
        self._pp = processing  # PP: process a passive target before reading it, after writing it
        self.is_time = False
        self._dbf = ""
        self._convert: Callable[[Any], Scalar] = _same  # of what the slot of the field holds

    def __str__(self) -> str:
        return self.text

    def get(self, dbf: str) -> Scalar | None:
        """The target's value as dbf; None when it cannot be had: LINK/INVALID is raised."""
        target = self.target
        if self._pp and target.SCAN == 0 and process_target(self._owner, target):
            self._failed()
            return None
        if dbf != self._dbf:
            self._bind(dbf)
        try:
            value = self._convert(getattr(target, self._name))
        except (ValueError, TypeError, IndexError, PutError):
            self._failed()
            return None
        if self.mode != "NMS" and target is not self._owner:
            inherit_alarm(self._owner, self.mode, target.STAT, target.SEVR, target.AMSG)
        return value

    def get_array(self, dbf: str, limit: int) -> Array | None:
        """Up to limit elements of the target as an array of dbf; None when it cannot be had."""
        target = self.target
        if self._pp and target.SCAN == 0 and process_target(self._owner, target):
            self._failed()
            return None
        try:
            array = to_array(self._elements(dbf)[:limit], dbf)
        except (ValueError, TypeError, PutError):
            self._failed()
            return None
        if self.mode != "NMS" and target is not self._owner:
            inherit_alarm(self._owner, self.mode, target.STAT, target.SEVR, target.AMSG)
        return array

    def _elements(self, dbf: str) -> Elements:
        """The target as an array; what is to be text has the digits of its own record."""
        address, value = self.address, self.address.get()
        if address.long and isinstance(value, str) and dbf != "STRING":
            return characters(value.encode("utf-8", "surrogateescape") + b"\0")
        if not is_array(value):
            return [address.text()] if dbf == "STRING" else [value]
        return fields.texts(self.target, address.field, value) if dbf == "STRING" else value

    def get_text(self, size: int) -> str | None:
        """The target as one string of up to size bytes, character arrays included (dbGetLinkLS)."""
        if self.address.long or self.address.dbf in ("CHAR", "UCHAR"):
            array = self.get_array("UCHAR", size)
            return array.tobytes().split(b"\0")[0].decode("utf-8", "replace") if is_numbers(array) else None
        text = self.get("STRING")
        return clip_text(text, size) if isinstance(text, str) else None

    def get_any(self) -> Whole | None:
        """The target's value as it is, whole images and tables too; None when it cannot be had."""
        target = self.target
        if self._pp and target.SCAN == 0 and process_target(self._owner, target):
            self._failed()
            return None
        try:
            plain = self.address.long or self.address.filters
            value = self.address.get() if plain else target.native(self._name)
        except PutError:
            self._failed()
            return None
        if self.mode != "NMS" and target is not self._owner:
            inherit_alarm(self._owner, self.mode, target.STAT, target.SEVR, target.AMSG)
        return value

    def _failed(self) -> None:
        raise_alarm(self._owner, LINK, INVALID, f"field {self.field}")

    def _bind(self, dbf: str) -> None:
        """Choose the conversion from the target's type to dbf; kept until another type is asked for."""
        source, address = self.address.dbf, self.address
        is_scalar = address.elements == 1 and address.field.type != "NOACCESS"
        self._dbf = dbf
        if address.filters:
            self._convert = self._filtered(dbf)
        elif dbf == "STRING":
            self._convert = self._text if is_scalar else self._first_text
        elif address.long:
            convert = converter(dbf)
            self._convert = lambda value: convert(_first_character(self.address.get()))
        elif source in LINKS or source == "NOACCESS":
            self._convert = _not_a_number
        elif not is_scalar:
            convert = converter(dbf)
            self._convert = lambda value: convert(first(value))
        elif source == dbf:
            self._convert = _same
        else:
            self._convert = converter(dbf)

    def _filtered(self, dbf: str) -> Callable[[Value], Scalar]:
        """The conversion of what the name's filters make of the target's value."""
        if dbf == "STRING":
            return lambda value: clip_text(self.address.text(), STRING_BYTES)
        convert = converter(dbf)
        return lambda value: convert(first(self.address.get()))

    def _text(self, value: Value) -> str:
        return clip_text(self.address.text(), STRING_BYTES)

    def _first_text(self, value: Value) -> str:
        first(value)  # IndexError: an empty array has no scalar value
        return self._text(value)

    def load(self, dbf: str) -> None:
        return None

    def load_array(self, dbf: str, limit: int) -> None:
        return None

    def put(self, value: Value, dbf: str) -> bool:
        """Write to the target and process it when the link or PROC asks for it; False: refused, alarm raised."""
        owner, target = self._owner, self.target
        stored = self._store(self._as_sent(value, dbf) if isinstance(value, str) else value)
        if self.mode != "NMS":
            inherit_alarm(target, self.mode, owner.NSTA, owner.NSEV, owner.NAMSG)
        if not stored:
            self._failed()
            return False
        processes = self._name == "PROC" or (self._pp and target.SCAN == 0)
        failed = processes and process_target(owner, target)
        if not processes or target.PACT:
            target.stored(self.address.field)
        if failed:
            self._failed()
            return False
        if self._name == "VAL" and target.PACT and target is not owner:
            target.overwritten = True
        return True

    def _as_sent(self, text: str, dbf: str) -> Value:
        """A text for the target: STRING is one number to a character array, CHAR the characters (dbPutLinkLS)."""
        is_characters = self.address.dbf in ("CHAR", "UCHAR")
        if dbf == "CHAR" and is_characters and self.address.elements == 1:
            return (text.encode("utf-8", "surrogateescape") + b"\0")[0] if self._owner.LEN else []
        if dbf == "CHAR" and (is_characters or self.target.string_size(self._name)):
            return text
        return [text] if is_characters and self.address.elements != 1 else clip_text(text, STRING_BYTES)

    def _store(self, value: Value) -> bool:
        if self.address.field.type in LINKS:
            return False
        try:
            if self.address.long and is_numbers(value):
                if not len(value):
                    return True
                value = bytes(value.astype("i1")).split(b"\0")[0].decode("utf-8", "surrogateescape")
            if self.target.code_fields:
                check_code(self.address, value)
            fields.put(self.target, self.address.field, value)
        except PutError as error:
            log.debug("%s.%s: %s", self._owner.NAME, self.field, error)
            return False
        return True

    def forward(self) -> None:
        """Process the target when it is passive."""
        if self.target.SCAN == 0:
            process_target(self._owner, self.target)

    def time(self) -> tuple[int, int] | None:
        return self.target.TIME, self.target.UTAG

    def connected(self) -> bool:
        return True

    def alarm(self) -> tuple[int, int, str] | None:
        return self.target.STAT, self.target.SEVR, self.target.AMSG

    def source(self) -> tuple[str, int] | None:
        if self.address.long:
            return "CHAR", long_texts.capacity(self.target, self.address.field)
        return self.address.dbf, self.address.elements

    def close(self) -> None:
        """The link's text changed: nothing to let go of."""


def _same(value: Scalar) -> Scalar:
    return value


def _first_character(text: Value) -> Scalar:
    """What a name with $ is as one number: an array of characters, of which it is the first; 0 of an empty text."""
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else b""
    return int(characters(raw + b"\0")[0])


def _not_a_number(value: Value) -> Scalar:
    raise ValueError("a link's text is not a number")
