"""Soft Channel and Raw Soft Channel: values by links (EPICS: std/dev/dev*Soft.c, dev*SoftRaw.c). Database thread."""

from __future__ import annotations

from pydevpva.devices.registry import DeviceSupport
from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.record import DEVICE_TIME, Record

UNTOLD = frozenset({"longout", "int64out", "mbbo", "mbboDirect"})  # the write function of these returns 0 always


def _stamp(record: Record, link: Link) -> None:
    """A soft device takes its time from its link."""
    if record.TSE == DEVICE_TIME and record.TSEL.is_constant and (stamp := link.time()) is not None:
        record.TIME, record.UTAG = stamp


class SoftInput(DeviceSupport, reads="soft"):
    """VAL from INP. A record type that needs more than one scalar defines soft_start and soft_read."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        if hasattr(record, "soft_start"):
            record.soft_start(record.INP)
        elif (value := record.INP.load(record.value_type)) is not None:
            record.VAL, record.UDF = value, 0
        return 2

    def read(self, record: Record) -> int:
        link = record.INP
        if hasattr(record, "soft_read"):
            status = int(record.soft_read(link))
        else:
            value = link.get(record.value_type)
            if value is None:
                return -1
            if value is NO_DATA:
                status = record.constant_status
            else:
                record.VAL, status = value, 2
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
    """VAL to OUT. A record type that writes something else defines soft_write."""

    __slots__ = ()

    def write(self, record: Record) -> int:
        if hasattr(record, "soft_write"):
            status = int(record.soft_write(record.OUT))
        else:
            status = 0 if record.OUT.put(record.VAL, record.value_type) else -1
        return 0 if record.rtype.name in UNTOLD else status


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
        return 0 if done or record.rtype.name in UNTOLD else -1


def _start_mask(record: Record) -> None:
    """The mask of multi-bit records: all bits unless NOBT says how many, moved by SHFT."""
    if hasattr(record, "NOBT"):
        if record.NOBT == 0:
            record.MASK = 0xFFFFFFFF
        record.MASK = (record.MASK << record.SHFT) & 0xFFFFFFFF
