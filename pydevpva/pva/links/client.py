"""RemotePVs: the PVs of other servers that links of this IOC lead to, and the one p4p client behind them.

p4p calls back on its own thread, and these callbacks only hand over to the database thread, where all else is done
but for one thing: ending an operation waits for p4p's thread, so that a thread of its own does it.
Follows QSRV2 (pvxs: ioc/pvalink_channel.cpp).
"""

from __future__ import annotations

import logging
import threading
from bisect import insort
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from pydevpva.foreign_threads import keep_thread
from pydevpva.forks import in_child
from pydevpva.loop import Loop
from pydevpva.pva.forked import close_sockets
from pydevpva.pva.links.operations import Get, Part, Put
from pydevpva.pva.types.p4p_types import Closable, Structure

if TYPE_CHECKING:
    from p4p.client.raw import Context

log = logging.getLogger(__name__)

USERS_A_STEP = 100  # links that hear of one update in one piece


class User(Protocol):
    """A link of this IOC, as its RemotePV sees it."""

    order: int  # links of one PV hear of its updates in this order

    @property
    def place(self) -> str:
        """Record and field, for messages."""

    def connected_to(self, root: Structure) -> None:
        """First value after a connect: a p4p Value, whose structure may be new."""

    def disconnected_from(self) -> None: ...

    def unpacking(self) -> Callable[[], None] | None:
        """What has to be done before `updated`, on a thread that may take its time; None: nothing."""

    def updated(self) -> None:
        """A connect, update or disconnect: process the record that waits for it."""

    def take_put(self) -> Part | None:
        """What this link wants to be sent now; None: nothing."""


class RemotePVs:
    """All remote PVs of an IOC by name and request. `environment` has the EPICS_PVA_* variables that the process's
    environment has not."""

    def __init__(self, loop: Loop, environment: Mapping[str, str]) -> None:
        self.loop = loop
        self._ending = Loop("pva-links", deep=False)
        self._environment = environment
        self._context: Context | None = None
        self._making = threading.Lock()
        self._pvs: dict[tuple[str, str], RemotePV] = {}
        self.closed = False

    def pv(self, name: str, queue: int, pipeline: bool) -> RemotePV:
        """The one PV of that name and request."""
        request = f"field()record[queueSize={queue},pipeline={str(pipeline).lower()},atomic=true]"
        key = (name, request)
        if key not in self._pvs:
            self._pvs[key] = RemotePV(self, name, request)
        return self._pvs[key]

    def forget(self, pv: RemotePV) -> None:
        """No link leads there any more."""
        self._pvs.pop((pv.name, pv.request), None)

    def all(self) -> list[RemotePV]:
        """For reports."""
        return list(self._pvs.values())

    def begin(self, how: Callable[[Context], Any]) -> Any:
        """A put or monitor of the p4p client, which any thread makes when it is first needed; None at the end.

        It is not closed meanwhile: what p4p makes would be the last to hold it, and close it with the GIL that the
        client's own thread waits for.
        """
        with self._making:
            if self.closed:
                return None
            if self._context is None:
                from p4p.client.raw import Context

                conf = {k: v for k, v in self._environment.items() if k.startswith("EPICS_PVA_")}
                in_child(close_sockets)
                self._context = Context("pva", conf=conf, useenv=True, nt=False)
                self._ending.start()
            return how(self._context)

    def end(self, operation: Closable | None) -> None:
        """Close a p4p operation or monitor, without waiting for that."""
        if operation is not None:
            self._ending.submit(operation.close)

    def close(self) -> None:
        """End the client; on the main thread."""
        with self._making:
            self.closed, context, self._context = True, self._context, None
        if context is not None:
            context.close()
            self._ending.stop()


