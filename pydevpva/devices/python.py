"""From records to user Python and back: compile a record's code, run it, bring the outcome home.

`Python` is used on the database thread; `_over` runs on the evaluator thread, or that of what code waits for, and only
submits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from pydevpva.db.infos import PUT_ERROR, TIMEOUT
from pydevpva.devices.time_limit import TimeLimit
from pydevpva.errors import CodeError, Stopped
from pydevpva.evaluator.compiled.code import Code, compile_code, remember_source
from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.failures import Misuse, Told, UserError, describe, raised_to_record, traceback_text
from pydevpva.evaluator.jobs import Done, Job, label_of
from pydevpva.evaluator.waiting import comes_later
from pydevpva.loop import Loop
from pydevpva.plain.results import plain
from pydevpva.plain.values import SIMPLE
from pydevpva.records.core.alarm import AMSG_SIZE, CALC, INVALID, raise_alarm
from pydevpva.records.core.record import Failures as RecordFailures
from pydevpva.records.core.record import Record
from pydevpva.records.core.usercode import Outcome, UserCode
from pydevpva.records.core.usercode import TimeLimit as AnyLimit
from pydevpva.records.core.values import clip_text
from pydevpva.records.results.scalar import ResultError
from pydevpva.records.shared.snapshot import Snapshot, settle

log = logging.getLogger("pydevpva.python")

Run = Callable[[Callable[..., object], tuple[Any, ...], Done], None]

EARLY = 1.0  # seconds, in which records that wait for an event are gathered
MOST_NAMED = 5


class NotPublished(ResultError):
    """The link is pydev.iointr('name'), and nobody has published that yet."""


class Python:
    """The evaluator as records see it."""

    def __init__(self, evaluator: Evaluator, database: Loop) -> None:
        self.evaluator = evaluator
        self.add = database.add
        evaluator.outcomes_waiting, evaluator.ahead = database.backlog, database.ahead
        evaluator.at_end = database.at_end
        evaluator.name_of = _name_of
        self.soon: Run = evaluator.submit_at_end
        self.later: Run = evaluator.submit_later
        self.run: Run = self.soon
        self._database = database
        self._early: list[str] = []
        self.getters: dict[tuple[type[Record], tuple[str, ...]], Callable[[Record], tuple[object, ...]]] = {}
        self._every: dict[str, frozenset[str]] = {}  # the fields of each record type

    def give_way(self, later: bool) -> None:
        """Whether the code of records that process from now on gives way to all other: that of periodic scans does."""
        self.run = self.later if later else self.soon

    def through(self, way: Callable[[Run], Run]) -> None:
        """Send code to the evaluator this way: a clock that is moved by hand counts what is not back yet."""
        self.soon, self.later = way(self.soon), way(self.later)
        self.run = self.soon

    def compile(self, record: Record, field: str, text: str, bare: Collection[str]) -> Code:
        """A link's or CALC's code; every field of the record may be named as %FIELD%. Raises CodeError."""
        rtype = record.rtype
        if (every := self._every.get(rtype.name)) is None:
            every = self._every[rtype.name] = frozenset(rtype.fields)
        code = compile_code(text, bare, every, self.evaluator.namespace, f"<{record.NAME}.{field}>")
        self.evaluator.forget(code.label)
        return code

    def takes_over(self, code: Code) -> None:
        """From now on, tracebacks and the run count of its label are this code's."""
        remember_source(code.label, code.text)
        self.evaluator.forget(code.label)

    def evaluate(self, code: UserCode, args: tuple[Any, ...], done: Outcome, failures: RecordFailures) -> None:
        """Run code(*args) on the evaluator thread; done(result, error), both plain, on the database thread.

        What gives a coroutine or a future is done when that is.
        """
        self.call(code.function, args, done, failures)

    def call(
        self, function: Callable[..., object], args: tuple[Any, ...], done: Outcome, failures: RecordFailures
    ) -> None:
        """As evaluate, for a function."""
        limit = failures.limit
        label = ""
        if limit is not None:
            label = _name_of((function, args, _nobody))
            limit.begin(label)

        def over(result: object, error: BaseException | None) -> None:
            if type(result) not in SIMPLE and comes_later(result):
                self.wait(result, label or _name_of((function, args, over)), over, limit)
            else:
                self._over(args, result, error, done, failures)

        self.run(function, args, over)

    def wait(self, result: object, label: str, told: Done, limit: AnyLimit | None) -> None:
        """Wait for what code gave, on its thread. A limit that is exceeded by now ends it."""
        if limit is not None:
            limit.awaits = True
        self.evaluator.later.wait(result, label, told)
        if limit is not None and limit.exceeded:
            limit.cancel()

    def time_limit(self, record: Record) -> TimeLimit | None:
        """What info(pydev:timeout) says; None without it."""
        text = record.info.get(TIMEOUT)
        return None if text is None else TimeLimit(float(text), self._database, self.evaluator.later)

    def _over(
        self,
        args: tuple[Any, ...],
        result: object,
        error: BaseException | None,
        done: Outcome,
        failures: RecordFailures,
    ) -> None:
        """All that the code gave becomes plain, and is dropped here."""
        if failures.limit is not None:
            result, error = failures.limit.outcome(result, error)
        for arg in args:
            if type(arg) is Snapshot:
                settle(arg, plain)
        if error is not None:
            error = failures.plain(error)
        elif type(result) not in SIMPLE:
            result = plain(result)
        self.add(partial(done if failures.limit is None else partial(_in_time, failures.limit, done), result, error))

    def is_published(self, event: str) -> bool:
        """Whether user code has published anything under that name."""
        return self.evaluator.events.is_published(event)

    def not_published(self, record: str) -> None:
        """A record has read an event that nobody has published yet; hundreds may, at iocInit, and one line says so."""
        if not self._early:
            self._database.after(EARLY, self._tell_early)
        self._early.append(record)

    def _tell_early(self) -> None:
        early, self._early = self._early, []
        more = f" and {len(early) - MOST_NAMED} more" if len(early) > MOST_NAMED else ""
        who = "1 record reads a" if len(early) == 1 else f"{len(early)} records read"
        what = "pydev.iointr value" + ("s" if len(early) > 1 else "")
        log.error("%s %s that nobody has published yet: %s%s", who, what, ", ".join(early[:MOST_NAMED]), more)

    def subroutine(self, name: str) -> Callable[..., object]:
        """The function that SNAM or INAM names. Raises NotFound."""
        return self.evaluator.subroutines.find(name)

    def is_registered(self, name: object) -> bool:
        """Whether a function was given to @pydev.subroutine under that name."""
        return isinstance(name, str) and name in self.evaluator.subroutines.registered

    def failures(self, record: Record) -> Failures:
        """For a record that has none yet."""
        return Failures(self.time_limit(record))


