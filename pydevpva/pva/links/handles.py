"""FarRecords: PVs of other servers for pydev.record, through the client that links use. Database thread.

A PV stays connected for a while after its last use: code that reads it once a second connects once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, MutableSequence
from dataclasses import dataclass
from typing import TypeVar

from pydevpva.engine.database import Database
from pydevpva.errors import PutError, did_you_mean
from pydevpva.evaluator.handles import FAR, Alarm, Update
from pydevpva.pva.links.client import RemotePVs
from pydevpva.pva.links.far import Far, filler
from pydevpva.pva.links.operations import DISCONNECTED, Part
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.records.core.alarm import SEVERITIES
from pydevpva.records.core.arrays import copy
from pydevpva.records.core.values import Sent

T = TypeVar("T")
Settle = Callable[[object, BaseException | None], object]
Tell = Callable[[Update], object]
End = Callable[[], object]
LINGER = 10.0  # seconds


class FarRecords:
    """The PVs in use by their names."""

    def __init__(self, pvs: RemotePVs, database: Database) -> None:
        self.pvs, self._database = pvs, database
        self._users: dict[str, FarUser] = {}

    def read(self, name: str, settle: Settle) -> End:
        """The value as soon as it is there."""
        return self._user(name).read(settle)

    def put(self, name: str, value: Sent, wait: bool, settle: Settle) -> End:
        """A put, in line behind those before; over when it is sent, or with `wait` completed."""
        if isinstance(value, dict):
            settle(None, PutError(f"{name}: a table of another IOC cannot be put"))
            return bool
        return self._user(name).put(_Sending(value, wait, settle))

    def watch(self, name: str, tell: Tell) -> End:
        """The value now, and each change."""
        return self._user(name).watch(tell)

    def prepare(self) -> None:
        """Before anything else, on the user's thread: the database thread has no time to make a client."""
        self.pvs.begin(bool)

    def missing(self, name: str) -> str:
        """What is said of a PV that no server has; from any thread."""
        hint = did_you_mean(name.partition(".")[0], self._database.records, self._database.aliases)
        return f"no PV {name} found within {{:g}} s, in this IOC or another{hint}"

    def forget(self, name: str) -> None:
        """It has not been used for a while."""
        self._users.pop(name, None)

    def _user(self, name: str) -> FarUser:
        if name not in self._users:
            self._users[name] = FarUser(self, name)
        return self._users[name]


@dataclass(eq=False, slots=True)
class _Sending:
    """One put that has not been sent."""

    value: Sent
    wait: bool
    settle: Settle


class FarUser:
    """One PV as its RemotePV sees it: a link that no record has (pva.links.client.User)."""

    order = 0

    def __init__(self, far_records: FarRecords, name: str) -> None:
        self.place = f"pydev.record({name!r})"
        self._records, self._name = far_records, name
        self._loop = far_records.pvs.loop
        self._readers: list[Settle] = []
        self._watchers: list[Tell] = []
        self._puts: deque[_Sending] = deque()
        self._far: Far | None = None
        self._uses = 0  # so far
        self._pv = far_records.pvs.pv(name, 4, False)
        self._loop.submit(self._pv.add, self)

    # ---- what handles ask ----

    def read(self, settle: Settle) -> End:
        self._use()
        if self._far is not None:
            self._settle(settle, self._far)
        else:
            self._readers.append(settle)
        return lambda: _drop(self._readers, settle)

    def put(self, sending: _Sending) -> End:
        self._use()
        self._puts.append(sending)
        self._pv.put()
        if sending in self._puts and self._far is None:
            self._loop.after(FAR, self._not_found, sending)
        return lambda: _drop(self._puts, sending)

    def watch(self, tell: Tell) -> End:
        self._use()
        self._watchers = [*self._watchers, tell]
        if self._far is not None:
            tell(_update(self._far))
        return lambda: self._unwatch(tell)

    def _unwatch(self, tell: Tell) -> None:
        self._watchers = [t for t in self._watchers if t is not tell]
        self._use()

    def _not_found(self, sending: _Sending) -> None:
        if sending in self._puts and self._far is None:
            self._puts.remove(sending)
            sending.settle(None, PutError(self._records.missing(self._name).format(FAR)))

    def _use(self) -> None:
        self._uses += 1
        self._loop.after(LINGER, self._leave, self._uses)

    def _leave(self, uses: int) -> None:
        """Disconnect where nobody has come since."""
        if uses == self._uses and not (self._readers or self._watchers or self._puts):
            self._records.forget(self._name)
            self._pv.remove(self)

    @staticmethod
    def _settle(settle: Settle, far: Far) -> None:
        try:
            settle(_update(far), None)
        except Exception as error:  # it has no value that could be read
            settle(None, error)

    # ---- what RemotePV tells ----

    def connected_to(self, root: Structure) -> None:
        self._far = Far(root, "")

    def disconnected_from(self) -> None:
        self._far = None
        while self._puts:
            self._puts.popleft().settle(None, PutError(f"{self._name}: {DISCONNECTED}"))

    def unpacking(self) -> Callable[[], None] | None:
        return self._far.unpacking() if self._far is not None and (self._watchers or self._readers) else None

    def updated(self) -> None:
        if (far := self._far) is None:
            return
        readers, self._readers = self._readers, []
        for settle in readers:
            self._settle(settle, far)
        if self._watchers:
            update = _update(far)
            for tell in self._watchers:
                tell(update)

    def take_put(self) -> Part | None:
        if not self._puts or self._far is None:
            return None
        sending = self._puts.popleft()
        if self._puts:
            self._loop.submit(self._pv.put)

        def done(error: str | None) -> None:
            sending.settle(None, PutError(f"{self._name}: {error}") if error else None)

        if not sending.wait:
            sending.settle(None, None)
        return Part(filler(self._far, sending.value), "", [done] if sending.wait else [])  # type: ignore[arg-type]


def _drop(waiting: MutableSequence[T], one: T) -> None:
    """Who gave it up need not be told."""
    if one in waiting:
        waiting.remove(one)


def _update(far: Far) -> Update:
    """What the far end told last."""
    severity, message = far.alarm()
    stamp = far.stamp()
    return Update(copy(far.whole()), Alarm(SEVERITIES[severity], "", message), stamp[0] / 1e9 if stamp else 0.0)
