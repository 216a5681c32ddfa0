"""table: columns of equal length, by user Python, from a link, or written by clients. Database thread."""

from __future__ import annotations

import logging

from pydevpva.errors import PutError
from pydevpva.records.core.links import Link
from pydevpva.records.core.values import Sent, Whole
from pydevpva.records.results.scalar import ResultError
from pydevpva.records.results.table import Table, check_rows, declared, empty, table
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.whole_inputs import LETTERS
from pydevpva.records.shared.whole_value import WholeRecord

log = logging.getLogger(__name__)


class TableRecord(WholeRecord, rtype="table", soft="devTableSoft"):
    """VAL is a records.results.table.Table; clients get it as NTTable, user code as a dict of columns."""

    __slots__ = ("_kinds",)
    pydev = pydev_ways.WHOLE
    whole_value = "table"
    VAL: Table

    def native(self, field: str) -> Whole:
        """VAL by label, as a dict of its own; A..L as they came."""
        if field == "VAL":
            return dict(zip(self.VAL.labels, self.VAL.columns.values(), strict=True))
        return getattr(self, field) if field in LETTERS else super().native(field)

    def whole(self, field: str, value: Sent) -> object:
        """Columns that a client wrote: all of them, or some that have as many rows as the rest."""
        if field != "VAL":
            return super().whole(field, value)
        if not isinstance(value, dict):
            raise PutError(f"{self.NAME} is a table: its columns are written by PVA clients, as value.NAME")
        columns = {name: value.get(name, column) for name, column in self.VAL.columns.items()}
        try:
            check_rows(columns, self.MAXR)
        except ResultError as error:
            raise PutError(f"{self.NAME}: {error}") from None
        return Table(columns, self.VAL.labels)

    def special(self, field: str, after: bool) -> None:
        if field == "VAL" and after:
            self._describe()

    def labels(self) -> list[str]:
        """What heads each column: LABL where it says something, else the column's own name."""
        given = self.LABL.split("|") if self.LABL else []
        return [*given[: len(self.VAL.labels)], *self.VAL.labels[len(given) :]]

    def description(self) -> str:
        """DESC and the units of the columns: "Peaks (energy: keV, counts: 1/s)"."""
        units = [f"{label}: {unit}" for label, unit in zip(self.labels(), self.UNIT.split("|"), strict=False) if unit]
        return f"{self.DESC} ({', '.join(units)})".lstrip() if units else str(self.DESC)

    # ---- life ----

    def init_early(self) -> None:
        try:
            self._kinds = declared(self.COLS)
        except ValueError as error:
            log.error("%s.COLS: %s", self.NAME, error)
            self._kinds = {}
        self.VAL = empty(self._kinds)
        self._describe()

    def soft_start(self, link: Link) -> None:
        """A constant is no table."""

    def soft_read(self, link: Link) -> int:
        """Without a link the table is what clients wrote, and defined."""
        status = super().soft_read(link)
        if status == 2:
            self.UDF = 0
        return status

    # ---- processing ----

    def accept(self, result: object) -> None:
        """Take a table, or refuse it with ResultError and stay as it was."""
        self.VAL = table(result, self._kinds, self.MAXR)
        self.UDF = 0
        self.CNT += 1
        self._describe()

    def _describe(self) -> None:
        self.NCOL, self.NROW = len(self.VAL.columns), self.VAL.rows
