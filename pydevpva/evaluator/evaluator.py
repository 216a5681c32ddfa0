"""Evaluator: the threads that run user Python, and the namespace it runs in."""

from __future__ import annotations

import ast
import builtins
import itertools
import os
import sys
import threading
import time
import types
from collections.abc import Callable, Mapping, Sized
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydevpva.errors import Stopped
from pydevpva.evaluator.compiled.code import compile_source, parse_lines
from pydevpva.evaluator.events import Events
from pydevpva.evaluator.jobs import Done, EvaluatorThread, Job, Jobs, finish, label_of
from pydevpva.evaluator.later import Later, cannot_cancel, record_of
from pydevpva.evaluator.subroutines import Subroutines
from pydevpva.evaluator.user import Pydev
from pydevpva.evaluator.wanted import wanted
from pydevpva.evaluator.workers.pool import Processes
from pydevpva.forks import in_child

NAMESPACE = "__pydev__"  # the module whose globals all records and the shell share


@dataclass(frozen=True, slots=True)
class Running:
    """A job that is being run: its code's label, for how many seconds, and since when on time.monotonic's clock."""

    label: str
    seconds: float
    since: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What the code of one label has cost."""

    label: str
    count: int
    seconds: float
    longest: float


class Evaluator:
    """Runs user Python in FIFO order: one queue that one thread, or PYDEV_NUM_THREADS threads, take from.

    What periodic scans ask for is a queue of its own, which gives way to all else: a client's put does not wait for
    60,000 scanned records. It is not a Loop: several threads share the queues, jobs that have not begun are taken back
    at the end, and user code may raise what it likes. `run_source` and `run_lines` run on the thread that calls them,
    the shell's, `start` and `stop` are for the main thread; all else may be used from any.
    """

    def __init__(self, events: Events | None = None) -> None:
        self.events = events or Events()
        module = types.ModuleType(NAMESPACE, "Shared by all records and the shell's pydev().")
        self.namespace: dict[str, Any] = vars(module)
        self.namespace["__builtins__"] = builtins
        self.subroutines = Subroutines(self.namespace)
        self.later = Later()
        self.later.cancel_plain = self._cancel_plain
        self.processes = Processes()
        self.pydev = Pydev(self.events, self.subroutines, self.later, self.processes)
        self.namespace["pydev"] = self.pydev  # of several IOCs in a process each has its own
        self._jobs = jobs = Jobs()
        self._soon, self._later, self._come = jobs.soon.append, jobs.later.append, jobs.come
        self.name_of: Callable[[Job], str] = lambda job: label_of(job[0])  # the devices know more of whose code it is
        self.outcomes_waiting: Callable[[], int] = int  # how many outcomes the database thread has not taken in yet
        self.ahead: Sized = ()  # what the database thread has to do ahead of scans
        self.at_end: Callable[[Callable[[], object]], object] = lambda wake: wake()  # of the database thread's pass
        self._wake = partial(jobs.come, True)
        self._workers: list[EvaluatorThread] = []
        self._stopped = False
        self._sources = itertools.count(1)
        sys.modules[NAMESPACE] = module
        if not {"", os.getcwd()} & set(sys.path):
            sys.path.insert(0, "")
        self.pydev.install()
        in_child(self._forked)

    def start(self, threads: int | None = None) -> None:
        """Start `threads` threads, or as many as PYDEV_NUM_THREADS says. Jobs submitted before then are run now."""
        count = threads_wanted(os.environ) if threads is None else threads
        names = ["evaluator"] if count == 1 else [f"evaluator-{n}" for n in range(1, count + 1)]
        self._workers = [EvaluatorThread(name, self._jobs, self.outcomes_waiting, self.ahead) for name in names]
        for worker in self._workers:
            worker.start()

    def submit(self, function: Callable[..., object], args: tuple[Any, ...], done: Done) -> None:
        """Queue function(*args); done(result, None) or done(None, error) is called exactly once.

        It is called on an evaluator thread, whatever the function raises; after `stop`, on the caller's thread
        with Stopped.
        """
        self._soon((function, args, done))
        self._come(True)
        if self._stopped:
            self._take_back()

    def submit_at_end(self, function: Callable[..., object], args: tuple[Any, ...], done: Done) -> None:
        """As `submit`, by the database thread: a thread that is woken before that sleeps would wait for it at once."""
        self._soon((function, args, done))
        self.at_end(self._wake)
        if self._stopped:
            self._take_back()

    def submit_later(self, function: Callable[..., object], args: tuple[Any, ...], done: Done) -> None:
        """As `submit`, run when nothing else waits, or SHARE others have been: for periodic scans."""
        self._later((function, args, done))
        self._come(True)
        if self._stopped:
            self._take_back()

    def run_source(self, source: str, label: str = "") -> object:
        """Run the shell's Python on the caller's thread, in the namespace; return an expression's value, else None.

        Raises CodeError when it does not compile; what it raises itself is passed on.
        """
        code, is_expression = compile_source(source, label or f"<pydev {next(self._sources)}>")
        if is_expression:
            return eval(code, self.namespace)
        exec(code, self.namespace)
        return None

    def stop(self, timeout: float = 1.0) -> bool:
        """Drop what has not begun, each with done(None, Stopped), end the threads, and run what is given for at_exit.

        False when a job is still running after `timeout` seconds; its thread is left to itself.
        """
        self._stopped = True
        self.later.end(0.0)  # what the code that is being run gives now is not waited for
        self.processes.end()
        self.events.end()
        self._take_back()
        for _ in self._workers:
            self._come(False)
        end = time.monotonic() + timeout
        for worker in self._workers:
            if worker is not threading.current_thread():
                worker.join(max(0.0, end - time.monotonic()))
        self._take_back()
        self.pydev.moments.run("at_exit")
        self.pydev.uninstall()
        return not any(worker.is_alive() for worker in self._workers)

    def backlog(self) -> int:
        """Jobs queued and not begun."""
        return len(self._jobs.soon) + len(self._jobs.later)

    def count(self) -> int:
        """Jobs finished since the start."""
        return sum(worker.count for worker in self._workers)

    def threads(self) -> int:
        """Evaluator threads."""
        return len(self._workers)

    def running(self) -> list[Running]:
        """What is being run now, the longest first."""
        now = time.monotonic()
        seen = [(worker.job, worker.since) for worker in self._workers]  # in this order: never shown too old
        found = [Running(self.name_of(job), max(0.0, now - since), since) for job, since in seen if job]
        return sorted(found, key=lambda running: -running.seconds)

    def jobs_by_thread(self) -> list[tuple[threading.Thread, str]]:
        """Each evaluator thread and the label of what it runs, "" where it runs nothing."""
        return [(worker, self.name_of(job) if (job := worker.job) else "") for worker in self._workers]

    def queued(self) -> list[str]:
        """The labels of what has not begun."""
        return [self.name_of(job) for job in [*self._jobs.soon, *self._jobs.later]]

    def forget(self, label: str) -> None:
        """The label stands for other code from now on: what the former cost is no longer told."""
        for worker in self._workers:
            worker.spent.pop(label, None)

    def slowest(self) -> list[Spent]:
        """What each link's code has cost since the start, that with the longest single run first."""
        found: dict[str, Spent] = {}
        for worker in self._workers:
            for label, cost in list(worker.spent.items()):
                other = found.get(label, Spent(label, 0, 0.0, 0.0))
                most = max(cost.longest, other.longest)
                found[label] = Spent(label, cost.count + other.count, cost.seconds + other.seconds, most)
        return sorted(found.values(), key=lambda spent: -spent.longest)

    def run_lines(self, source: str, show: Callable[[object], object], label: str = "") -> None:
        """Run the shell's Python as a prompt does: show(value) for each expression statement that has one.

        Raises CodeError when it does not compile, before any of it is run.
        """
        label = label or f"<pydev {next(self._sources)}>"
        compile_source(source, label)
        for statement in parse_lines(source, label):
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), label, "eval"), self.namespace)
                if value is not None:
                    show(value)
            else:
                exec(compile(ast.Module([statement], []), label, "exec"), self.namespace)

    def _forked(self) -> None:
        """In a forked child: no record hears of it any more."""
        for worker in self._workers:
            worker.forked = True
        self.events.forked()
        self.later.forked()
        self.processes.forked()

    def _cancel_plain(self, record: str, reason: BaseException) -> bool:
        """End a record's code that has not begun; False when it has none. Raises PydevpvaError when it runs."""
        for queued in (self._jobs.soon, self._jobs.later):
            for job in list(queued):
                if record_of(self.name_of(job)) == record:
                    with suppress(ValueError):  # it has begun meanwhile
                        queued.remove(job)
                        finish(job[2], None, reason)
                        return True
        for running in self.running():
            if record_of(running.label) == record:
                raise cannot_cancel(record, running.seconds)
        return False

    def _take_back(self) -> None:
        """Take the jobs that have not begun, telling each."""
        while (job := self._jobs.take()) is not None:
            finish(job[2], None, Stopped("the IOC is stopping: this code was not run"))


def threads_wanted(environment: Mapping[str, str]) -> int:
    """PYDEV_NUM_THREADS, 1 when it is not set."""
    return wanted(environment, "PYDEV_NUM_THREADS", 1)
