"""Which link a {"ca": ...}, or the name of a record of another IOC, becomes. Database thread.

A link to a record of this IOC stays inside, as one with CA, CP or CPP does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pydevpva.ca.links.client import CaClient
from pydevpva.ca.links.config import CaConfig, ca_config, plain_config
from pydevpva.ca.links.link import CaLink
from pydevpva.ca.links.watched import WatchedChannel
from pydevpva.db.json5 import Json
from pydevpva.db.linktext import LinkText
from pydevpva.db.model import Field
from pydevpva.engine.links.broken import BrokenLink
from pydevpva.engine.links.json_kinds import Opener, json_link
from pydevpva.engine.links.monitored import MonitoredLink
from pydevpva.engine.links.remote import tell_missing
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record

if TYPE_CHECKING:
    from pydevpva.engine.database import Database


class CaLinks:
    """Makes the links of one IOC that leave it by Channel Access (engine.links.remote.RemoteLinks)."""

    def __init__(self, database: Database, environment: Mapping[str, str]) -> None:
        self._database = database
        self.client = CaClient(database.loop, environment)
        self._named: dict[str, list[CaLink]] | None = {}  # those that say "ca", until it is told which are not found

    def from_text(self, record: Record, field: Field, text: str, parsed: LinkText) -> CaLink:
        """A link's plain text that names no record of this IOC."""
        return self._make(record, field, text, plain_config(parsed))

    def make(self, record: Record, field: Field, text: str, config: CaConfig) -> CaLink:
        """A link that asks for Channel Access."""
        link = self._make(record, field, text, config)
        if self._named is not None:
            self._named.setdefault(config.pv, []).append(link)
        return link

    def _make(self, record: Record, field: Field, text: str, config: CaConfig) -> CaLink:
        if field.type == "FWDLINK" and "." not in config.pv:
            config = replace(config, pv=f"{config.pv}.PROC")
        return CaLink(self.client, record, field, text, config)

    def watch(self, name: str, updated: Callable[[], None]) -> WatchedChannel:
        """A PV of another IOC that is watched for its value, by no link; `updated` is called at each change."""
        return WatchedChannel(self.client, name, updated)

    def tell_missing(self) -> None:
        """Name the links whose channel has not been found; those with a plain name are told of with PVAccess's."""
        named, self._named = self._named or {}, None
        self._database.loop.trickle(itertools.starmap(self._tell_missing, named.items()))

    def _tell_missing(self, name: str, links: Sequence[CaLink]) -> None:
        places = [link.place for link in links if link.is_missing]
        known = self._database.records, self._database.aliases
        tell_missing(f"no Channel Access PV {name} found yet", name, places, *known)

    def close(self) -> None:
        """End all connections; on the main thread."""
        self.client.close()


def check(link_type: str, value: Json) -> None:
    """Raises ValueError for options that a CA link has not."""
    ca_config(value)


@json_link("ca", check)
def ca_link(opener: Opener, record: Record, field: Field, text: str, value: Json) -> Link:
    """{"ca": "NAME"}, {"ca": {pv: "NAME", proc: "CP", sevr: "MS"}}."""
    config = ca_config(value)
    if (nowhere := opener.to_left_out(record, field, text, config.pv)) is not None:
        return nowhere
    if (address := opener.own(config.pv)) is not None:
        watching = config.proc if field.type == "INLINK" and config.proc in ("CP", "CPP") else ""
        return MonitoredLink(record, field.name, text, address, config.sevr, watching, opener.puts)
    if not isinstance(remote := opener.remotes.get("ca"), CaLinks):
        return BrokenLink(record, field, text)
    return remote.make(record, field, text, config)
