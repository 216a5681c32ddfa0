"""An IOC in the test's process with a libca client."""

from __future__ import annotations

from typing import Any

from pydevpva.clock import ManualClock
from pydevpva.ioc import Ioc
from tests.ca.client import Client
from tests.local_ioc import InProcess


class Served(InProcess):
    """`client` sees this IOC alone."""

    def __init__(self, ioc: Ioc, client: Client, clock: ManualClock | None = None) -> None:
        super().__init__(ioc, clock)
        self.client = client

    @property
    def server(self) -> Any:
        return self.ioc.ca
