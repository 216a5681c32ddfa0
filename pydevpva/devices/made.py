"""The device support of a record as it is made. Database thread."""

from __future__ import annotations

from pydevpva.devices.pydev import Pydev
from pydevpva.devices.python import Python
from pydevpva.devices.registry import DeviceSupport, support_for
from pydevpva.records.core.record import Record


class MakeDevice:
    """Of one IOC: `make(record, dset)` for each of its records, 200,000 perhaps of a few types."""

    def __init__(self, python: Python) -> None:
        self._python = python
        self._supports: dict[tuple[str, str], type[DeviceSupport]] = {}  # by record type and dset

    def __call__(self, record: Record, dset: str) -> DeviceSupport:
        key = record.rtype.name, dset
        support = self._supports.get(key)
        if support is None:
            support = support_for(*key)
            assert support is not None  # looked at when the record was loaded
            self._supports[key] = support
        return support(record, self._python) if issubclass(support, Pydev) else support()
