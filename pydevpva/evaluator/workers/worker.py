"""What a worker process does for @pydev.in_process. It imports little: the user's module brings what it needs."""

from __future__ import annotations

import importlib
import os
import pickle
import signal
import threading
from contextlib import suppress
from functools import reduce
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NamedTuple

from pydevpva.evaluator.workers.packed import PICKLE, Packed, copied, pack, placed, unpack
from pydevpva.plain.errors import describe, traceback_text

LEAVE = b""  # in place of a call
_block: list[SharedMemory] = []  # the IOC's, as long as it has the same


class Call(NamedTuple):
    """A function, by its module and name, and what it is called with: (args, kwargs) packed."""

    module: str
    name: str
    given: Packed
    block: str  # the name of the shared memory; "" as long as there is none


class Answer(NamedTuple):
    """What a call came to: its result, or the text and traceback of its error."""

    result: Packed | None
    error: str = ""
    trace: str = ""


def serve(pipe: Connection) -> None:
    """Do the calls that come by the pipe, one after the other, until the IOC says LEAVE or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the IOC's terminal is meant for the IOC
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "register_at_fork"):  # that this process has ended is seen although a child of it lives on
        os.register_at_fork(after_in_child=pipe.close)
    with suppress(EOFError, OSError):
        while message := pipe.recv_bytes():
            pipe.send_bytes(pickle.dumps(run(pickle.loads(message)), PICKLE))


def run(call: Call) -> Answer:
    """All that may go wrong is told as text: the IOC makes no object of a class that only this process knows."""
    try:
        memory = _memory(call.block)
        args, kwargs = unpack(call.given, memory)
        made = pack(_function(call)(*args, **kwargs))
        return Answer(placed(made, memory) if made.size <= len(memory) else copied(made))
    except BaseException as error:
        return Answer(None, describe(error), traceback_text(error))


def _function(call: Call) -> Any:
    return reduce(getattr, call.name.split("."), importlib.import_module(call.module))


def _memory(name: str) -> memoryview:
    if not name:
        return memoryview(b"")
    if not _block or _block[0].name != name:
        _block[:] = [SharedMemory(name)]
    return _block[0].buf or memoryview(b"")


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