class RemotePV:
    """One PV of another server: its last value, and the puts to it. One put is under way at a time; what links want
    to send meanwhile goes out together with the next, so that the newest value always arrives. Puts that wait for
    completion are not counted: a busy there may wait for the next put to end the first."""

    def __init__(self, pvs: RemotePVs, name: str, request: str) -> None:
        self._pvs, self.name, self.request = pvs, name, request
        self.users: list[User] = []
        self.root: Any = None  # the p4p Value with all that is known
        self.connected = False
        self.disconnects = 0
        self._monitor: Any = None
        self._put: Put | None = None  # the put under way
        self._waiting: set[Put] = set()  # those whose completion somebody waits for
        self._processing: Put | None = None  # and the one to PROC, which waits for ever when there is no such field
        self._wanted = False  # a link that does not defer its puts has something to send
        self._forced = False  # the far end is to be processed
        self._again = False  # and once more, when the processing under way has ended
        self._popping = False
        self._unpacking = False  # another thread reads the p4p Value
        self._told = ""  # the last error of a put that was logged

    # ---- links ----

    def add(self, user: User) -> None:
        """A link begins: it hears of the value at once when it is there."""
        users = list(self.users)  # a fresh list: who goes through the former keeps it
        insort(users, user, key=lambda u: u.order)
        self.users = users
        if self._monitor is None:
            self._monitor = self._pvs.begin(lambda p4p: p4p.monitor(self.name, self._event, self.request))
        elif self.connected:
            user.connected_to(self.root)
            user.updated()

    def remove(self, user: User) -> None:
        """A link ends."""
        self.users = [u for u in self.users if u is not user]
        if not self.users:
            self._pvs.forget(self)
            monitor, self._monitor = self._monitor, None
            if monitor is not None:
                self._pvs.end(monitor)

    # ---- updates ----

    def _event(self) -> None:
        """The monitor has something; on the client's thread."""
        keep_thread()
        if not self._popping:
            self._popping = True
            self._pvs.loop.submit(self._pop)

    def _pop(self) -> None:
        """Take one update, so that others have their turn before the next; on the database thread."""
        self._popping = False
        monitor = self._monitor
        if monitor is None or self._pvs.closed or (update := monitor.pop()) is None:
            return
        if isinstance(update, Exception):
            self._disconnected()
        elif self.connected:
            self.root[None] = update
        else:
            self.connected, self.root = True, update
            for user in self.users:
                user.connected_to(update)
            self._start_put()  # what waited for the connection
        self._popping = True  # by us, when this update has been told
        if unpacking := [work for user in self.users if (work := user.unpacking()) is not None]:
            from pydevpva.pva.channels.packing import codec_threads

            self._unpacking = True
            codec_threads().submit(self._unpack, unpacking)
        else:
            self._tell()

    def _unpack(self, unpacking: list[Callable[[], None]]) -> None:
        """On a thread for codecs; meanwhile the p4p Value stays as it is."""
        try:
            for work in unpacking:
                work()
        finally:
            self._pvs.loop.submit(self._tell)

    def refresh(self, done: Callable[[], object]) -> None:
        """Ask the server for the value, apart from what the monitor brings; done() when it is there, or is not."""
        Get(self._pvs, self._fetched, done).start(self.name)

    def _fetched(self, value: object) -> None:
        if self.connected and not self._unpacking and isinstance(value, type(self.root)):
            self.root[None] = value

    def _tell(self) -> None:
        """The update is there to be read; links by the thousand hear of it step by step."""
        self._unpacking = False
        self._pvs.loop.trickle(self._tell_all(self.users))

    def _tell_all(self, users: list[User]) -> Iterator[None]:
        for n, user in enumerate(users):
            if self._pvs.closed:
                break
            user.updated()
            if n % USERS_A_STEP == USERS_A_STEP - 1:
                yield
        self._pvs.loop.submit(self._pop)

    def _disconnected(self) -> None:
        if self.connected:
            self.disconnects += 1
        self.connected = self._forced = self._again = False
        puts = [put for put in (self._put, self._processing, *self._waiting) if put is not None]
        self._put = self._processing = None
        self._waiting.clear()
        for user in self.users:
            user.disconnected_from()
        for put in puts:
            put.abandon()

    # ---- puts ----

    def put(self) -> None:
        """Send what links want to be sent, now or as soon as that is possible."""
        self._wanted = True
        self._start_put()

    def process(self) -> None:
        """Process the far end."""
        self._forced = True
        self._start_put()

    def _start_put(self) -> None:
        if self._put is not None or not self.connected or not (self._wanted or self._forced):
            return
        parts = [part for user in self.users if (part := user.take_put()) is not None]
        forced, self._forced, self._wanted = self._forced, False, False
        if not parts and not forced:
            return
        if not parts and self._is_field():
            self._process_field()
            return
        block = any(part.waiting for part in parts)
        request = f"field()record[block={str(block).lower()},process={_process(parts, forced)}]"
        put = Put(self._pvs, self._put_ended, parts)
        if block:
            self._waiting.add(put)
        else:
            self._put = put
        put.start(self.name, request)

    def _process_field(self) -> None:
        """To PROC, because QSRV2 takes a put that sends nothing to a record for one that sends 0."""
        if self._processing is None:
            self._processing = Put(self._pvs, self._put_ended, [Part(_one, "", [])])
            self._processing.start(f"{self.name.partition('.')[0]}.PROC", "field()")
        else:
            self._again = True

    def _is_field(self) -> bool:
        """Whether this looks like a field of a record, and not like a group."""
        return str(self.root.getID()).startswith(("epics:nt/NTScalar", "epics:nt/NTEnum"))

    def _put_ended(self, put: Put, error: str | None) -> None:
        """A put has ended, other than by a disconnect."""
        if error and error != self._told:
            log.warning("put to %s: %s", self.name, error)
        self._told = error or ""
        if put is self._processing:
            self._processing = None
            self._forced, self._again = self._forced or self._again, False
        elif put in self._waiting:
            self._waiting.remove(put)
        else:
            self._put = None
        self._start_put()


def _one(value: Structure) -> None:
    value["value"] = 1


def _process(parts: list[Part], forced: bool) -> str:
    """record._options.process: the far end decides, unless a link asks for, or against, processing."""
    words = {part.proc for part in parts}
    if forced or words & {"PP", "CP", "CPP"}:
        return "true"
    return "false" if "NPP" in words else "passive"
