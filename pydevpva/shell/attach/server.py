"""--console PATH: a Unix socket where people on this machine, as the same user, get a shell. Any number at once."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import stat
import struct
import threading
import time
from typing import TYPE_CHECKING

from pydevpva.errors import PydevpvaError
from pydevpva.forks import in_child
from pydevpva.shell.attach.console import Connection
from pydevpva.shell.attach.frames import refuse
from pydevpva.shell.process.enduring_streams import reason
from pydevpva.shell.process.streams import Routed
from pydevpva.shell.session import Common

if TYPE_CHECKING:
    from pydevpva.ioc import Ioc

log = logging.getLogger(__name__)
AGAIN_SECONDS = 0.2  # between attempts to take somebody in while there are no files
PROBE_SECONDS = 2.0
OWNER_ONLY = 0o600
CREDENTIALS = struct.Struct("3i")  # process, user, group


class ConsoleServer:
    """Listens at a path. `close` removes it."""

    def __init__(self, path: str, routed: tuple[Routed, Routed], ioc: Ioc, common: Common) -> None:
        """PydevpvaError when the path cannot be used."""
        self.path = os.path.abspath(path)
        self._routed, self._ioc, self._common = routed, ioc, common
        self._connections: set[Connection] = set()
        self._socket = _listen(self.path)
        self._socket.setblocking(False)
        self._told = False  # that there are no files left
        self._spare: int | None = None
        self._keep_spare()
        self._inode = os.stat(self.path).st_ino
        in_child(self._forked)
        threading.Thread(target=self._accept, name="consoles", daemon=True).start()

    def count(self) -> int:
        """Consoles that are attached now."""
        return len(self._connections)

    def close(self) -> None:
        """Take the path away; attached terminals see the end of the process."""
        with contextlib.suppress(OSError):
            if os.stat(self.path).st_ino == self._inode:
                os.unlink(self.path)

    def _forked(self) -> None:
        """In a forked child: it is no console of its own, and terminals must see the end of the IOC."""
        for sock in (self._socket, *(connection.sock for connection in self._connections)):
            sock.close()

    def _accept(self) -> None:
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        while True:
            poll.poll()  # first: without files, accept fails before anybody is there
            try:
                sock, _ = self._socket.accept()
            except BlockingIOError:  # who was there has gone
                continue
            except OSError as error:
                self._refuse_one(error)
                continue
            self._told = False
            try:
                sock.setblocking(True)
                self._welcome(sock)
            except (OSError, RuntimeError) as error:  # the terminal has gone; no thread is left
                refuse(sock, f"console {self.path}: {reason(error)}")

    def _welcome(self, sock: socket.socket) -> None:
        user = _user(sock)
        if user not in (None, os.geteuid()):
            log.warning("console %s: user %d was refused, it is for user %d only", self.path, user, os.geteuid())
            sock.close()
            return
        connection = Connection(sock, self._routed, self._ioc, self._common)
        thread = threading.Thread(
            target=connection.serve, args=(self._connections.discard,), name="console reader", daemon=True
        )
        self._connections.add(connection)
        try:
            thread.start()
        except RuntimeError:
            self._connections.discard(connection)
            raise

    def _refuse_one(self, error: OSError) -> None:
        """The process has no file left: tell who waits, with the one that is kept for this."""
        if not self._told:
            self._told = True
            log.error("console %s: %s: nobody can attach until the IOC closes some", self.path, reason(error))
        if self._spare is None:  # somebody else has taken it
            time.sleep(AGAIN_SECONDS)
        else:
            os.close(self._spare)
            self._spare = None
            with contextlib.suppress(OSError):
                refuse(self._socket.accept()[0], f"console {self.path}: the IOC has no file left: {reason(error)}")
        self._keep_spare()

    def _keep_spare(self) -> None:
        if self._spare is None:
            with contextlib.suppress(OSError):
                self._spare = os.open(os.devnull, os.O_RDONLY)


def _listen(path: str) -> socket.socket:
    _remove_stale(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listening.fileno(), OWNER_ONLY)  # Linux gives the path this mode from the start
        listening.bind(path)
        os.chmod(path, OWNER_ONLY)
        listening.listen()
    except OSError as error:
        listening.close()
        raise PydevpvaError(f"--console {path}: {reason(error)}") from None
    return listening


def _remove_stale(path: str) -> None:
    """Take away the socket of an IOC that was killed; not one where somebody listens, and nothing else."""
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            raise PydevpvaError(f"--console {path}: there is something else already")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PROBE_SECONDS)  # one that does not take anybody in is there, too
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
        except (BlockingIOError, TimeoutError):
            pass
        except OSError as error:
            raise PydevpvaError(f"--console {path}: {reason(error)}") from None
    raise PydevpvaError(f"--console {path}: another IOC listens there")


def _user(sock: socket.socket) -> int | None:
    """Who is at the other end; None where the system does not say, and the path's mode must do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    packed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    return int(CREDENTIALS.unpack(packed)[1])
