"""What waveform, aai, aao and subArray share: VAL of FTVL elements, NORD, MPST, APST and HASH. Database thread."""

from __future__ import annotations

import logging
from typing import ClassVar

import numpy as np

from pydevpva.db.dbf import DTYPES
from pydevpva.libcom import memory_hash
from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.core.arrays import is_array
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import Properties, Source, properties
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, Array

log = logging.getLogger(__name__)
ALWAYS, ON_CHANGE = 0, 1
CHAR, UCHAR = 1, 2  # of menuFtype


Limits = dict[str, tuple[Source, Source]]


def array_properties(display: Limits, control: Limits) -> Properties:
    """The properties of the array records, which differ in what else than VAL has limits."""
    value: Limits = {"VAL": ("LOPR", "HOPR")}
    return properties(
        units_fields={"VAL HOPR LOPR": "=EGU"}, precision="VAL", display=value | display, control=value | control
    )


def element_type(record: Record, field: str = "FTVL", otherwise: int = UCHAR) -> str:
    """The DBF type that a menuFtype field names; an index of none becomes another, as EPICS has it."""
    index: int = getattr(record, field)
    choices = record.host.choices(record, record.rtype.fields[field])
    if index >= len(choices):
        setattr(record, field, otherwise)
        return choices[otherwise]
    return choices[index]


def zeros(dbf: str, count: int) -> Array:
    """`count` elements of nothing: a numpy array, or a list of str for STRING."""
    return [""] * count if dbf == "STRING" else np.zeros(count, DTYPES[dbf])


def load_constant(record: Record, link: Link, dbf: str, limit: int) -> Array | None:
    """The constant array of a link, None when it has none or one of another type, which is said (dbLoadLinkArray)."""
    try:
        return link.load_array(dbf, limit)
    except (ValueError, TypeError) as error:
        log.error("%s: constant array %s: %s", record.NAME, link, error)
        return None


class ArrayRecord(Record):
    """A record whose VAL is an array; VAL holds the elements in use and NORD is their number."""

    __slots__ = ()
    capacity: ClassVar[str] = "NELM"  # the field that limits the number of elements

    def array_info(self, field: str) -> tuple[str, int] | None:
        return (element_type(self), getattr(self, self.capacity)) if field == "VAL" else None

    def init_early(self) -> None:
        setattr(self, self.capacity, max(1, getattr(self, self.capacity)))
        self.NORD = 1 if self.NELM == 1 else 0
        self.VAL = zeros(element_type(self), self.NORD)

    def put_array(self, field: str, value: Array) -> None:
        self.VAL = value
        self.count()

    def count(self) -> None:
        """NORD is the length of VAL; a new one is posted."""
        if (length := len(self.VAL)) != self.NORD:
            self.NORD = length
            self.post_field("NORD")

    def fetch_array(self, link: Link) -> bool:
        """VAL from a link that is not constant; False: failed."""
        value = link.get_array(element_type(self), getattr(self, self.capacity))
        if not is_array(value):
            return False
        self.VAL, self.UDF = value, 0
        self.count()
        return True

    def monitor(self) -> None:
        """Settle the alarms and post VAL: always, or when its hash changed."""
        mask = self.settle()
        always = (DBE_VALUE if self.MPST == ALWAYS else 0) | (DBE_LOG if self.APST == ALWAYS else 0)
        if (self.MPST == ON_CHANGE or self.APST == ON_CHANGE) and (now := memory_hash(_memory(self.VAL))) != self.HASH:
            mask |= (DBE_VALUE if self.MPST == ON_CHANGE else 0) | (DBE_LOG if self.APST == ON_CHANGE else 0)
            self.HASH = now
            self.post_field("HASH", DBE_VALUE)
        self.post(mask | always)


def _memory(values: Array) -> bytes:
    """The bytes that EPICS would hold for an array; a string takes 40."""
    if isinstance(values, list):
        return b"".join(v.encode("utf-8", "surrogateescape").ljust(STRING_BYTES + 1, b"\0") for v in values)
    return bytes(values.tobytes())
