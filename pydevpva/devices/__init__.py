"""DTYP: how a record gets or gives its value."""

from __future__ import annotations

from pydevpva.db.definitions import Definitions
from pydevpva.devices import callback, db_state, environment, general_time, pydev, soft, stdio, timestamp
from pydevpva.devices.registry import DeviceSupport

__all__ = ["callback", "db_state", "environment", "general_time", "load_devices", "soft", "stdio", "timestamp"]


def load_devices(definitions: Definitions) -> None:
    """Serve the device support that the definitions name."""
    pydev.add_to(definitions, DeviceSupport.classes)
