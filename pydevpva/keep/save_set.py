"""One set of PVs that are saved together: when, and how their values are read, a few at a time. Database thread.

A monitor set reads again only records that have changed; its file remembers the other lines.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydevpva.engine.address import Address
from pydevpva.keep.far import FarPV, Watch
from pydevpva.keep.fields import read
from pydevpva.keep.request_files import Request
from pydevpva.keep.save_file import Outcome, SaveFile
from pydevpva.keep.settings import NO_STATUS
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value

log = logging.getLogger(__name__)
HALF = 0.5  # seconds, of the time between two looks
A_STEP = 50  # values that are read in one piece
PERIODIC, TRIGGERED, TIMER, CHANGE, MANUAL = 1, 2, 4, 8, 16  # the bits of SR_n_State


Found = Address | str | None  # a field of this IOC, the name of a PV elsewhere, or a field that no record has


@dataclass(slots=True)
class Method:
    """How a set is saved, and how often: seconds, or the PV that triggers it."""

    bit: int  # PERIODIC, TRIGGERED, CHANGE or MANUAL
    period: float = 0.0
    trigger: str = ""


class _Source:
    """The PVs of a set that one record has, or the one PV elsewhere; a sink of the record."""

    __slots__ = ("_owner", "changed_since", "pvs")

    def __init__(self, owner: SaveSet) -> None:
        self._owner = owner
        self.pvs: list[tuple[int, Address | FarPV]] = []  # with their places in the set
        self.changed_since = True  # it was read last

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """Whatever has changed: all PVs of the record are read again."""
        self.note()

    def note(self) -> None:
        if not self.changed_since:
            self.changed_since = True
            self._owner.note(self)

    def read(self) -> list[tuple[int, tuple[str, Value] | None]]:
        self.changed_since = False
        return [(place, read(pv) if isinstance(pv, Address) else pv.value()) for place, pv in self.pvs]


class _Trigger:
    """A sink of the record that triggers a set: each post of the field it names, as a CA monitor would see it."""

    def __init__(self, owner: SaveSet, field: str) -> None:
        self._owner, self._field = owner, field

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        if mask and (field or "VAL") == self._field:
            self._owner.state |= TRIGGERED


class SaveSet:
    """The PVs of a request file, their file, and what is known of it for reports."""

    def __init__(self, name: str, macros: str, request: Request, exact: bool = False) -> None:
        self.name, self.macros, self.request = name, macros, request
        self.methods: list[Method] = []
        self.save_name = f"{os.path.splitext(name)[0]}.sav"  # with the folders that the request file was named with
        self.file = SaveFile(request.names, exact)
        self.quick = exact  # a second is a period, and nothing is written that is written already
        self.enabled = False
        self.busy = False  # values are being read, or written
        self.reading: Iterator[None] = iter(())  # the steps of the save that was begun last
        self.state = 0
        self.status, self.status_text = NO_STATUS, "Enabling list..."
        self.saved_at = self.backed_up_at = 0.0  # seconds since 1970, for reports
        self.backup_due = self.dated_due = 0.0  # by the loop's clock
        self.folder = ""  # below the save path
        self.next_name = ""  # of the file, for the next save only
        self.last_file = ""
        self.not_connected = 0  # PVs that had no value when that was looked at last
        self.unknown = 0  # PVs whose records are here, and their fields are not
        self._sources: list[_Source] = []
        self._changes: list[_Source] = []
        self._watched: list[tuple[Record, _Source | _Trigger]] = []
        self._far: list[tuple[str, FarPV]] = []  # by name; "" those that trigger
        self._due: dict[int, float] = {}

    @property
    def is_manual_name(self) -> bool:
        """Operators name the file, by PVs or in a menu: no backups and no sequence files then."""
        return bool(self.request.path_pv or self.request.name_pv or self.request.is_menu)

    def file_name(self, save_folder: str) -> str:
        """Below the folder for all sets, where there is one."""
        return os.path.basename(self.save_name) if save_folder and os.path.isabs(self.save_name) else self.save_name

    @property
    def has_far(self) -> bool:
        """Whether PVs of other IOCs belong to it."""
        return bool(self._far)

    def method(self, bit: int) -> Method | None:
        return next((method for method in self.methods if method.bit == bit), None)

    # ---- its beginning and end ----

    def attach(self, found: Sequence[Found], triggers: Sequence[Found], watch: Watch) -> Iterator[None]:
        """Begin to watch; in steps. `found` are the PVs in their order, `triggers` those of triggered sets."""
        sources: dict[Record, _Source] = {}
        self.unknown = sum(pv is None for pv in found)
        for place, pv in enumerate(found):
            if isinstance(pv, str):
                self._attach_far(place, pv, watch)
            elif pv is not None:
                source = sources.get(pv.record)
                if source is None:
                    source = sources[pv.record] = _Source(self)
                    self._sources.append(source)
                    self._watch(pv.record, source)
                source.pvs.append((place, pv))
            if place % A_STEP == A_STEP - 1:
                yield
        for pv in triggers:
            self._attach_trigger(pv, watch)

    def _watch(self, record: Record, sink: _Source | _Trigger) -> None:
        """Only a set that saves changes has to know of them."""
        if isinstance(sink, _Trigger) or self.method(CHANGE) is not None:
            record.attach(sink)
            self._watched.append((record, sink))

    def _attach_far(self, place: int, name: str, watch: Watch) -> None:
        source = _Source(self)
        far = watch(name, source.note)
        source.pvs.append((place, far))
        self._sources.append(source)
        self._far.append((name, far))

    def _attach_trigger(self, pv: Found, watch: Watch) -> None:
        self.state |= TRIGGERED  # as when a monitor connects
        if isinstance(pv, str):
            self._far.append(("", watch(pv, self._triggered)))
        elif pv is not None:
            self._watch(pv.record, _Trigger(self, pv.field.name))

    def _triggered(self) -> None:
        self.state |= TRIGGERED

    def begin(self, now: float, backups_after: float, dated_after: float) -> None:
        """All is attached: from now on it is saved, and backed up after so many seconds."""
        self.enabled = True
        self.backup_due, self.dated_due = now + backups_after, now + dated_after
        self.state |= CHANGE if self.method(CHANGE) is not None else 0
        self._due = {method.bit: now + method.period for method in self.methods}
        self._changes = list(self._sources)

    def detach(self) -> Iterator[None]:
        """The set is no more; in steps."""
        self.enabled = False
        for _, far in self._far:
            far.close()
        for number, (record, sink) in enumerate(self._watched, 1):
            record.detach(sink)
            if number % A_STEP == 0:
                yield

    # ---- its time ----

    def note(self, source: _Source) -> None:
        """The record of a source has changed."""
        self._changes.append(source)
        self.state |= CHANGE

    def is_due(self, now: float) -> bool:
        """Whether it is to be saved, a look each second: what is due before the next half of one is due now."""
        if not self.enabled or self.busy:
            return False
        if PERIODIC in self._due and now >= self._due[PERIODIC] - HALF:
            self.state |= PERIODIC
        if CHANGE in self._due and now >= self._due[CHANGE] - HALF:
            self.state |= TIMER
        changed = self.state & (TIMER | CHANGE) == (TIMER | CHANGE)
        return changed or bool(self.state & (PERIODIC | TRIGGERED | MANUAL))

    @property
    def has_more(self) -> bool:
        """Whether, at the end of the IOC, there is something to save: what is periodic, or has been set off."""
        return self.enabled and (bool(self.state & ~TIMER) or self.method(PERIODIC) is not None)

    def next_period(self, now: float) -> None:
        """It is being saved: what has made it due is over."""
        self.state = 0
        self._due = {method.bit: now + method.period for method in self.methods}

    def try_again(self, now: float, after: float) -> None:
        """It could not be written."""
        if self.method(CHANGE) is not None:
            self.state |= CHANGE
        elif not self.method(PERIODIC):
            self._due[PERIODIC] = now + after

    # ---- its values ----

    def values(self) -> Iterator[list[tuple[int, tuple[str, Value] | None]]]:
        """What has changed, of all but monitor sets everything; in steps, each a list."""
        if self.method(CHANGE) is not None:
            sources, self._changes = self._changes, []
        else:
            sources = self._sources
        part: list[tuple[int, tuple[str, Value] | None]] = []
        for source in sources:
            part += source.read()
            if len(part) >= A_STEP:
                yield part
                part = []
        yield part

    def missing_names(self) -> list[str]:
        """PVs elsewhere that nobody has answered for."""
        return [name for name, far in self._far if name and far.value() is None]

    def note_outcome(self, outcome: Outcome, now: float) -> None:
        """A save is over."""
        self.status, self.status_text = outcome.status, outcome.text
        if outcome.wrote:
            self.saved_at, self.last_file, self.not_connected = now, self.save_name, outcome.missing
