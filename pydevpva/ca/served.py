"""Served: what all clients share: names, access rules, puts. Database thread, but for the names."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from pydevpva.ca.names import Names
from pydevpva.ca.protocol import MAY_READ, MAY_WRITE
from pydevpva.serving.access import AccessRules, Peer
from pydevpva.serving.client_put import Clients
from pydevpva.serving.put_log.put_log import PutLog

if TYPE_CHECKING:
    from pydevpva.engine.address import Address
    from pydevpva.engine.database import Database


class CaClients(Clients):
    """The clients of a Channel Access server."""

    protocol = "ca"


class Served:
    """`largest`: bytes of the largest value that is taken or sent."""

    def __init__(
        self, database: Database, rules: AccessRules | None, largest: int, put_log: PutLog | None = None
    ) -> None:
        self.loop = database.loop
        self.names = Names(database)
        self.clients = CaClients(database.services, rules, put_log)
        self.largest = largest
        self._numbers = itertools.count(1)

    def new_number(self) -> int:
        """A number for a channel that no other has."""
        return next(self._numbers) & 0xFFFFFFFF

    def rights(self, address: Address, peer: Peer) -> int:
        """What this client may do with a field now."""
        rules, record, field = self.clients.rules, address.record, address.field
        may = MAY_READ if rules is None or rules.may_read(record, field, peer) else 0
        if field.special == "SPC_NOMOD":
            return may
        return may | (MAY_WRITE if rules is None or rules.may_write(record, field, peer) else 0)
