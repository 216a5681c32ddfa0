"""Python's garbage collector on a thread of its own.

Python collects on whichever thread happens to make an object, and runs there the __del__ and the weakref callbacks of
what users' code has left in circles: on the database thread, or on that of a network, they would stop everybody.
"""

from __future__ import annotations

import gc
import threading

PERIOD = 0.02  # seconds between two looks at whether a collection is due


class Collector:
    """Does what Python's own collector does, by the same thresholds. Where that is switched off, nothing.

    `start` and `stop` are for the main thread. Several IOCs of one process have one each; the first is at work.
    """

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._took_over = False
        self._switching = threading.Lock()

    def start(self) -> None:
        """From now on nobody else collects."""
        self._took_over = gc.isenabled()
        if self._took_over:
            gc.disable()
            threading.Thread(target=self._run, name="collector", daemon=True).start()

    def stop(self) -> None:
        """Leave it to Python again."""
        with self._switching:
            self._ended.set()
            if self._took_over:
                self._took_over = False
                gc.enable()

    def _run(self) -> None:
        wait, count, threshold, collect = self._ended.wait, gc.get_count, gc.get_threshold, gc.collect
        while not wait(PERIOD):
            with self._switching:
                if gc.isenabled() and not self._ended.is_set():  # by users' code that had disabled it for a while
                    gc.disable()
            most = threshold()
            if most[0] and count()[0] > most[0]:
                made = count()
                collect(next(n for n in (2, 1, 0) if made[n] > most[n] or n == 0))