def _name_of(job: Job) -> str:
    """The label of a link's code; of a subroutine, which has none of its own, the record that calls it."""
    function, args, _ = job
    if args and type(args[0]) is Snapshot:
        return f"<{args[0].NAME}.SNAM>"
    return label_of(function)


def _in_time(limit: AnyLimit, done: Outcome, result: object, error: BaseException | None) -> None:
    limit.end()
    done(result, error)


def _nobody(result: object, error: BaseException | None) -> None:
    """A job is not told of its end where only its name is asked for."""


def _message(error: BaseException) -> str:
    """What went wrong; where the exception is ours, without its name, which says nothing."""
    return describe(error, named=not isinstance(error, (ResultError, CodeError, UserError)))


def clipped(text: str) -> str:
    """As much of it as AMSG holds."""
    return text[:AMSG_SIZE] if text.isascii() else clip_text(text, AMSG_SIZE)


class Failures:
    """The errors of one record's code: an alarm each time, the console once when an error begins or changes."""

    __slots__ = ("_told", "count", "last", "limit", "said")

    def __init__(self, limit: TimeLimit | None = None) -> None:
        self.limit = limit
        self.said = ""
        self._told: Told | None = None  # made by the first error: most code has none
        self.count = 0
        self.last = ""  # the traceback of the newest error that was news

    def plain(self, error: BaseException) -> BaseException:
        """What user code raised, as text for `tell`; on the thread of that code."""
        if type(error) in (Stopped, UserError):  # UserError: a worker process has made it text
            return error
        if self._told is None:
            self._told = Told()
        return raised_to_record(error, self._told)

    def tell(self, record: Record, field: str, text: str, error: BaseException) -> None:
        """CALC/INVALID with the error in AMSG; a log entry when it is news or TPRO asks for each."""
        message = _message(error)
        self.count += 1
        short = error.reason if isinstance(error, CodeError) else message
        raise_alarm(record, CALC, INVALID, clipped(short))
        if record.notify is not None and record.info.get(PUT_ERROR, "YES" if record.host.put_errors else "NO") == "YES":
            record.notify.failed(f"{record.NAME}: {message}")
        trace = error.trace if isinstance(error, UserError) else ""
        self.last = trace or self.last
        if message != self.said or record.TPRO:
            self.said = message
            if not isinstance(error, UserError):
                self.last = traceback_text(error)
            frames = "" if isinstance(error, (ResultError, Misuse)) else f"\n{self.last}"
            entry = (record.NAME, field, message, text, frames)
            log.error("%s.%s: %s\n  code: %s%s", *entry, extra={"misuse": isinstance(error, Misuse)})

    def waits(self, record: Record, error: NotPublished) -> bool:
        """CALC/INVALID because nothing is there yet; whether that is news. It is not said for each record."""
        self.count += 1
        self.last = message = str(error)
        raise_alarm(record, CALC, INVALID, clipped(message))
        if message == self.said and not record.TPRO:
            return False
        self.said = message
        return True

    def over(self) -> None:
        """The code succeeded: its next error is news again."""
        self.said = ""
