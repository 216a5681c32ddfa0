"""The device support of a record as it is made. Database thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pydevpva.devices.pydev import Pydev
from pydevpva.devices.python import Python
from pydevpva.devices.registry import DeviceSupport, support_for
from pydevpva.records.core.record import Record


class MakeDevice:
    """Of one IOC: `make(record, dset)` for each of its records, 200,000 perhaps of a few types."""

    def __init__(self, python: Python) -> None:
        self._python = python
        self._supports: dict[tuple[str, str], Callable[[Record], DeviceSupport]] = {}  # by record type and dset

    def __call__(self, record: Record, dset: str) -> DeviceSupport:
        key = record.rtype.name, dset
        make = self._supports.get(key)
        if make is None:
            make = self._supports[key] = self._maker(*key)
        return make(record)

    def _maker(self, record_type: str, dset: str) -> Callable[[Record], DeviceSupport]:
        support = support_for(record_type, dset)
        assert support is not None  # looked at when the record was loaded
        if issubclass(support, Pydev):
            return partial(support, python=self._python)
        if support.__basicsize__ > object.__basicsize__:
            return lambda record: support()
        one = support()  # it keeps nothing of a record: one is enough for all
        return lambda record: one
