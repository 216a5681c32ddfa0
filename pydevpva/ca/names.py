"""Names: which names Channel Access has. Any thread: names and definitions do not change once records are made.

Nothing is kept for a name: a search looks it up in the database.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pydevpva.ca import read
from pydevpva.engine.filters.parse import split_filters
from pydevpva.errors import NotFound
from pydevpva.records.core.record import Record
from pydevpva.records.core.rset import ATTRIBUTES

if TYPE_CHECKING:
    from pydevpva.engine.address import Address
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)

LONGEST = 4096  # with filters
MOST_TOLD = 1000  # names are kept that something was said of, whoever asks for what


class Names:
    """The names of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether a search finds it."""
        if "." not in name:
            record = self._record(name)
            return record is not None and (record.whole_value != "table" or self._refuse_table(name))
        return self.find(name) is not None

    def find(self, name: str) -> Address | None:
        """The field of that name; None: there is none that has a value for Channel Access."""
        base, _, rest = name.partition(".")
        record = self._record(base)
        if record is None or len(name) > LONGEST:
            return None
        field = split_filters(rest)[0].removesuffix("$") or "VAL"
        if field not in record.rtype.fields and field not in ATTRIBUTES:
            return None
        try:
            address = self._database.look_up(name)
        except NotFound as error:
            if "[" in name or "{" in name:  # the user's mistake
                self._say(name, str(error))
            return None
        if read.type_number(address) >= 0:
            return address
        if record.whole_value == "table":
            self._refuse_table(name)
        return None

    def _record(self, name: str) -> Record | None:
        database = self._database
        return database.records.get(name) or database.records.get(database.aliases.get(name, ""))

    def _refuse_table(self, name: str) -> bool:
        self._say(name, "a Channel Access client asks for it, but a table goes over PVAccess only")
        return False

    def _say(self, name: str, words: str) -> None:
        """Once, though clients ask again and again."""
        if name not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(name)
            log.warning("%s: %s", name, words)
