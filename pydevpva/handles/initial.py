"""info(pydev:init, "stage.position"): where a device stands when the IOC starts, as VAL of its output record.

The code is run once, on the evaluator, before the records are made; what it gives is stored before they are
initialized, and written to no device. Records are found and written on the database thread. What takes longer than
info(pydev:timeout), or LIMIT, is not waited for: the IOC starts without it.
"""

from __future__ import annotations

import ast
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress

from pydevpva.db.infos import CHECKS, INIT, TIMEOUT
from pydevpva.db.model import RecordInstance
from pydevpva.engine.database import Database
from pydevpva.errors import Location, Problem, PutError, PydevpvaError
from pydevpva.evaluator.compiled.code import compile_code
from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.failures import describe, traceback_text
from pydevpva.evaluator.waiting import comes_later
from pydevpva.handles.sent import sent_to
from pydevpva.plain.results import plain

log = logging.getLogger("pydevpva.python")
LIMIT = 10.0  # seconds that a device has to say where it stands
ENDING = 1.5  # seconds that its `finally` has then
LOOK = 0.05  # seconds


class Initial:
    """The initial values of one IOC's outputs."""

    def __init__(self, evaluator: Evaluator, database: Database) -> None:
        self._evaluator, self._database = evaluator, database
        self._values: dict[str, object] = {}

    def run(self, instances: Iterable[RecordInstance]) -> None:
        """Run the code of all, and wait for it; on the main thread, with the evaluator started."""
        for instance in instances:
            if (text := instance.infos.get(INIT)) is not None:
                self._run(instance.name, text, float(instance.infos.get(TIMEOUT, LIMIT)))

    def _run(self, name: str, text: str, limit: float) -> None:
        label = f"<{name}.info(pydev:init)>"
        code = compile_code(text, (), (), self._evaluator.namespace, label)
        over, left = threading.Event(), threading.Event()

        def done(result: object, error: BaseException | None) -> None:
            if error is None and comes_later(result):
                self._evaluator.later.wait(result, label, done)
                return
            if left.is_set():
                return
            if error is not None:
                log.error("%s: info(pydev:init): %s\n%s", name, describe(error), traceback_text(error))
            else:
                self._values[name] = plain(result)
            over.set()

        self._evaluator.submit(code.function, (), done)
        if not over.wait(limit) and not self._ended(name, limit, over):
            left.set()
            log.error(
                "%s: info(pydev:init): %g s are over; the IOC starts without it, and its code goes on", name, limit
            )

    def _ended(self, name: str, limit: float, over: threading.Event) -> bool:
        """End what takes too long, a coroutine that just begins too; False for plain code that blocks."""
        for _ in range(int(ENDING / LOOK)):
            with suppress(PydevpvaError):
                self._evaluator.later.end_record(name, TimeoutError(f"{limit:g} s"))
            if over.wait(LOOK):
                return True
        return False

    def store(self) -> None:
        """What it gave becomes VAL; on the database thread."""
        for name, value in self._values.items():
            address = self._database.find(name)
            try:
                address.put(sent_to(address, value))
                if not address.record.UDF:  # aoRecord.c, init_record, when its device has read a value back
                    address.record.SEVR = address.record.STAT = 0
            except PutError as error:
                log.error("info(pydev:init) of %s", error)
        self._values.clear()


def _check(value: str, location: Location, record: str) -> Iterator[Problem]:
    try:
        compile(value.strip(), "<pydev:init>", "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError) as error:
        yield Problem(location, f'{record}: info({INIT}, "{value}") must be an expression: {describe(error)}')


CHECKS[INIT] = _check
