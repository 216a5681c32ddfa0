"""pydevpva-shell --attach: this terminal as a console of a running IOC. Main thread; nothing of the IOC is imported.

The keys are sent as they are typed, and the IOC draws the prompt: so history, completion and hints are its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

from pydevpva.shell.attach.frames import (
    END,
    ERR,
    HELLO,
    INTERRUPT,
    OUT,
    STATUS,
    TYPED,
    WINDOW,
    BadFrame,
    Frames,
    frame,
)  # fmt: skip
from pydevpva.shell.process.enduring_streams import open_standard_streams, reason

ANSWER_SECONDS = 5.0
NOT_THERE, GONE, INTERRUPTED = 2, 1, 130
LEAVE = b"\x1d"  # Ctrl-]


def attach(path: str, command: str | None, log: bool) -> int:
    """Be a console of the IOC that listens at `path`, or run one command there. The exit status."""
    try:
        return _attach(path, command, log)
    except KeyboardInterrupt:
        return INTERRUPTED


def _attach(path: str, command: str | None, log: bool) -> int:
    open_standard_streams()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _connect(connection, path)
    except TimeoutError:
        return _no_answer(path)
    except OSError as error:
        hint = f"an IOC listens there when it is started with --console {path}"
        sys.stderr.write(f"{path}: {reason(error)}; {hint}\n")
        return NOT_THERE
    typing = command is None and sys.stdin.isatty() and sys.stdout.isatty()
    mode = "terminal" if typing else "command" if command is not None else "lines"
    hello: dict[str, Any] = {"mode": mode, "log": log, "command": command, "size": _size()}
    hello["term"] = os.environ.get("TERM", "")
    hello["colour"] = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    with connection:
        with contextlib.suppress(ConnectionError):  # what it has said is read all the same
            connection.sendall(frame(HELLO, _json(hello)))
        if not select.select([connection], [], [], ANSWER_SECONDS)[0]:
            return _no_answer(path)
        with _raw_terminal() if typing else contextlib.nullcontext():
            if typing:
                signal.signal(signal.SIGWINCH, lambda *_: connection.sendall(frame(WINDOW, _json(_size()))))
            return _relay(connection, typing, read_input=command is None)


def _connect(connection: socket.socket, path: str) -> None:
    """Raises OSError, TimeoutError when nobody takes those in who wait there."""
    connection.setblocking(False)
    end = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            connection.connect(path)
        except BlockingIOError:
            if time.monotonic() > end:
                raise TimeoutError from None
            time.sleep(0.05)
            continue
        connection.setblocking(True)
        return


def _no_answer(path: str) -> int:
    sys.stderr.write(f"{path}: no answer within {ANSWER_SECONDS:g} s; the IOC there is stopped, or hangs\n")
    return NOT_THERE


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _size() -> list[int]:
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return [24, 80]
    return [size.lines, size.columns]


@contextlib.contextmanager
def _raw_terminal() -> Iterator[None]:
    import termios
    import tty

    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    try:
        tty.setraw(fd)
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _relay(connection: socket.socket, typing: bool, read_input: bool) -> int:
    """Pass on keys and what is printed, until the IOC says it is over or is gone."""
    screen = _Screen()
    frames, sources = Frames(), [connection.fileno(), *([sys.stdin.fileno()] if read_input else [])]
    while True:
        try:
            ready, _, _ = select.select(sources, [], [])
            if connection.fileno() in ready:
                data = connection.recv(65536)
                if not data:
                    sys.stderr.write("the IOC has ended\r\n" if typing else "the IOC has ended\n")
                    return GONE
                for kind, payload in frames.feed(data):
                    if kind == STATUS:
                        return int(payload) or screen.status
                    screen.show(kind, payload)
            elif ready:
                typed = os.read(sys.stdin.fileno(), 4096)
                if typing and LEAVE in typed:
                    return 0
                connection.sendall(frame(TYPED, typed) if typed else frame(END))
                sources = sources if typed else sources[:1]
        except KeyboardInterrupt:
            with contextlib.suppress(OSError):
                connection.sendall(frame(INTERRUPT))
            if not read_input:
                return INTERRUPTED
        except BadFrame:
            sys.stderr.write("what listens there is no IOC of this version\n")
            return GONE
        except ConnectionError:
            return GONE


class _Screen:
    """What is printed here. A command goes on though its output is lost, but for nobody it does not: a pipe that is
    closed ends it, as it ends other programs."""

    def __init__(self) -> None:
        self.status = 0
        self._streams: dict[bytes, Any] = {OUT: sys.stdout, ERR: sys.stderr}

    def show(self, kind: bytes, payload: bytes) -> None:
        """Raises BrokenPipeError."""
        stream = self._streams.get(kind)
        if stream is None:
            return
        try:
            stream.buffer.write(payload)
            stream.buffer.flush()
        except OSError as error:
            del self._streams[kind]
            self.status = GONE
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # or the interpreter tries again at its end
            if isinstance(error, BrokenPipeError):
                raise
            if kind == OUT:
                sys.stderr.write(f"stdout: {reason(error)}\n")
