"""Files of records become record instances, all of a file or nothing. Runs on the thread that loads; no state.

`load` is told by a function what goes into its batch: add_file or add_text (dbLoadRecords), template.add_template
(dbLoadTemplate), Batch.record.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence

from pydevpva.db.batch import Batch
from pydevpva.db.definitions import Definitions
from pydevpva.db.instances import Instances
from pydevpva.db.macros import undefined
from pydevpva.db.model import RecordInstance
from pydevpva.db.source import Reader, Source
from pydevpva.db.statements import statements
from pydevpva.db.syntax import RegularRecord
from pydevpva.errors import LoadError, Location, NotFound, Problem

MANY = 10_000  # records
Accept = Callable[[RecordInstance], Iterable[Problem]]


def load(
    add: Callable[[Batch], object], definitions: Definitions, known: Instances, accept: Accept | None = None
) -> list[Problem]:
    """Load what `add` gives a batch into known; what is odd about it. LoadError: all that is wrong, known is as it was.

    `accept` tells what is wrong with a record in the eyes of the program that will run it, or worth a warning.
    """
    batch, before = Batch(definitions, known), len(known)
    collects = gc.isenabled()
    gc.disable()  # nothing made here is garbage: looking for it takes longer than all the rest
    try:
        add(batch)
        for problem, what in batch.doomed:
            batch.leave_out(problem, what)
        if accept is not None:
            _judge(batch, accept)
        if batch.problems:
            raise LoadError(batch.problems, batch.warnings)
        batch.commit()
    finally:
        batch.close()
        if len(known) > before + MANY:
            gc.freeze()  # the next collection would look at all of it
        if collects:
            gc.enable()
    return batch.warnings


def _judge(batch: Batch, accept: Accept) -> None:
    """Ask about each record; what is only odd in one that has mistakes may come of these."""
    found = [problem for record in batch.changed for problem in accept(record)]
    if batch.left_out is not None:
        for problem in [problem for problem in found if problem.unsupported]:
            batch.leave_out(problem, problem.cause)
        found = [problem for problem in found if not problem.unsupported]
    if not batch.problems:
        batch.warnings += [problem for problem in found if not problem.fatal]
    batch.problems += [problem for problem in found if problem.fatal]


def add_file(batch: Batch, path: str, macros: Mapping[str, str], search: Sequence[str] = ()) -> None:
    """Read one .db file into a batch; what is wrong goes to the batch's problems.

    `macros` are as `macros.parse_macros` gives them.
    """
    reader = Reader(macros, search)
    try:
        source = reader.read(path)
    except (NotFound, OSError) as error:
        batch.problems.append(Problem(Location(path), str(error), cause=_missing(path)))
        return
    _add(batch, source, reader.problems)


def add_text(batch: Batch, text: str, macros: Mapping[str, str], label: str) -> None:
    """The same of a text; its problems are at label:line."""
    reader = Reader(macros)
    source = reader.take(text, label)
    _add(batch, source, reader.problems)


def _add(batch: Batch, source: Source, problems: list[Problem]) -> None:
    """Do what the text says."""
    before = len(batch.problems)
    batch.problems += problems
    for statement in statements(source, batch.problems):
        if isinstance(statement, RegularRecord):
            batch.regular(statement, source)
        elif statement.kind in ("record", "grecord"):
            batch.record(statement, source)
        elif statement.kind == "alias":
            batch.alias(statement, source)
        else:
            batch.define(statement, source)
    batch.problems[before:] = _in_order(batch.problems[before:])
    source.seal()


def _missing(path: str) -> str:
    """The cause of a file that is not there: the macro left in its name, or the name."""
    return f"macro {names[0]}" if (names := undefined(path)) else path


def _in_order(problems: list[Problem]) -> list[Problem]:
    """By their places; a file comes when it first has a problem."""
    files: dict[str, int] = {}
    for problem in problems:
        files.setdefault(problem.location.file, len(files))
    return sorted(problems, key=lambda p: (files[p.location.file], p.location.line, p.location.column))
