"""HandleRecords: records of this IOC, and through the links' clients of others, for pydev.record. From any thread."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import TYPE_CHECKING, Protocol, cast

from pydevpva.engine.address import Address
from pydevpva.engine.database import Database
from pydevpva.engine.put import PlainPut
from pydevpva.errors import PutError
from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.handles import Subscription, Update
from pydevpva.handles.deadlock import Looker
from pydevpva.handles.fields import Fields, read
from pydevpva.handles.needs import needs
from pydevpva.handles.sent import sent, sent_to
from pydevpva.handles.subscriptions import QUEUE, Callbacks, Tell, Watching
from pydevpva.handles.waiting import FIRST_LOOK, LOOK, Wait, Waits
from pydevpva.records.core.values import Sent

if TYPE_CHECKING:
    import asyncio

GIVEN_UP = "given up by who waited for it"
Settle = Callable[[object, BaseException | None], object]


class Far(Protocol):
    """PVs of other servers: pva.links.handles.FarRecords. Its methods belong to the database thread.

    Each gives what ends it before it is over; a `settle` comes at most once.
    """

    def read(self, name: str, settle: Settle) -> Callable[[], object]: ...
    def put(self, name: str, value: Sent, wait: bool, settle: Settle) -> Callable[[], object]: ...
    def watch(self, name: str, tell: Tell) -> Callable[[], object]: ...
    def prepare(self) -> None:
        """Before the others, on the user's thread."""

    def missing(self, name: str) -> str:
        """What is said of a PV that no server has, after {:g} seconds; from any thread."""


class HandleRecords:
    """evaluator.handles.Records of one IOC."""

    def __init__(self, database: Database, evaluator: Evaluator, far: Far) -> None:
        self._database, self._evaluator, self._far = database, evaluator, far
        self._loop = database.loop
        self._fields = Fields(database)
        self._waits = Waits(Looker(evaluator, database.loop))
        self.begin_serving, self.close = self._waits.begin_serving, self._waits.close

    # ---- threads ----

    def read(self, name: str, timeout: float) -> Update:
        """The field now; TimeoutError: no server has such a PV."""
        wait = Wait(name)
        return cast(Update, self._waits.wait(wait, self._begin_read(wait, timeout)))

    def write(self, name: str, value: object, wait: bool, timeout: float | None) -> None:
        """A put; see Handle.put."""
        if wait and self._evaluator.later.is_here():
            raise PutError(f"{name}: would hold up all coroutines: `await` handle.aput(...) or aprocess() here")
        waits = Wait(name)
        self._begin_write(waits, value, wait)
        self._waits.wait(waits, timeout)

    def subscribe(self, name: str, callback: Tell) -> Subscription:
        """Have callback(update) run on the evaluator."""
        if not callable(callback):
            raise TypeError(f"subscribe takes a function, not {type(callback).__name__}")
        callbacks = Callbacks(name, callback, self._evaluator, self._loop)
        return _Ended(self._watch(name, callbacks.tell), callbacks.close)

    # ---- coroutines ----

    async def read_later(self, name: str, timeout: float) -> Update:
        """As read."""
        wait = self._wait_here(name)
        return cast(Update, await self._over(wait, self._begin_read(wait, timeout)))

    async def write_later(self, name: str, value: object, timeout: float | None) -> None:
        """As write, with wait."""
        wait = self._wait_here(name)
        self._begin_write(wait, value, True)
        await self._over(wait, timeout)

    async def updates(self, name: str) -> AsyncIterator[Update]:
        """The field now and each change."""
        import asyncio  # here and below: by who has a loop, an IOC without coroutines is spared it

        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Update] = asyncio.Queue()

        def arrived(update: Update) -> None:
            if queue.qsize() >= QUEUE:
                queue.get_nowait()
            queue.put_nowait(update)

        watching = self._watch(name, lambda update: loop.call_soon_threadsafe(arrived, update))
        try:
            while True:
                yield await queue.get()
        finally:
            watching()

    def _wait_here(self, name: str) -> Wait:
        """A wait that an asyncio future of the running loop follows."""
        import asyncio

        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()

        def tell() -> None:
            if not over.done():
                over.set_result(None)

        wait = Wait(name, lambda _: loop.call_soon_threadsafe(tell))
        wait.future = over
        wait.waiter = asyncio.current_task()
        return wait

    async def _over(self, wait: Wait, timeout: float | None) -> object:
        """As Waits.wait, in a coroutine."""
        import asyncio

        assert wait.future is not None
        end = None if timeout is None else monotonic() + timeout
        patience = FIRST_LOOK
        try:
            while not (await asyncio.wait([wait.future], timeout=_left(patience, end)))[0]:
                if end is not None and monotonic() >= end:
                    raise TimeoutError(wait.late.format(timeout))
                self._waits.check(wait)
                patience = LOOK
        except BaseException:
            wait.cancel()
            raise
        finally:
            self._waits.remove(wait)
        return wait.outcome()

    # ---- on the way to the database thread ----

    def _begin_read(self, wait: Wait, timeout: float) -> float | None:
        """How long to wait: this IOC's own records are there, or not."""
        self._waits.add(wait)
        try:
            address = self._fields.find(wait.name)
        except BaseException:
            self._waits.remove(wait)
            raise
        if address is not None:
            self._loop.submit(self._read, wait, address)
            return None
        wait.late = self._far.missing(wait.name)
        self._from_afar(wait, lambda: self._far.read(wait.name, wait.settle))
        return timeout

    def _read(self, wait: Wait, address: Address) -> None:
        try:
            wait.settle(read(address))
        except Exception as error:
            wait.settle(None, error)

    def _begin_write(self, wait: Wait, value: object, completed: bool) -> None:
        self._waits.add(wait)
        try:
            address = self._fields.find(wait.name)
            if address is None:
                made = sent(wait.name, value)
                self._from_afar(wait, lambda: self._far.put(wait.name, made, completed, wait.settle))
                return
            made = sent_to(address, value)
        except BaseException:
            self._waits.remove(wait)
            raise
        puts = self._database.puts
        put = PlainPut(puts, address, made, None, completed, wait.answered)
        if completed:
            wait.depends = lambda: needs(put, puts.pending)
            wait.cancel = lambda: self._loop.submit(put.cancel, GIVEN_UP)
        self._loop.add(put.start)

    def _from_afar(self, wait: Wait, begin: Callable[[], Callable[[], object]]) -> None:
        """Begin on the database thread; who gives up before it is over ends it there."""
        self._far.prepare()
        ends: list[Callable[[], object]] = []
        wait.cancel = lambda: self._loop.submit(lambda: [end() for end in ends])
        self._loop.submit(lambda: ends.append(begin()))

    def _watch(self, name: str, tell: Tell) -> Callable[[], object]:
        """Tell of a field; what is returned ends it."""
        self._waits.check_open(name)
        address = self._fields.find(name)
        if address is not None:
            watching = Watching(address, self._loop, tell)
            self._loop.submit(watching.begin)
            return watching.close
        self._far.prepare()
        ends: list[Callable[[], object]] = []
        self._loop.submit(lambda: ends.append(self._far.watch(name, tell)))
        return lambda: self._loop.submit(lambda: [end() for end in ends])


def _left(patience: float, end: float | None) -> float:
    return patience if end is None else max(0.0, min(patience, end - monotonic()))


class _Ended:
    """A Subscription."""

    __slots__ = ("_ends",)

    def __init__(self, *ends: Callable[[], object]) -> None:
        self._ends = ends

    def close(self) -> None:
        """End it."""
        for end in self._ends:
            end()
