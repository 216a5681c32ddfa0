"""Objects of which every method that anybody might call sleeps, or never ends; for an IOC under test."""

from __future__ import annotations

import threading
import time
import weakref
from typing import Any

import numpy as np

NAP = 2.0  # seconds


def nap(*_: Any) -> int:
    time.sleep(NAP)
    return 1


class Sleepy:
    __index__ = __float__ = __bool__ = __len__ = __eq__ = __hash__ = __del__ = nap  # type: ignore[assignment]

    def __str__(self) -> str:
        nap()
        return "sleepy"

    __repr__ = __str__

    def __array__(self, *_: Any, **__: Any) -> Any:
        return np.zeros(nap())

    def __iter__(self) -> Any:
        return iter([nap()])


class Attributes(Sleepy):
    def __getattr__(self, name: str) -> Any:
        nap()
        raise AttributeError(name)


class Item:
    ndim = 0

    def item(self) -> int:
        return nap()

    __del__ = nap


class Name(str):
    __eq__ = __hash__ = __del__ = nap  # type: ignore[assignment]


class List(list):  # type: ignore[type-arg]
    __iter__ = __len__ = __getitem__ = __del__ = nap  # type: ignore[assignment]


class Frame(np.ndarray[Any, Any]):
    __del__ = nap


class Failure(Exception):
    def __init__(self) -> None:
        self.held = Sleepy()

    def __str__(self) -> str:
        nap()
        return "failed"


def raised() -> None:
    raise Failure


def with_a_local() -> None:
    local = Sleepy()
    raise ValueError(type(local))


def in_a_circle() -> int:
    one, other = Item(), Item()
    one.other, other.other = other, one  # type: ignore[attr-defined]
    return 1


def watched() -> Any:
    image = np.zeros((300, 300))
    weakref.finalize(image, nap)
    return image


def recursive() -> Any:
    return recursive()


def publish() -> None:
    for value in (Sleepy(), Name("a"), List([1]), [Item()], {"x": Item()}, np.zeros((3, 3)).view(Frame)):
        pydev.iointr("event", value)  # type: ignore[name-defined]  # noqa: F821


CODES = {
    "object": "Sleepy()", "attributes": "Attributes()", "item": "Item()", "inside": "[Item()]", "text": "Name('a')",
    "list": "List([1])", "image": "np.zeros((3, 3)).view(Frame)", "watched": "watched()", "columns": "{'x': Item()}",
    "labels": "{Name('x'): [1]}", "error": "raised()", "local": "with_a_local()", "circle": "in_a_circle()",
    "recursion": "recursive()", "published": "publish()",
}  # fmt: skip
ENDLESS = threading.Event()


class Endless:
    def __index__(self) -> int:
        while not ENDLESS.is_set():
            pass
        return 1
