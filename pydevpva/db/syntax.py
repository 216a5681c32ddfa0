"""What the text of .db and .dbd files is taken apart into: statements, and the items in their braces. No thread."""

from __future__ import annotations

import re
from dataclasses import dataclass

KEYWORDS = (
    "grecord", "record", "recordtype", "menu", "device", "driver", "link", "registrar", "function", "variable",
    "breaktable", "alias",
)  # fmt: skip
ARGUMENTS = {
    "device": (4, 4),
    "driver": (1, 1),
    "link": (2, 2),
    "registrar": (1, 1),
    "function": (1, 1),
    "variable": (1, 2),
    "alias": (2, 2),
}
"""The least and the most arguments of the statements without braces."""


@dataclass(slots=True)
class Statement:
    """One thing said at an offset: its keyword, its arguments without quotes, and what its braces hold."""

    kind: str
    offset: int
    words: tuple[str, ...]
    items: list[Item]


@dataclass(slots=True)
class Item:
    """One thing in braces: field, info, alias, choice, an attribute of a field, a number of a breaktable."""

    kind: str
    offset: int
    words: tuple[str, ...]
    json: bool = False
    items: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class RegularRecord:
    """A record without JSON in its body. `items` are matches of ("field" or "info", its name, its value, alias)."""

    kind: str
    offset: int
    type: str
    name: str
    items: list[re.Match[str]]
    end: int  # the offset behind it
