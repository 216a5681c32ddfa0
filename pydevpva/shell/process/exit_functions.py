"""What users' code has given to Python's atexit: run at the end, which os._exit makes. Any thread."""

from __future__ import annotations

import atexit
import logging
import threading

from pydevpva.pva.at_exit import skip_cleanup

log = logging.getLogger(__name__)

SECONDS = 1.0
_one_at_a_time = threading.Lock()


def run() -> None:
    """Run them, the last given first; those that take longer than SECONDS in all are told and left.

    Who comes second waits for the first, and finds none left.
    """
    with _one_at_a_time:
        _run_on_a_thread()


def _run_on_a_thread() -> None:
    skip_cleanup()
    work = threading.Thread(target=_run, name="atexit", daemon=True)
    try:
        work.start()
    except RuntimeError:  # users' code has used up the threads
        _run()
        return
    work.join(SECONDS)
    if work.is_alive():
        log.error("atexit: functions have not ended within %g s: left to themselves", SECONDS)


def _run() -> None:
    atexit._run_exitfuncs()  # what they raise is printed
