"""The future of one call of an @pydev.in_process function. Any thread."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any

from pydevpva.evaluator.workers.packed import Packed


class WorkerDied(RuntimeError):
    """The process ended while it was at this call."""


class Outcome(Future[Any]):
    """Of one call; can be awaited. To cancel it ends the worker that is at it, and another takes its place."""

    def __init__(self, give_up: Callable[[Outcome], object], module: str, name: str, given: Packed) -> None:
        super().__init__()
        self.module, self.name, self.given = module, name, given
        self._give_up = give_up

    def cancel(self) -> bool:
        cancelled = super().cancel()
        if cancelled:
            self.give_up()
        return cancelled

    def give_up(self) -> None:
        """Nobody waits for it any more."""
        self._give_up(self)

    def __await__(self) -> Generator[Any, None, Any]:
        from asyncio import wrap_future

        return wrap_future(self).__await__()

    def settle(self, result: object, error: BaseException | None) -> None:
        """It has ended; nothing when it was cancelled."""
        with suppress(InvalidStateError):
            if error is None:
                self.set_result(result)
            else:
                self.set_exception(error)
