"""DTYP: how a record gets or gives its value."""

from __future__ import annotations

from pydevpva.db.definitions import Definitions
from pydevpva.devices import pydev, soft
from pydevpva.devices.registry import DeviceSupport

__all__ = ["load_devices", "soft"]


def load_devices(definitions: Definitions) -> None:
    """Serve the device support that the definitions name."""
    pydev.add_to(definitions, DeviceSupport.classes)
