"""Numbers as DBR_FLOAT, from a client or for one (EPICS: epicsConvertDoubleToFloat). Any thread."""

from __future__ import annotations

import numpy as np

from pydevpva.db.dbf import FLT_MAX, FLT_MIN
from pydevpva.records.core.arrays import to_array
from pydevpva.records.core.values import Array, Numbers, converter


def to_floats(elements: Array) -> Numbers:
    """What is too large for it becomes its largest, what is too small its smallest."""
    doubles = np.asarray(to_array(elements, "DOUBLE"))
    convert = converter("FLOAT")
    finite = np.isfinite(doubles) & (doubles != 0)
    sizes = np.abs(doubles)
    odd = finite & ((sizes >= FLT_MAX) | (sizes <= FLT_MIN))
    with np.errstate(all="ignore"):
        made = doubles.astype("f4")
    for index in np.flatnonzero(odd):
        made[index] = convert(float(doubles[index]))
    return made
