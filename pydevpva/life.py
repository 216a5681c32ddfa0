"""The named phases of an IOC's life, to which other rooms attach what they have to do then.

Loading is none: files are loaded one by one before the first, and what a room has to say of a record it says then
(devices/load_checks.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from pydevpva.errors import PydevpvaError

log = logging.getLogger(__name__)

PHASES = (
    "create",  # the records are there, with the values of the database: autosave's pass 0; their links are not
    "devices",  # each record has its device support
    "links",  # each link leads somewhere
    "before records",  # no record has run its init_record
    "initialized",  # each record has, and none has been processed: autosave's pass 1
    "records",  # PINI=YES has been
    "serve",  # clients are answered
    "scans",  # scans run, PINI=RUN and RUNNING have been
    "running",  # iocRun is over
    "stop",  # the end begins: clients are still there
)
"""In their order. The first six are reached on the database thread, the others on the main thread."""


class Life:
    """What is to be done in each phase, in the order in which it was attached. Main thread, but for the first six."""

    def __init__(self) -> None:
        self._work: dict[str, list[Callable[[], object]]] = {phase: [] for phase in PHASES}
        self._reached: set[str] = set()

    def at(self, phase: str, work: Callable[[], object]) -> None:
        """Do this when the phase is reached. What it raises ends the start, as a record does that cannot be made."""
        if phase not in self._work:
            raise PydevpvaError(f'no phase "{phase}"; choices: {", ".join(PHASES)}')
        if phase in self._reached:
            raise PydevpvaError(f'the phase "{phase}" is over')
        self._work[phase].append(work)

    def reach(self, phase: str) -> None:
        """The phase has come."""
        self._reached.add(phase)
        for work in self._work[phase]:
            if phase == "stop":
                self._whatever_it_raises(work)
            else:
                work()

    def _whatever_it_raises(self, work: Callable[[], object]) -> None:
        """Nothing holds up the end."""
        try:
            work()
        except Exception:
            log.exception("internal error at the end of the IOC in %r", work)
