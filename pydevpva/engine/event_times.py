"""Where time stamps come from (EPICS: generalTime without an event provider). Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pydevpva.records.core.record import Record

log = logging.getLogger(__name__)


class EventTimes:
    """TSE other than 0 and -2 asks for the time of a hardware event; no provider of such is part of this IOC."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._told: dict[str, int] = {}  # the TSE of each record that was last told

    def time(self, record: Record, event: int) -> int | None:
        """The time for a record's TSE in ns; None when it has none, said when that is news."""
        if event == 0:
            return self._now()
        if self._told.get(record.NAME) != event:
            self._told[record.NAME] = event
            log.warning("%s.TSE = %d: there is no source of event times; TIME stays as it is", record.NAME, event)
        return None
