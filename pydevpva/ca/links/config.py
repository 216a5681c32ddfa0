"""The options of a CA link: {"ca": "NAME"} or {"ca": {pv: "NAME", ...}}. No thread.

EPICS has no such JSON link; the words are those of its "pva".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydevpva.db.json5 import Json
from pydevpva.db.linktext import LinkText
from pydevpva.errors import did_you_mean

PROC = ("NPP", "PP", "CP", "CPP")
SEVR = ("NMS", "MS", "MSI", "MSS")


@dataclass(frozen=True, slots=True)
class CaConfig:
    """What a CA link asks for. `proc`: CP and CPP process the record at each update; others leave that to the far end.
    `time`: the record takes the time stamp over."""

    pv: str
    proc: str = ""
    sevr: str = "NMS"
    time: bool = False


CHOICES: Mapping[str, tuple[Any, ...]] = {"proc": ("", *PROC), "sevr": SEVR, "time": (False, True)}
KEYS = ("pv", *CHOICES)


def ca_config(value: Json) -> CaConfig:
    """The options in the JSON that follows "ca". ValueError says what is wrong with it."""
    if isinstance(value, str):
        value = {"pv": value}
    if not isinstance(value, dict):
        raise ValueError('a ca link is {"ca": "NAME"} or {"ca": {"pv": "NAME", ...}}')
    if not isinstance(value.get("pv"), str) or not value["pv"]:
        raise ValueError('a ca link needs the name of its "pv"')
    for key, content in value.items():
        _check(key, content)
    return CaConfig(**value)  # type: ignore[arg-type]  # looked at one by one


def _check(key: str, content: Json) -> None:
    if key not in KEYS:
        raise ValueError(f'a ca link has no "{key}"{did_you_mean(key, KEYS)}; choices: {", ".join(KEYS)}')
    choices = CHOICES.get(key)
    if choices is None:
        return
    if not any(content is choice or (isinstance(choice, str) and content == choice) for choice in choices):
        shown = ", ".join(f'"{c}"' if isinstance(c, str) else str(c).lower() for c in choices if c != "")
        raise ValueError(f'"{key}" of a ca link: no {content!r}; choices: {shown}')


def plain_config(link: LinkText) -> CaConfig:
    """The options of a link's plain text, "NAME CP MS"."""
    return CaConfig(link.target, link.process if link.process in ("CP", "CPP") else "", link.severity)
