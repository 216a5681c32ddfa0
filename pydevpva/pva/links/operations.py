"""What is asked of a PV of another server: a put, a get. Each is one p4p operation.

p4p calls back on its own thread, and these callbacks only hand over to the database thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pydevpva.loop import Loop
from pydevpva.pva.types.p4p_types import Closable, Structure

if TYPE_CHECKING:
    from p4p.client.raw import Context

Done = Callable[[str | None], None]
Fill = Callable[[Structure], None]  # stores one link's value into the p4p Value that is sent; on the client's thread
DISCONNECTED = "disconnected"


class Client(Protocol):
    """Whose p4p client it is: RemotePVs."""

    loop: Loop

    def begin(self, how: Callable[[Context], Any]) -> Any: ...
    def end(self, operation: Closable | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """What one link sends: how to fill it in, its "proc", who waits for completion, and what to do when the
    connection is lost before that."""

    fill: Fill
    proc: str
    waiting: list[Done]
    retry: Callable[[], None] | None = None


class Put:
    """One put under way. Who waits for it is told once, when it has ended or the connection is lost."""

    def __init__(self, pvs: Client, then: Callable[[Put, str | None], None], parts: list[Part]) -> None:
        self._pvs, self._then, self._parts = pvs, then, parts
        self._operation: Any = None
        self._ended = False

    def start(self, name: str, request: str) -> None:
        """On the database thread; returns at once."""
        self._operation = self._pvs.begin(lambda p4p: p4p.put(name, self._answered, self._build, request, get=False))

    def _build(self, value: Structure) -> None:
        """Fill in what is sent; on the client's thread."""
        for part in self._parts:
            part.fill(value)

    def _answered(self, result: object) -> None:
        """On the client's thread."""
        error = None if result is None else str(result) or type(result).__name__
        self._pvs.loop.submit(self._end, error)

    def _end(self, error: str | None) -> None:
        """On the database thread."""
        if not self._ended:
            self._pvs.end(self._operation)
            self._tell(error)
            self._then(self, error)

    def abandon(self) -> None:
        """The connection is lost; on the database thread."""
        self._pvs.end(self._operation)
        retried = [part for part in self._parts if part.retry is not None]
        self._parts = [part for part in self._parts if part.retry is None]
        self._tell(DISCONNECTED)
        for part in retried:
            part.retry()  # type: ignore[misc]  # chosen above

    def _tell(self, error: str | None) -> None:
        self._ended = True
        for part in self._parts:
            for done in part.waiting:
                done(error)


class Get:
    """A value that is asked for once: `take` gets it, or the exception, before `done` is called."""

    def __init__(self, pvs: Client, take: Callable[[object], None], done: Callable[[], object]) -> None:
        self._pvs, self._take, self._done = pvs, take, done
        self._operation: Any = None

    def start(self, name: str) -> None:
        """On the database thread; returns at once."""
        self._operation = self._pvs.begin(lambda p4p: p4p.get(name, self._answered))

    def _answered(self, value: object) -> None:
        """On the client's thread."""
        self._pvs.loop.submit(self._end, value)

    def _end(self, value: object) -> None:
        """On the database thread."""
        self._pvs.end(self._operation)
        self._take(value)
        self._done()
