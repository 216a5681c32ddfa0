"""Callbacks on pvxs's threads: what they cost the system."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from p4p.client.thread import Context

from tests.ioc_process import ServerProcess, Starter

PUTS = 300


def page_faults(server: ServerProcess) -> int:
    """Pages the server's process has touched for the first time since they were mapped."""
    return int(Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[7])


def test_a_put_maps_no_memory(start: Starter, p4p_client: Callable[[ServerProcess], Context]) -> None:
    server = start.pydevpva(db='record(ao, "X") { field(DTYP, "pydev") field(OUT, "@VAL * 2") }')
    client = p4p_client(server)
    for value in range(PUTS):
        client.put("X", {"value": value}, wait=True, get=False, timeout=20)
    before = page_faults(server)
    for value in range(PUTS):
        client.put("X", {"value": value}, wait=True, get=False, timeout=20)
    assert page_faults(server) - before < PUTS / 2
