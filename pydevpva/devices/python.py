"""From records to user Python and back: compile a record's code, run it, bring the outcome home.

`Python` is used on the database thread; `_done` methods run on the evaluator thread and only submit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Any

from pydevpva.errors import CodeError
from pydevpva.evaluator.code import Code, compile_code, remember_source
from pydevpva.evaluator.evaluator import Evaluator, Job, label_of
from pydevpva.evaluator.events import owned
from pydevpva.evaluator.failures import describe, traceback_text
from pydevpva.loop import Loop
from pydevpva.records.alarm import AMSG_SIZE, CALC, INVALID, raise_alarm
from pydevpva.records.record import Record
from pydevpva.records.results import ResultError
from pydevpva.records.snapshot import Snapshot, settle

log = logging.getLogger("pydevpva.python")

Outcome = Callable[[Any, BaseException | None], None]


class Python:
    """The evaluator as records see it."""

    def __init__(self, evaluator: Evaluator, database: Loop) -> None:
        self.evaluator = evaluator
        self.submit = database.submit
        evaluator.outcomes_waiting = database.backlog
        evaluator.name_of = _name_of
        self.soon, self.later = evaluator.submit, evaluator.submit_later
        self.run = self.soon

    def give_way(self, later: bool) -> None:
        """Whether the code of records that process from now on gives way to all other: that of periodic scans does."""
        self.run = self.later if later else self.soon

    def compile(self, record: Record, field: str, text: str, bare: Collection[str]) -> Code:
        """A link's or CALC's code; every field of the record may be named as %FIELD%. Raises CodeError."""
        names = record.rtype.fields
        code = compile_code(text, bare, names, self.evaluator.namespace, f"<{record.NAME}.{field}>")
        self.evaluator.forget(code.label)
        return code

    def takes_over(self, code: Code) -> None:
        """From now on, tracebacks and the run count of its label are this code's."""
        remember_source(code.label, code.text)
        self.evaluator.forget(code.label)

    def evaluate(self, code: Code, args: tuple[Any, ...], done: Outcome) -> None:
        """Run code(*args) on the evaluator thread; done(result, error) on the database thread."""
        self.call(code.function, args, done)

    def call(self, function: Callable[..., object], args: tuple[Any, ...], done: Outcome) -> None:
        """As evaluate, for a function."""
        self.run(function, args, lambda result, error: self._over(args, result, error, done))

    def _over(self, args: tuple[Any, ...], result: Any, error: BaseException | None, done: Outcome) -> None:
        """On the evaluator thread: the arrays become ours before the next code, which may write to them, runs."""
        for arg in args:
            if type(arg) is Snapshot:
                settle(arg, _owned)
        self.submit(done, _owned(result), error)

    def subroutine(self, name: str) -> Callable[..., object]:
        """The function that SNAM or INAM names. Raises NotFound."""
        return self.evaluator.subroutines.find(name)

    def is_registered(self, name: object) -> bool:
        """Whether a function was given to @pydev.subroutine under that name."""
        return isinstance(name, str) and name in self.evaluator.subroutines.registered

    def failures(self) -> Failures:
        """For a record that has none yet."""
        return Failures()


def _name_of(job: Job) -> str:
    """The label of a link's code; of a subroutine, which has none of its own, the record that calls it."""
    function, args, _ = job
    if args and type(args[0]) is Snapshot:
        return f"<{args[0].NAME}.SNAM>"
    return label_of(function)


def _owned(value: Any) -> Any:
    return owned(value, dimensions=64)


def _message(error: BaseException) -> str:
    """What went wrong; where the exception is ours, without its name, which says nothing."""
    return describe(error, named=type(error) not in (ResultError, CodeError))


class Failures:
    """The errors of one record's code: an alarm each time, the console once when an error begins or changes."""

    __slots__ = ("_said", "count", "last")

    def __init__(self) -> None:
        self._said = ""
        self.count = 0
        self.last = ""  # the traceback of the newest error that was news

    def tell(self, record: Record, field: str, text: str, error: BaseException) -> None:
        """CALC/INVALID with the error in AMSG; a log entry when it is news or TPRO asks for each."""
        message = _message(error)
        self.count += 1
        short = error.reason if isinstance(error, CodeError) else message
        raise_alarm(record, CALC, INVALID, short[:AMSG_SIZE])
        if message != self._said or record.TPRO:
            self._said = message
            self.last = traceback_text(error)
            frames = f"\n{self.last}" if not isinstance(error, ResultError) else ""
            log.error("%s.%s: %s\n  code: %s%s", record.NAME, field, message, text, frames)

    def over(self) -> None:
        """The code succeeded: its next error is news again."""
        self._said = ""
