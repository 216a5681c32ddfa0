"""Connections of users' coroutines when the IOC ends: their devices see them end, whatever the coroutine did."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.ioc_process import PATIENCE
from tests.local_ioc import running

PYTHON = """
import asyncio, threading
kept, connected = [], threading.Event()
async def closes(port, last=b""):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    kept.append(writer)
    connected.set()
    try:
        await asyncio.wait_for(reader.readline(), 60)
    finally:
        writer.write(last)
        writer.close()
async def forgets(port, last=b""):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    kept.append(writer)
    connected.set()
    try:
        await reader.readline()
    finally:
        writer.write(last)
"""
LARGE = 8_000_000  # more than the two sockets hold


@pytest.fixture
def device() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        yield listening


@pytest.mark.parametrize(
    "code", ["closes(port)", "closes(port, b'off')", "forgets(port)", f"closes(port, bytes({LARGE}))"]
)
def test_the_device_sees_its_connection_end(tmp_path: Path, device: socket.socket, code: str) -> None:
    with running(tmp_path, "", PYTHON) as ioc:
        ioc.run_python(f"port = {device.getsockname()[1]}; pydev.start({code})")
        connection, _ = device.accept()
        assert ioc.evaluator.namespace["connected"].wait(PATIENCE)
    with connection:
        received = _received(connection)
    assert received == 3 if "off" in code else received < LARGE
    assert len(ioc.evaluator.namespace["kept"]) == 1, "nobody has dropped it"


@pytest.mark.parametrize("code", ["closes", "forgets"])
def test_what_is_written_at_the_end_is_sent(tmp_path: Path, device: socket.socket, code: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        with running(tmp_path, "", PYTHON) as ioc:
            ioc.run_python(f"pydev.start({code}({device.getsockname()[1]}, bytes({LARGE})))")
            connection, _ = device.accept()
            assert ioc.evaluator.namespace["connected"].wait(PATIENCE)
            received = pool.submit(_received, connection)
        with connection:
            assert received.result(PATIENCE) == LARGE


def _received(connection: socket.socket) -> int:
    """Bytes until its end; what was not taken in time is lost."""
    connection.settimeout(PATIENCE)
    received = 0
    with suppress(ConnectionResetError):
        while data := connection.recv(1 << 20):
            received += len(data)
    return received
