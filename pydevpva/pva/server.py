"""Server: the PVAccess server of one database: who listens where, and which names it knows. Main thread.

Records and aliases are listed from the start; REC.FIELD names are made when a client asks for one.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from p4p import server as p4p_server

from pydevpva.engine.filters.parse import split_filters
from pydevpva.errors import NotFound, PydevpvaError
from pydevpva.forks import in_child
from pydevpva.pva.channels.served_name import PassingName, ServedName
from pydevpva.pva.clients import PvaClients
from pydevpva.pva.forked import close_sockets
from pydevpva.pva.own_clients import allow_shape
from pydevpva.pva.report import references
from pydevpva.pva.types.shape_of import shape_of
from pydevpva.records.core.rset import ATTRIBUTES
from pydevpva.serving.access import AccessRules
from pydevpva.serving.put_log.put_log import PutLog

if TYPE_CHECKING:
    from p4p._p4p import SharedPV

    from pydevpva.engine.database import Database
    from pydevpva.pva.groups.definitions import Definition
    from pydevpva.pva.groups.members import Group

log = logging.getLogger(__name__)

DEFAULT_PORT = 5075
LONGEST_NAME = 4096  # with its filters
LINGER = 0.2  # seconds
MOST_REFUSED = 1000  # names are kept, whoever asks for what


class ServeError(PydevpvaError):
    """The server cannot listen as it was told to."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a started server listens. `wanted_port` is the one asked for, which may have been taken."""

    interfaces: tuple[str, ...]
    port: int
    search_port: int
    wanted_port: int

    @property
    def port_taken(self) -> bool:
        """The port asked for belongs to somebody else; `port` was taken instead."""
        return self.wanted_port not in (0, self.port)

    def __str__(self) -> str:
        where = " ".join(self.interfaces)
        text = f"PVAccess server on {where}, TCP port {self.port}, UDP search port {self.search_port}"
        return f"{text} (port {self.wanted_port} is taken by another program)" if self.port_taken else text


class Server:
    """Serves the records of a database. `environment` holds the EPICS_PVAS_* and EPICS_PVA_* variables that
    are not, or not yet, in the process's environment; `rules` decide about puts (None: all are allowed); `groups`
    are served besides; `put_log` hears of the puts."""

    def __init__(
        self,
        database: Database,
        environment: Mapping[str, str] | None = None,
        rules: AccessRules | None = None,
        groups: Iterable[Definition] = (),
        put_log: PutLog | None = None,
    ) -> None:
        allow_shape()
        self._database = database
        self._environment = {k: v for k, v in (environment or {}).items() if k.startswith("EPICS_PVA")}
        self._clients = PvaClients(database, rules, put_log)
        self._records = p4p_server.StaticProvider("records")
        self._definitions = groups
        self.groups: dict[str, Group] = {}
        self._names: dict[str, ServedName] = {}
        self.fields = FieldNames(database, self._clients)
        self._dynamic = p4p_server.DynamicProvider("fields", self.fields)  # p4p drops it unless it is kept
        self._server: p4p_server.Server | None = None

    def start(self) -> Listening:
        """List all records and aliases and begin to serve; after iocInit. Raises ServeError."""
        for name in self._database.records:
            self._names[name] = ServedName(name, self._clients)
            self._records.add(name, self._names[name].pv)
        for alias, name in self._database.aliases.items():
            self._records.add(alias, self._names[name].pv)
        self._add_groups()
        try:
            in_child(close_sockets)
            self._server = p4p_server.Server([(self._records, 0), (self._dynamic, 1)], conf=self._environment)
        except RuntimeError as error:
            raise ServeError(f"cannot start the PVAccess server: {error}") from None
        return self.listening()

    def _add_groups(self) -> None:
        from pydevpva.pva.groups.members import make_groups
        from pydevpva.pva.groups.served_name import GroupName

        self.groups = make_groups(self._definitions, self._database)
        for name, group in self.groups.items():
            self._names[name] = GroupName(group, self._clients)
            self._records.add(name, self._names[name].pv)

    def listening(self) -> Listening:
        """The interfaces and ports in effect."""
        if self._server is None:
            raise ServeError("the PVAccess server is not running")
        conf = self._server.conf()
        interfaces = conf["EPICS_PVAS_INTF_ADDR_LIST"].split()  # with the port that was asked for, not the one in use
        return Listening(
            tuple(interface.rsplit(":", 1)[0] if interface.count(":") == 1 else interface for interface in interfaces),
            int(conf["EPICS_PVAS_SERVER_PORT"]),
            int(conf["EPICS_PVAS_BROADCAST_PORT"]),
            self._wanted_port(),
        )

    def clients_and_channels(self) -> tuple[int, int]:
        """How many are connected, and how many channels they have; in a process with several IOCs, those of all.

        pvxs counts its connections itself. Any thread.
        """
        counted = references()
        return counted.get("ServerConn", 0), counted.get("ServerChan", 0)

    def names(self) -> list[str]:
        """What pvlist and pvxlist show: records, aliases and groups."""
        return sorted(self._records.keys())

    def use_rules(self, rules: AccessRules | None) -> None:
        """Let these rules decide about puts from now on."""
        self._clients.rules = rules

    def report(self, detail: int) -> str:
        """The effective configuration and the sources of names, as EPICS's pvxsr prints it.

        Without the clients, which belong to detail 2: p4p keeps the interpreter while it waits for pvxs's thread, which
        may be waiting for the interpreter to call one of our handlers.
        """
        return str(self._server.tostr(min(detail, 1))) if self._server is not None else ""

    def stop(self, timeout: float = 1.0) -> None:
        """Answer the puts that wait with an error, close all channels, and stop serving."""
        if self._server is None:
            return
        server, self._server = self._server, None
        self._clients.stopping = True
        try:
            waited = self._database.loop.call(self._clients.stop, timeout=timeout)
        except (PydevpvaError, TimeoutError) as error:
            log.warning("puts that still waited were not answered: %s", error)
        else:
            for _ in range(3 if waited else 0):
                server._S.start()  # one turn of its thread, no more: answers leave before the connections close
            if waited:
                # Each answered client says that it is done. A connection closed with that unread is reset, and the
                # client loses the answers that it had not read
                time.sleep(LINGER)
        server.stop()
        self._clients.bury()

    def _wanted_port(self) -> int:
        for name in ("EPICS_PVAS_SERVER_PORT", "EPICS_PVA_SERVER_PORT"):
            for variables in (self._environment, os.environ):
                if (text := variables.get(name, "")).isdecimal():
                    return int(text)
        return DEFAULT_PORT


