"""table: columns of equal length, by user Python, from a link, or written by clients. Database thread."""

from __future__ import annotations

import logging

from pydevpva.errors import PutError
from pydevpva.records.alarm import CALC, DBE_LOG, DBE_VALUE, INVALID, raise_alarm
from pydevpva.records.inputs import LETTERS, fetch_inputs, load_inputs
from pydevpva.records.links import NO_DATA, Link
from pydevpva.records.record import Record
from pydevpva.records.results import ResultError
from pydevpva.records.table_results import Table, check_rows, declared, empty, table
from pydevpva.records.values import Value

log = logging.getLogger(__name__)


class TableRecord(Record, rtype="table"):
    """VAL is a table_results.Table; clients get it as NTTable, user code as a dict of columns."""

    __slots__ = ("_kinds",)
    VAL: Table

    def native(self, field: str) -> Value:
        """VAL by label, as a dict of its own; A..L as they came."""
        if field == "VAL":
            return dict(zip(self.VAL.labels, self.VAL.columns.values(), strict=True))
        return getattr(self, field) if field in LETTERS else super().native(field)

    def whole(self, field: str, value: Value) -> Value:
        """Columns that a client wrote: all of them, or some that have as many rows as the rest."""
        if field != "VAL" or not isinstance(value, dict):
            return super().whole(field, value)
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

    def init_record(self) -> None:
        load_inputs(self)
        if self.device is not None:
            self.device.init_record(self)

    def soft_start(self, link: Link) -> None:
        """A constant is no table."""

    def soft_read(self, link: Link) -> int:
        if (value := link.get_any()) is None:
            return -1
        if value is not NO_DATA:
            try:
                self.accept(value)
            except ResultError as error:
                raise_alarm(self, CALC, INVALID, str(error))
                return -1
        self.UDF = 0
        return 2

    # ---- processing ----

    def process(self) -> None:
        active = self.PACT
        if not active:
            fetch_inputs(self)
        status = self.device.read(self) if self.device is not None else -1
        if not active and self.PACT:
            return
        self.PACT = 1
        self.stamp()
        if status < 0:
            self.ERRC += 1
        self.post(self.settle() | (DBE_VALUE | DBE_LOG if status >= 0 else 0))
        self.forward()
        self.PACT = 0

    def accept(self, result: object) -> None:
        """Take a table, or refuse it with ResultError and stay as it was."""
        self.VAL = table(result, self._kinds, self.MAXR)
        self.UDF = 0
        self.CNT += 1
        self._describe()

    def _describe(self) -> None:
        self.NCOL, self.NROW = len(self.VAL.columns), self.VAL.rows
