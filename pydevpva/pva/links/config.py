"""The options of a PVA link: {"pva": "NAME"} or {"pva": {pv: "NAME", ...}}. No thread; no p4p.

Follows QSRV2 (pvxs: ioc/pvalink_jlif.cpp); what it ignores with a log line is an error here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from pydevpva.db.json5 import Json
from pydevpva.db.linktext import LinkText
from pydevpva.errors import did_you_mean

PROC: Mapping[Json, str] = {None: "", "": "", False: "NPP", True: "PP", **{w: w for w in ("NPP", "PP", "CP", "CPP")}}
SEVR: Mapping[Json, str] = {None: "NMS", False: "NMS", True: "MS", **{w: w for w in ("NMS", "MS", "MSI")}, "MSS": "MS"}


@dataclass(frozen=True, slots=True)
class LinkConfig:
    """What a PVA link asks for. `proc` is "", NPP, PP, CP or CPP; `sevr` NMS, MS or MSI."""

    pv: str
    field: str = ""
    proc: str = ""
    sevr: str = "NMS"
    time: bool = False
    monorder: int = 0
    Q: int = 4
    pipeline: bool = False
    defer: bool = False
    retry: bool = False
    local: bool = False
    always: bool = False  # accepted, means nothing
    atomic: bool = False  # CP links of one PV are processed together in any case


KEYS = tuple(f.name for f in fields(LinkConfig))
_WORDS: dict[str, tuple[Any, str]] = {"str": (str, "a text"), "int": (int, "a whole number"), "bool": (bool, "a bool")}
_TYPES = {f.name: _WORDS[str(f.type)] for f in fields(LinkConfig)}


def link_config(value: Json) -> LinkConfig:
    """The options in the JSON that follows "pva". ValueError says what is wrong with it."""
    if isinstance(value, str):
        value = {"pv": value}
    if not isinstance(value, dict):
        raise ValueError('a pva link is {"pva": "NAME"} or {"pva": {"pv": "NAME", ...}}')
    if not value.get("pv"):
        raise ValueError('a pva link needs the name of its "pv"')
    return LinkConfig(**{key: _option(key, content) for key, content in value.items()})


def plain_config(link: LinkText) -> LinkConfig:
    """The options of a link's plain text, "NAME CP MS", to a record of another IOC."""
    proc = link.process if link.process in ("CP", "CPP") else ""
    return LinkConfig(link.target, proc=proc, sevr=SEVR[link.severity])


def _option(key: str, value: Json) -> Any:
    if key not in _TYPES:
        raise ValueError(f'a pva link has no "{key}"{did_you_mean(key, KEYS)}; choices: {", ".join(KEYS)}')
    if key in ("proc", "sevr"):
        return _choice(key, value, PROC if key == "proc" else SEVR)
    if key == "local" and value is None:
        return False
    type_, words = _TYPES[key]
    if not isinstance(value, type_) or (type_ is int and isinstance(value, bool)):
        raise ValueError(f'"{key}" of a pva link must be {words}, not {value!r}')
    if key == "Q":
        return max(1, value)
    return max(-1024, min(value, 1024)) if key == "monorder" else value


def _choice(key: str, value: Json, choices: Mapping[Json, str]) -> str:
    if isinstance(value, (dict, list, float)) or (isinstance(value, int) and not isinstance(value, bool)):
        raise ValueError(f'"{key}" of a pva link must be one of its choices, not {value!r}')
    if value not in choices:
        shown = ", ".join(f'"{c}"' for c in choices if isinstance(c, str) and c)
        raise ValueError(f'"{key}" of a pva link: no "{value}"; choices: {shown}, true, false')
    return choices[value]
