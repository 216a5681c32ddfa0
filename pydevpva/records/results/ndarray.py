"""NDArray: an image, or any array, with what belongs to it. User code sees the class as pydev.NDArray. Any thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pydevpva.plain.arrays import KEEPERS, Plain, base_array, own_class
from pydevpva.plain.results import register
from pydevpva.plain.values import SIMPLE, Unfit
from pydevpva.plain.words import kind_of, printable

# areaDetector's modes by number, and the axis of a 3-d array that holds the three colours, counted as numpy does
COLOR_MODES = ("Mono", "Bayer", "RGB1", "RGB2", "RGB3")
COLOR_AXIS = {2: -1, 3: -2, 4: -3}
Timestamp = float | tuple[int, int]
LONGEST_ATTRIBUTE = 1000  # characters


class NDArray(np.ndarray[Any, Any]):
    """A numpy array with attributes, colour mode, frame number and time; it shares the memory of the array given.

    What is computed from it (`image - dark`, `image[100:200]`) keeps them, so that a result can be traced back to
    its frame; single numbers (`image.sum()`) are plain numpy numbers.

    attributes: {name: number or str}. color_mode: 0 Mono, 1 Bayer, 2 RGB1 (shape y, x, 3), 3 RGB2 (y, 3, x),
    4 RGB3 (3, y, x), or the name; None: found from the shape. unique_id: int; None: the record counts.
    timestamp: when the data was taken, seconds since 1970 or (seconds, nanoseconds); None: when the record processed.
    """

    attributes: dict[str, Any]
    color_mode: int | None
    unique_id: int | None
    time_ns: int | None  # the timestamp in ns since 1970

    def __new__(
        cls,
        array: Any,
        attributes: Mapping[str, Any] | None = None,
        color_mode: int | str | None = None,
        unique_id: int | None = None,
        timestamp: Timestamp | None = None,
    ) -> NDArray:
        self: NDArray = np.asanyarray(array).view(cls)
        if attributes is not None:
            self.attributes = dict(attributes)
        if color_mode is not None:
            self.color_mode = mode_number(color_mode)
        if unique_id is not None:
            self.unique_id = int(unique_id)
        if timestamp is not None:
            self.timestamp = timestamp
        return self

    def __array_finalize__(self, source: object) -> None:
        if isinstance(source, NDArray) and hasattr(source, "attributes"):
            self.attributes = dict(source.attributes)
            self.unique_id, self.time_ns = source.unique_id, source.time_ns
            mode = source.color_mode
            self.color_mode = mode if mode is not None and mode_fits(mode, self.shape) else None
        else:
            self.attributes, self.color_mode, self.unique_id, self.time_ns = {}, None, None, None

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        if array.ndim == 0:
            return array[()]
        made = array.view(type(self))
        made.__array_finalize__(self._with_number(context))
        return made

    def _with_number(self, context: Any) -> NDArray:
        """The operand whose frame a result belongs to: the first that has a number."""
        operands = (self, *context[1]) if context else (self,)
        return next((one for one in operands if getattr(one, "unique_id", None) is not None), self)

    @property
    def timestamp(self) -> float | None:
        """Seconds since 1970; None: not given."""
        return None if self.time_ns is None else self.time_ns / 1e9

    @timestamp.setter
    def timestamp(self, value: Timestamp | None) -> None:
        if isinstance(value, tuple):
            self.time_ns = int(value[0]) * 10**9 + int(value[1])
        else:
            self.time_ns = None if value is None else round(value * 1e9)


def mode_number(mode: int | str) -> int:
    """A colour mode from its number or name; ValueError."""
    if isinstance(mode, str) and mode in COLOR_MODES:
        return COLOR_MODES.index(mode)
    if not isinstance(mode, str) and 0 <= (number := int(mode)) < len(COLOR_MODES):
        return number
    choices = ", ".join(f"{number} {name}" for number, name in enumerate(COLOR_MODES))
    raise ValueError(f"color_mode {mode!r} is none of {choices}")


def mode_fits(mode: int, shape: tuple[int, ...]) -> bool:
    """Whether an array of this shape can have that colour mode."""
    axis = COLOR_AXIS.get(mode)
    if axis is None:
        return mode == 0 or len(shape) == 2
    return len(shape) == 3 and shape[axis] == 3


def mode_of(shape: tuple[int, ...]) -> int:
    """The colour mode that a shape speaks for: a 3-d array with a side of 3 is RGB, the last side first."""
    return next((mode for mode in COLOR_AXIS if mode_fits(mode, shape)), 0)


# ---- as plain values, see the room of that name ----

_OWN = frozenset(("attributes", "color_mode", "unique_id", "time_ns"))


def _plain(value: Any, depth: int, plain: Plain) -> Any:
    """An NDArray, or one of a class made from it, as an NDArray with plain attributes."""
    made = base_array(np.asarray(value) if type(value) is NDArray else own_class(value), depth, plain)
    if not isinstance(made, np.ndarray):
        return made  # one number
    image = made.view(NDArray)
    image.attributes = {printable(str(name)): _attribute(item, plain) for name, item in value.attributes.items()}
    for name in ("color_mode", "unique_id", "time_ns"):
        setattr(image, name, _number(name, getattr(value, name)))
    return image


def _number(name: str, value: Any) -> int | None:
    """One of the image's own numbers. In 64 bits as times are: one beyond could not be sent, nor what came after it."""
    if value is None:
        return None
    number = int.__int__(value)
    if not -(2**63) <= number < 2**63:
        raise Unfit(f"{name} is out of range")
    return number


def _attribute(value: object, plain: Plain) -> Any:
    """Numbers, text and arrays of numbers; anything else as the text that it has itself."""
    try:
        made = plain(value, 0)
    except Exception:
        made = None
    if isinstance(made, (str, int, float)) or (isinstance(made, np.ndarray) and made.dtype.kind in "biuf"):
        return made
    try:
        return printable(str.__str__(str(value))[:LONGEST_ATTRIBUTE])
    except Exception:
        return f"a {kind_of(value)}"


def _is_plain(array: NDArray) -> bool:
    """Whether memory that this array owns, or is a view of, may be shared: nothing that goes with it runs any code."""
    own = vars(array)
    if not own.keys() <= _OWN or any(type(own[name]) not in SIMPLE for name in own if name != "attributes"):
        return False
    attributes = own.get("attributes", {})
    return type(attributes) is dict and all(type(x) in SIMPLE for item in attributes.items() for x in item)


KEEPERS[NDArray] = _is_plain
register(NDArray, _plain)
