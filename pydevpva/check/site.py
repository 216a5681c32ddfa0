"""Site: all that was loaded, for the rules to look at, and how files come into it. Main thread.

It loads as an IOC does that leaves out what it cannot run. What has mistakes is loaded as far as it goes, so that the
links to its records are not taken for wrong ones.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from pydevpva.check.connections import Connection, connections
from pydevpva.check.finding import Finding
from pydevpva.check.idle import idle
from pydevpva.check.python_names import PythonNames
from pydevpva.db.batch import Batch
from pydevpva.db.loader import add_file
from pydevpva.db.model import RecordInstance
from pydevpva.db.template import add_use, read_uses
from pydevpva.devices.load_checks import refusals
from pydevpva.errors import LoadError, Location, Problem
from pydevpva.ioc import Ioc


@dataclass(slots=True)
class Unsupported:
    """What this IOC does not have of one module, or of no module that is known."""

    location: Location
    advice: str
    kinds: Counter[str] = field(default_factory=Counter)  # 'record type "motor"', 'command seq', with how often


class Site:
    """Files read so far. `has_script`: a startup script said what is loaded, so nothing is missing."""

    def __init__(self) -> None:
        self.ioc = Ioc(serve=False)
        self.definitions, self.instances = self.ioc.definitions, self.ioc.instances
        self.instances.skip_unsupported = True
        self.found: list[Finding] = []
        self.unsupported: dict[str, Unsupported] = {}
        self.python = PythonNames()
        self.has_script = False
        self.access_file: tuple[str, Location] | None = None
        self.measured: Mapping[str, float] = {}  # seconds of records' Python, where they are known
        self.repeated: list[tuple[RecordInstance, Location]] = []

    def note(self, code: str, location: Location, message: str, cause: str = "") -> None:
        """Something was found while reading."""
        self.found.append(Finding(code, location, message, cause))

    def miss(self, module: str, what: str, location: Location, advice: str) -> None:
        """Something that is not supported; told of its module at the end."""
        self.unsupported.setdefault(module, Unsupported(location, advice)).kinds[what] += 1

    # ---- loading ----

    def load_records(self, path: str, macros: Mapping[str, str], search: Sequence[str] = ()) -> None:
        """As dbLoadRecords."""
        with self._batch() as batch:
            add_file(batch, path, macros, search)

    def load_template(self, path: str, macros: Mapping[str, str], search: Sequence[str] = ()) -> None:
        """As dbLoadTemplate."""
        uses, problems, warnings = read_uses(path, macros)
        with self._batch() as batch:
            for use in uses:
                add_use(batch, use, search)
            batch.problems += problems
            batch.warnings += warnings

    def load_database(self, path: str, macros: Mapping[str, str], search: Sequence[str] = ()) -> None:
        """As dbLoadDatabase."""
        try:
            self.definitions.load(path, search, macros)
        except LoadError as error:
            self._problems(error.problems)

    @contextmanager
    def _batch(self) -> Iterator[Batch]:
        batch = Batch(self.definitions, self.instances)
        try:
            yield batch
            self._unsupported(batch)
            batch.commit()
        except LoadError as error:
            batch.problems += error.problems
        finally:
            batch.close()
        self._problems(batch.problems)
        self._problems(batch.warnings)
        self.repeated += batch.repeated

    def _unsupported(self, batch: Batch) -> None:
        """Leave out what this IOC cannot run; what else is said of a record."""
        for problem, what in batch.doomed:
            batch.leave_out(problem, what)
        for record in batch.changed:
            for problem in refusals(record, self.ioc.definitions):
                if problem.unsupported:
                    batch.leave_out(problem, problem.cause)
                else:
                    (batch.problems if problem.fatal else batch.warnings).append(problem)
        for problem in batch.warnings:
            if problem.unsupported:
                self._miss(problem)
        batch.warnings = [problem for problem in batch.warnings if not problem.unsupported]

    def _miss(self, problem: Problem) -> None:
        """`record "X" is left out: record type "motor" belongs to motor: use ...`, or a reason without a module."""
        reason = problem.message.partition(": ")[2] or problem.message
        kind, _, advice = reason.partition(" belongs to ")
        module, colon, advice = advice.partition(": ")
        if colon:
            self.miss(module, kind, problem.location, advice)
        else:
            self.miss(reason, reason, problem.location, reason)

    def _problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            if "means nothing" in problem.message:
                code = "info"
            elif problem.cause.startswith("macro "):
                code = "macro-undefined"
            else:
                code = "load" if problem.fatal else "odd"
            self.note(code, problem.location, problem.message, problem.cause)

    # ---- what rules ask ----

    def record(self, name: str) -> RecordInstance | None:
        """The record of a name or an alias."""
        return self.instances.get(self.instances.aliases.get(name, name))

    def text(self, record: RecordInstance, name: str) -> str:
        """What a file says of a field; "" when it says nothing."""
        given = record.fields.get(name)
        return given.text if given is not None else ""

    def place(self, record: RecordInstance, name: str) -> Location:
        """Where a field is set, or the record where it is not."""
        given = record.fields.get(name)
        return given.location if given is not None else record.location

    @cached_property
    def connections(self) -> list[Connection]:
        """All links of all records that name a record."""
        return list(connections(self.instances, self.definitions))

    @cached_property
    def idle(self) -> list[tuple[RecordInstance, list[Connection]]]:
        """Records with work to do that nothing processes, and the links that read them."""
        return list(idle(self.instances, self.connections))


@contextmanager
def kept_place() -> Iterator[None]:
    """What a script does to the directory and the environment ends with it."""
    directory, environment = os.getcwd(), dict(os.environ)
    try:
        yield
    finally:
        os.chdir(directory)
        os.environ.clear()
        os.environ.update(environment)
