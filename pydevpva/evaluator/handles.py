"""Handle: a record as users' Python has it. It keeps nothing but the name; its methods may be called on any thread."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple, Protocol

FAR = 5.0  # seconds that a record of another IOC is waited for


class Alarm(NamedTuple):
    """severity and status as EPICS names them ("MAJOR", "HIHI"; "NO_ALARM"), message as in AMSG."""

    severity: str
    status: str
    message: str


class Update(NamedTuple):
    """What a field held at a moment; `time` is the record's, in seconds as of time.time()."""

    value: Any
    alarm: Alarm
    time: float


class Subscription(Protocol):
    """`close` ends it: no update is told that has not been begun."""

    def close(self) -> None: ...


class Records(Protocol):
    """Who reads and writes records: handles.records.HandleRecords. `name` is a field's, as REC or REC.FIELD."""

    def read(self, name: str, timeout: float) -> Update: ...
    def write(self, name: str, value: object, wait: bool, timeout: float | None) -> None: ...
    def subscribe(self, name: str, callback: Callable[[Update], object]) -> Subscription: ...
    async def read_later(self, name: str, timeout: float) -> Update: ...
    async def write_later(self, name: str, value: object, timeout: float | None) -> None: ...
    def updates(self, name: str) -> AsyncIterator[Update]: ...


class Handle:
    """A record by its name, of this IOC or another. Errors are PydevpvaErrors: NotFound, PutError, Stopped.

    `find` gives the IOC's records at each use, or raises.
    """

    __slots__ = ("_find", "name")

    def __init__(self, name: str, find: Callable[[], Records]) -> None:
        if not isinstance(name, str) or not name or "." in name:
            raise ValueError(f'pydev.record({name!r}): the name of a record is needed; .get("HIHI") reads its HIHI')
        self.name, self._find = str.__str__(name), find

    def __repr__(self) -> str:
        return f"pydev.record({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def _field(self, field: str) -> str:
        return self.name if field == "VAL" else f"{self.name}.{field}"

    # ---- now ----

    def get(self, field: str = "VAL", timeout: float = FAR) -> Any:
        """The field's value: number, text, numpy array, list of texts, image or table.

        `timeout` is for a record of another IOC, which may not be there: TimeoutError.
        """
        return self._find().read(self._field(field), timeout).value

    @property
    def value(self) -> Any:
        """VAL."""
        return self.get()

    @property
    def alarm(self) -> Alarm:
        """(severity, status, message)."""
        return self._find().read(self.name, FAR).alarm

    @property
    def time(self) -> float:
        """When the record was processed, in seconds as of time.time()."""
        return self._find().read(self.name, FAR).time

    def put(self, value: object, field: str = "VAL", wait: bool = False, timeout: float | None = None) -> None:
        """Put as a client does; the record processes when a client's put would process it.

        Without `wait` this returns when the value is stored. With it, when all is over that the put set off; after
        `timeout` seconds TimeoutError, and what was begun goes on. PutError: refused, or it would wait for itself.
        """
        self._find().write(self._field(field), value, wait, timeout)

    def process(self, wait: bool = False, timeout: float | None = None) -> None:
        """Process the record, whatever its SCAN; `wait` and `timeout` as for put."""
        self._find().write(self._field("PROC"), 1, wait, timeout)

    def subscribe(self, callback: Callable[[Update], object], field: str = "VAL") -> Subscription:
        """Have callback(update) run for the value now and for each change, on an evaluator thread; see Update.

        Who is slow gets the newest updates, not all. `.close()` of what is returned ends it.
        """
        return self._find().subscribe(self._field(field), callback)

    # ---- in coroutines ----

    async def aget(self, field: str = "VAL", timeout: float = FAR) -> Any:
        """As get."""
        return (await self._find().read_later(self._field(field), timeout)).value

    async def aput(self, value: object, field: str = "VAL", timeout: float | None = None) -> None:
        """As put(wait=True)."""
        await self._find().write_later(self._field(field), value, timeout)

    async def aprocess(self, timeout: float | None = None) -> None:
        """As process(wait=True)."""
        await self._find().write_later(self._field("PROC"), 1, timeout)

    def updates(self, field: str = "VAL") -> AsyncIterator[Update]:
        """`async for update in handle.updates()`: the value now, and each change; who is slow gets the newest."""
        return self._find().updates(self._field(field))
