"""A thread for what may block: files, /proc. So that none of it holds up the database thread; it is started when there
is work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydevpva.loop import Loop

Done = Callable[[Any, "BaseException | None"], object]
Run = Callable[[Callable[..., object], "tuple[Any, ...]", Done], None]


class Background:
    """Runs one piece of work after the other on a thread of this name. Any thread."""

    def __init__(self, name: str) -> None:
        self._loop = Loop(name, deep=False)
        self._started = False

    def start(self) -> None:
        """Begin; on the main thread. Raises CannotStart."""
        if not self._started:
            self._started = True
            self._loop.start()

    def run(self, work: Callable[..., object], args: tuple[Any, ...], done: Done) -> None:
        """work(*args), and then done(its result, None) or done(None, what it raised), on that thread."""
        self._loop.submit(_run, work, args, done)

    def stop(self, timeout: float) -> bool:
        """End when all is done; False: something holds it up."""
        return self._loop.stop(timeout) if self._started else True


def _run(work: Callable[..., object], args: tuple[Any, ...], done: Done) -> None:
    try:
        result = work(*args)
    except Exception as error:
        done(None, error)
    else:
        done(result, None)