class FieldNames:
    """Makes REC.FIELD channels when they are asked for (p4p's DynamicProvider handler). pvxs thread.

    It looks at names and definitions only, which do not change while the server runs. A name is kept as long as a
    client has it open, and forgotten when others are asked for: what a name may hold in filters has no end.
    """

    def __init__(self, database: Database, clients: PvaClients) -> None:
        self._database, self._clients = database, clients
        self._made: dict[str, PassingName] = {}
        self._left: deque[str] = deque()  # names whose last client has left
        self._refused: set[str] = set()  # names with filters that were found wrong, and said

    def testChannel(self, name: str) -> bool:
        self._forget_unused()
        return name in self._made or (len(name) <= LONGEST_NAME and self._exists(name))

    def makeChannel(self, name: str, peer: str) -> SharedPV | None:
        self._forget_unused(name)
        made = self._made.get(name)
        if made is None and len(name) <= LONGEST_NAME and self._exists(name):
            made = self._made[name] = PassingName(name, self._clients, self._left.append)
        return made.pv if made is not None else None

    def kept(self) -> int:
        """How many names are kept; from any thread."""
        return len(self._made)

    def _forget_unused(self, wanted: str = "") -> None:
        """Not at once when the last client leaves: that is a callback of the very PV that would be freed."""
        for _ in range(len(self._left)):
            name = self._left.popleft()
            if name == wanted:
                self._left.append(name)
            elif (made := self._made.get(name)) is not None and not made.in_use:
                del self._made[name]

    def _exists(self, name: str) -> bool:
        """Whether that is a field with a value; Database.look_up would search for similar names in vain."""
        base, _, field = name.partition(".")
        record = self._database.records.get(self._database.aliases.get(base, base))
        if record is None or not field:
            return False
        name_of_field = split_filters(field)[0].removesuffix("$") or "VAL"
        if name_of_field not in record.rtype.fields and name_of_field not in ATTRIBUTES:
            return False
        try:
            shape_of(self._database.look_up(name))
        except NotFound as error:
            self._say(name, str(error))
            return False
        return True

    def _say(self, name: str, reason: str) -> None:
        """A filter that is none is the user's mistake: said once, though clients ask again and again."""
        if ("[" in name or "{" in name) and name not in self._refused and len(self._refused) < MOST_REFUSED:
            self._refused.add(name)
            log.warning("%s: %s", name, reason)
