"""What ends only after a wait: tasks and futures, found from the one that waits by who awaits it. Asked on any thread.

A future knows by its callbacks who awaits it: a task by its wakeup, asyncio.gather, wait, wait_for and shield by the
future that they have made, a TaskGroup by itself, what goes from one thread to another by the future there, and so does
that of a program. No attribute of a user's object is asked for: it might run the user's code.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent import futures
from functools import partial
from types import BuiltinMethodType, CellType, FunctionType, MethodType
from typing import Any

from pydevpva.evaluator.program import Ends

Ways = list[frozenset[int]]  # ids of waits, tasks and futures: of each way one has to end
ENDS_BY_ALL = ("outer", "destination")  # the cells of asyncio's own functions that hold what ends with its future
ENDS_BY_SOME = "waiter"  # that of asyncio.wait
WAKEUP = "task_wakeup"  # the method of a task that goes on


class Awaiting:
    """`blocked`: by the id of a task or future, its ways."""

    def __init__(self) -> None:
        self.blocked: dict[int, Ways] = {}
        self._told: dict[int, set[int]] = {}  # by id of a function of asyncio.wait: what has told it nothing yet
        self._kept: list[object] = []  # ids are of what lives
        self._asyncio: Any = None
        self._groups: type | None = None

    def hold(self, what: object, wait: int) -> None:
        """It ends only after this wait."""
        import asyncio  # which an IOC without coroutines is spared: nobody comes here

        self._asyncio = asyncio
        self._groups = getattr(asyncio, "TaskGroup", None)  # 3.11
        ahead = [(what, frozenset({wait}))]
        while ahead:
            held, way = ahead.pop()
            if not self._is_future(held) or way in self.blocked.get(id(held), ()):
                continue
            known = id(held) in self.blocked
            self.blocked.setdefault(id(held), []).append(way)
            self._kept.append(held)
            if not known:
                for callback in self._callbacks(held):
                    self._kept.append(callback)
                    ahead += [(behind, way) for behind, way in self._behind(callback, id(held))]

    def _is_future(self, what: object) -> bool:
        return issubclass(type(what), (self._asyncio.Future, futures.Future))

    def _callbacks(self, future: Any) -> Iterable[object]:
        """Read as the classes of Python keep them, whatever a class of a user's makes of the attribute."""
        if issubclass(type(future), futures.Future):
            return list(_attributes(futures.Future, future).get("_done_callbacks", ()))
        kept = self._asyncio.Future.__dict__.get("_callbacks")
        return [callback for callback, _ in (kept.__get__(future) if hasattr(kept, "__get__") else None) or ()]

    def _behind(self, callback: Any, held: int) -> Iterable[tuple[object, frozenset[int]]]:
        """What ends only after what has this callback, each with its way."""
        by = frozenset({held})
        if type(callback) is BuiltinMethodType:
            if callback.__name__ == WAKEUP:  # and no `cancel` or `set_result` of a task or future
                yield callback.__self__, by
        elif type(callback) is partial and callback.func is getattr(self._asyncio.tasks, "_release_waiter", None):
            yield callback.args[0], by  # wait_for
        elif type(callback) is MethodType and type(callback.__self__) is Ends:
            yield callback.__self__, by
        elif type(callback) is MethodType and self._groups and issubclass(type(callback.__self__), self._groups):
            yield _attributes(self._groups, callback.__self__).get("_on_completed_fut"), by  # None: not awaited yet
        elif type(callback) is FunctionType and callback.__module__ in ("asyncio.tasks", "asyncio.futures"):
            cells = dict(zip(callback.__code__.co_freevars, map(_content, callback.__closure__ or ()), strict=True))
            yield from ((cells[name], by) for name in ENDS_BY_ALL if name in cells)
            if ENDS_BY_SOME in cells and cells["timeout_handle"] is None:
                yield from self._by_some(callback, cells, held)

    def _by_some(self, callback: object, cells: dict[str, Any], held: int) -> Iterable[tuple[object, frozenset[int]]]:
        """asyncio.wait: for all, or for the first of those that are not over."""
        if cells["return_when"] == self._asyncio.ALL_COMPLETED:
            yield cells[ENDS_BY_SOME], frozenset({held})
            return
        told = self._told.setdefault(id(callback), set())
        told.add(held)
        if len(told) == cells["counter"]:
            yield cells[ENDS_BY_SOME], frozenset(told)


def _attributes(kind: type, of: object) -> dict[str, Any]:
    """What an object of this class keeps, not through what a class of a user's makes of it."""
    return kind.__dict__["__dict__"].__get__(of)  # type: ignore[no-any-return]


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # empty
        return None
