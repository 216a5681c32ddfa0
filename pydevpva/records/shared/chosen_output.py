"""OOPT, ODLY, DOPT, IVOA: whether, when and what of a calculated value is written. Database thread.

alarm limits -> OOPT -> ODLY -> DOPT -> IVOA -> OUT, OEVT
"""

from __future__ import annotations

from collections.abc import Callable

from pydevpva.records.core.alarm import DBE_VALUE, INVALID
from pydevpva.records.core.links import Link
from pydevpva.records.shared.limits import check_limits
from pydevpva.records.shared.link_state import ShowsLinks
from pydevpva.records.shared.output import DONT_DRIVE, SET_TO_IVOV

EVERY_TIME, ON_CHANGE, WHEN_ZERO, WHEN_NON_ZERO, TO_ZERO, TO_NON_ZERO, NEVER = range(7)  # swaitOOPT; others end before
_DUE: dict[int, Callable[[float, float, bool], bool]] = {
    EVERY_TIME: lambda old, new, changed: True,
    ON_CHANGE: lambda old, new, changed: changed,
    WHEN_ZERO: lambda old, new, changed: new == 0.0,
    WHEN_NON_ZERO: lambda old, new, changed: new != 0.0,
    TO_ZERO: lambda old, new, changed: old != 0.0 and new == 0.0,
    TO_NON_ZERO: lambda old, new, changed: old == 0.0 and new != 0.0,
}


def is_due(option: int, old: float, new: float, changed: bool) -> bool:
    """Whether a value that was `old` and is `new` is to be written; `changed`: by more than MDEL, as its type sees it.

    What is beyond the menu is never.
    """
    due = _DUE.get(option)
    return due is not None and due(old, new, changed)


class ChosenOutput(ShowsLinks):
    """A record that writes OVAL, which is chosen of results, to OUT: calcout and its like. Subclasses compute."""

    __slots__ = ()
    OUT: Link
    writes = True

    def computed(self) -> bool:
        """VAL is there: alarms and output. False: the output comes, or completes, later."""
        check_limits(self)
        due = is_due(self.OOPT, self.PVAL, self.VAL, self.has_changed())
        self.PVAL = self.VAL
        if due and self.ODLY > 0:
            self._show_delay(1)
            self.host.after(self.ODLY, self)
            return False
        return not due or self.drive()

    def has_changed(self) -> bool:
        """Whether VAL has moved by more than MDEL; to or from NaN is no change."""
        return bool(abs(self.PVAL - self.VAL) > self.MDEL)

    def resume(self) -> bool:
        """Processed again while it is active: ODLY is over, or what OUT set off. False: it is active still."""
        if self.DLYA:
            self._show_delay(0)
            return self.drive()
        self.completed()
        return True

    def _show_delay(self, runs: int) -> None:
        self.DLYA = runs
        self.post_field("DLYA", DBE_VALUE)

    def drive(self) -> bool:
        """Write, unless IVOA is against it; False: the record waits for what writing set off."""
        self.PACT = 0  # so that OUT may lead back to this record
        self.choose()
        invalid = self.NSEV >= INVALID
        if not invalid or self.IVOA != DONT_DRIVE:
            if invalid and self.IVOA == SET_TO_IVOV:
                self.OVAL = self.IVOV
            self.write()
            self.post_event()
        if self.PACT:
            return False
        self.PACT = 1
        return True

    def write(self) -> int:
        """Through device support."""
        return self.device.write(self) if self.device is not None else -1

    # ---- what subclasses say ----

    def choose(self) -> None:
        """What DOPT says becomes what is written."""

    def post_event(self) -> None:
        """OEVT."""
        raise NotImplementedError

    def completed(self) -> None:
        """What OUT set off is over."""
