"""The records of `-x PREFIX`: PREFIX:exit ends the IOC when it processes, as softIocExit.db does."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable

from pydevpva.ioc import Ioc
from pydevpva.records.core.record import Record
from pydevpva.versions import epics_version, own_version

# EPICS has a sub record there; a calc has the same A and VAL, and MDEL=-1 makes each processing a post
TEXT = """
record(calc, "$(IOC):exit") {{
    field(DESC, "Exit subroutine")
    field(CALC, "A")
    field(MDEL, "-1")
}}
record(stringin, "$(IOC):BaseVersion") {{
    field(DESC, "EPICS Base Version")
    field(VAL, "{version}")
    field(PINI, "YES")
    field(DISP, "1")
}}
"""


def load(ioc: Ioc, prefix: str) -> None:
    """Load the two records. LoadError when their names are taken."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "softIocExit.db")
        with open(path, "w", encoding="utf-8") as file:
            file.write(TEXT.format(version=f"{epics_version()} (pydevpva {own_version()})"[:39]))
        ioc.load_records(path, {"IOC": prefix})


def watch(ioc: Ioc, prefix: str, end: Callable[[int], object]) -> None:
    """Call end(status) when PREFIX:exit is put to or processed: 0 for the value 0, else 1. After iocInit."""
    ioc.database.loop.call(lambda: ioc.database.find(f"{prefix}:exit").record.attach(_Exit(end)))


class _Exit:
    def __init__(self, end: Callable[[int], object]) -> None:
        self._end = end

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        if field in (None, "VAL"):
            self._end(0 if record.VAL == 0 else 1)
