"""Some bits of a device's register: NOBT, MASK and SHFT of the multi-bit records, and their bits B0 to B1F.

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.record import Record
from pydevpva.records.core.values import cast

BITS = tuple(f"B{i:X}" for i in range(32))
_ALL = 0xFFFFFFFF


def start_mask(record: Record) -> None:
    """iocInit: MASK from NOBT when it is not given."""
    if record.MASK == 0 and record.NOBT <= 32:
        record.MASK = (1 << max(record.NOBT, 0)) - 1


def from_raw(record: Record) -> int:
    """RVAL moved down by SHFT."""
    value: int = record.RVAL >> (record.SHFT & 31)  # as the processor shifts 32 bits
    return value


def to_raw(record: Record, value: int) -> None:
    """RVAL: the value moved up by SHFT."""
    record.RVAL = (value << (record.SHFT & 31)) & _ALL


def signed(value: int) -> int:
    """32 bits as the LONG that VAL of the direct records is."""
    return int(cast(value, "LONG"))


def spread_bits(record: Record) -> None:
    """B0 to B1F from VAL."""
    value = record.VAL
    for i, name in enumerate(BITS):
        setattr(record, name, value >> i & 1)


def gather_bits(record: Record) -> int:
    """VAL that B0 to B1F make."""
    return signed(sum(1 << i for i, name in enumerate(BITS) if getattr(record, name)))
