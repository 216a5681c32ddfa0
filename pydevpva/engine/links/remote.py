"""RemoteLinks: what the engine asks of the room that can reach other IOCs. Database thread."""

from __future__ import annotations

from typing import Protocol

from pydevpva.db.linktext import LinkText
from pydevpva.db.model import Field
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record


class RemoteLinks(Protocol):
    """Makes links to what is not in this IOC."""

    def from_text(self, record: Record, field: Field, text: str, parsed: LinkText) -> Link:
        """The link for a link field's plain text, "NAME CP MS", that names no record of this IOC."""
