"""What is waited for: the coroutine or future of one run of a record's code, or of a task beside the records."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from types import CoroutineType, FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from pydevpva.plain.values import SIMPLE

if TYPE_CHECKING:
    from asyncio import Task

Done = Callable[[object, BaseException | None], object]
log = logging.getLogger(__name__)
_VALUES = SIMPLE | {list, tuple, dict, set, np.ndarray, FunctionType}


def comes_later(result: object) -> bool:
    """Whether a result is none yet: a coroutine, a future of any library, or what else can be awaited.

    On the thread of the code that gave it, whose class may have a metaclass of its own. Never raises.
    """
    kind: Any = type(result)
    if kind is CoroutineType:
        return True
    if kind in _VALUES:
        return False
    try:
        return hasattr(kind, "__await__") or is_future(kind)
    except BaseException:
        return False


def is_future(kind: type) -> bool:
    """Of concurrent.futures, asyncio, dask.distributed, or what works like theirs."""
    return hasattr(kind, "add_done_callback") and hasattr(kind, "result")


class Waiting:
    """told(result, error) is called exactly once, on the thread on which it ends. Any thread may cancel it."""

    __slots__ = ("_forget", "_told", "begun", "cancel_it", "future", "label", "reason", "since", "task")

    def __init__(self, label: str, told: Done, forget: Callable[[Waiting], object]) -> None:
        self.label = label
        self.since = time.monotonic()
        self.reason: BaseException | None = None  # why it was cancelled, which then is how it ends
        self.task: Task[object] | None = None  # of a coroutine
        self.future: object = None  # where it is one, and no coroutine
        self.begun = False
        self.cancel_it: Callable[[], object] | None = None  # how; None as long as it has not been sent off
        self._told = [told]
        self._forget = forget

    @property
    def is_over(self) -> bool:
        return not self._told

    def over(self, result: object, error: BaseException | None) -> bool:
        """It has ended; False when it had before."""
        try:
            told = self._told.pop()
        except IndexError:
            return False
        self._forget(self)
        if self.reason is not None:
            result, error = None, self.reason
        try:
            told(result, error)
        except BaseException:
            log.exception("internal error in %r, told the outcome of %s", told, self.label)
        return True

    def cancel(self, reason: BaseException) -> None:
        """End it with this error."""
        if self.reason is None:
            self.reason = reason
            self.begin_cancel()

    def begin_cancel(self) -> None:
        """What has a reason to end does so, as soon as there is something to cancel."""
        if (cancel := self.cancel_it) is not None and self.reason is not None and not self.is_over:
            try:
                cancel()
            except BaseException as raised:  # a future may be of any class
                self.over(None, raised)
