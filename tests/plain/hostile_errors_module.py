"""Exceptions, and functions, that try to end the thread they run on; for an IOC under test."""

from __future__ import annotations

import collections
import sys
import threading
from typing import Any

import pydev


def leave(*_: Any) -> Any:
    raise SystemExit(1)


class Text(str):
    __hash__ = __eq__ = __getitem__ = leave

    def __str__(self) -> str:
        leave()
        return ""


def failing(name: str) -> None:
    """Raise an exception whose attribute of this name is a property that raises SystemExit."""
    raise type("Failing", (Exception,), {name: property(leave)})("text")


def noted() -> None:
    error = ValueError("noted")
    error.__notes__ = [Text("x")]
    raise error


def within_each_other() -> None:
    """A list of 2**26 elements, which takes no memory; its repr() would keep everybody waiting."""
    items = [1]
    for _ in range(26):
        items = [items, items]  # type: ignore[list-item]
    raise ValueError(items)


def of_other_classes() -> None:
    raise ValueError(collections.deque([0] * 8_000_000))


def named_by_text() -> Any:
    return type(Text("Kind"), (), {})()


def traced(install: Any) -> int:
    """Whatever this thread calls from now on is interrupted, once."""
    here = sys._getframe()

    def interrupt(frame: Any, *_: Any) -> None:
        if frame is not here and frame.f_back is not here:
            leave()

    install(interrupt)
    return 1


def numbered(**numbers: int) -> Any:
    image = pydev.NDArray([[1, 2], [3, 4]])
    for name, number in numbers.items():
        setattr(image, name, number)
    return image


@pydev.subroutine
def by_odd_names(record: Any) -> int:
    """setattr() takes any class made from str."""
    setattr(record, OddName("VALA"), 5)
    return 0


class OddName(str):
    """It works where it comes from; elsewhere it is not to be asked."""

    thread = 0

    def __hash__(self) -> int:
        if OddName.thread not in (0, threading.get_ident()):
            leave()
        OddName.thread = threading.get_ident()
        return str.__hash__(self)

    __eq__ = str.__eq__


CODES = {
    **{name: f"failing('{name}')" for name in ("__traceback__", "__cause__", "__context__", "__notes__", "__class__")},
    "notes": "noted()",
    "within": "within_each_other()",
    "classes": "of_other_classes()",
    "name": "named_by_text()",
}
