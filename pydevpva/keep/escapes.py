"""How texts stand in a .sav file: C escapes in a scalar's text, fewer between an array's quotes. No thread."""

from __future__ import annotations

import re

ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
    "\\": "\\\\", "'": "\\'", '"': '\\"',
}  # fmt: skip
_RAW = {escape[1]: char for char, escape in ESCAPES.items()}
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.)|$)", re.DOTALL)
_QUOTED = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"})


def escaped(text: str) -> str:
    """Printable ASCII, C escapes, and \\xNN for every other byte (epicsStrnEscapedFromRaw)."""
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(ESCAPES.get(chr(c)) or (chr(c) if 32 <= c < 127 else f"\\x{c:02x}") for c in raw)


def unescaped(text: str) -> str:
    """What C escapes stand for (epicsStrnRawFromEscaped); the bytes they give are UTF-8, or kept as they are."""
    if "\\" not in text:
        return text

    def raw(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return chr(int(match[2], 8) & 0xFF) if match[2] else _RAW.get(match[3], match[3] or "")

    octets = text.encode("utf-8", "surrogateescape").decode("latin-1")
    return _ESCAPED.sub(raw, octets).encode("latin-1").split(b"\0")[0].decode("utf-8", "surrogateescape")


def quoted(text: str) -> str:
    """An element of an array, with its quotes."""
    return f'"{text.translate(_QUOTED)}"'


_IN_QUOTES = re.compile(r"\\(.)|\r?\n", re.DOTALL)


def unquoted(text: str) -> str:
    """What stands between the quotes of an element; a line that is broken there goes on in the next."""
    if "\\" not in text and "\n" not in text:
        return text
    return _IN_QUOTES.sub(lambda match: {"n": "\n", "r": "\r"}.get(match[1], match[1] or ""), text)
