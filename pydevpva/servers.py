"""Servers: what an IOC serves over which protocols, and by which access rules. Main thread, unless said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from pydevpva.engine.database import Database
from pydevpva.engine.outside import Outside
from pydevpva.serving.put_log.put_log import PutLog

if TYPE_CHECKING:
    from pydevpva.ca.server import Server as ChannelAccess
    from pydevpva.pva.groups.definitions import Definition
    from pydevpva.pva.server import Listening, Server
    from pydevpva.serving.access_file import AccessFile

log = logging.getLogger(__name__)


class Servers:
    """`pva` and `ca` are the servers that run; `protocols` those that shall. `environment` is what epicsEnvSet has set.

    A server's modules are imported when it is started: an IOC without one does not load them.
    """

    def __init__(
        self, database: Database, environment: Mapping[str, str], put_log: PutLog, protocols: Iterable[str]
    ) -> None:
        self.protocols = set(protocols)
        self.checks_addresses = False  # asCheckClientIP: Channel Access's clients are what their addresses say
        self.access_file: str | None = None
        self.outside = Outside(database)  # inputs of access rules that other IOCs have
        self.pva: Server | None = None
        self.ca: ChannelAccess | None = None
        self._database, self._environment, self._put_log = database, environment, put_log
        self._rules: AccessFile | None = None

    # ---- access rules ----

    @property
    def rules(self) -> AccessFile | None:
        """The access rules in force; None: everybody may write everything."""
        return self._rules

    def read_rules(self) -> None:
        """Read the access security file; LoadError leaves the rules as they are."""
        if self.access_file is None:
            self._rules = None
            return
        from pydevpva.serving.access_file import AccessFile

        self._rules = AccessFile(self.access_file, self.read_for_access)

    def reload_access(self) -> None:
        """asInit while running: read the file again, and let all servers go by it. LoadError as for read_rules."""
        self.read_rules()
        self._database.loop.call(self.watch_outside)
        for server in (self.pva, self.ca):
            if server is not None:
                server.use_rules(self._rules)

    def watch_outside(self) -> None:
        """Inputs of access rules that no record here has come from other IOCs. Database thread."""
        self.outside.watch(self._rules.inputs() if self._rules is not None else ())

    def read_for_access(self, name: str) -> tuple[float, int]:
        """Value and severity of what an access security file names, here or in another IOC; on the database thread.
        NotFound: it is not here, and no file that is in force names it."""
        if name in self.outside:
            return self.outside.read(name)
        address = self._database.find(name)
        return address.number(), int(address.record.SEVR)

    # ---- serving ----

    def start(self, groups: Callable[[], Iterable[Definition]]) -> Listening | None:
        """Serve; `groups` gives those of PVAccess. Where it listens for that; see also `listens`."""
        if "ca" in self.protocols:
            self._start_channel_access()
        return self._start_pvaccess(groups()) if "pva" in self.protocols else None

    def _start_pvaccess(self, groups: Iterable[Definition]) -> Listening:
        from pydevpva.pva.server import Server

        self.pva = Server(self._database, self._environment, self._rules, groups, self._put_log)
        listening = self.pva.start()
        if listening.port_taken:
            log.warning("TCP port %d is in use: this IOC listens on %d", listening.wanted_port, listening.port)
        return listening

    def _start_channel_access(self) -> None:
        from pydevpva.ca.server import Server

        outside = self.outside.record
        self.ca = Server(
            self._database, self._environment, self._rules, self.checks_addresses, outside, self._put_log
        )  # fmt: skip
        self.ca.start()

    def listens(self) -> list[str]:
        """Where the servers listen, a line each."""
        return [str(server.listening()) for server in (self.pva, self.ca) if server is not None]

    def stop(self, timeout: float) -> None:
        """Answer the clients, and stop serving."""
        for server in (self.pva, self.ca):
            if server is not None:
                server.stop(timeout)
