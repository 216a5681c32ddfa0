"""The records that have been loaded, and their aliases."""

from __future__ import annotations

from pydevpva.db.model import RecordInstance


class Instances(dict[str, RecordInstance]):
    """All record instances by name, and the record's name of each alias.

    skip_unsupported: records that this IOC cannot run are left out, and no error. left_out: why, by their names and
    aliases.
    """

    def __init__(self) -> None:
        super().__init__()
        self.aliases: dict[str, str] = {}
        self.skip_unsupported = False
        self.left_out: dict[str, str] = {}
