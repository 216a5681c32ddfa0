"""Whether a put that waits can end at all, or needs the very thread that waits for it. Asked on the thread that waits.

Not foreseen but found: what a chain of records will do is known when it has been done. A put that has waited for a
moment asks which records it needs, where their code is, and what the threads there wait for. A put can go on when
each record it needs can; what is left in the end waits in a circle.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import Protocol

from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.later import record_of
from pydevpva.loop import Loop

DEEP = 6  # frames that are looked at for a Thread.join


class Waiting(Protocol):
    """A Wait, see waiting.py."""

    name: str
    waiter: object
    depends: Callable[[], Iterable[str]]


class Looker:
    """Looks at the evaluator threads of one IOC. A waiter is a thread; of a coroutine, the name of its record."""

    def __init__(self, evaluator: Evaluator, loop: Loop) -> None:
        self._evaluator, self._loop = evaluator, loop

    def would_wait_for_itself(self, wait: Waiting, others: Sequence[Waiting]) -> str:
        """Why this wait cannot end; "" where it may, or where others must give up first."""
        waits = [*others] if wait in others else [*others, wait]
        needs: dict[int, list[str]] = self._loop.call(lambda: {id(w): list(w.depends()) for w in waits})
        ways = _Ways(self._evaluator, waits)
        blocked = {id(w): [way for name in needs[id(w)] if (way := ways.of(name)) is not None] for w in waits}
        stuck = _stuck(blocked)
        if id(wait) not in stuck or not _reaches(id(wait), id(wait), blocked, stuck):
            return ""
        return self._in_words(needs[id(wait)], wait)

    def _in_words(self, names: Sequence[str], wait: Waiting) -> str:
        who = ", ".join(sorted(names)[:3])
        if not isinstance(wait.waiter, threading.Thread):
            return f"would wait for itself: {who} ends only when the coroutine that waits here has ended"
        threads = self._evaluator.threads()
        where = "the evaluator thread, which" if threads == 1 else f"one of the {threads} evaluator threads, which"
        return (
            f"would wait for itself: the code of {who} needs {where} waits here; "
            "put without wait, or let a coroutine `await` it"
        )


class _Ways:
    """What the code of a record waits for: ids of waits, of which one has to end. None: it can go on."""

    def __init__(self, evaluator: Evaluator, waits: Sequence[Waiting]) -> None:
        by_waiter = {w.waiter: id(w) for w in waits}
        frames = sys._current_frames()
        jobs = evaluator.jobs_by_thread()
        self._queued = evaluator.queued()
        self._threads: list[int | None] = []
        self._running: dict[str, int | None] = {}
        for thread, label in jobs:
            waits_for = by_waiter.get(thread, by_waiter.get(_joined(frames.get(thread.ident or 0))))
            self._threads.append(waits_for if label else None)
            if label:
                self._running[record_of(label)] = waits_for
        for waiter, wait in by_waiter.items():
            if isinstance(waiter, str):  # the coroutine of that record
                self._running[waiter] = wait

    def of(self, record: str) -> frozenset[int] | None:
        if record in self._running:
            waits_for = self._running[record]
            return None if waits_for is None else frozenset({waits_for})
        if not any(record_of(label) == record for label in self._queued):
            return None
        found = [w for w in self._threads if w is not None]
        return frozenset(found) if len(found) == len(self._threads) else None


def _joined(frame: FrameType | None) -> object:
    """The thread whose end this one waits for, None: it does not."""
    for _ in range(DEEP):
        if frame is None:
            return None
        code, seen = frame.f_code, frame.f_locals
        if code.co_name in ("join", "_wait_for_tstate_lock") and isinstance(seen.get("self"), threading.Thread):
            return seen["self"]
        frame = frame.f_back
    return None


def _stuck(blocked: dict[int, list[frozenset[int]]]) -> set[int]:
    """The waits that never end: each needs all its ways, and of a way one wait that can end."""
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
