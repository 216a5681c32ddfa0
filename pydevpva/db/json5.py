"""JSON as EPICS reads it in links and infos: JSON5 (bare keys, single quotes, trailing commas, comments, hex, NaN)."""

from __future__ import annotations

import re
from math import isinf

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
MAX_NESTING = 100
MOST_DIGITS = 100  # of an integer, with leading zeros
_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)[ \t\r\n]*)*(?:
    (?P<mark>[\[\]{}:,])
  | (?P<string>"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')
  | (?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|Infinity|NaN
        |(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![\w.$]))
  | (?P<word>[A-Za-z_$][\w$]*)
  | (?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udbff][\udc00-\udfff]?")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_WORDS: dict[str, Json] = {"null": None, "true": True, "false": False}


def parse(text: str) -> Json:
    """The value of a JSON text. Raises ValueError that says where (a column, from 1) and what."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0
        self.kind, self.token, self.start = "end", "", 0
        self.advance()

    def whole(self) -> Json:
        value = self.value()
        if self.kind != "end":
            raise self.wrong("the end")
        return value

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup is None:
            rest = self.text[self.at :].lstrip()
            raise ValueError(f'bad JSON at column {len(self.text) - len(rest) + 1}: "{rest[:20]}"')
        self.kind, self.token = match.lastgroup, match[match.lastgroup]
        self.at, self.start = match.end(), match.start(match.lastgroup)

    def wrong(self, expected: str) -> ValueError:
        found = f'"{self.token}"' if self.token else "the end"
        return ValueError(f"bad JSON at column {self.start + 1}: expected {expected}, found {found}")

    def skip(self, mark: str) -> bool:
        if self.kind == "mark" and self.token == mark:
            self.advance()
            return True
        return False

    def value(self) -> Json:
        kind, token = self.kind, self.token
        if kind == "mark" and token in "[{":
            self.depth += 1
            if self.depth > MAX_NESTING:
                raise ValueError("bad JSON: nested too deeply")
            self.advance()
            result: Json = self.array() if token == "[" else self.object()
            self.depth -= 1
            return result
        if kind == "string":
            self.advance()
            return _string(token)
        if kind == "number":
            self.advance()
            return _number(token)
        if kind == "word" and token in _WORDS:
            self.advance()
            return _WORDS[token]
        raise self.wrong("a value")

    def array(self) -> list[Json]:
        items: list[Json] = []
        while not self.skip("]"):
            items.append(self.value())
            if not self.skip(",") and not (self.kind == "mark" and self.token == "]"):
                raise self.wrong('"," or "]"')
        return items

    def object(self) -> dict[str, Json]:
        members: dict[str, Json] = {}
        while not self.skip("}"):
            if self.kind not in ("string", "word"):
                raise self.wrong("a key")
            key = _string(self.token) if self.kind == "string" else self.token
            self.advance()
            if not self.skip(":"):
                raise self.wrong('":"')
            members[key] = self.value()
            if not self.skip(",") and not (self.kind == "mark" and self.token == "}"):
                raise self.wrong('"," or "}"')
        return members


def _string(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    text = _ESCAPE.sub(_replace, token[1:-1])
    if _SURROGATE.search(text):  # two escapes may be one character
        text = _SURROGATE.sub(lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16", "replace"), text)
    return text


def _replace(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])


def _number(token: str) -> int | float:
    sign = -1 if token[0] == "-" else 1
    digits = token.lstrip("+-")
    if digits in ("Infinity", "NaN"):
        return sign * float(digits.lower())
    is_hex = digits[:2] in ("0x", "0X")
    if not is_hex and not digits.isdigit():
        if isinf(number := float(digits)):
            raise ValueError(f"bad JSON: the number {token} is too large")
        return sign * number
    if len(digits) > MOST_DIGITS or (value := int(digits, 16 if is_hex else 10)) >= 2**63:
        raise ValueError(f"bad JSON: the integer {token} does not fit 64 bits")
    return sign * value
