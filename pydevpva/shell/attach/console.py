"""One attached console: its connection, its shell, and the thread its commands run on.

Threads: `reader` takes what is typed, `writer` sends what is printed, and the console's own runs the prompt and the
commands. A command that does not end on Ctrl-C is left to its thread, and a new console takes over.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any, TextIO, cast

from pydevpva.shell.attach.frames import (
    END,
    ERR,
    HELLO,
    INTERRUPT,
    OUT,
    READY,
    STATUS,
    TYPED,
    WINDOW,
    frame,
    received,
    refuse,
)
from pydevpva.shell.attach.interrupts import Interrupts
from pydevpva.shell.process.enduring_streams import reason
from pydevpva.shell.process.log_entries import Entry
from pydevpva.shell.process.streams import Routed
from pydevpva.shell.session import Common, Shell
from pydevpva.shell.terminal.console import plain_lines

if TYPE_CHECKING:
    from prompt_toolkit.input import PipeInput

    from pydevpva.ioc import Ioc

log = logging.getLogger(__name__)
UNSENT = 2000  # frames that wait for a slow terminal: then its own commands wait, and the log leaves it out
ENDS_WITHIN = 1.0  # seconds a command has to end after Ctrl-C
PIECE = 100_000  # characters sent as one frame
TYPED_AHEAD = 32_000  # bytes kept while a command runs
GREETING = "Console of the IOC with process id {}. exit leaves it running; eltc 1 shows its log here.\n"


class Connection:
    """The socket: frames in, frames out. `closed` is set when the terminal is gone."""

    def __init__(self, sock: socket.socket, routed: tuple[Routed, Routed], ioc: Ioc, common: Common) -> None:
        self.sock, self.routed, self.ioc, self.common = sock, routed, ioc, common
        self.closed = threading.Event()
        self.hello: dict[str, Any] = {}
        self.size = [24, 80]
        self.greeted = False
        self._unsent: queue.Queue[bytes | None] = queue.Queue(UNSENT)
        self.console: Console | None = None

    def serve(self, ended: Callable[[Connection], object]) -> None:
        """Serve until the terminal is gone or its console ends; on a thread of its own, the reader."""
        try:
            threading.Thread(target=self._write, name="console writer", daemon=True).start()
            self._unsent.put(frame(READY))
            for kind, payload in received(self.sock):
                self._take(kind, payload)
        except (ValueError, KeyError, TypeError):
            self.finish(2)  # not one of our terminals
        except RuntimeError as error:
            refuse(self.sock, f"no console: {error}")  # no thread is left
        finally:
            self.close()
            ended(self)

    def close(self) -> None:
        """Let go of everything: the socket, the prompt, the command that runs."""
        if not self.closed.is_set():
            self.closed.set()
            if self.console is not None:
                self.console.abandon()
            with contextlib.suppress(queue.Full):
                self._unsent.put_nowait(None)
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
            self.sock.close()

    def send(self, kind: bytes, text: str, wait: bool) -> None:
        """Queue something to print; when too much waits already, wait or leave it out."""
        for start in range(0, len(text), PIECE):
            self._queue(frame(kind, _encoded(text[start : start + PIECE])), wait)

    def _queue(self, data: bytes, wait: bool) -> None:
        while not self.closed.is_set():
            try:
                self._unsent.put(data, timeout=0.2 if wait else 0)
                return
            except queue.Full:
                if not wait:
                    return

    def finish(self, status: int) -> None:
        """Tell the terminal that it is over."""
        self.send(STATUS, str(status), wait=True)

    def fail(self, text: str) -> None:
        """Tell the terminal why it is over."""
        self.send(ERR, text + ("\r\n" if self.hello.get("mode") == "terminal" else "\n"), wait=True)
        self.finish(1)

    def _write(self) -> None:
        while (data := self._unsent.get()) is not None:
            try:
                self.sock.sendall(data)
            except OSError:
                break
        self.close()

    def _take(self, kind: bytes, payload: bytes) -> None:
        if kind == HELLO and not self.hello:
            self.hello = json.loads(payload)
            self.size = self.hello["size"]
            self.start_console()
        elif kind == WINDOW:
            self.size = json.loads(payload)
        elif kind in (TYPED, INTERRUPT, END) and self.console is not None:
            self.console.typed(kind, payload)

    def start_console(self) -> None:
        """A console, the first or one in place of that which hangs."""
        self.console = Console(self)
        self.console.thread.start()


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


class Remote:
    """A text stream of a console: everything printed to it is sent to the terminal."""

    encoding, errors = "utf-8", "backslashreplace"

    def __init__(self, console: Console, kind: bytes, newline: str) -> None:
        self._console, self._kind, self._newline = console, kind, newline

    def write(self, text: str) -> int:
        console = self._console
        if text and not console.abandoned:
            wait = threading.current_thread() is console.thread
            console.connection.send(self._kind, text.replace("\n", self._newline), wait)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        """Whether it takes colours."""
        return bool(self._console.connection.hello["colour"])


class AttachedShell(Shell):
    """A shell whose log goes to its own terminal."""

    def __init__(self, connection: Connection, interrupts: Interrupts) -> None:
        super().__init__(connection.ioc, connection.common)
        self._interrupts = interrupts

    def interruptible(self) -> AbstractContextManager[object]:
        return self._interrupts

    def show_log(self, entry: Entry) -> None:
        self.console.write(entry.dated() + "\n")


class Console:
    """A shell and its thread."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.mode = connection.hello["mode"]
        self.abandoned = False
        self.interrupts = Interrupts()
        self.shell = AttachedShell(connection, self.interrupts)
        self.shell.shows_log, self.shell.attended = bool(connection.hello["log"]), True
        self.thread = threading.Thread(target=self._run, name="console", daemon=True)
        self._keys: PipeInput | None = None
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._half = b""
        self._ahead = 0  # bytes typed while a command runs

    # ---- reader thread ----

    def typed(self, kind: bytes, data: bytes) -> None:
        """Keys, an interrupt, or the end of the input."""
        if kind == INTERRUPT or (self.mode == "terminal" and b"\x03" in data and self.interrupts.running):
            self._interrupt()
        elif self.mode != "terminal":
            self._take_lines(data, end=kind == END)
        elif self._keys is not None:
            self._ahead = self._ahead + len(data) if self.interrupts.running else 0
            if self._ahead < TYPED_AHEAD:
                self._keys.send_bytes(data)

    def _take_lines(self, data: bytes, end: bool) -> None:
        *lines, self._half = (self._half + data).split(b"\n")
        for line in [*lines, *([self._half] if end and self._half else [])]:
            self._lines.put(line.decode("utf-8", "surrogateescape") + "\n")
        if end:
            self._lines.put("")

    def _interrupt(self) -> None:
        """Ctrl-C: raise KeyboardInterrupt in the command; if that does not end it, go on without it."""
        if number := self.interrupts.interrupt():
            timer = threading.Timer(ENDS_WITHIN, self._replace, (number,))
            timer.daemon = True
            with contextlib.suppress(RuntimeError):  # no thread is left
                timer.start()

    def _replace(self, number: int) -> None:
        if self.interrupts.running == number and not self.abandoned and not self.connection.closed.is_set():
            text = "interrupted: the command does not end, it is left running"
            self.connection.send(ERR, text + ("\r\n" if self.mode == "terminal" else "\n"), wait=False)
            self.abandon()
            self.connection.start_console()

    def abandon(self) -> None:
        """Nothing of this console is shown any more; its thread ends when its command does."""
        self.abandoned = True
        self.connection.common.log.remove(self.shell)
        self.interrupts.interrupt()
        self._lines.put("")
        if self._keys is not None:
            self._keys.close()

    # ---- the console's thread ----

    def _run(self) -> None:
        newline = "\r\n" if self.mode == "terminal" else "\n"
        streams = [Remote(self, OUT, newline), Remote(self, ERR, newline)]
        self.connection.common.log.add(self.shell)
        try:
            if self.mode == "terminal":
                status = self._with_editor(streams)
            else:
                self.shell.set_console(cast(TextIO, streams[1]))
                status = self._printing_to(streams, self._command if self.mode == "command" else self._plain)
            if not self.abandoned:
                self.connection.finish(status)
        except (OSError, RuntimeError) as error:  # no file, no thread is left
            self.connection.fail(f"no console: {reason(error)}")
        except Exception:
            log.exception("internal error of an attached console")
            self.connection.finish(1)
        finally:
            self.connection.common.log.remove(self.shell)

    def _printing_to(self, streams: list[Any], work: Callable[[], int]) -> int:
        with ExitStack() as stack:
            for routed, stream in zip(self.connection.routed, streams, strict=True):
                stack.enter_context(routed.for_this_thread(stream))
            return work()

    def _with_editor(self, streams: list[Any]) -> int:
        from prompt_toolkit.data_structures import Size
        from prompt_toolkit.input import create_pipe_input
        from prompt_toolkit.output.vt100 import Vt100_Output

        from pydevpva.shell.terminal.above_prompt import AbovePrompt
        from pydevpva.shell.terminal.prompt import LineEditor
        from pydevpva.shell.terminal.reading import Terminal

        connection = self.connection
        above = [AbovePrompt(stream) for stream in streams]
        self.shell.set_console(cast(TextIO, above[1]))
        raw = cast(TextIO, Remote(self, OUT, "\n"))
        with create_pipe_input() as keys:
            screen = Vt100_Output(raw, lambda: Size(*connection.size), term=connection.hello["term"], enable_cpr=False)
            editor = LineEditor(self.shell, Terminal(keys, screen, above, bool(connection.hello["colour"])))
            self._keys = keys
            if not connection.greeted:
                connection.greeted = True
                streams[1].write(GREETING.format(os.getpid()))
            lines = editor.lines(lambda: True, lambda: None)
            return self._printing_to(above, lambda: self._console(lines))

    def _plain(self) -> int:
        class Lines:
            readline = self._lines.get

        return self._console(plain_lines(self.shell, cast(TextIO, Lines())))

    def _console(self, lines: Iterable[str]) -> int:
        self.shell.run_console(self._watched(lines))
        return 0

    def _command(self) -> int:
        return int(any(self.shell.run_line(line) for line in self._watched([self.connection.hello["command"]])))

    def _watched(self, lines: Iterable[str]) -> Iterator[str]:
        """The lines, until somebody else has taken over."""
        for line in lines:
            if self.abandoned:
                return
            yield line
            self._ahead = 0
            if self.abandoned:
                return
