"""Says which record's code has been running for long, and how many wait behind it. Database thread.

The evaluator's thread cannot say it; a timer of the database's thread looks every few seconds.
"""

from __future__ import annotations

import logging
import time

from pydevpva.evaluator.evaluator import Evaluator, Running
from pydevpva.loop import Loop

log = logging.getLogger("pydevpva.python")

LOOK = 2.0  # seconds between two looks
PATIENCE = 10.0  # seconds that code may take before it is said


class Hanging:
    """One line for each run of code that takes longer than PATIENCE."""

    def __init__(self, evaluator: Evaluator, loop: Loop) -> None:
        self._evaluator, self._loop = evaluator, loop
        self._told: set[tuple[str, float]] = set()

    def look(self) -> None:
        """Now, and again every LOOK seconds."""
        long = [running for running in self._evaluator.running() if running.seconds >= PATIENCE]
        for running in long:
            if (running.label, running.since) not in self._told:
                self._tell(running)
        self._told = {(running.label, running.since) for running in long}
        self._loop.after(LOOK, self.look)

    def _tell(self, running: Running) -> None:
        waiting = self._evaluator.backlog()
        since = time.strftime("%H:%M:%S", time.localtime(time.time() - running.seconds))
        behind = "nothing waits behind it" if not waiting else f"{waiting} others wait for their turn"
        text = "the code of %s has been running since %s, for %.0f s; %s"
        log.warning(text, running.label.strip("<>"), since, running.seconds, behind)
