"""fdbrestore and asVerify: a file's values put into the running IOC, or compared with it. Database thread, in steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydevpva.errors import PydevpvaError
from pydevpva.keep.far import FarPV, Watch
from pydevpva.keep.fields import as_sent, read
from pydevpva.keep.sav_text import Entry, Saved, value_text
from pydevpva.records.core.arrays import as_list, is_array

if TYPE_CHECKING:
    from pydevpva.engine.database import Database

PATIENCE = 5.0  # seconds for PVs of other IOCs
FIGURES = 1e-6  # relative: numbers that are nearer are the same (a FLOAT has no more)


@dataclass(slots=True)
class Tally:
    """What came of a file that was put into the IOC."""

    put: int = 0
    refused: list[str] = field(default_factory=list)
    left: int = 0  # answers that are still to come
    all_sent: bool = False


def put_all(database: Database, watch: Watch, saved: Saved, done: Callable[[Tally], object]) -> Iterator[None]:
    """Put each value as a client does, also to PVs of other IOCs; done(tally) when all are answered, or PATIENCE over.

    Records process as with any put.
    """
    tally = Tally()
    for entry in saved.entries:
        tally.left += 1
        _put(database, watch, entry, tally, done)
        yield
    tally.all_sent = True
    if not tally.left:
        done(tally)


def _put(database: Database, watch: Watch, entry: Entry, tally: Tally, done: Callable[[Tally], object]) -> None:
    told = False

    def answered(error: str | None) -> None:
        nonlocal told
        if told:
            return
        told = True
        tally.left -= 1
        if error is None:
            tally.put += 1
        else:
            tally.refused.append(f"line {entry.line}: {entry.name}: {error.removeprefix(f'{entry.name}: ')}")
        if tally.all_sent and not tally.left:
            done(tally)

    if not database.has_record(entry.name):
        far = watch(entry.name, _nothing)
        far.put(entry.value, answered)
        database.loop.after(PATIENCE, _give_up, far, answered)
        return
    try:
        address = database.find(entry.name)
        value = as_sent(address, entry.value)
    except (PydevpvaError, ValueError) as error:
        answered(str(error))
        return
    database.puts.put(address, value, None, False, answered)


def _give_up(far: FarPV, answered: Callable[[str | None], None]) -> None:
    is_there = far.is_there
    far.close()
    answered("its IOC has not answered" if is_there else "no such PV, in this IOC or another")


def _nothing() -> None:
    """An update of a PV that is only written to."""


# ---- comparing ----


@dataclass(frozen=True, slots=True)
class Compared:
    """One PV of a file beside the IOC: `now` is None when it is not there; `differs` counts elements."""

    entry: Entry
    now: str | None
    differs: int


def compare(database: Database, saved: Saved) -> Iterator[Compared]:
    """Each saved value beside that of the IOC."""
    for entry in saved.entries:
        try:
            found = read(database.find(entry.name)) if database.has_record(entry.name) else None
        except (PydevpvaError, ValueError):
            found = None
        if found is None:
            yield Compared(entry, None, 1)
            continue
        dbf, value = found
        before = entry.value if isinstance(entry.value, list) else [entry.value]
        elements = as_list(value) if is_array(value) else [value]
        now = [e if isinstance(e, str) else value_text(e, dbf, False) for e in elements]
        yield Compared(entry, value_text(value, dbf, False), _differences(before, now, dbf == "STRING"))


def _differences(before: list[str], now: list[str], is_text: bool) -> int:
    before = [] if before == [""] and not now else before
    different = sum(not _same(b, n, is_text) for b, n in zip(before, now, strict=False))
    return different + abs(len(before) - len(now))


def _same(before: str, now: str, is_text: bool) -> bool:
    if before == now or is_text:
        return before == now
    try:
        one, other = float(before), float(now)
    except ValueError:
        return False
    return math.isclose(one, other, rel_tol=FIGURES) or (math.isnan(one) and math.isnan(other))
