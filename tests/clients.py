"""The clients that tests speak through: p4p in this process, and pvapy, an independent one, in a process of its own."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from p4p.client.raw import Context as RawContext
from p4p.client.thread import Context, Disconnected

from pydevpva.pva.types import decode
from tests.ioc_process import PATIENCE


def p4p_context(environment: Mapping[str, str]) -> Context:
    """A p4p client that sees the server with this environment only; values come as raw p4p Values."""
    return Context("pva", conf=dict(environment), useenv=False, nt=False)


def value_of(structure: Any) -> Any:
    """What user Python gets of a p4p Value, to be looked at."""
    return decode.value_of(structure)


class Watch:
    """A monitor of one PV: its updates in order, waited for. A disconnect after the first value is an update too."""

    def __init__(self, context: Context, name: str, request: str | None = None) -> None:
        self._updates: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._name = name
        self._connected = False
        self._taking = threading.Lock()
        self._monitor: Any = None
        self._monitor = RawContext.monitor(context, name, self._take, request)
        self._take()  # p4p's thread may have come before it could see the monitor

    def next(self, timeout: float = PATIENCE) -> Any:
        """The next update; a disconnect is an exception object. AssertionError when none comes."""
        try:
            return self._updates.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"no update of {self._name} within {timeout} s") from None

    def until(self, wanted: Callable[[Any], object], timeout: float = PATIENCE) -> Any:
        """The first update that is a value and wanted."""
        end = time.monotonic() + timeout
        while True:
            update = self.next(max(0.0, end - time.monotonic()))
            if not isinstance(update, Exception) and wanted(update):
                return update

    def pending(self) -> int:
        """Updates that have come and were not taken."""
        return self._updates.qsize()

    def close(self) -> None:
        self._monitor.close()

    def _take(self) -> None:
        """Take what has come; on p4p's thread."""
        with self._taking:
            while self._monitor is not None and (update := self._monitor.pop()) is not None:
                self._connected = self._connected or not isinstance(update, Disconnected)
                if self._connected:
                    self._updates.put(update)

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def needs_pvapy(why: str) -> None:
    """Skip a test, or a module, where pvapy is not installed.

    Not importorskip: it has a libCom of its own, and two of them in one process end that with an abort.
    """
    if find_spec("pvaccess") is None:
        pytest.skip(f"pvapy is not installed: {why}", allow_module_level=True)


class PvapyError(Exception):
    """What pvapy raised in its process."""


class Pvapy:
    """A pvapy client in a process of its own: pvapy takes its addresses from the environment when it is imported."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("pvapy_client.py"))],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def get(self, name: str, request: str = "field()") -> dict[str, Any]:
        """The value as nested plain dictionaries."""
        result: dict[str, Any] = self._ask("get", name, request)
        return result

    def put(self, name: str, value: Any, request: str = "field()") -> None:
        """Put `value` (an enum takes an index or a label); options as in "record[block=true]field(value)"."""
        self._ask("put", name, request, value)

    def image(self, name: str) -> tuple[str, list[list[Any]]]:
        """An NTNDArray's numpy type and rows, as pvapy's AdImageUtility decodes it."""
        dtype, rows = self._ask("image", name, "field()")
        return dtype, rows

    def monitor(self, name: str, count: int, request: str = "field()") -> list[dict[str, Any]]:
        """The first `count` updates of a new monitor."""
        result: list[dict[str, Any]] = self._ask("monitor", name, request, count)
        return result

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _ask(self, *question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise PvapyError("the pvapy process has ended")
        result, error = json.loads(answer)
        if error is not None:
            raise PvapyError(error)
        return result
