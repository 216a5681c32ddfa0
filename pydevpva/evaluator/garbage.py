"""Python's garbage collector on a thread of its own.

Python collects on whichever thread happens to make an object, and runs there the __del__ and the weakref callbacks of
what users' code has left in circles: on the database thread, or on that of a network, they would stop everybody.
"""

from __future__ import annotations

import gc
import threading

from pydevpva.forks import in_child

PERIOD = 0.02  # seconds between two looks at whether a collection is due


_at_work: list[Collector] = []  # Python has one collector for all IOCs of a process: so much they must share
_switching = threading.Lock()


class Collector:
    """Does what Python's own collector does, by the same thresholds. Where that is switched off, nothing.

    `start` and `stop` are for the main thread. Several IOCs of one process have one each; the first is at work, and
    the next when that has stopped.
    """

    def __init__(self) -> None:
        self._ended = threading.Event()

    def start(self) -> None:
        """From now on nobody else collects."""
        with _switching:
            if not gc.isenabled() and not _at_work:
                return
            gc.disable()
            _at_work.append(self)
        in_child(self._forked)
        threading.Thread(target=self._run, name="collector", daemon=True).start()

    def stop(self) -> None:
        """Leave it to the next, or to Python again: with the last IOC go the records that were frozen (gc.freeze)."""
        with _switching:
            self._ended.set()
            if self in _at_work:
                _at_work.remove(self)
                if not _at_work:
                    gc.enable()
            if not _at_work:
                gc.unfreeze()

    def _forked(self) -> None:
        """The child has no such thread: Python collects there as it always does."""
        global _switching
        _switching = threading.Lock()
        if self in _at_work:
            _at_work.clear()
            gc.enable()

    def _run(self) -> None:
        wait, count, threshold, collect = self._ended.wait, gc.get_count, gc.get_threshold, gc.collect
        while not wait(PERIOD):
            with _switching:
                if self._ended.is_set() or _at_work[0] is not self:
                    continue
                gc.disable()  # users' code may have enabled it for a while
            most = threshold()
            if most[0] and count()[0] > most[0]:
                made = count()
                collect(next(n for n in (2, 1, 0) if made[n] > most[n] or n == 0))
