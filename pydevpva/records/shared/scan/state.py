"""State: what a scan knows between one piece of its work and the next. Database thread.

The database thread does a piece when the record processes (`again`), others beside it (`then`). What the pieces wait
for is counted: positioners, triggers, the trigger of arrays, values of other IOCs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydevpva.records.core.alarm import DBE_VALUE
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, clip_text
from pydevpva.records.shared.scan.data import Data
from pydevpva.records.shared.scan.links import Links
from pydevpva.records.shared.scan.names import NORMAL, POSITIONERS

if TYPE_CHECKING:
    from pydevpva.timers import Timer

SHORT_DELAY = 0.001  # seconds: less is none


class State:
    """`number` counts scans: what an earlier one has begun may end during a later one."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.links = Links(record)
        self.data = Data(record.MPTS)
        self.moving = self.triggering = self.preparing = self.getting = 0
        self.number = 0
        self.has_flyers = self.are_flying = False
        self.failed = False  # a positioner is not where it should be
        self.found_late = False  # the record was asked to process because all PVs are there now
        self.repeated: int | None = None  # the point that the rest of the arrays repeats once somebody looks: COPYTO
        self.sends = False  # what is due will be sent
        self.client_waits = False  # a client has set AWAIT
        self.last_mode, self.last_points = NORMAL, 0  # ACQM and CPT of the last scan
        self.table_points = dict.fromkeys(POSITIONERS, 0)
        self.posted = self.arrays_posted = 0  # when, ns
        self._will_look = False
        self._timer: Timer | None = None

    # ---- what is shown ----

    def tell(self, field: str, value: object, mask: int = DBE_VALUE) -> None:
        """Store and post a field, changed or not."""
        setattr(self.record, field, value)
        self.record.post_field(field, mask)

    def store(self, field: str, value: object) -> None:
        """Store what nobody is told of; who gets it sees it."""
        self.tell(field, value, 0)

    def clear(self, *fields: str) -> None:
        """0, posted where it was not."""
        for field in fields:
            if getattr(self.record, field):
                self.tell(field, 0)

    def say(self, message: str, mask: int = DBE_VALUE) -> None:
        """SMSG."""
        self.tell("SMSG", clip_text(message, STRING_BYTES), mask)

    # ---- what is done next ----

    @property
    def waits(self) -> bool:
        """Whether something is to be waited for."""
        return bool(self.moving or self.triggering or self.preparing or self.getting)

    def forget(self) -> None:
        """Wait for nothing any more; what is still on its way belongs to no scan."""
        self.moving = self.triggering = self.preparing = self.getting = 0
        self.number += 1

    def again(self) -> None:
        """Process the record in its own turn."""
        self.record.host.scan_once(self.record)

    def again_after(self, seconds: float) -> None:
        """The same later."""
        self.cancel_delay()
        self._timer = self.record.host.call_later(seconds, self._delay_over)

    def look_after(self, seconds: float, look: Callable[[State], None]) -> None:
        """Let clients have a look then, unless that has been arranged."""
        if not self._will_look:
            self._will_look = True
            self.record.host.call_later(seconds, self._look, look)

    def _look(self, look: Callable[[State], None]) -> None:
        self._will_look = False
        look(self)

    def cancel_delay(self) -> None:
        """Not any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _delay_over(self) -> None:
        self._timer = None
        if not self.client_is_waited_for():
            self.again()

    def client_is_waited_for(self) -> bool:
        """Whether a client has to let the scan go on, which is said then."""
        if not self.record.WCNT:
            return False
        self.tell("WTNG", 1)
        self.say("Waiting for client")
        return True

    def is_paused(self) -> bool:
        """Whether the scan stops here, which is said then."""
        if self.record.PAUS:
            self.say("Scan paused by operator")
        return bool(self.record.PAUS)

    def then(self, work: Callable[[State], object]) -> None:
        """Send what is due in a turn of its own."""
        if not self.sends:
            self.sends = True
            self.record.host.submit(work, self)
