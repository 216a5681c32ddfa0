"""time.time, time.sleep and others of users' code go by the IOC's clock; those of libraries do not.

Any thread; a sleep of the test's own thread moves the clock.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydevpva.testing.ordered_clock import ClockStopped, OrderedClock

# Whose calls stay real: they wait for sockets, processes and threads
REAL = sys.stdlib_module_names | {"pydevpva", "p4p", "_pytest", "pytest", "pluggy", "hypothesis", "pytest_timeout"}
NAMES = ("time", "time_ns", "monotonic", "sleep")
EVALUATOR = "evaluator"  # how its threads' names begin


@contextmanager
def user_time(clock: OrderedClock, advance: Callable[[float], object]) -> Iterator[None]:
    """For as long as it lasts. What users' modules have imported by `from time import sleep` before stays as it is."""

    def sleep(seconds: float) -> None:
        thread = threading.current_thread()
        if thread is test:
            advance(seconds)
        else:
            clock.sleep(seconds, thread.name.startswith(EVALUATOR))

    test = threading.current_thread()
    ours: dict[str, Callable[..., Any]] = {
        "time": lambda: clock.time_ns() / 1e9,
        "time_ns": clock.time_ns,
        "monotonic": clock,
        "sleep": sleep,
    }
    hook = threading.excepthook

    def except_the_end(args: threading.ExceptHookArgs) -> None:
        if not issubclass(args.exc_type, ClockStopped):  # pytest's hook would tell of it
            hook(args)

    threading.excepthook = except_the_end
    real = {name: getattr(time, name) for name in NAMES}
    for name in NAMES:
        setattr(time, name, _by_caller(ours[name], real[name]))
    try:
        yield
    finally:
        threading.excepthook = hook
        for name in NAMES:
            setattr(time, name, real[name])


def _by_caller(ours: Callable[..., Any], real: Callable[..., Any]) -> Callable[..., Any]:
    def chosen(*args: Any) -> Any:
        caller = str(sys._getframe(1).f_globals.get("__name__", "")).partition(".")[0]
        return (real if caller in REAL else ours)(*args)

    return chosen
