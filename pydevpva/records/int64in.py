"""int64in: a 64-bit integer input (EPICS: int64inRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.longin import LIMITED, Longin
from pydevpva.records.shared import pydev_ways


class Int64in(Longin, rtype="int64in", soft="devI64inSoft", callback="devI64inSoftCallback"):
    """A longin of 64 bits; its limits show whether they alarm or not."""

    __slots__ = ()
    pydev = PydevWay(pydev_ways.INTEGER, pydev_ways.number("INT64"))
    value_type = "INT64"
    simulation_type = "INT64"
    properties = properties(
        units="INT64",
        display={LIMITED: ("LOPR", "HOPR")},
        control={LIMITED: ("LOPR", "HOPR")},
        alarm={"VAL": "always"},
    )
