"""Soft Channel and Raw Soft Channel: values by links (EPICS: std/dev/dev*Soft.c, dev*SoftRaw.c). Database thread."""

from __future__ import annotations

from pydevpva.devices.registry import DeviceSupport
from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.record import DEVICE_TIME, Record


def _stamp(record: Record, link: Link) -> None:
    """A soft device takes its time from its link."""
    if record.TSE == DEVICE_TIME and record.TSEL.is_constant and (stamp := link.time()) is not None:
        record.TIME, record.UTAG = stamp


class SoftInput(DeviceSupport, reads="soft"):
    """VAL from INP: soft_start and soft_read of the record type say how."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        record.soft_start(record.INP)
        return 2

    def read(self, record: Record) -> int:
        link = record.INP
        status = int(record.soft_read(link))
        if status >= 0:
            _stamp(record, link)
        return status


class SetUserTag(DeviceSupport, dsets="devLoPDBQ2UTag"):
    """QSRV2 Set UTag: VAL becomes UTAG, so that a put to VAL shows in timeStamp.userTag (EPICS: pvxs, demo.cpp)."""

    __slots__ = ()

    def read(self, record: Record) -> int:
        record.UTAG = record.VAL
        return 0


class SoftOutput(DeviceSupport, writes="soft"):
    """VAL to OUT: soft_write of the record type says how."""

    __slots__ = ()

    def write(self, record: Record) -> int:
        status = int(record.soft_write(record.OUT))
        return status if record.tells_failure else 0


class RawInput(DeviceSupport, reads="raw"):
    """RVAL from INP, masked."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        if (value := record.INP.load(record.dbf("RVAL"))) is not None:
            record.RVAL = value
        _start_mask(record)
        return 0

    def read(self, record: Record) -> int:
        value = record.INP.get(record.raw_type)
        if value is None:
            return -1
        if value is not NO_DATA:
            if value < 0 and record.rtype.fields["RVAL"].type == "ULONG":
                value &= 0xFFFFFFFF  # mbbi reads a LONG into it
            mask = getattr(record, "MASK", 0)
            record.RVAL = value & mask if mask else value
            _stamp(record, record.INP)
        return 0


class RawOutput(DeviceSupport, writes="raw"):
    """RVAL to OUT, masked."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        _start_mask(record)
        return 2

    def write(self, record: Record) -> int:
        mask = getattr(record, "MASK", 0)
        value = record.RVAL & mask if mask and hasattr(record, "NOBT") else record.RVAL
        done = record.OUT.put(value, record.raw_type)
        return -1 if record.tells_failure and not done else 0


def _start_mask(record: Record) -> None:
    """The mask of multi-bit records: all bits unless NOBT says how many, moved by SHFT."""
    if hasattr(record, "NOBT"):
        if record.NOBT == 0:
            record.MASK = 0xFFFFFFFF
        record.MASK = (record.MASK << record.SHFT) & 0xFFFFFFFF
