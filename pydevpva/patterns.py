"""Patterns of names, as EPICS's commands take them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable


def glob(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """epicsStrGlobMatch: "*" any characters, "?" one; nothing else is special."""
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(c) or re.escape(c) for c in pattern), re.DOTALL).fullmatch
