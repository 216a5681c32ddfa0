"""The PVs that a scan names: their links, and what xxNV says of each (sscanRecord.c: lookupPV, pvSearchCallback).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.alarm import DBE_VALUE
from pydevpva.records.core.links import NamedLink
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import cast
from pydevpva.records.shared.link_state import show
from pydevpva.records.shared.scan.names import (
    DETECTORS,
    INPUTS,
    NAMED,
    NO_PV,
    NO_READ,
    NO_WRITE,
    OUTPUTS,
    POSITIONERS,
    PV_BAD,
    PV_OK,
    READBACKS,
)

UNITS = 15  # bytes of DnnEU
POSITIONER_UNITS = 7  # of PnEU, as many as Channel Access sends


class Links:
    """`elements`: what each readback and detector has at the most; `clocks`: the readbacks that are named "time";
    `waited`: whose last put has not completed."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._started = False  # before iocRun others have not told yet what they are
        self._far: dict[str, NamedLink] = {}
        self._described: set[str] = set()
        self.elements: dict[str, int] = {}
        self.clocks: set[str] = set()
        self.waited: set[NamedLink] = set()

    def __getitem__(self, name: str) -> NamedLink:
        return self._far[name]

    # ---- names ----

    def look_up(self, name: str) -> None:
        """The field holds another PV's name, or none."""
        record, field = self._record, f"{name}PV"
        self._let_go(name)
        text: str = getattr(record, field)
        if text and not text.strip(" \t\n\v\f\r"):
            text = ""
            self._rename(field, text)
        if name in READBACKS and text.startswith(("TIME", "time")):
            self.clocks.add(name)
            show(record, f"{name}NV", NO_PV)
            return
        if name in self.clocks:
            self.clocks.remove(name)
            record.post_field(f"{name}NV", DBE_VALUE)  # although it stays: the data will be others
        if not text:
            show(record, f"{name}NV", NO_PV)
            return
        place = text.rfind(".")
        if text[place:].startswith(".DESC") and place >= 0:
            text = f"{text[:place]}.VAL"
            self._rename(field, text)
        self._far[name] = record.host.link_to(record, field, text)
        self.connection(name)

    def clear(self, name: str) -> None:
        """No PV any more."""
        self._rename(f"{name}PV", "")
        self.look_up(name)

    def _rename(self, field: str, text: str) -> None:
        setattr(self._record, field, text)
        self._record.post_field(field, DBE_VALUE)

    def _let_go(self, name: str) -> None:
        self._described.discard(name)
        if (old := self._far.pop(name, None)) is not None:
            self.waited.discard(old)
            old.give_up()
            old.close()

    # ---- what they lead to ----

    def connection(self, name: str) -> None:
        """It has found its PV, or lost it."""
        self._described.discard(name)
        self.look(name)
        if self._started and self.is_ok(name):
            self.describe(name)

    def start(self) -> None:
        """iocRun."""
        self._started = True
        for name in self._far:
            if self.is_ok(name):
                self.describe(name)

    def look(self, name: str) -> bool:
        """Show whether the PV is there, and may be read or written; True: as the scan needs it."""
        if (link := self._far.get(name)) is None:
            return True
        readable, writable = link.may()
        if name in POSITIONERS:
            state = (0 if readable else NO_READ) | (0 if writable else NO_WRITE)
        elif name in INPUTS:
            state = PV_OK if readable else PV_BAD
        else:
            state = PV_OK if writable else NO_WRITE if readable else PV_BAD
        show(self._record, f"{name}NV", state)
        return state == PV_OK

    def are_ready(self) -> bool:
        """Whether all PVs are there (sscanRecord.c: checkConnections)."""
        looked = [self.look(name) for name in NAMED]  # at each, for what is shown
        return all(looked)

    def outputs_are_there(self) -> bool:
        """Whether no positioner, trigger or other output was lost."""
        return all(self.is_ok(name) or name not in self._far for name in (*POSITIONERS, *OUTPUTS))

    def is_ok(self, name: str) -> bool:
        """Whether xxNV says so."""
        return bool(getattr(self._record, f"{name}NV") == PV_OK)

    def describe(self, name: str) -> None:
        """Units, digits and limits, and how many elements there are."""
        self._described.add(name)
        link = self._far[name]
        if name in POSITIONERS:
            about = link.describe()
            self._show(name, about.units[:POSITIONER_UNITS], about.digits, about.control)
        elif name in DETECTORS:
            about = link.describe()
            self._show(name, about.units[:UNITS], about.digits, about.display)
            self._count(name, "detector")
        elif name in READBACKS:
            self._count(name, "positioner read-back")

    def _count(self, name: str, what: str) -> None:
        self.elements[name] = self._far[name].elements()
        if self.elements[name] > 1:
            self._record.SMSG = f"Array-valued {what}"
            self._record.post_field("SMSG", DBE_VALUE)

    def _show(self, name: str, units: str, digits: int, limits: tuple[float, float]) -> None:
        for suffix, value in (("EU", units), ("PR", int(cast(digits, "SHORT"))), ("HR", limits[1]), ("LR", limits[0])):
            show(self._record, f"{name}{suffix}", value)

    def changed(self, name: str) -> NamedLink | None:
        """A PV has another value, or its first one; the link, once it is ours."""
        link = self._far.get(name)
        if link is not None and (not self.is_ok(name) or name not in self._described):
            self.connection(name)
        return link
