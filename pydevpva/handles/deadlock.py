"""Whether a put that waits can end at all, or needs the very thread that waits for it. Asked on the thread that waits.

Not foreseen but found: what a chain of records will do is known when it has been done. A put that has waited for a
moment asks which records it needs, where their code is, and what the threads there wait for. A put can go on when
each record it needs can; what is left in the end waits in a circle.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Protocol

from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.later import record_of
from pydevpva.handles.awaiting import Awaiting
from pydevpva.handles.makers import frames, made_by_thread, waited_for
from pydevpva.loop import Loop


class Waiting(Protocol):
    """A Wait, see waiting.py."""

    name: str
    waiter: object
    depends: Callable[[], Iterable[str]]
    free: float  # when a look began that found that it can end, by time.monotonic


class Looker:
    """Looks at the evaluator threads of one IOC, and at what records await.

    A waiter is a thread; of a coroutine, its task.
    """

    def __init__(self, evaluator: Evaluator, loop: Loop) -> None:
        self._evaluator, self._loop = evaluator, loop

    def would_wait_for_itself(self, wait: Waiting, others: Sequence[Waiting]) -> str:
        """Why this wait cannot end; "" where it may, or where others must give up first."""
        waits, now = [*others] if wait in others else [*others, wait], monotonic()
        needs: dict[int, list[str]] = self._loop.call(lambda: {id(w): list(w.depends()) for w in waits})
        ways = _Ways(self._evaluator, waits)
        blocked = {id(w): [way for name in needs[id(w)] if (way := ways.of(name)) is not None] for w in waits}
        blocked |= ways.blocked
        stuck = _stuck(blocked)
        for one in waits:
            if id(one) not in stuck:
                one.free = now
        if id(wait) not in stuck or not _reaches(id(wait), id(wait), blocked, stuck):
            return ""
        return self._in_words(needs[id(wait)], wait, ways)

    def _in_words(self, names: Sequence[str], wait: Waiting, ways: _Ways) -> str:
        who = ", ".join(sorted(names)[:3])
        what = "thread" if isinstance(wait.waiter, threading.Thread) else "coroutine"
        here = "waits here"
        if not ways.is_evaluator(wait.waiter):
            if all(map(ways.has_begun, names)):
                return f"would wait for itself: {who} ends only when the {what} that waits here has ended"
            here = f"waits for this {what}"
        threads = self._evaluator.threads()
        where = "the evaluator thread, which" if threads == 1 else f"one of the {threads} evaluator threads, which"
        return (
            f"would wait for itself: the code of {who} needs {where} {here}; "
            "put without wait, or let a coroutine `await` it"
        )


class _Ways:
    """What the code of a record waits for: ids of what holds it up, of which one has to end. None: it can go on."""

    def __init__(self, evaluator: Evaluator, waits: Sequence[Waiting]) -> None:
        self._by_waiter = {id(w.waiter): id(w) for w in waits}
        self._frames = frames()
        self._awaiting = Awaiting()
        for wait in waits:
            for held in self._held_by(wait.waiter):
                self._awaiting.hold(held, id(wait))
        self._queued = evaluator.queued()
        self._threads: dict[int, int | None] = {}  # by id of the thread; None: it can go on
        self._running = {record: self._of_future(awaited) for record, awaited in evaluator.later.awaited()}
        for thread, label in evaluator.jobs_by_thread():
            waits_for = self._of_thread(thread)
            self._threads[id(thread)] = waits_for if label else None
            if label:
                self._running[record_of(label)] = waits_for

    @property
    def blocked(self) -> dict[int, list[frozenset[int]]]:
        """Tasks and futures that end only after a wait, as the waits themselves."""
        return self._awaiting.blocked

    def is_evaluator(self, waiter: object) -> bool:
        """Whether it is an evaluator thread."""
        return id(waiter) in self._threads

    def has_begun(self, record: str) -> bool:
        """Whether its code is run or awaited."""
        return record in self._running

    def _held_by(self, waiter: object) -> Iterable[object]:
        if isinstance(waiter, threading.Thread):
            return made_by_thread(self._frames.get(waiter.ident or 0))
        return (waiter,)

    def _of_thread(self, thread: threading.Thread) -> int | None:
        if id(thread) in self._by_waiter:
            return self._by_waiter[id(thread)]
        found = waited_for(self._frames.get(thread.ident or 0))
        return self._by_waiter.get(id(found)) or self._of_future(found)

    def _of_future(self, future: object) -> int | None:
        return id(future) if id(future) in self.blocked else None

    def of(self, record: str) -> frozenset[int] | None:
        if record in self._running:
            waits_for = self._running[record]
            return None if waits_for is None else frozenset({waits_for})
        if not any(record_of(label) == record for label in self._queued):
            return None
        found = [w for w in self._threads.values() if w is not None]
        return frozenset(found) if len(found) == len(self._threads) else None


def _stuck(blocked: dict[int, list[frozenset[int]]]) -> set[int]:
    """What never ends: each needs all its ways, and of a way one that can end."""
    stuck = set(blocked)
    while free := {w for w in stuck if all(way - stuck for way in blocked[w])}:
        stuck -= free
    return stuck


def _reaches(start: int, goal: int, blocked: dict[int, list[frozenset[int]]], stuck: set[int]) -> bool:
    """Whether `start` waits, through others that never end, for `goal`."""
    seen: set[int] = set()
    ahead = [start]
    while ahead:
        for way in blocked[ahead.pop()]:
            if goal in way:
                return True
            ahead += [w for w in way & stuck if w not in seen]
            seen |= way
    return False
