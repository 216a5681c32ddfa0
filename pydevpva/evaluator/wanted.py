"""How many threads and processes a site wants, by environment variables. No thread."""

from __future__ import annotations

from collections.abc import Mapping

from pydevpva.errors import PydevpvaError

MOST = 1000


def wanted(environment: Mapping[str, str], name: str, otherwise: int) -> int:
    """The whole number that the variable says, `otherwise` when it is not set. Raises PydevpvaError."""
    text = environment.get(name, "").strip()
    if not text:
        return otherwise
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise PydevpvaError(f"{name} is {text!r}; it must be a whole number from 1 to {MOST}")
    return int(text)
