"""dbLoadRecords: .db files to record instances, all of a file or nothing. Runs on the thread that loads; no state."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydevpva.db.batch import Batch
from pydevpva.db.definitions import Definitions
from pydevpva.db.instances import Instances
from pydevpva.db.model import RecordInstance
from pydevpva.db.source import Reader, Source
from pydevpva.db.statements import statements
from pydevpva.db.syntax import RegularRecord, Statement
from pydevpva.errors import LoadError, Location, NotFound, Problem
from pydevpva.libcom import Macros, parse_definitions, undefined

Accept = Callable[[RecordInstance], Iterable[Problem]]


@dataclass(slots=True)
class Loaded:
    """What a load has done: the records it made or changed, aliases (alias to record name), names removed, warnings."""

    records: list[RecordInstance]
    aliases: dict[str, str]
    removed: list[str] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def load_records(
    path: str,
    macros: Mapping[str, str],
    definitions: Definitions,
    known: Instances,
    search: Sequence[str] = (),
    accept: Accept | None = None,
) -> Loaded:
    """Load a .db file into known (dbLoadRecords). LoadError has all that is wrong; then known is as it was.

    `accept` tells what is wrong with a record in the eyes of the program that will run it, or worth a warning.

    `macros` are as `parse_macros` gives them.
    """
    with transaction(definitions, known, accept) as batch:
        add_file(batch, path, macros, search)
    return finish(batch)


@contextmanager
def transaction(definitions: Definitions, known: Instances, accept: Accept | None = None) -> Iterator[Batch]:
    """A batch of loads; at the end its problems are raised as a LoadError, or its records go into known."""
    batch = Batch(definitions, known)
    collects = gc.isenabled()
    gc.disable()  # nothing made here is garbage: looking for it takes longer than all the rest
    try:
        yield batch
        for problem, what in batch.doomed:
            batch.leave_out(problem, what)
        if accept is not None:
            _judge(batch, accept)
        if batch.problems:
            raise LoadError(batch.problems, batch.warnings)
        batch.commit()
    finally:
        batch.close()
        if collects:
            gc.enable()


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


def finish(batch: Batch) -> Loaded:
    """What a batch has done."""
    return Loaded(batch.changed, batch.aliases, batch.removed, batch.warnings)


def add_file(batch: Batch, path: str, macros: Mapping[str, str], search: Sequence[str] = ()) -> None:
    """Read one .db file into a batch; what is wrong goes to the batch's problems."""
    reader = Reader(macros, search)
    try:
        source = reader.read(path)
    except (NotFound, OSError) as error:
        batch.problems.append(Problem(Location(path), str(error), cause=_missing(path)))
        return
    _add(batch, source, reader.problems)


def load_text(
    text: str,
    macros: Mapping[str, str],
    definitions: Definitions,
    known: Instances,
    search: Sequence[str] = (),
    accept: Accept | None = None,
    label: str = "<text>",
) -> Loaded:
    """As load_records, of a text; its problems are at label:line."""
    with transaction(definitions, known, accept) as batch:
        reader = Reader(macros, search)
        source = reader.take(text, label)
        _add(batch, source, reader.problems)
    return finish(batch)


def load_made(
    made: tuple[Statement, Source],
    definitions: Definitions,
    known: Instances,
    accept: Accept | None = None,
) -> Loaded:
    """As load_records, of one record that db.made has made."""
    with transaction(definitions, known, accept) as batch:
        batch.record(*made)
    return finish(batch)


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


def parse_macros(text: str) -> dict[str, str]:
    """The macros of "A=1,B='x y'" (macParseDefns); values keep their quotes, which go when they are expanded."""
    return parse_definitions(text)


def expand(text: str, macros: Mapping[str, str]) -> tuple[str, list[str]]:
    """text with its macros replaced (macExpandString), and the names that were undefined; those stay as $(NAME)."""
    expanded, complete = Macros(macros).expand(text)
    return expanded, [] if complete else undefined(expanded)


__all__ = ["Loaded", "Statement", "add_file", "expand", "load_records", "parse_macros", "transaction"]
