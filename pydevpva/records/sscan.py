"""sscan: positioners go from point to point, and detectors are read at each (EPICS: sscanRecord.c of sscan).

All PVs are named at run time. The record is never active (PACT): each part of a point is a processing of its own, and
a put that waits for a scan ends with its forward link. Database thread.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from pydevpva.records.core.arrays import copy, is_numbers, overwrite
from pydevpva.records.core.properties import properties
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array, Sent, Value, Whole
from pydevpva.records.shared.scan import commands, run
from pydevpva.records.shared.scan.names import DETECTORS, NAMED, NAMES, OUTPUTS, POSITIONERS
from pydevpva.records.shared.scan.parameters import FREEZES
from pydevpva.records.shared.scan.setup import PARAMETERS, Setup
from pydevpva.records.shared.scan.state import State
from pydevpva.records.shared.scan.told import make_whole, show_arrays

_VERSION = 5.53
_FEWEST = 10  # MPTS
_MOST_DIGITS = 10
_ARRAYS = {f"{name}{suffix}": "DOUBLE" for name in POSITIONERS for suffix in ("PA", "RA", "CA")} | {
    f"{name}{suffix}": "FLOAT" for name in DETECTORS for suffix in ("DA", "CA")
}
_PARAMETERS = {f"{name}{parameter}": (name, parameter) for name in POSITIONERS for parameter in PARAMETERS}
_MODES = {f"{name}SM": name for name in POSITIONERS}
_FLAGS = frozenset({"FPTS", *(f"{name}{flag}" for name in POSITIONERS for flag in FREEZES)})


def _fields(name: str) -> list[str]:
    """The numbers of a positioner or detector that have its units, digits and limits."""
    if name in DETECTORS:
        return [f"{name}{suffix}" for suffix in ("HR", "LR", "DA", "CA", "CV", "LV")]
    own = ("PP", "CV", "DV", "LV", *PARAMETERS, "HR", "LR", "PA", "RA", "CA", "PR")
    return [*(f"{name}{suffix}" for suffix in own), *(f"R{name[1]}{suffix}" for suffix in ("CV", "LV", "DL"))]


def _digits(name: str, record: Record) -> float:
    return float(min(_MOST_DIGITS, max(0, getattr(record, f"{name}PR"))))


_GROUPS = {name: " ".join(_fields(name)) for name in (*POSITIONERS, *DETECTORS)}


class Sscan(Record, rtype="sscan"):
    """1 in EXSC starts a scan, 0 ends it; a second 0 ends it whatever it waits for."""

    __slots__ = ("scan", "setup")
    immediate = commands.ANY_TIME
    scan: State
    setup: Setup
    properties = properties(
        units_fields={fields: f"={name}EU" for name, fields in _GROUPS.items()},
        precision="",
        precision_fields={
            "ATIME": 1,
            f"VERS VAL PDLY DDLY RDLY {' '.join(f'{name}CD' for name in OUTPUTS)}": 3,
            **{fields: partial(_digits, name) for name, fields in _GROUPS.items()},
        },
        display={fields: (f"{name}LR", f"{name}HR") for name, fields in _GROUPS.items()},
        control={fields: (f"{name}LR", f"{name}HR") for name, fields in _GROUPS.items()},
        alarm={},
    )

    # ---- arrays ----

    def array_info(self, field: str) -> tuple[str, int] | None:
        dbf = _ARRAYS.get(field)
        return None if dbf is None else (dbf, self.MPTS)

    def get(self, field: str) -> Value:
        if field in _ARRAYS:
            make_whole(self.scan)
        return super().get(field)

    def native(self, field: str) -> Whole:
        value = self.get(field)
        return copy(value) if field in _ARRAYS else value  # we write into them

    def put_array(self, field: str, value: Array) -> None:
        if field[0] == "P" and is_numbers(value):
            self.setup.table(field[:2], field, value)
        elif getattr(self, field) is not self.scan.data.zeros:
            overwrite(getattr(self, field), value)

    # ---- iocInit ----

    def init_early(self) -> None:
        setattr(self, "VERS", _VERSION)  # noqa: B010  # a field, where other types have an attribute of that name
        self.MPTS = max(self.MPTS, _FEWEST)
        for name in POSITIONERS:
            setattr(self, f"{name}PA", np.zeros(self.MPTS))
        self.scan = State(self)
        self.setup = Setup(self.scan)
        show_arrays(self.scan)

    def init_record(self) -> None:
        run.keep_points(self.scan)
        self.setup.start()
        self.EXSC = self.XSC = self.PXSC = self.DATA = 0
        for name in NAMED:
            self.scan.links.look_up(name)
        self.host.when_running(self.scan.links.start)

    # ---- processing ----

    def process(self) -> None:
        run.process(self.scan)

    def trouble(self) -> str:
        return str(self.SMSG)

    def gave_up(self) -> bool:
        """Not when it is paused, or waits for PVs that are not there."""
        return not self.EXSC

    def is_at_once(self, field: str, value: Sent) -> bool:
        """To end a scan, too: who has begun it may wait for that."""
        return field != "EXSC" or commands.is_end(value)

    # ---- puts, and PVs that come, go and change ----

    def special(self, field: str, after: bool) -> None:
        run.keep_points(self.scan)
        if not after:
            self.setup.overridden = self.FFO
            commands.refuse(self.scan, field)
        elif field in NAMES:
            self.scan.links.look_up(NAMES[field])
            self.pv_changed(field)
        elif field in _PARAMETERS:
            self.setup.parameter(*_PARAMETERS[field])
        elif field in _MODES:
            self.setup.mode(_MODES[field])
        elif field in _FLAGS:
            self.setup.flag()
        elif field == "NPTS":
            self.setup.points()
        elif field == "FFO":
            self.setup.override()
        elif field == "CMND":
            commands.command(self.scan, self.setup)
        elif field in commands.PUT:
            commands.PUT[field](self.scan)

    def connection(self, field: str) -> None:
        if field in NAMES:
            self.scan.links.connection(NAMES[field])
            commands.found(self.scan)

    def pv_changed(self, field: str) -> None:
        if (name := NAMES.get(field)) is None or (link := self.scan.links.changed(name)) is None:
            return
        if name in POSITIONERS and (position := link.value()) is not None:
            self.scan.tell(f"{name}CV", position)
        commands.found(self.scan)
