"""A function for SNAM or INAM that is no user's, and what it says of its end. Database thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

DONE, LATER, FAILED = 0, 1, -1  # LATER: the record is completed when it is over
Native = Callable[[Any], int]  # of the record
