"""DTYP "pydev": a record's value by user Python. One class serves every type; what differs, the type says (`pydev`).

Database thread, but for `_done`, which the evaluator thread calls, or that of what the code waits for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any

from pydevpva.db.dbf import LINKS
from pydevpva.db.infos import ARRAY
from pydevpva.devices.python import Failures, NotPublished, Python
from pydevpva.devices.registry import DeviceSupport
from pydevpva.engine.processing import complete, process
from pydevpva.errors import CodeError, PutError, Stopped
from pydevpva.evaluator.compiled.code import Code
from pydevpva.evaluator.waiting import comes_later
from pydevpva.plain.results import borrowed, plain
from pydevpva.plain.values import SIMPLE
from pydevpva.records.core.alarm import CALC, INVALID, raise_alarm
from pydevpva.records.core.arrays import as_list, is_array, read_only
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Value
from pydevpva.records.results.scalar import ResultError, converted, shown
from pydevpva.records.shared.output import Output

log = logging.getLogger("pydevpva.python")
IDLE, RUNNING, COMPLETE = range(3)


class Pydev(DeviceSupport, dsets="pydev"):
    """A record's code, and where its one evaluation stands.

    IDLE -> `read` or `write` sends the code off and sets PACT: RUNNING -> the outcome arrives and is stored:
    COMPLETE -> the record's process function runs a second time, gets the status from us, and we are IDLE.
    """

    __slots__ = (
        "_done_bound",
        "_event_value",
        "_has_event",
        "_is_output",
        "_lane",
        "_limit",
        "_link",
        "_next",
        "_python",
        "_record",
        "_state",
        "_status",
        "_taken",
        "_values",
        "_way",
        "code",
        "failures",
    )  # fmt: skip

    keeps = True

    def __init__(self, record: Record, python: Python) -> None:
        self._record, self._python = record, python
        assert record.pydev is not None  # or there is no such DTYP
        self._way = record.pydev
        self._is_output = isinstance(record, Output) or not hasattr(record, "INP")
        self._link = "OUT" if self._is_output else "INP"
        self._done_bound = self._done
        self._limit = python.time_limit(record)
        self._state, self._status = IDLE, -1
        self._has_event = False
        self._event_value: Any = None
        self._taken: Callable[[object], object] | None = None  # how a result is made ours, where users may keep theirs
        self.failures: Failures  # of the present code
        self.code: Code | None = None
        self._next: Code | None = None  # put while `code` runs

    # ---- life ----

    def init_record(self, record: Record) -> int:
        """Compile the link; code that does not compile is said, and is CALC/INVALID whenever it should run."""
        try:
            self._use(self._compile(str(getattr(record, self._link))))
        except CodeError as error:
            self.failures = Failures()
            log.error("%s%s.%s: %s", record.host.place(record, self._link), record.NAME, self._link, error)
        return 2

    def relink(self, record: Record, field: str, text: str) -> None:
        """Compile new code, for the next processing: code that runs now ends as it was."""
        if field != self._link:
            return
        try:
            code = self._compile(text)
        except CodeError as error:
            raise PutError(str(error)) from None
        if self._state == RUNNING:
            self._next = code
            if self.code is not None:
                self._python.takes_over(self.code)
        else:
            self._use(code)

    def is_code(self, field: str) -> bool:
        return field == self._link

    def _compile(self, text: str) -> Code:
        return self._python.compile(self._record, self._link, text.strip().removeprefix("@"), self._way.bare)

    def _use(self, code: Code) -> None:
        self.code, self._next = code, None
        self._values = self._getters(code.fields)
        self.failures = Failures()

    def _getters(self, fields: tuple[str, ...]) -> Callable[[Record], tuple[object, ...]]:
        """The function from the record to the values its code sees; one for all records of a type without arrays."""
        record = self._record
        kind = type(record)
        if kind.array_info is not Record.array_info:
            return _together([self._getter(record, name) for name in fields])
        shared = self._python.getters
        if (found := shared.get((kind, fields))) is None:
            found = shared[kind, fields] = _together([self._getter(record, name) for name in fields])
        return found

    def _getter(self, record: Record, name: str) -> Callable[[Record], object]:
        """The function from the record to the value its code sees for a field."""
        if name == "VAL" and self._way.number is not None:
            return self._way.number
        if name in self._way.whole:
            return lambda r: r.seen(name)
        if record.elements(name) != 1:
            if record.info.get(ARRAY) == "numpy":
                return lambda r: read_only(r.get(name))
            return lambda r: _as_list(r.get(name))
        if record.rtype.fields[name].type in (*LINKS, "NOACCESS"):
            return lambda r: r.get(name)
        return attrgetter(name)

    def event(self, record: Record) -> str | None:
        code = self._next or self.code
        return code.event if code is not None else None

    def no_event(self, record: Record) -> str:
        text = str(getattr(record, self._link)).strip().removeprefix("@")
        return f"{self._link} is \"{text}\", which is not pydev.iointr('name')"

    # ---- processing ----

    def read(self, record: Record) -> int:
        """Send the code off, or say what it came to."""
        if self._state == COMPLETE:
            self._state = IDLE
            return self._status
        if self._way.elements:
            dbf, capacity = record.array_info("VAL") or ("DOUBLE", 1)
            self._taken = _elements(dbf, capacity)
        if self._has_event:
            self._has_event = False
            if self._taken is None:
                return self._take(record, self._event_value, None)
            return self._take_event(record, self._event_value, self._taken)
        code = self.code
        if code is None:
            raise_alarm(record, CALC, INVALID, f"{self._link} is not valid Python")
            return -1
        record.PACT = 1
        record.overwritten = False
        self._state = RUNNING
        self._lane = run = self._python.run
        if self._limit is not None:
            self._limit.begin(code.label)
        run(code.function, self._values(record), self._done_bound)
        return 0

    write = read

    def deliver(self, value: object) -> None:
        """pydev.iointr published a value for this record: process with just that value."""
        self._event_value, self._has_event = value, True
        process(self._record)
        self._has_event = False

    def _take_event(self, record: Record, value: object, taken: Callable[[object], object]) -> int:
        """What was published, as elements of the record's array."""
        try:
            if value is not None:
                value = converted(value, taken)
        except ResultError as failure:
            return self._take(record, None, failure)
        return self._take(record, value, None)

    def _done(self, result: object, error: BaseException | None) -> None:
        """On the evaluator thread, or that of what was awaited: bring the outcome home, or wait for it.

        It is plain from here on. Arrays are converted here, before the next code runs: it may write to the very memory
        that this one gave.
        """
        if type(result) not in SIMPLE and comes_later(result):
            assert self.code is not None  # which has given this
            self._python.wait(result, self.code.label, self._done_bound, self._limit)
            return
        if self._limit is not None:
            result, error = self._limit.outcome(result, error)
        if error is not None:
            error = self.failures.plain(error)
        elif self._taken is not None:
            if result is not None:
                try:
                    result = converted(borrowed(result), self._taken)
                except ResultError as failure:
                    result, error = None, failure
        elif type(result) not in SIMPLE:
            result = plain(result)
        self._python.add(partial(self._complete, result, error))

    def _complete(self, result: object, error: BaseException | None) -> None:
        record = self._record
        if self._limit is not None:
            self._limit.end()
        if isinstance(error, Stopped):
            return
        self._status = self._take(record, result, error)
        self._state = COMPLETE
        python = self._python
        if self._next is not None:
            python.takes_over(self._next)
            self._use(self._next)
        python.run = self._lane  # what a scanned record's FLNK runs gives way as well
        try:
            complete(record)
        finally:
            python.run = python.soon
        self._state = IDLE  # simulation and IVOA do not ask for the status

    def _take(self, record: Record, result: object, error: BaseException | None) -> int:
        """Store the outcome; the status for the record's process function."""
        try:
            if error is not None:
                raise error
            if record.overwritten and record.RPRO:
                return 2  # a client's put came meanwhile and stays; the code runs again with it
            if self._is_output and (result is None or self.code is None or not self.code.is_expression):
                self._without_result(record)
                status = 2
            elif result is None:
                raise self._no_value()
            else:
                status = self._way.store(record, result)
        except BaseException as failure:
            if not isinstance(failure, NotPublished):
                self.failures.tell(record, self._link, self.code.text if self.code else "", failure)
            elif self.failures.waits(record, failure):
                self._python.not_published(record.NAME)
            return -1
        if self.failures.said:
            self.failures.over()
        return status

    def _no_value(self) -> ResultError:
        """Why an input has none, and what to write."""
        if self.code is None or not self.code.text:
            return ResultError(f"{self._link} is empty: write @ and an expression")
        if self.code.event is None:
            return ResultError("no value: an input needs an expression that gives one")
        if self._has_event or self._python.is_published(self.code.event):
            return ResultError(f"no value: None was published for {shown(self.code.event)}")
        return NotPublished(f"nothing published yet: {shown(self.code.event)}")

    def _without_result(self, record: Record) -> None:
        """A statement or None: VAL stays; of an ao it is what was put out (limited and ramped)."""
        if self._way.of and self._is_output:
            record.VAL = getattr(record, self._way.of)
        record.UDF = 0


def _elements(dbf: str, capacity: int) -> Callable[[object], object]:
    from pydevpva.records.results.array import array

    return lambda result: array(result, dbf, capacity)


def _together(getters: list[Callable[[Record], object]]) -> Callable[[Record], tuple[object, ...]]:
    """One function for the values of all fields: the call for each costs as much as the value."""
    if not getters:
        return lambda record: ()
    if len(getters) == 1:
        get = getters[0]
        return lambda record: (get(record),)
    return lambda record: tuple([get(record) for get in getters])


def _as_list(value: Value) -> object:
    return as_list(value) if is_array(value) else value
