"""Client: what one client has open here, and what it is told. Database thread.

Its circuit (circuit.py) gives it messages, and sends what it answers.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from pydevpva.ca import protocol
from pydevpva.ca.channel import Channel
from pydevpva.ca.monitor import Monitor
from pydevpva.ca.outgoing import Outgoing
from pydevpva.ca.protocol import DISCONNECTED, ERROR, Message, header, message
from pydevpva.ca.served import Served
from pydevpva.serving.access import Peer

log = logging.getLogger(__name__)

Handlers = Mapping[int, Callable[[Any, Message], None]]  # what does what is asked, by command

PER_PIECE = 20  # messages that one client has done before others have their turn
MOST_WAITING = 200  # messages, beyond which its socket is not read
FULL = 1 << 17  # bytes that wait to be sent, beyond which updates are kept one for each monitor
LONGEST_WORDS = 400  # bytes of an error's text
FEW = 50  # channels that are left in one piece


class Line(Protocol):
    """The circuit, as the database thread sees it."""

    name: str
    user: str
    host: str
    outgoing: Outgoing

    @property
    def minor(self) -> int:
        """The client's version."""

    def look(self) -> None:
        """See whether more may be read, and have the rest sent."""

    def push(self) -> None:
        """Have another thread send what waits."""

    def shut(self) -> None:
        """End it, when what waits has been sent."""


class Client:
    """`channels` by our own number for each; take(message): do what is asked, behind all that was asked before."""

    def __init__(self, served: Served, line: Line, handlers: Handlers) -> None:
        self.served, self.line, self._handlers = served, line, handlers
        self.channels: dict[int, Channel] = {}
        self.peer = Peer("", "")
        self._waiting: deque[Message] = deque()
        self.take = self._waiting.append
        self._scheduled = False  # work is queued, or waits until the client reads
        self._stalled = False
        self._is_unread = False  # its socket is not read, because so much waits
        self._gone = False
        self._flushes, self._answers = False, False
        self._held: dict[Monitor, bytes | None] = {}
        self.is_off = False  # flow control: the client wants no events now

    # ---- the circuit's ----

    def begin(self) -> None:
        """Do what was taken, or some of it."""
        if self._waiting and not self._scheduled:
            self.work()

    @property
    def may_read_on(self) -> bool:
        """Whether more messages may come. If not, the circuit is looked at again when they may."""
        self._is_unread = len(self._waiting) >= MOST_WAITING
        return not self._is_unread

    @property
    def wants_more(self) -> bool:
        """Whether something waits for the client to read."""
        return self._stalled or bool(self._held and not self.is_off)

    @property
    def waiting(self) -> int:
        """Messages that wait; from any thread."""
        return len(self._waiting)

    def resume(self) -> None:
        """The client has read what it was sent."""
        if self._gone:
            return
        self._release()
        if self._stalled and self.line.outgoing.size <= FULL:
            self._stalled = False
            self.work()

    # ---- requests ----

    def work(self) -> None:
        """Do some of the messages that wait, then let others have their turn."""
        waiting, outgoing, self._scheduled = self._waiting, self.line.outgoing, True
        for _ in range(PER_PIECE):
            if self._gone:
                return
            if outgoing.size > FULL:
                self._stalled = True
                self.line.look()
                return
            if not waiting:
                self._scheduled = False
                break
            asked = waiting.popleft()
            try:
                self._handlers[asked.command](self, asked)
            except Exception:
                log.exception("internal error: %s asked for %s", self.line.name, asked[:5])
                self.refuse(asked, protocol.INTERNAL, "internal error")
        else:
            self.served.loop.submit(self.work)
        if self._is_unread != (len(waiting) >= MOST_WAITING):
            self.line.look()

    # ---- answers ----

    def answer(self, data: bytes) -> None:
        """Sent at the end of the pass, by the thread that is here: who waits for it waits no longer than need be."""
        self._answers = True
        self._add(data)

    def update(self, data: bytes) -> None:
        """Sent by the thread of the network, with others."""
        self._add(data)

    def _add(self, data: bytes) -> None:
        self.line.outgoing.add(data)
        if not self._flushes:
            self._flushes = True
            self.served.loop.at_end(self._flush)

    def _flush(self) -> None:
        answers, self._flushes, self._answers = self._answers, False, False
        if not answers:
            self.line.push()
        elif not self.line.outgoing.send():
            self.line.look()

    def complain(self, asked: Message, status: int, words: str, cid: int = protocol.NOBODY) -> None:
        """An error that belongs to a message, with its text."""
        size = len(asked.payload)
        repeated = header(asked.command, size, asked.type, asked.elements, asked.cid, asked.available)
        text = words.encode("utf-8", "backslashreplace")[:LONGEST_WORDS] + b"\0"
        self.answer(message(ERROR, cid=cid, available=status, payload=repeated + text))

    def refuse(self, asked: Message, status: int, words: str, cid: int = protocol.NOBODY) -> None:
        """An error after which the client cannot go on."""
        self.complain(asked, status, words, cid)
        self._gone = True
        self.line.shut()

    # ---- monitors of a client that does not read ----

    @property
    def holds_back(self) -> bool:
        """Whether updates are kept, each monitor's newest."""
        return self.is_off or bool(self._held) or self.line.outgoing.size > FULL

    def hold(self, monitor: Monitor, update: bytes | None) -> None:
        """Keep an update in place of the last; None: what the record has when the client reads again."""
        is_first = not self._held
        self._held[monitor] = update
        if is_first:
            self.line.look()

    def let_go(self, monitor: Monitor) -> None:
        """It is no more."""
        self._held.pop(monitor, None)

    def lose(self, channel: Channel) -> None:
        """Close a channel that is no longer what the client was told; it looks for it anew."""
        channel.leave()
        self.channels.pop(channel.sid, None)
        self.answer(message(DISCONNECTED, cid=channel.cid))

    def flow(self, on: bool) -> None:
        """Flow control: events on or off."""
        self.is_off = not on
        if on:
            self._release()

    def _release(self) -> None:
        """Send what was held back, as long as there is room."""
        held = self._held
        while held and not self.is_off and self.line.outgoing.size <= FULL:
            monitor = next(iter(held))
            kept = held.pop(monitor)
            self.update(monitor.newest() if kept is None else kept)

    # ---- its end ----

    def leave(self) -> None:
        """The circuit has ended: close all channels, some at a time."""
        self._gone = True
        self._waiting.clear()
        self.served.loop.trickle(self._leave())

    def _leave(self) -> Iterator[None]:
        channels = list(self.channels.values())
        self.channels.clear()
        self._held.clear()
        for first in range(0, len(channels), FEW):
            for channel in channels[first : first + FEW]:
                channel.leave()
            yield
