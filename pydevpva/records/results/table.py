"""What a Python result becomes in a table record: columns of one length. Pure functions, for any thread."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pydevpva.plain.values import Frame, Masked
from pydevpva.records.core.arrays import is_numbers
from pydevpva.records.core.values import Array, Columns, Numbers
from pydevpva.records.results.array import array
from pydevpva.records.results.image import DBF, wire_type
from pydevpva.records.results.scalar import ResultError, WrongKind, opened, shown

TEXT = "string"


class Table(NamedTuple):
    """Columns by member name, and their labels."""

    columns: Columns
    labels: tuple[str, ...]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def signature(self) -> tuple[tuple[str, str], ...]:
        """(name, type) of each column: what the type of the PV is made of."""
        return tuple((name, kind_of(column)) for name, column in self.columns.items())


def kind_of(column: Array) -> str:
    """numpy's name of a column's type, or "string"."""
    return TEXT if isinstance(column, list) else str(column.dtype.name)


def declared(text: str) -> dict[str, str]:
    """The columns that COLS names: "energy:float64 name:string". ValueError says what is wrong."""
    made: dict[str, str] = {}
    for word in text.replace(",", " ").split():
        name, _, kind = word.partition(":")
        if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) or name in made:
            raise ValueError(f"{word!r}: a column needs a name of its own, of letters, digits and _")
        if kind not in DBF and kind != TEXT:
            raise ValueError(f"{word!r}: {kind!r} is no type of a column; choices: {', '.join([*DBF, TEXT])}")
        made[name] = kind
    return made


def empty(kinds: Mapping[str, str]) -> Table:
    """The declared columns without rows."""
    columns: Columns = {name: [] if kind == TEXT else np.zeros(0, kind) for name, kind in kinds.items()}
    return Table(columns, tuple(columns))


def table(result: object, kinds: Mapping[str, str], most_rows: int) -> Table:
    """A dict of columns, structured array or DataFrame as a Table. kinds: what COLS declares; empty: anything goes.

    Raises ResultError when it is none of these, a column is not one-dimensional text or numbers, lengths differ,
    there are more than most_rows rows (0: no limit), or the columns are not the declared ones.
    """
    named = _named(result if type(result) in (dict, Frame) else opened(result))
    if kinds and set(named) != set(kinds):
        raise ResultError(f"columns {_list(named)}, but COLS declares {_list(kinds)}")
    members = list(kinds) if kinds else _members(named)
    labels = tuple(kinds) if kinds else tuple(named)
    columns = {
        member: _declared_column(label, named[label], kinds[label]) if kinds else _column(label, named[label])
        for member, label in zip(members, labels, strict=True)
    }
    check_rows(columns, most_rows)
    return Table(columns, labels)


def check_rows(columns: Columns, most_rows: int) -> None:
    """ResultError when the columns have different lengths or too many rows."""
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ResultError("columns of different length: " + ", ".join(f"{n} {length}" for n, length in lengths.items()))
    if most_rows and max(lengths.values(), default=0) > most_rows:
        raise ResultError(f"{max(lengths.values())} rows are more than MAXR = {most_rows}")


def _named(result: object) -> dict[str, Any]:
    if isinstance(result, Frame):
        return result.columns
    if isinstance(result, dict):
        return result
    raise WrongKind(f"{shown(result)} is no table: a dict of columns, a structured array or a DataFrame is one")


def _members(labels: Iterable[str]) -> list[str]:
    """Labels as names of structure members, each its own."""
    made: list[str] = []
    for number, label in enumerate(labels):
        name = re.sub(r"\W", "_", label, flags=re.ASCII) or f"column{number}"
        name = f"_{name}" if name[0].isdigit() else name
        while name in made:
            name += "_"
        made.append(name)
    return made


def _column(label: str, values: object) -> Array:
    """Text stays text, numbers keep their type."""
    if type(values) not in (list, tuple, np.ndarray, Masked):
        values = opened(values)
    if isinstance(values, Masked):
        if values.data.dtype.kind != "f":
            raise ResultError(f"column {label}: element {values.first()} is masked: no value")
        values = values.filled()
    if not isinstance(values, (list, tuple, np.ndarray)):
        raise ResultError(f"column {label}: {shown(values)} is not an array")
    if isinstance(values, Sequence) and len(values) and all(isinstance(value, str) for value in values):
        return list(values)
    try:
        made = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise ResultError(f"column {label}: {error}") from None
    if made.ndim != 1:
        raise ResultError(f"column {label} has {made.ndim} dimensions")
    if made.dtype.kind == "U" or (made.dtype.kind == "O" and all(isinstance(value, str) for value in made)):
        return [str(value) for value in made]
    if made.dtype.kind not in "biuf":
        raise ResultError(f"column {label}: {made.dtype} is neither numeric nor text")
    return _read_only(np.ascontiguousarray(made, dtype=wire_type(made.dtype)))


def _declared_column(label: str, values: object, kind: str) -> Array:
    given = values if isinstance(values, Masked) else _column(label, values)
    try:
        made, _ = array(given, "STRING" if kind == TEXT else DBF[kind], _rows(given))
    except ResultError as error:
        raise ResultError(f"column {label}: {error}") from None
    return _read_only(made.astype(kind, copy=False)) if is_numbers(made) else made


def _rows(values: Masked | Array) -> int:
    return values.data.size if isinstance(values, Masked) else len(values)


def _read_only(made: Numbers) -> Numbers:
    made = made.view()
    made.flags.writeable = False
    return made


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
