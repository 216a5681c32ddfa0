"""Outside: values of other IOCs that no record of this one has, such as those that access rules name.

On the database thread. Each is what an ai record reads by a CP link, one that nobody finds or sees: it is looked for by
every protocol, and without its far end it is INVALID, as a record is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydevpva.db.model import FieldText, RecordInstance
from pydevpva.engine.database import Database
from pydevpva.engine.links.searched import SearchedLink
from pydevpva.errors import Location
from pydevpva.records.core.record import Record

NOWHERE = Location("access security")


class Outside:
    """The values that are watched, by the names of their PVs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._records: dict[str, Any] = {}

    def watch(self, names: Collection[str]) -> None:
        """These, those of them whose record is not here, and no others from now on."""
        wanted = {name for name in names if not self._database.has_record(name)}
        for name in self._records.keys() - wanted:
            self._records.pop(name).INP.close()
        for name in wanted - self._records.keys():
            instance = RecordInstance("ai", f"access security {name}", NOWHERE)
            instance.fields["INP"] = FieldText(f"{name} CP MSS", NOWHERE)
            self._records[name] = self._database.make_unseen(instance)

    def __contains__(self, name: str) -> bool:
        return name in self._records

    def link(self, name: str) -> SearchedLink | None:
        """By which it is read, for reports; None: it is not watched."""
        record = self._records.get(name)
        return record.INP if record is not None and isinstance(record.INP, SearchedLink) else None

    def record(self, name: str) -> Record | None:
        """The unseen record that has the value; None: it is not watched."""
        return self._records.get(name)

    def read(self, name: str) -> tuple[float, int]:
        """Value and severity. KeyError: it is not watched."""
        record = self._records[name]
        return float(record.VAL), int(record.SEVR)
