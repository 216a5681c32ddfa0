"""swait: an expression over PVs that are given by name, and written to one (EPICS: swaitRecord.c of calc).

Database thread.
"""

from __future__ import annotations

import logging
from collections import deque

from pydevpva.errors import PutError
from pydevpva.records.core.alarm import INVALID, LINK, READ, raise_alarm
from pydevpva.records.core.links import NamedLink
from pydevpva.records.core.properties import properties
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import to_float32
from pydevpva.records.shared import plain_simulation as simulation
from pydevpva.records.shared.chosen_output import is_due
from pydevpva.records.shared.expression import Expression
from pydevpva.records.shared.limits import deadbands
from pydevpva.records.shared.link_state import show

log = logging.getLogger(__name__)
LETTERS = "ABCDEFGHIJKL"
_INPUTS = {f"IN{x}N": x for x in LETTERS}
_NAMES = (*_INPUTS, "DOLN", "OUTN")
_VERSION = to_float32(4.6)
_MOST_CHANGES = 50  # that wait; beyond, the oldest go
PV_OK, PV_BAD, NO_PV = range(3)  # swaitINAV
USE_DOL = 1  # swaitDOPT
IO_INTR = 2  # SCAN


class Swait(Record, rtype="swait", soft="devSWaitIoEvent"):
    """VAL = CALC(A..L); VAL or DOLD goes to OUTN, and the forward link waits until that put has completed.

    With SCAN "I/O Intr" each change of an input with INxP Yes processes the record once.
    """

    __slots__ = ("changes", "expression", "far", "known", "missed", "putting", "waiting")
    far: dict[str, NamedLink]  # the PVs by the fields that name them
    known: dict[str, float]  # the last number that each of them had: text that is none changes nothing
    changes: deque[tuple[str, float]]  # of inputs, that are still to be processed
    waiting: bool  # ODLY seconds, PACT set
    missed: bool  # an input changed meanwhile
    putting: bool  # OUTN has not completed our last put
    own_interrupts = True
    properties = properties(
        precision=" ".join((*LETTERS, *(f"L{x}" for x in LETTERS), "VAL OVAL DOLD ADEL MDEL ALST MLST SVAL HOPR LOPR")),
        precision_fields={"ODLY": 3},
        display={"VAL": ("LOPR", "HOPR")},
        alarm={},
    )

    def init_early(self) -> None:
        setattr(self, "VERS", _VERSION)  # noqa: B010  # a field, where other types have an attribute of that name
        self.far, self.known, self.changes = {}, {}, deque(maxlen=_MOST_CHANGES)
        self.waiting = self.missed = self.putting = False

    def init_record(self) -> None:
        self.expression = Expression(self, "CALC")
        self.CLCV = self.expression.status
        simulation.load_mode(self)
        if (value := self.SIOL.load("DOUBLE")) is not None:
            self.SVAL = value
        self.INIT = 1
        for field in _NAMES:
            self._name(field)

    def process(self) -> None:
        if self.PACT and self.waiting:
            self._drive()
            return
        self.PACT, self.missed = 1, False
        self._fetch_mode()
        if self.SIMM == simulation.NO:
            self._calculate()
        else:
            simulation.read(self)
        due = is_due(self.OOPT, self.OVAL, self.VAL, abs(self.OVAL - self.VAL) > self.MDEL)
        self.OVAL = self.VAL
        self._post_changes()
        if not due:
            self.forward()
            self.PACT = 0
        elif self.ODLY > 0:
            self.waiting = True
            self.host.after(self.ODLY, self)
        else:
            self._drive()

    def _fetch_mode(self) -> None:
        """SIMM from SIML; a text is no mode, whatever it says: EPICS looks for it among the states of its own field."""
        source = self.SIML.source()
        if source is not None and source[0] == "STRING":
            raise_alarm(self, LINK, INVALID, "field SIML")
        else:
            simulation.fetch_mode(self)

    def _post_changes(self) -> None:
        self.stamp()
        mask = self.settle() | deadbands(self)
        for x in LETTERS:
            setattr(self, f"L{x}", getattr(self, x))
        self.post(mask)

    def _calculate(self) -> None:
        if not self._fetch():
            raise_alarm(self, READ, INVALID)
        elif (value := self.expression.value(self.VAL)) is not None:
            self.VAL, self.UDF = value, 0

    def _fetch(self) -> bool:
        """A..L from their PVs; False at the first that is not there. With I/O Intr most come with the event."""
        events = self.SCAN == IO_INTR
        for field, x in _INPUTS.items():
            link = self.far.get(field)
            if link is None or (events and getattr(self, f"IN{x}P") and link.connected()):
                continue
            value = self._value(field)
            if value is None:
                return False
            setattr(self, x, value)
        return True

    def _value(self, field: str) -> float | None:
        """What the PV has, or had when it last was a number; None: it is not there, or was none as yet."""
        link = self.far.get(field)
        if link is None or not link.connected():
            return None
        value = link.value()
        if value is None:
            return self.known.get(field)
        self.known[field] = value
        return value

    # ---- output ----

    def _drive(self) -> None:
        """Write to OUTN; its completion runs the forward link. The record is free at once."""
        self.waiting = False
        link = self.far.get("OUTN")
        if link is None or not link.connected():
            self.forward()
        else:
            self._put(link, self._wanted())
        if self.OEVT:
            self.host.post_event(str(self.OEVT))
        self.PACT = 0
        if self.SCAN == IO_INTR and self.missed:
            self.host.scan_once(self)

    def _wanted(self) -> float:
        """VAL, or with Use DOL what DOLN has, and if that is not there what DOLD has."""
        if self.DOPT != USE_DOL:
            return float(self.VAL)
        if (value := self._value("DOLN")) is not None:
            show(self, "DOLD", value)
        return float(self.DOLD)

    def _put(self, link: NamedLink, value: float) -> None:
        """A put that waits; while one is under way another does not, and has no forward link of its own."""
        if self.putting or not link.put_async(value, "DOUBLE", self._put_over):
            link.put(value, "DOUBLE")
        else:
            self.putting = True

    def _put_over(self, error: str | None) -> None:
        self.putting = False
        if error is not None:
            log.warning("%s.OUTN: %s", self.NAME, error)
        self.forward()

    # ---- names ----

    def special(self, field: str, after: bool) -> None:
        if not after:
            return
        if field in _NAMES:
            self._name(field)
        elif field == "CALC":
            self._recompile()

    def _name(self, field: str) -> None:
        """The field names another PV, or none."""
        name = getattr(self, field).strip()
        if not name:
            setattr(self, field, "")
        self.known.pop(field, None)
        if (old := self.far.pop(field, None)) is not None:
            old.close()
        if name:
            link = self.host.link_to(self, field, name)
            self.far[field] = link
        self.connection(field)

    def connection(self, field: str) -> None:
        if field in _NAMES:
            link = self.far.get(field)
            show(self, f"{field[:-1]}V", NO_PV if link is None else PV_OK if link.connected() else PV_BAD)

    def _recompile(self) -> None:
        try:
            self.expression.recompile()
        except PutError as error:  # the put is good all the same; CLCV tells
            log.error("%s", error)
        show(self, "CLCV", self.expression.status)

    # ---- I/O Intr ----

    def pv_changed(self, field: str) -> None:
        """A PV has changed: remember what it is now, and process once for it."""
        link, x = self.far.get(field), _INPUTS.get(field)
        value = None if link is None else link.value()
        if value is None:
            return
        self.known[field] = value
        if x is not None and self.SCAN == IO_INTR and getattr(self, f"IN{x}P"):
            self.changes.append((x, value))
            self.host.submit(self._take_change)

    def _take_change(self) -> None:
        if self.host.paused:
            self.host.when_running(self._take_change)
            return
        if not self.changes or self.SCAN != IO_INTR:
            return
        x, value = self.changes.popleft()
        setattr(self, x, value)
        if self.waiting:
            self.missed = True
        else:
            self.host.process(self)
