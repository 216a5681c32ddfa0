"""printf: a text made of FMT and the values of up to ten links (EPICS: printfRecord.c). Database thread."""

from __future__ import annotations

from collections.abc import Iterator

from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.core.arrays import is_numbers
from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.values import Number, Scalar
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.formatting import CONVERSIONS, Directive
from pydevpva.records.shared.longstring import LongString, constant_text

_SIGNED = {b"hh": "CHAR", b"h": "SHORT", b"ll": "INT64"}
_UNSIGNED = {b"hh": "UCHAR", b"h": "USHORT", b"ll": "UINT64"}
_SIZES = {(b"", ord("h")): b"h", (b"h", ord("h")): b"hh", (b"", ord("l")): b"l", (b"l", ord("l")): b"ll"}


class BadLink(Exception):
    """A directive's value cannot be had: IVLS is shown instead."""


class Printf(LongString, rtype="printf", soft="devPrintfSoft", callback="devPrintfSoftCallback"):
    """VAL is FMT with each directive replaced by the next input's value, and written to OUT."""

    __slots__ = ()
    pydev = pydev_ways.LONG_STRING
    value_type = "STRING"
    writes = True

    def init_record(self) -> None:
        if self.device is not None:
            self.device.init_record(self)

    def soft_write(self, link: Link) -> int:
        """VAL to OUT; a link that is not connected is no alarm."""
        return 0 if not link.connected() or link.put(self.VAL, "CHAR") else -1

    def process(self) -> None:
        active = self.PACT
        if not active:
            self._print()
            self.UDF = 0
            self.stamp()
        if self.device is not None:
            status = self.device.write(self)
            if not active and self.PACT:
                return
            self.status = status
        self.PACT = 1
        self.post(self.settle() | DBE_VALUE | DBE_LOG)
        self.forward()
        self.PACT = 0

    def _print(self) -> None:
        """VAL and LEN; an embedded NUL, from %c, ends VAL but counts in LEN."""
        links = iter([getattr(self, f"INP{i}") for i in range(10)])
        source = iter(self.FMT.encode("utf-8", "surrogateescape"))
        room = self.SIZV - 1
        out = bytearray()
        for char in source:
            if char != ord("%"):
                out.append(char)
            elif (directive := self._directive(source, links)) is not None:
                out += self._show(directive, links, room - len(out))
            if len(out) >= room:
                break
        self.LEN = min(len(out), room) + 1
        self.VAL = bytes(out[:room]).split(b"\0")[0].decode("utf-8", "surrogateescape")

    def _directive(self, source: Iterator[int], links: Iterator[Link]) -> Directive | None:
        """The directive after a %; None when FMT ends in it. `*` takes the next input's value."""
        directive, after_point = Directive(), False
        for char in source:
            directive.text += bytes([char])
            if char in b"+ #-":
                directive.flags += bytes([char])
            elif char == ord("."):
                after_point, directive.precision = True, 0
            elif char in b"0123456789*":
                _count(directive, after_point, char, links)
            elif char in b"hl":
                directive.bad |= (directive.size, char) not in _SIZES
                directive.size = _SIZES.get((directive.size, char), directive.size)
            else:
                directive.conversion = char
                directive.bad |= char not in CONVERSIONS
                return directive
        return None

    def _show(self, directive: Directive, links: Iterator[Link], room: int) -> bytes:
        directive.room = room
        if directive.width == _MISSING or directive.precision == _MISSING:
            return str(self.IVLS).encode("utf-8", "surrogateescape")
        if directive.bad:
            return directive.text
        if directive.conversion == ord("%"):
            return b"%"
        try:
            if directive.conversion == ord("s") and b"l" in directive.size:
                return _long_string(directive, links, room)
            return directive.format(_value(directive, links))
        except BadLink:
            return str(self.IVLS).encode("utf-8", "surrogateescape")


_MOST = (1 << 31) - 1
_MISSING = -(1 << 31)  # width or precision whose input could not be read


def _count(directive: Directive, after_point: bool, char: int, links: Iterator[Link]) -> None:
    """A digit or `*` of the width or, after the point, the precision."""
    present = (directive.precision if after_point else directive.width) or 0
    if char == ord("*") and present:
        directive.bad = True
    elif char == ord("*"):
        try:
            present = int(_number(links, "SHORT"))
        except BadLink:
            present = _MISSING
        if present < 0 and present != _MISSING:
            if not after_point:
                directive.flags += b"-"
            present = 0 if after_point else -present
    elif char == ord("0") and not present and not after_point:
        directive.flags += b"0"
    elif present != _MISSING:
        present = min(present * 10 + char - ord("0"), _MOST)
    if after_point:
        directive.precision = present
    else:
        directive.width = present


def _next(links: Iterator[Link]) -> Link:
    link = next(links, None)
    if link is None:
        raise BadLink
    return link


def _read(links: Iterator[Link], dbf: str) -> Scalar:
    """The next input's value: a constant is read each time."""
    link = _next(links)
    value = link.load(dbf) if link.is_constant else link.get(dbf)
    if value is None or value is NO_DATA:
        raise BadLink
    return value


def _number(links: Iterator[Link], dbf: str) -> Number:
    value = _read(links, dbf)
    if isinstance(value, str):
        raise BadLink
    return value


def _value(directive: Directive, links: Iterator[Link]) -> int | float | bytes:
    kind, size = directive.conversion, directive.size
    if kind == ord("s"):
        return str(_read(links, "STRING")).encode("utf-8", "surrogateescape")
    if kind in b"eEfFgG":
        return float(_number(links, "FLOAT" if size == b"h" else "DOUBLE"))
    if kind == ord("c"):
        return int(_number(links, "CHAR"))
    return int(_number(links, _SIGNED.get(size, "LONG") if kind in b"di" else _UNSIGNED.get(size, "ULONG")))


def _long_string(directive: Directive, links: Iterator[Link], room: int) -> bytes:
    """%ls: the characters of an array or of FIELD$. Of these EPICS takes one more than the precision says."""
    link = _next(links)
    size = room + 1 if not directive.precision else min(room + 1, directive.precision + 1)
    if link.is_constant:
        text = constant_text(link)
        if text is None:
            raise BadLink
        found = text.encode("utf-8", "surrogateescape")[: size - 1]
    else:
        array = link.get_array("CHAR", size)
        if not is_numbers(array):
            raise BadLink
        found = array.tobytes().split(b"\0")[0]
    if directive.left or len(found) >= directive.width:
        return directive.pad(b"", found, zeros=False)
    # EPICS takes all the room that is left when it puts blanks before a long string: nothing follows it
    return directive.pad(b"", found, zeros=False).ljust(room, b"\0")
