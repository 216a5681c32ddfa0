"""Reading: a value with all that was sent with it, whichever protocol brought it. No thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SEVERITIES = ("NO_ALARM", "MINOR", "MAJOR", "INVALID", "UNDEFINED")


class ClientError(Exception):
    """What the user is told in one line: a PV that is not there, a refused put, a value that does not fit."""


@dataclass(slots=True)
class Reading:
    """A value: str, bool, int, float, numpy array, list of str, NDArray, a table as a dict of columns, or, for a
    structure, a dict of Readings and values. `type` is as its protocol calls it: NTScalar double, DBR_ENUM.

    `choices` are an enum's labels; its value is the index. `time_ns` counts from POSIX's epoch, None: not told.
    `limits` are what else is known: precision, limits, description, by name.
    """

    type: str
    value: Any
    severity: int = 0
    message: str = ""
    time_ns: int | None = None
    units: str = ""
    choices: tuple[str, ...] | None = None
    table: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)

    @property
    def alarm(self) -> str:
        """The severity's name."""
        return SEVERITIES[self.severity] if 0 <= self.severity < len(SEVERITIES) else str(self.severity)

    @property
    def label(self) -> str:
        """What an enum shows; its index where no label is that of it."""
        choices = self.choices or ()
        return choices[self.value] if 0 <= self.value < len(choices) else str(self.value)
