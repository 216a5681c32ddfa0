"""Rights: clients are told when access rules let them do more, or less. Database thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydevpva.ca.channel import Channel
from pydevpva.ca.client import Client
from pydevpva.ca.protocol import ACCESS_RIGHTS, MAY_READ, message
from pydevpva.ca.served import Served
from pydevpva.engine.database import Database
from pydevpva.errors import NotFound
from pydevpva.records.core.record import Record
from pydevpva.serving.access import AccessRules

FEW = 50  # channels that are looked at in one piece


class Rights:
    """A sink of the records that the rules go by. `connected` are all clients."""

    def __init__(self, database: Database, served: Served, outside: Callable[[str], Record | None]) -> None:
        """`outside` gives the record behind an input that another IOC has."""
        self._database, self._served, self._outside = database, served, outside
        self.connected: set[Client] = set()
        self._watched: list[Record] = []
        self._waits = False

    def begin(self) -> None:
        """Watch what the rules go by."""
        self._watch()
        self._database.services.access_groups.append(self._group_changed)

    def use_rules(self, rules: AccessRules | None) -> None:
        """Let these rules decide from now on."""
        self._served.clients.rules = rules
        self._watch()
        self._look_soon()

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """What the rules go by may have changed (records.core.record.Sink)."""
        self._look_soon()

    def _group_changed(self, record: Record) -> None:
        self._look_soon()

    def _watch(self) -> None:
        for record in self._watched:
            record.detach(self)
        rules, self._watched = self._served.clients.rules, []
        for name in rules.inputs() if rules is not None else ():
            try:
                record = self._outside(name) or self._database.find(name).record
            except NotFound:
                continue
            if record not in self._watched:
                self._watched.append(record)
                record.attach(self)

    def _look_soon(self) -> None:
        if not self._waits:
            self._waits = True
            self._served.loop.at_end(self._look)

    def _look(self) -> None:
        self._waits = False
        self._served.loop.trickle(self._each())

    def _each(self) -> Iterator[None]:
        for client in list(self.connected):
            channels = list(client.channels.values())
            for first in range(0, len(channels), FEW):
                for channel in channels[first : first + FEW]:
                    if client.channels.get(channel.sid) is channel:
                        self._tell(client, channel)
                yield

    def _tell(self, client: Client, channel: Channel) -> None:
        before, channel.rights = channel.rights, self._served.rights(channel.address, client.peer)
        if before == channel.rights:
            return
        client.answer(message(ACCESS_RIGHTS, cid=channel.cid, available=channel.rights))
        if (before ^ channel.rights) & MAY_READ:
            for monitor in channel.monitors:
                if channel.rights & MAY_READ:
                    channel.first(monitor)
                else:
                    client.let_go(monitor)
                    client.answer(monitor.refused())
