"""aCalc's smoothing, derivatives and fitted parabolas, of the elements that count (calc: aCalcPerform.c, calcUtil.c).

No thread. x is the index of an element.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pydevpva.records.shared.calc.cnumbers import int32
from pydevpva.records.shared.calc.parse import CalcError
from pydevpva.records.shared.calc.program import Variable, Variables
from pydevpva.records.shared.calc.vector import Doubles, Either, Vector, first, padded, repeated

SINGULAR = 1e-8  # a determinant, and a mask, that is no more than that is 0
MOST_WORK = 1e9  # elements times passes that NSMOO may take: some seconds
_DIRECT = 200  # points of a window up to which a derivative is computed window by window


def _smooth(values: Doubles) -> Doubles:
    """Each element but two at both ends becomes a mean of itself and two on each side."""
    if len(values) < 5:
        return values
    made = values.copy()
    made[2:-2] = values[:-4] / 16 + values[1:-3] / 4 + 3 * values[2:-2] / 8 + values[3:-1] / 4 + values[4:] / 16
    return made


def smoo(a: Either) -> Either:
    """SMOO: what does not count stays."""
    if not isinstance(a, Vector):
        return a
    made = a.values.copy()
    made[: len(a.used)] = _smooth(a.used)
    return Vector(made, a.count)


def nsmoo(a: Either, times: Either) -> Either:
    """NSMOO: so many times, what counts and what does not; how many stay is said by the number, if it is an array."""
    if not isinstance(a, Vector):
        return a
    passes = first(times)
    if passes * len(a.values) > MOST_WORK:
        raise CalcError(f"NSMOO: {passes:g} times {len(a.values)} elements are too many")
    values = a.values[: len(times.used)] if isinstance(times, Vector) else a.values
    for _ in range(int(passes) if passes > 0 else 0):
        values = _smooth(values)
    return padded(a, values)


def parabola(values: Doubles, mask: Doubles | None = None) -> tuple[float, float, float]:
    """(c, b, a) of c + b*x + a*x**2 through the values, those only whose mask is above 0. CalcError: there is none.

    Least squares by the normal equations, so that the last digits are those of the original.
    """
    if len(values) < 3:
        raise CalcError("a fit needs three points")
    x = np.arange(len(values), dtype=np.float64)
    if mask is not None:
        chosen = mask > SINGULAR
        x, values = x[chosen], values[chosen]
    moments = [_total(x**power) for power in range(5)]
    return _coefficients(moments, [_total(values), _total(values * x), _total(values * x * x)])


def _total(values: Doubles) -> float:
    return float(np.cumsum(values)[-1]) if len(values) else 0.0


def _coefficients(moments: list[float], right: list[Any]) -> tuple[Any, Any, Any]:
    """By the inverse of a symmetric 3x3 matrix: its cofactors over its determinant. right: numbers, or arrays."""
    (a, b, c), (d, e, f), (g, h, i) = (moments[row : row + 3] for row in range(3))
    determinant = a * (e * i - h * f) + b * (f * g - i * d) + c * (d * h - g * e)
    if not abs(determinant) >= SINGULAR:
        raise CalcError("the points fix no parabola")
    inverse = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    rows = [[value / determinant for value in row] for row in inverse]
    # not by sum(), which keeps more digits from Python 3.12 on
    columns = [right[0] * rows[0][k] + right[1] * rows[1][k] + right[2] * rows[2][k] for k in range(3)]
    return columns[0], columns[1], columns[2]


def _curve(a: Vector, coefficients: tuple[float, float, float], count: int) -> Vector:
    c, b, square = coefficients
    x = np.arange(count, dtype=np.float64)
    return padded(Vector(a.values, count), c + b * x + square * x * x)


def fitpoly(a: Either) -> Either:
    """FITPOLY: the parabola through an array."""
    return _curve(a, parabola(a.used), a.count) if isinstance(a, Vector) else 0.0


def fitmpoly(a: Either, mask: Either) -> Either:
    """FITMPOLY: only through the points whose mask is above 0; the mask says how many count."""
    if not isinstance(mask, Vector):
        raise CalcError("the mask of FITMPOLY is an array")
    y = repeated(a, len(mask.values))
    fitted = _curve(y, parabola(y.values[: mask.count], mask.used), mask.count)
    return Vector(fitted.values, y.count)


def fitq(size: int, variables: Variables, *values: Either) -> Either:
    """FITQ(x[,a[,b[,c]]]): FITPOLY, with offset, slope and curvature in the variables a, b and c."""
    y = repeated(values[0], size)
    coefficients = parabola(y.used)
    _keep(coefficients, values[1:4], variables)
    return _curve(y, coefficients, y.count)


def fitmq(size: int, variables: Variables, *values: Either) -> Either:
    """FITMQ(x,mask[,a[,b[,c]]]): FITMPOLY, likewise."""
    if len(values) < 2:
        raise CalcError("FITMQ takes an array and a mask")
    y, mask = repeated(values[0], size), repeated(values[1], size)
    coefficients = parabola(y.values[: mask.count], mask.used)
    _keep(coefficients, values[2:5], variables)
    return Vector(_curve(y, coefficients, mask.count).values, y.count)


def _keep(coefficients: tuple[float, float, float], targets: tuple[Either, ...], variables: Variables) -> None:
    for coefficient, target in zip(coefficients, targets, strict=False):
        if isinstance(target, Variable):
            variables.store(target.index, coefficient)


# ---- derivatives ----


def deriv(a: Either) -> Either:
    """DERIV: of a parabola through each element and two on each side."""
    return _derived(a, 2) if isinstance(a, Vector) else 0.0


def nderiv(size: int, a: Either, reach: Either) -> Either:
    """NDERIV: through so many on each side, at most half of all."""
    return _derived(repeated(a, size), int32(first(reach)))


def _derived(a: Vector, reach: int) -> Vector:
    values = a.used
    reach = min((len(values) - 1) // 2, reach)
    window = 2 * reach + 1
    if window < 3:
        raise CalcError("a derivative needs three points")
    made = np.empty(len(values))
    _, slope, square = parabola(values[:window])
    made[: reach + 1] = slope + 2 * square * np.arange(reach + 1)
    if len(values) > window + 1:
        made[reach + 1 : -reach - 1] = _slopes(values[1:-1], reach)
    _, slope, square = parabola(values[-window:])
    made[-reach - 1 :] = slope + 2 * square * np.arange(reach, window)
    return padded(a, made)


def _slopes(values: Doubles, reach: int) -> Doubles:
    """The slope in the middle of each window."""
    return _exact_slopes(values, reach) if 2 * reach + 1 <= _DIRECT else _many_slopes(values, reach)


def _exact_slopes(values: Doubles, reach: int) -> Doubles:
    """Of a parabola through each window, by sums in the order of the original: what is 0 there is 0 here."""
    window = 2 * reach + 1
    sums = np.zeros((3, len(values) - window + 1))
    for x in range(window):
        weighted = values[x : len(values) - window + 1 + x]
        for total in sums:
            total += weighted
            weighted = weighted * x
    moments = [_total(np.arange(window, dtype=np.float64) ** power) for power in range(5)]
    _, slope, square = _coefficients(moments, list(sums))
    return np.asarray(slope + 2 * square * reach)


def _many_slopes(values: Doubles, reach: int) -> Doubles:
    """Of long windows: their values weighted with how far they are from the middle. Where one is NaN or infinite, NaN:
    a sum of such values is none."""
    window = 2 * reach + 1
    finite = np.isfinite(values)
    if not finite.all():
        slopes: Doubles = _many_slopes(np.where(finite, values, 0.0), reach)
        slopes[np.convolve(~finite, np.ones(window), "valid") > 0] = np.nan
        return slopes
    scale = reach * (reach + 1) * window / 3
    centred = values - values.mean()  # sums of all that was before are differences here: small numbers lose less
    sums, moments = (np.concatenate(([0.0], np.cumsum(x))) for x in (centred, centred * np.arange(len(values))))
    middles = np.arange(reach, len(values) - reach)
    slopes = ((moments[window:] - moments[:-window]) - middles * (sums[window:] - sums[:-window])) / scale
    return slopes
