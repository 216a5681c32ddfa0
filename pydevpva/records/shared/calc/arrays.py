"""aCalc's dialect, for arrays of one size: what its words do (calc: aCalcPerform.c). No thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from pydevpva.records.shared.calc import elements, fits, reducing, reshaping
from pydevpva.records.shared.calc.cnumbers import Random
from pydevpva.records.shared.calc.program import Dialect
from pydevpva.records.shared.calc.vector import Either, Vector, first, repeated, whole

RANDOM = Random((1 << 16) - 1, 0)


def _indexes(size: int) -> Vector:
    return whole(np.arange(size, dtype=np.float64))


def _random(size: int) -> Vector:
    return whole(np.array([RANDOM.uniform() for _ in range(size)]))


@lru_cache(maxsize=32)
def dialect(size: int) -> Dialect:
    """What the words mean where an array has so many elements."""
    one: dict[str, Callable[[Either], Either]] = {
        **elements.ONE,
        **reducing.ONE,
        "ARR": lambda a: repeated(a, size),
        "CUM": reshaping.running_sum,
        "SMOO": fits.smoo,
        "DERIV": fits.deriv,
        "FITPOLY": fits.fitpoly,
    }
    two: dict[str, Callable[[Either, Either], Either]] = {
        **elements.TWO,
        "RIGHT": partial(reshaping.shift, sign=1),
        "LEFT": partial(reshaping.shift, sign=-1),
        "CAT": reshaping.cat,
        "NSMOO": fits.nsmoo,
        "NDERIV": partial(fits.nderiv, size),
        "FITMPOLY": fits.fitmpoly,
    }
    return Dialect(
        none={
            "RNDM": RANDOM.uniform,
            "NRNDM": RANDOM.normal,
            "ARNDM": partial(_random, size),
            "IX": partial(_indexes, size),
        },
        one=one,
        two=two,
        three={"SUBRANGE": partial(reshaping.part, size), "REPLACE": partial(reshaping.part_in_place, size)},
        many=elements.many(size),
        number=first,
        other=lambda value: whole(repeated(value, size).values),
        nothing=whole(np.zeros(size)),
        storing={"FITQ": partial(fits.fitq, size), "FITMQ": partial(fits.fitmq, size)},
    )
