"""info(pydev:init, "stage.position"): where a device stands when the IOC starts, as VAL of its output record.

The code is run once, on the evaluator, before the records are made; what it gives is stored before they are
initialized, and written to no device. Records are found and written on the database thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from types import FunctionType

from pydevpva.db.infos import CHECKS, INIT
from pydevpva.db.model import RecordInstance
from pydevpva.engine.database import Database
from pydevpva.errors import Location, Problem, PutError
from pydevpva.evaluator.compiled.code import compile_source
from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.failures import describe, traceback_text
from pydevpva.evaluator.waiting import comes_later
from pydevpva.handles.sent import sent_to
from pydevpva.plain.results import plain

log = logging.getLogger("pydevpva.python")


class Initial:
    """The initial values of one IOC's outputs."""

    def __init__(self, evaluator: Evaluator, database: Database) -> None:
        self._evaluator, self._database = evaluator, database
        self._values: dict[str, object] = {}

    def run(self, instances: Iterable[RecordInstance]) -> None:
        """Run the code of all, and wait for it; on the main thread, with the evaluator started."""
        for instance in instances:
            if (text := instance.infos.get(INIT)) is not None:
                self._run(instance.name, text)

    def _run(self, name: str, text: str) -> None:
        label = f"<{name}.info(pydev:init)>"
        code, _ = compile_source(text, label)
        over = threading.Event()

        def done(result: object, error: BaseException | None) -> None:
            if error is None and comes_later(result):
                self._evaluator.later.wait(result, label, done)
                return
            if error is not None:
                log.error("%s: info(pydev:init): %s\n%s", name, describe(error), traceback_text(error))
            else:
                self._values[name] = plain(result)
            over.set()

        self._evaluator.submit(FunctionType(code, self._evaluator.namespace), (), done)
        over.wait()

    def store(self) -> None:
        """What it gave becomes VAL; on the database thread."""
        for name, value in self._values.items():
            address = self._database.find(name)
            try:
                address.put(sent_to(address, value))
            except PutError as error:
                log.error("info(pydev:init) of %s", error)
        self._values.clear()


def _check(value: str, location: Location, record: str) -> Iterator[Problem]:
    try:
        compile(value.strip(), "<pydev:init>", "eval")
    except (SyntaxError, ValueError) as error:
        yield Problem(location, f'{record}: info({INIT}, "{value}") must be an expression: {describe(error)}')


CHECKS[INIT] = _check
