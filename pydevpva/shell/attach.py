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
from collections.abc import Iterator
from typing import Any

from pydevpva.shell.frames import (
    END,
    ERR,
    HELLO,
    INTERRUPT,
    OUT,
    STATUS,
    TYPED,
    WINDOW,
    Frames,
    frame,
)  # fmt: skip

NOT_THERE, GONE, INTERRUPTED = 2, 1, 130
LEAVE = b"\x1d"  # Ctrl-]


def attach(path: str, command: str | None, log: bool) -> int:
    """Be a console of the IOC that listens at `path`, or run one command there. The exit status."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError as error:
        hint = f"an IOC listens there when it is started with --console {path}"
        sys.stderr.write(f"{path}: {error.strerror}; {hint}\n")
        return NOT_THERE
    typing = command is None and sys.stdin.isatty() and sys.stdout.isatty()
    mode = "terminal" if typing else "command" if command is not None else "lines"
    hello: dict[str, Any] = {"mode": mode, "log": log, "command": command, "size": _size()}
    hello["term"] = os.environ.get("TERM", "")
    hello["colour"] = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    with connection:
        connection.sendall(frame(HELLO, _json(hello)))
        with _raw_terminal() if typing else contextlib.nullcontext():
            if typing:
                signal.signal(signal.SIGWINCH, lambda *_: connection.sendall(frame(WINDOW, _json(_size()))))
            return _relay(connection, typing, read_input=command is None)


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
                        return int(payload)
                    _show(kind, payload)
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
        except ConnectionError:
            return GONE


def _show(kind: bytes, payload: bytes) -> None:
    stream: Any = {OUT: sys.stdout, ERR: sys.stderr}.get(kind)
    if stream is not None:
        stream.buffer.write(payload)
        stream.buffer.flush()
