"""An entry as caPutLog's line of text (caPutLogTask.c of the module caPutLog). Pure functions."""

from __future__ import annotations

import re
import time

from pydevpva.db.dbf import FLOATS
from pydevpva.log_client import encoded
from pydevpva.records.core.values import Scalar
from pydevpva.serving.put_log.burst import Summary

TIME_FORMAT = "%d-%b-%y %H:%M:%S"
MOST_BYTES = 254
ESCAPES = {
    "\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v", "\\": r"\\",
    "'": r"\'", '"': r"\"",
}  # fmt: skip
_FRACTION = re.compile(r"%0?([1-9])?f")


def plain_line(summary: Summary, time_format: str = TIME_FORMAT) -> tuple[str, bool]:
    """The line, without its newline, and whether it was cut."""
    entry = summary.entry
    dbf, peer = entry.new.dbf, entry.peer
    words = [
        format_time(entry.time, time_format), _in_line(peer.host), _in_line(peer.account), _in_line(entry.name),
        f"new={_text(dbf, entry.new.first)}", f"old={_text(dbf, summary.old.first)}",
    ]  # fmt: skip
    if summary.count > 1 and dbf != "STRING":
        words += [f"min={_text(dbf, summary.least)}", f"max={_text(dbf, summary.greatest)}"]
    line = encoded(" ".join(words))
    return line[:MOST_BYTES].decode("utf-8", "surrogateescape"), len(line) > MOST_BYTES


def format_time(nanoseconds: int, form: str) -> str:
    """Local time as epicsTimeToStrftime writes it: %03f is a fraction of 3 digits."""
    seconds, fraction = divmod(nanoseconds, 10**9)
    form = _FRACTION.sub(lambda found: f"{fraction:09d}"[: int(found[1] or 9)], form)
    return time.strftime(form, time.localtime(seconds))


def _text(dbf: str, value: Scalar) -> str:
    if dbf == "STRING":
        return f'"{"".join(map(_escaped, str(value)))}"'
    return f"{value:g}" if dbf in FLOATS else str(value)


def _in_line(text: str) -> str:
    """A client's word for itself: it ends no line, and begins none that somebody else has written."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(char: str) -> str:
    if char in ESCAPES:
        return ESCAPES[char]
    if char >= " " and char != "\x7f":
        return char
    return f"\\x{ord(char):02x}"
