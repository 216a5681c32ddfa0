"""PVAccess as the command speaks it: the only file of the client that imports p4p.

What p4p's threads bring is put on a queue; all else is on the main thread.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator, Sequence
from typing import Any

from p4p.client.raw import Context, Disconnected

from pydevpva.client.reading import ClientError, Reading
from pydevpva.client.structures import reading
from pydevpva.pva.own_clients import allow_shape
from pydevpva.pva.types.p4p_types import Structure
from pydevpva.queues import take

Update = tuple[str, Reading | ClientError]
GONE = "disconnected"


class PvaClient:
    """A client of all servers that the environment's EPICS_PVA_* let it find. `patience` in seconds."""

    def __init__(self, patience: float) -> None:
        allow_shape()
        self._patience = patience
        self._context = Context("pva", useenv=True, nt=False)

    def get(self, names: Sequence[str]) -> Iterator[Update]:
        """Each name's value, or why there is none, in the order of the names; all are asked at the same time."""
        asked = []
        for name in names:
            answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
            asked.append((name, answers, self._context.get(name, answers.put)))
        end = time.monotonic() + self._patience
        for name, answers, operation in asked:
            try:
                yield name, _read(take(answers, end - time.monotonic()))
            except queue.Empty:
                yield name, ClientError(f"no answer within {self._patience:g} s: no server has it, or none is reached")
            finally:
                operation.close()

    def put(self, name: str, words: Sequence[str], wait: bool, limit: float | None) -> None:
        """Write what the words say, and wait until all that it sets off is over, at most `limit` seconds.
        ClientError: it was refused, or nobody answers."""
        from pydevpva.client.filling import fill

        came: queue.SimpleQueue[Any] = queue.SimpleQueue()
        sending = object()

        def build(value: Structure) -> None:
            fill(value, words)
            came.put(sending)

        request = "field()record[block=true]" if wait else "field()"
        operation = self._context.put(name, came.put, build, request=request)
        try:
            answer = _next(came, self._patience, "no answer within {:g} s: no server has it, or none is reached")
            if answer is sending:
                answer = _next(came, limit, "still busy after {:g} s: the value was sent, its work is not over")
        finally:
            operation.close()
        if isinstance(answer, Exception):
            raise answer if isinstance(answer, ClientError) else ClientError(str(answer) or type(answer).__name__)

    def monitor(self, names: Sequence[str]) -> Iterator[Update]:
        """Updates as they come, without an end; who asks for the next may be interrupted."""
        told: queue.SimpleQueue[str] = queue.SimpleQueue()
        kept = {}
        for name in names:
            kept[name] = self._context.monitor(name, lambda name=name: told.put(name))
            told.put(name)  # what came before it was kept
        seen: set[str] = set()
        while True:
            name = told.get()
            while (update := kept[name].pop()) is not None:
                if isinstance(update, Disconnected) and name not in seen:
                    continue  # each begins so
                seen.add(name)
                yield name, _read(update)

    def close(self) -> None:
        """End all connections."""
        self._context.close()


def _next(came: queue.SimpleQueue[Any], patience: float | None, otherwise: str) -> Any:
    try:
        return take(came, patience)
    except queue.Empty:
        raise ClientError(otherwise.format(patience)) from None


def _read(answer: Any) -> Reading | ClientError:
    if isinstance(answer, Disconnected):
        return ClientError(GONE)
    if isinstance(answer, Exception):
        return ClientError(str(answer) or type(answer).__name__)
    try:
        return reading(answer)
    except ValueError as error:
        return ClientError(str(error))


def search_configuration() -> tuple[list[str], int]:
    """Where searches go, the interfaces' broadcast addresses among them, and the port of those without one."""
    context = Context("pva", useenv=True, nt=False)
    try:
        conf = context.conf()
        return str(conf.get("EPICS_PVA_ADDR_LIST", "")).split(), int(conf.get("EPICS_PVA_BROADCAST_PORT") or 0)
    finally:
        context.close()
