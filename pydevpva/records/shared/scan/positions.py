"""Where the positioners of a scan go: each point, whether it is within limits, a preview. Database thread.

Follows sscanRecord.c: checkScanLimits, previewScan.
"""

from __future__ import annotations

import sys

import numpy as np

from pydevpva.records.core.alarm import DBE_VALUE
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Numbers
from pydevpva.records.shared.scan.data import FIRST
from pydevpva.records.shared.scan.names import FLY, LINEAR, POSITIONERS, TABLE
from pydevpva.records.shared.scan.state import State

EPSILON = sys.float_info.epsilon


class NoScan(Exception):
    """The scan cannot be; the message is SMSG."""


def used(scan: State) -> list[str]:
    """The positioners that have a PV."""
    return [name for name in POSITIONERS if scan.links.is_ok(name)]


def is_flyer(record: Record, name: str) -> bool:
    """Whether it is sent from start to end in one go."""
    return bool(getattr(record, f"{name}SM") == FLY or record.ACQT)


def start(record: Record, name: str) -> float:
    """Its first position."""
    first = getattr(record, f"{name}PA")[0] if getattr(record, f"{name}SM") == TABLE else getattr(record, f"{name}SP")
    return float(first) + origin(record, name)


def end(record: Record, name: str) -> float:
    """Its last position, of one that flies."""
    is_table = getattr(record, f"{name}SM") == TABLE
    last = getattr(record, f"{name}PA")[record.NPTS - 1] if is_table else getattr(record, f"{name}EP")
    return float(last) + origin(record, name)


def origin(record: Record, name: str) -> float:
    """What relative positions are relative to; 0 for absolute ones."""
    return float(getattr(record, f"{name}PP")) if getattr(record, f"{name}AR") else 0.0


def send_to(scan: State, name: str, position: float) -> None:
    """PnDV; other than before by a hair, for a positioner that moves for news only."""
    field = f"{name}DV"
    scan.store(field, moved(position, getattr(scan.record, field)))


def moved(position: float, before: float) -> float:
    """The position, or the next number if it is the one before."""
    return position * (1 + EPSILON) if position == before else position


@np.errstate(all="ignore")
def all_points(record: Record, name: str) -> Numbers:
    """Its position at each point, as they are checked: a flyer's end is that of all points but the first."""
    count, base = record.NPTS, origin(record, name)
    mode = getattr(record, f"{name}SM")
    if mode == TABLE:
        points: Numbers = base + getattr(record, f"{name}PA")[:count]
    elif mode == LINEAR:
        points = (base + getattr(record, f"{name}SP")) + np.arange(count) * getattr(record, f"{name}SI")
    elif mode == FLY:
        points = np.full(count, base + getattr(record, f"{name}EP"))
        points[0] = base + getattr(record, f"{name}SP")
    else:
        points = np.zeros(count)
    return points


def look(scan: State) -> bool:
    """PnPP of all that have a PV: where they are; False: one does not say."""
    for name in used(scan):
        position = scan.links[name].value()
        if position is None:
            return False
        scan.tell(f"{name}PP", position)
    return True


def check(scan: State) -> None:
    """Look where the positioners are, and whether all points are within their limits. NoScan: they are not."""
    if not look(scan):
        raise NoScan("Can't get current position")
    record, names = scan.record, used(scan)
    for name in names:
        if getattr(record, f"{name}SM") == TABLE and scan.table_points[name] < record.NPTS:
            raise NoScan(f"Pts in {name} Table < # of Steps")
    for name in names:
        low, high = getattr(record, f"{name}LR"), getattr(record, f"{name}HR")
        points = all_points(record, name)
        below = points < low if low != 0 else np.zeros(1, bool)
        above = points > high if high != 0 else np.zeros(1, bool)
        if not below.any() and not above.any():
            continue
        first_below = int(below.argmax()) if below.any() else record.NPTS
        first_above = int(above.argmax()) if above.any() else record.NPTS
        if first_below <= first_above:
            raise NoScan(f"{name} Value < LO_Limit @ point {first_below}")
        raise NoScan(f"{name} Value > HI_Limit @ point {first_above}")


@np.errstate(all="ignore")
def preview(scan: State) -> None:
    """Show the positions as data of the first four detectors, over the numbers of the points."""
    look(scan)
    record, data = scan.record, scan.data
    for name, detector in zip(POSITIONERS, FIRST, strict=True):
        if not scan.links.is_ok(name):
            continue
        numbers, positions, count = data.last(name), data.last(detector), record.NPTS
        numbers[:count], numbers[count:] = np.arange(count), count - 1
        positions[:count] = all_points(record, name)
        positions[count:] = positions[count - 1]


def tell_preview(scan: State) -> None:
    """Post what a preview has changed."""
    for name, detector in zip(POSITIONERS, FIRST, strict=True):
        if scan.links.is_ok(name):
            for field in (f"{name}RA", f"{name}CA", f"{detector}DA", f"{detector}CA"):
                scan.record.post_field(field, DBE_VALUE)
