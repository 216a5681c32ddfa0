"""The words of the .db and .dbd language (dbLex.l) as pieces of regular expressions.

None can match one text in two ways, so a failed match costs linear time.
"""

from __future__ import annotations

import re

WS = r"[ \t\r\n]*(?:#[^\n]*(?:\n[ \t\r\n]*|\Z))*"  # white space and comments
BARE_CHAR = r"[a-zA-Z0-9_\-+:.\[\]<>;]"
QUOTED = r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"'
KEYWORDS = (
    "include|path|addpath|menu|choice|recordtype|field|device|driver|link|breaktable|record|grecord|alias|info"
    "|registrar|function|variable"
)
STRING = rf"(?:{QUOTED}|(?!(?:{KEYWORDS})(?!{BARE_CHAR})){BARE_CHAR}+(?!{BARE_CHAR}))"  # a keyword needs quotes
_ESCAPE = r"\\(?:[^ux1-9]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})"
JSON_STRING = (
    rf'(?:"[^"\\\x00-\x1f]*(?:{_ESCAPE}[^"\\\x00-\x1f]*)*"'
    rf"|'[^'\\\x00-\x1f]*(?:{_ESCAPE}[^'\\\x00-\x1f]*)*')"
)
JSON_BARE = r"[a-zA-Z0-9_\-+.]+(?![a-zA-Z0-9_\-+.])"
JSON_NUMBER = re.compile(
    r"(?:[+-]?0[xX][0-9a-fA-F]+|NaN|[+-]?Infinity"
    r"|[+-]?(?:[1-9][0-9]*|0)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|[+-]?\.[0-9]+(?:[eE][+-]?[0-9]+)?)\Z"
)

_SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "0": 0}
_ESCAPED = re.compile(rb"\\(?:x([0-9a-fA-F]{1,2})|(.)|\Z)", re.DOTALL)


def unquote(word: str) -> str:
    """A name without the quotes around it; escapes stay, as in EPICS."""
    return word[1:-1] if word[:1] == '"' else word


def plain(value: str) -> str:
    """The text of a string or bare value: without quotes and escapes."""
    return unescape(value[1:-1]) if value[0] in "\"'" else value


def unescape(text: str) -> str:
    """What dbTranslateEscape makes of a quoted value. Bytes given as \\xHH may form UTF-8; a NUL ends the text."""
    if "\\" not in text:
        return text
    data = _ESCAPED.sub(_replace, text.encode("utf-8", "surrogateescape")).split(b"\0", 1)[0]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _replace(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 16)])
    letter = match[2] or b""
    code = _SIMPLE.get(letter.decode("latin-1"))
    return letter if code is None else bytes([code])
