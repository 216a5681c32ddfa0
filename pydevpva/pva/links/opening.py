"""Which link a {"pva": ...}, or the name of a record of another IOC, becomes. Database thread.

What QSRV2 sends through the network to itself stays inside: a link to a record of this IOC is a link between records.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pydevpva.db.json5 import Json
from pydevpva.db.linktext import LinkText
from pydevpva.db.model import Field
from pydevpva.engine.links.broken import BrokenLink
from pydevpva.engine.links.json_kinds import Opener, json_link
from pydevpva.engine.links.remote import tell_missing
from pydevpva.pva.links.client import RemotePV, RemotePVs
from pydevpva.pva.links.config import LinkConfig, link_config, plain_config
from pydevpva.pva.links.link import PvaLink
from pydevpva.pva.links.local import LocalLink
from pydevpva.pva.links.watched import WatchedPV
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record

if TYPE_CHECKING:
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)


class PvaLinks:
    """Makes the links of one IOC that leave it by PVAccess (engine.links.remote.RemoteLinks)."""

    def __init__(self, database: Database, environment: Mapping[str, str]) -> None:
        self._database = database
        self.pvs = RemotePVs(database.loop, environment)

    def from_text(self, record: Record, field: Field, text: str, parsed: LinkText) -> PvaLink:
        """A link's plain text that names no record of this IOC."""
        return self.make(record, field, text, plain_config(parsed))

    def make(self, record: Record, field: Field, text: str, config: LinkConfig) -> PvaLink:
        """A link through the network."""
        pv = self.pvs.pv(config.pv, config.Q, config.pipeline)
        return PvaLink(record, field, text, config, pv)

    def watch(self, name: str, updated: Callable[[], None]) -> WatchedPV:
        """A PV of another IOC that is watched for its value, by no link; `updated` is called at each change."""
        return WatchedPV(self.pvs.pv(name, 4, False), updated)

    def tell_missing(self) -> None:
        """Name the links whose PV has not been found: a misspelled record name looks just like that."""
        self._database.loop.trickle(map(self._tell_missing, self.pvs.all()))

    def _tell_missing(self, pv: RemotePV) -> None:
        if not pv.connected and not pv.disconnects:
            places = [user.place for user in pv.users if user.place]
            known = self._database.records, self._database.aliases
            tell_missing(f"no PV {pv.name} found yet, in this IOC or another", pv.name, places, *known)

    def close(self) -> None:
        """End all connections; on the main thread."""
        self.pvs.close()


def check(link_type: str, value: Json) -> None:
    """Raises ValueError for options that a PVA link has not."""
    link_config(value)


@json_link("pva", check)
def pva_link(opener: Opener, record: Record, field: Field, text: str, value: Json) -> Link:
    """{"pva": "NAME"}, {"pva": {pv: "NAME", field: "a.b", proc: "CP", ...}}."""
    config = link_config(value)
    if (nowhere := opener.to_left_out(record, field, text, config.pv)) is not None:
        return nowhere
    address = opener.own(config.pv) if config.field in ("", "value") else None  # else: a part of its structure
    if address is not None:
        return LocalLink(record, field, text, address, config, opener.puts)
    remote = opener.remotes.get("pva")
    if config.local or not isinstance(remote, PvaLinks):
        log.error(
            "%s.%s: a link with local:true needs a record of this IOC, not %s", record.NAME, field.name, config.pv
        )
        return BrokenLink(record, field, text)
    return remote.make(record, field, text, config)
