"""Device support: by the name of its dset, or for a record type's soft channels by what its class says. No thread."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import ClassVar

from pydevpva.db.model import Device
from pydevpva.errors import Location, NotFound
from pydevpva.records.core.factory import behaviour
from pydevpva.records.core.record import Record

FOLDER = "pydevpva.devices"  # a module there is found by being there
HERE = Location("a class of pydevpva")
CHOICES = {"soft": "Soft Channel", "raw": "Raw Soft Channel", "callback": "Async Soft Channel"}


class DeviceSupport:
    """Base of device support. `class Stdio(DeviceSupport, dsets="devLsoStdio")` serves the dsets it names.

    `class SoftInput(DeviceSupport, reads="soft")` serves that soft channel of all record types that read one, `writes`
    that of all that write (see Record). What is not in EPICS base `offers` itself: (record type, choice of DTYP), with
    the one name in dsets, and `link_type` where it has a parameter. One object serves one record, or all where
    it has no slots; it is made when the record is and lives on the database thread.
    """

    classes: ClassVar[dict[str, type[DeviceSupport]]] = {}
    offered: ClassVar[list[Device]] = []  # the choices that these classes bring
    soft: ClassVar[dict[tuple[str, bool], type[DeviceSupport]]] = {}  # by soft channel and whether it writes

    __slots__ = ()
    keeps: ClassVar[bool] = False  # VAL stays when `read` has failed, where EPICS has it emptied

    def __init_subclass__(
        cls,
        dsets: str = "",
        reads: str = "",
        writes: str = "",
        offers: tuple[str, str] | None = None,
        link_type: str = "CONSTANT",
        **kwargs: object,
    ) -> None:
        super().__init_subclass__(**kwargs)
        if offers is not None:
            DeviceSupport.offered.append(Device(offers[0], link_type, dsets, offers[1], HERE, shown=False))
        for dset in dsets.split():
            if dset in DeviceSupport.classes:
                raise TypeError(f"device support {dset} is defined twice: {DeviceSupport.classes[dset]} and {cls}")
            DeviceSupport.classes[dset] = cls
        if reads or writes:
            DeviceSupport.soft[reads or writes, bool(writes)] = cls

    def init_record(self, record: Record) -> int:
        """0: RVAL was read back and is to be converted, 2: not."""
        return 2

    def read(self, record: Record) -> int:
        """0: convert RVAL, 2: VAL is set, -1: failed."""
        return -1

    def write(self, record: Record) -> int:
        """0: done, -1: failed."""
        return -1

    def relink(self, record: Record, field: str, text: str) -> None:
        """A put gives a link field this text: take it, or refuse it with PutError."""

    def is_code(self, field: str) -> bool:
        """Whether the text of this link field is a program."""
        return False

    def event(self, record: Record) -> str | None:
        """The I/O Intr event this record waits for."""
        return None

    def no_event(self, record: Record) -> str:
        """Why `event` gives none."""
        return "its device support has no interrupts"


@cache
def load_devices() -> None:
    """Import all device support of this package."""
    for module in pkgutil.iter_modules(importlib.import_module(FOLDER).__path__):
        importlib.import_module(f"{FOLDER}.{module.name}")


def support_for(record_type: str, dset: str) -> type[DeviceSupport] | None:
    """The device support of that name for a record type that we have; None: there is none."""
    load_devices()
    kind = behaviour(record_type)
    if (way := kind.soft_devices.get(dset)) is not None:
        return DeviceSupport.soft[way, kind.writes]
    if kind.pydev is not None and dset == pydev_dset(record_type):
        return DeviceSupport.classes["pydev"]
    return DeviceSupport.classes.get(dset)


def own_devices(record_type: str) -> list[Device]:
    """The choices of DTYP that a record type's class declares; those that EPICS's .dbd has too are the same there."""
    try:
        kind = behaviour(record_type)
    except NotFound:
        return []
    made = [Device(record_type, "CONSTANT", dset, CHOICES[way], HERE) for dset, way in kind.soft_devices.items()]
    if kind.pydev is not None:
        made.append(Device(record_type, "INST_IO", pydev_dset(record_type), "pydev", HERE, shown=False))
    load_devices()
    return made + [device for device in DeviceSupport.offered if device.record_type == record_type]


def pydev_dset(record_type: str) -> str:
    """The name of DTYP "pydev" of a record type, as the dbDump commands show it."""
    return f"devPydev{record_type[0].upper()}{record_type[1:]}"
