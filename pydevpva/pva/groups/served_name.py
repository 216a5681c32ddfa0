"""GroupName: the PV of one group; cheap until a client asks for it."""

from __future__ import annotations

from typing import Any

from pydevpva.pva.channels.served_name import ServedName
from pydevpva.pva.clients import PvaClients
from pydevpva.pva.groups.channel import GroupChannel
from pydevpva.pva.groups.group_put import GroupPut
from pydevpva.pva.groups.members import Group
from pydevpva.pva.options import put_options
from pydevpva.pva.types.p4p_types import Operation


class GroupName(ServedName):
    """Handler of a group's SharedPV, closed until the first client connects; threads as in ServedName."""

    __slots__ = ("group",)

    def __init__(self, group: Group, clients: PvaClients) -> None:
        super().__init__(group.name, clients)
        self.group = group

    def put(self, operation: Operation) -> None:
        self._clients.bury()
        try:
            options = put_options(operation.pvRequest(), self._name)
            put = GroupPut(self._clients, operation, self.group, options)
            put.warn()
        except Exception as error:
            operation.done(error=f"{self._name}: {error}")
        else:
            put.submit()

    def _make(self) -> Any:
        return GroupChannel(self.group, self.pv, self._clients.loop)
