"""What is looked for in the data of a scan: a peak, a valley, an edge, the centre of mass (sscanRecord.c: packData).

No thread. Detectors' data are FLOAT, and so is what is made of them, as in C; and so a
number that is none, or too large, is no error.
"""

from __future__ import annotations

import math

import numpy as np

from pydevpva.records.core.values import Numbers
from pydevpva.records.shared.scan.names import TO_FALLING, TO_PEAK, TO_RISING

SMOOTHED = 4  # times
CLOSE = 1e-6  # positions are no closer to each other, to divide by
LEAST_AREA = 1e-6


@np.errstate(all="ignore")
def smooth(data: Numbers) -> Numbers:
    """Each element with its neighbours, some times over."""
    for _ in range(SMOOTHED):
        mean = data.copy()
        mean[1:-1] = data[:-2] / 4 + data[1:-1] / 2 + data[2:] / 4
        data = mean
    return data


def _distances(positions: Numbers, apart: int) -> Numbers:
    distances = positions[apart:] - positions[:-apart]
    return np.where(np.abs(distances) < CLOSE, np.where(distances < 0, -CLOSE, CLOSE), distances)


@np.errstate(all="ignore")
def slope(data: Numbers, positions: Numbers) -> Numbers:
    """The derivative of at least two elements."""
    result = data.copy()
    if len(data) > 2:
        result[1:-1] = (data[2:] - data[:-2]) / _distances(positions, 2)
    result[-1] = result[-2]
    result[0] = result[1]
    return result


@np.errstate(all="ignore")
def feature(mode: int, data: Numbers, positions: Numbers) -> int | None:
    """The element at which the peak, valley or edge is; None: there is none that stands out."""
    values = slope(data, positions) if mode in (TO_RISING, TO_FALLING) else data
    compared = values[1:]
    high, low = int(compared.argmax()), int(compared.argmin())
    rough = float(np.abs(np.diff(values)).astype("f8").cumsum()[-1]) / max(1, len(values) - 1)
    if float(compared[high]) - float(compared[low]) > 2 * rough:
        return 1 + (high if mode in (TO_PEAK, TO_RISING) else low)
    return None


@np.errstate(all="ignore")
def centre(data: Numbers, positions: Numbers) -> float | None:
    """The centre of mass; None: there is no mass, or it is nowhere."""
    widths = _distances(positions, 1)
    heights = ((data[1:] + data[:-1]) / np.float32(2)).astype("f8")
    middles = (positions[1:] + positions[:-1]) / 2
    moment = float((middles * heights * widths).cumsum()[-1])
    mass = float((heights * widths).cumsum()[-1])
    place = moment / mass if abs(mass) > LEAST_AREA else math.nan
    return place if math.isfinite(place) else None
