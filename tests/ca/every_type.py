"""types.db: a record of each type, on softIocPVX and on ours, of which Channel Access clients see the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.ca.client import Channel, Client
from tests.conformance.pair import readable_fields
from tests.ioc_process import ServerProcess, Starter

DB = Path(__file__).with_name("types.db").read_text()
RECORDS = re.findall(r'record\((\w+),"([^"]+)"\)', DB)  # (type, name)


def both(start: Starter) -> tuple[ServerProcess, ServerProcess]:
    """softIocPVX and ours, with these records."""
    servers = start.softiocpvx(DB), start.pydevpva(db=DB)
    for server in servers:
        server.wait_log("All initialization complete")
    return servers


def fields() -> dict[str, list[str]]:
    """Those that can be read, by record type."""
    return readable_fields({rtype for rtype, _ in RECORDS})


@contextmanager
def channels(server: ServerProcess, names: Sequence[str]) -> Iterator[dict[str, Channel]]:
    """These names, connected."""
    with Client(server.environment) as client:
        found = {name: client.channel(name, wait=False) for name in names}
        for channel in found.values():
            channel.wait_connected()
        yield found
