"""A p4p client of the IOC under test that sees no other server; the file of this room that imports p4p."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from p4p.client.thread import Context


class Served(NamedTuple):
    """A p4p client of the IOC, and the EPICS_* variables for any other client."""

    client: Context
    environment: dict[str, str]


@contextmanager
def serve(environment: Mapping[str, str]) -> Iterator[Served]:
    """A client by this environment alone, for as long as it lasts."""
    own = dict(environment)
    with Context("pva", conf=own, useenv=False) as client:
        yield Served(client, own)
