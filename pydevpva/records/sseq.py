"""sseq: up to ten values, numbers or texts, to as many links, one after the other (EPICS: sseqRecord.c of calc).

Each step may begin after a delay, and others may wait until what it set off has completed. Database thread.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from pydevpva.errors import PutError
from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE, INVALID, SOFT, raise_alarm
from pydevpva.records.core.properties import properties
from pydevpva.records.shared import number_and_text
from pydevpva.records.shared.calc.cnumbers import int64
from pydevpva.records.shared.link_state import (
    CONNECTED,
    CONSTANT,
    ShowsLinks,
    defined_type_code,
    link_state,
    show,
    state_as_made,
    type_code,
)
from pydevpva.records.shared.selection import ALL, MASK, SPECIFIED, fetch_selection, load_selection

if TYPE_CHECKING:
    from pydevpva.records.core.links import Link
    from pydevpva.timers import Timer

log = logging.getLogger(__name__)
STEPS = "123456789A"
NO_WAIT, WAIT, AFTER_1 = range(3)  # sseqWAIT; After2 to AfterA follow
NO_TYPE = 17  # DT of a DOL that is no link: DBF_NOACCESS
_TICK = 0.01  # seconds: the clock that EPICS rounds delays to
_CHECK_LATER, _FIRST_CHECK = 0.5, 1.0  # seconds


class Sseq(ShowsLinks, rtype="sseq"):
    """For each selected step: wait DLYn seconds, read DOLn into DOn and STRn, write one of them to LNKn.

    Active (PACT), and BUSY, until all is done and whatever has to be waited for has completed.
    """

    __slots__ = ("at", "check_due", "held", "run", "timer", "todo")
    todo: str  # the steps of this run
    at: int  # which of them is next
    held: bool  # until a put has completed
    run: int  # counts runs: a put may complete when another is on
    timer: Timer | None  # of the delay
    check_due: bool  # the links are looked at soon
    link_states: ClassVar[dict[str, str]] = {f"{kind}{x}": f"{kind}{x}V" for x in STEPS for kind in ("DOL", "LNK")}
    immediate = frozenset({"ABORT"})
    properties = properties(precision="", precision_shown=False)

    # ---- iocInit ----

    def init_record(self) -> None:
        self.todo, self.at, self.held, self.run, self.timer, self.check_due = "", 0, False, 0, None, False
        load_selection(self)
        inside = [self._init_step(x) for x in STEPS]
        if not all(inside):
            self._check_in(_FIRST_CHECK)

    def _init_step(self, x: str) -> bool:
        """False when a link of it leaves this IOC or is made as a client's: its type is told later."""
        self._round_delay(x)
        dol: Link = getattr(self, f"DOL{x}")
        if (number := dol.load("DOUBLE")) is not None:
            setattr(self, f"DO{x}", number)
            setattr(self, f"STR{x}", dol.load("STRING"))
        self._agree(x, getattr(self, f"STR{x}") or None)
        inside = [self._show_first(f"{kind}{x}") for kind in ("DOL", "LNK")]
        if dol.is_constant:
            setattr(self, f"DT{x}", NO_TYPE)
        return all(inside)

    def _round_delay(self, x: str) -> None:
        delay = getattr(self, f"DLY{x}")
        setattr(self, f"DLY{x}", _TICK * int64(delay / _TICK + (0.5 if delay > 0 else -0.5)))

    def _agree(self, x: str, text: str | None) -> None:
        """DOn and STRn of a text, or, when there is none, of DOn."""
        if text is None:
            both = number_and_text.of_number(getattr(self, f"DO{x}"), self.PREC)
        else:
            both = number_and_text.of_text(text)
        self._store(x, both, DBE_VALUE)

    def _store(self, x: str, both: number_and_text.Both, mask: int) -> None:
        for field, value in ((f"DO{x}", both[0]), (f"STR{x}", both[1])):
            if getattr(self, field) != value:
                setattr(self, field, value)
                self.post_field(field, mask)

    # ---- processing ----

    def process(self) -> None:
        if self.PACT:
            self._finish()
            return
        self.PACT = 1
        show(self, "BUSY", 1)
        if self.SELM != ALL:
            fetch_selection(self)
        selected = self._selected()
        for x in STEPS if selected is not None else ():
            show(self, f"WTG{x}", 0)
        self.todo = "".join(x for x in selected or "" if self._has_links(x))
        self.at, self.held, self.run = 0, False, self.run + 1
        if not self.todo:
            self._finish()
        elif self._is_due():
            self.host.submit(self._steps)

    def _selected(self) -> str | None:
        """The steps that SELN means; None when it means none there is: SOFT/INVALID is raised, but not for step 0."""
        if self.SELM == ALL:
            return STEPS
        if self.SELM == MASK:
            return "".join(x for i, x in enumerate(STEPS) if self.SELN >> i & 1)
        if self.SELM == SPECIFIED and self.SELN <= len(STEPS):
            return STEPS[self.SELN - 1] if self.SELN else None
        raise_alarm(self, SOFT, INVALID)
        return None

    def _has_links(self, x: str) -> bool:
        return not getattr(self, f"LNK{x}").is_constant or not getattr(self, f"DOL{x}").is_constant

    def _is_due(self) -> bool:
        """Whether the next step is to be done now; otherwise all is arranged for it, or for the end."""
        if self.at == len(self.todo):
            if not self._waits():
                self.host.complete(self)
            return False
        following = self.todo[self.at]
        if any(getattr(self, f"WTG{x}") and self._precedes(x, following) for x in self.todo[: self.at]):
            self.held = True
            return False
        delay = getattr(self, f"DLY{following}")
        if delay > 0 and not self.ABORT:
            self.timer = self.host.call_later(delay, self._steps)
            return False
        return True

    def _precedes(self, x: str, following: str) -> bool:
        """Whether a step has to wait for what step x set off: always, or when it comes after that named by WAITn."""
        wait = getattr(self, f"WAIT{x}")
        return bool(wait == WAIT or wait - AFTER_1 < STEPS.index(following))

    def _waits(self) -> bool:
        return any(getattr(self, f"WTG{x}") for x in STEPS)

    def _steps(self) -> None:
        """Do what is due. Steps without delays follow one another: what they send to others comes after them all."""
        self.timer = None
        while self.PACT:
            if self.ABORT:
                self.host.complete(self)
                return
            self._step(self.todo[self.at])
            self.at += 1
            if not self._is_due():
                return

    def _finish(self) -> None:
        self.todo, self.at, self.held = "", 0, False
        self.UDF = 0
        self.stamp()
        self.post(self.settle() | DBE_VALUE)
        if self.ABORT:
            show(self, "ABORT", 0)
            show(self, "ABORTING", 0)
            self.RPRO = 0  # whatever asked for more while it was ended meant to end it
        self.forward()
        self.PACT = 0
        show(self, "BUSY", 0)

    # ---- one step ----

    def _step(self, x: str) -> None:
        both = number_and_text.read(getattr(self, f"DOL{x}"), self.PREC)
        if both is not None:
            self._store(x, both, DBE_VALUE | DBE_LOG)
        self._show_types(x)
        link = getattr(self, f"LNK{x}")
        sent = number_and_text.for_link(link, (getattr(self, f"DO{x}"), getattr(self, f"STR{x}")))
        if sent is None:
            return
        if getattr(self, f"WAIT{x}") == NO_WAIT or not hasattr(link, "put_async"):
            link.put(*sent)
        elif link.put_async(*sent, partial(self._completed, x, self.run)):
            show(self, f"WTG{x}", 1)
        else:
            log.error("%s.LNK%s cannot be written; the sequence is aborted", self.NAME, x)
            show(self, "ABORT", 1)

    def _show_types(self, x: str) -> None:
        """DTn and LTn as far as they were not known."""
        for field, kind in ((f"DT{x}", "DOL"), (f"LT{x}", "LNK")):
            if getattr(self, field) < 0:
                show(self, field, type_code(getattr(self, f"{kind}{x}")))

    def _completed(self, x: str, run: int, error: str | None) -> None:
        """All that step x set off is done."""
        if error is not None:
            log.warning("%s.LNK%s: %s", self.NAME, x, error)
        if run != self.run or not getattr(self, f"WTG{x}"):
            return
        show(self, f"WTG{x}", 0)
        if self.ABORT:
            if not self._waits() and self.timer is None:
                self.host.complete(self)
        elif self.held or self.at == len(self.todo):
            self.held = False
            if self._is_due():
                self._steps()

    # ---- fields that change ----

    def special(self, field: str, after: bool) -> None:
        if not after:
            return
        kind, x = field[:-1], field[-1]
        if field in ("ABORT", "ABORTING"):
            self._abort(field)
        elif kind == "DO":
            self._agree(x, None)
        elif kind == "STR":
            self._agree(x, getattr(self, field))
        elif kind == "DLY":
            self._round_delay("1")  # as EPICS does it, whichever was put
            self.post_field("DLY1", DBE_VALUE)
        elif kind == "WAIT":
            self._check_in(_CHECK_LATER)

    def _abort(self, field: str) -> None:
        """End the sequence: a delay at once; puts that are waited for first complete, unless it is said twice."""
        if field == "ABORTING":
            self.ABORTING = 1 if self.ABORT else 0
            raise PutError(f"{self.NAME}.ABORTING: only tells; put 1 to ABORT")
        if not self.BUSY:
            self.ABORT = 0
            raise PutError(f"{self.NAME}.ABORT: no sequence runs that could be aborted")
        if not self.ABORT:
            return
        if self.ABORTING:
            for x in STEPS:
                show(self, f"WTG{x}", 0)
        show(self, "ABORTING", 1)
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        elif self._waits():
            return
        self.host.submit(self._steps)

    # ---- what is shown of the links ----

    def connection(self, field: str) -> None:
        super().connection(field)
        if field in self.link_states:
            self._check_in(_CHECK_LATER)

    def relinked(self, field: str) -> None:
        super().relinked(field)
        if field in self.link_states and not getattr(self, field).is_constant:
            self._check_in(_CHECK_LATER)

    def show_link(self, field: str) -> None:
        super().show_link(field)
        show(self, _type_field(field), type_code(getattr(self, field)))

    def _show_first(self, field: str) -> bool:
        """At the start links with CA, CP or CPP count as those to other IOCs; whether the link stays in this one."""
        state = state_as_made(getattr(self, field))
        show(self, self.link_states[field], state)
        show(self, _type_field(field), defined_type_code(getattr(self, field)))
        return state > CONNECTED

    def _check_in(self, seconds: float) -> None:
        if not self.check_due:
            self.check_due = True
            self.host.call_later(seconds, self._check)

    def _check(self) -> None:
        """Say which links cannot be waited for, and forget that DOLs that are none have no type."""
        self.check_due = False
        for x in STEPS:
            link = getattr(self, f"LNK{x}")
            waits = getattr(self, f"WAIT{x}") != NO_WAIT
            show(self, f"WERR{x}", int(waits and link_state(link) != CONSTANT and not hasattr(link, "put_async")))
            for field, kind in ((f"DT{x}", "DOL"), (f"LT{x}", "LNK")):
                show(self, field, type_code(getattr(self, f"{kind}{x}")))


def _type_field(field: str) -> str:
    """DTn of a DOLn, LTn of a LNKn."""
    return f"{'DT' if field[0] == 'D' else 'LT'}{field[-1]}"
