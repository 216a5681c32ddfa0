"""OOPT of swait and its like: when a calculated value is written. Database thread."""

from __future__ import annotations

EVERY_TIME, ON_CHANGE, WHEN_ZERO, WHEN_NON_ZERO, TO_ZERO, TO_NON_ZERO, NEVER = range(7)  # swaitOOPT


def is_due(option: int, old: float, new: float, deadband: float) -> bool:
    """Whether a value that was `old` and is `new` is to be written; a change to or from NaN is none."""
    return {
        EVERY_TIME: True,
        ON_CHANGE: abs(old - new) > deadband,
        WHEN_ZERO: new == 0.0,
        WHEN_NON_ZERO: new != 0.0,
        TO_ZERO: old != 0.0 and new == 0.0,
        TO_NON_ZERO: old == 0.0 and new != 0.0,
    }.get(option, False)
