"""An entry as caPutJsonLog's line of JSON (caPutJsonLogTask.cpp of the module caPutLog). Pure functions."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from pydevpva.db.dbf import FLOATS
from pydevpva.records.core.values import Scalar
from pydevpva.serving.put_log.burst import Summary
from pydevpva.serving.put_log.plain_line import format_time
from pydevpva.serving.put_log.value import Logged

SIGNIFICANT = {"DOUBLE": 17, "FLOAT": 8}


def json_line(summary: Summary, metadata: Mapping[str, str]) -> str:
    """The line, without its newline; metadata come sorted."""
    entry = summary.entry
    members = {
        "date": _string(format_time(entry.time, "%Y-%m-%d")),
        "time": _string(format_time(entry.time, "%H:%M:%S.%03f")),
        "host": _string(entry.peer.host),
        "user": _string(entry.peer.account),
        **{key: _string(metadata[key]) for key in sorted(metadata)},
        "pv": _string(entry.name),
        **_value("new", entry.new),
        **_value("old", summary.old),
    }
    if summary.count > 1 and entry.new.size is None and entry.new.dbf != "STRING":
        least, greatest = _item(entry.new.dbf, summary.least), _item(entry.new.dbf, summary.greatest)
        members |= {"min": least, "max": greatest, "burst": str(summary.count - 1)}
    return readable("{" + ",".join(f"{_string(key)}:{text}" for key, text in members.items()) + "}")


def readable(line: str) -> str:
    """A line that is UTF-8, as JSON has to be: bytes of a text that are none are taken for Latin-1."""
    if line.isascii():
        return line
    return "".join(_character(char) if "\ud800" <= char <= "\udfff" else char for char in line)


def _character(surrogate: str) -> str:
    """What stands in JSON for a byte ("surrogateescape"), or for nothing at all; some might end a line."""
    code = ord(surrogate) - 0xDC00
    if not 0x80 <= code <= 0xFF:
        return "\ufffd"
    return chr(code) if code >= 0xA0 else f"\\u{code:04x}"


def _value(name: str, value: Logged) -> dict[str, str]:
    items = [_item(value.dbf, item) for item in value.items]
    if value.size is None:
        return {name: items[0]}
    return {name: f"[{','.join(items)}]", f"{name}-size": str(value.size)}


def _item(dbf: str, value: Scalar) -> str:
    if dbf in FLOATS:
        return number(value, SIGNIFICANT[dbf])
    return _string(value) if isinstance(value, str) else str(value)


def number(value: Scalar, digits: int) -> str:
    """A floating point number; one that JSON does not know is a string."""
    value = float(value)
    if not math.isfinite(value):
        return '"Nan"' if math.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"'
    text = f"{value:.{digits}g}"
    return text if set(text) - set("-0123456789") else f"{text}.0"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
