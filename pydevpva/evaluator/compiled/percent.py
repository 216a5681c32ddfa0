"""Finds %FIELD% in a link's Python, outside and inside string literals. Pure functions on text, no thread.

`%` stays Python's modulo: since no Python operand begins with it, a `%` where an operand must come opens a
field, and a `%` after an operand is modulo. So `%VAL%+1` and `2*%VAL%` name the field, `5%VAL%3` computes.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection
from dataclasses import dataclass, field

FIELD = re.compile(r"%([A-Z][A-Z0-9_]*)%")
OVERLAPPING = re.compile(r"%(?=([A-Z][A-Z0-9_]*)%)")
TOKEN = re.compile(
    r"""(?P<skip>[ \t\f]+|\\\n|\#[^\n]*)
    |(?P<string>(?P<prefix>(?:[rbuf]|rb|br|fr|rf)?)(?P<quote>'''|\"\"\"|'|")(?P<body>(?:\\.|(?!(?P=quote)).)*)(?P=quote))
    |(?P<number>\.?\d[\w.]*)
    |(?P<name>\w+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
OPERATOR_WORDS = frozenset(keyword.kwlist) - {"True", "False", "None"}
FILLERS = "_qzjQZ"  # one stands for both % of a field: the placeholder is as long, so columns in errors stay right


@dataclass(slots=True)
class Marked:
    """A link's code with each %FIELD% outside strings replaced by an identifier of the same length."""

    text: str
    filler: str = "_"
    fields: dict[str, None] = field(default_factory=dict)  # the fields so replaced, in order
    unknown: list[str] = field(default_factory=list)  # %NAMES% in field position that no field has

    def placeholder(self, name: str) -> str:
        return f"{self.filler}{name}{self.filler}"


def mark(text: str, every: Collection[str]) -> Marked:
    """Replace %FIELD% outside string literals, for each FIELD in `every`, by `Marked.placeholder(FIELD)`."""
    marked = Marked(text)
    if "%" in text:
        names = [name for name in OVERLAPPING.findall(text) if name in every]
        marked.filler = next((f for f in FILLERS if not any(f"{f}{n}{f}" in text for n in names)), "_")
        marked.text = _mark_code(text, every, marked)
    return marked


def split(text: str, every: Collection[str]) -> list[str]:
    """['value is ', 'VAL', ' mm'] for 'value is %VAL% mm': literal text and field names in turn, text at both ends."""
    parts, begin, at = [], 0, 0
    while match := FIELD.search(text, at):
        if match[1] in every:
            parts += [text[begin : match.start()], match[1]]
            begin = at = match.end()
        else:
            at = match.end() - 1  # its second % may open the next field
    return [*parts, text[begin:]]


def _mark_code(text: str, every: Collection[str], marked: Marked) -> str:
    out: list[str] = []
    at, operand_next = 0, True
    while at < len(text):
        match = FIELD.match(text, at) if operand_next and text[at] == "%" else None
        if match and match[1] in every:
            marked.fields[match[1]] = None
            out.append(_apart(text, match.start(), match.end(), marked.placeholder(match[1])))
            at, operand_next = match.end(), False
            continue
        if match:
            marked.unknown.append(match[1])
        token = TOKEN.match(text, at)
        assert token is not None  # its last alternative takes any character
        out.append(_mark_string(token, every, marked) if token["string"] else token[0])
        if not token["skip"]:
            operand_next = _operand_follows(token)
        at = token.end()
    return "".join(out)


def _operand_follows(token: re.Match[str]) -> bool:
    if token["name"]:
        return token["name"] in OPERATOR_WORDS
    return bool(token["other"]) and token["other"] not in ")]}"


def _apart(text: str, start: int, end: int, placeholder: str) -> str:
    """The placeholder, with a blank where it would grow together with a word beside it: `return%VAL%`."""
    before = " " if start and (text[start - 1].isalnum() or text[start - 1] == "_") else ""
    after = " " if end < len(text) and (text[end].isalnum() or text[end] == "_") else ""
    return f"{before}{placeholder}{after}"


def _mark_string(token: re.Match[str], every: Collection[str], marked: Marked) -> str:
    """A string literal as it is; in an f-string, the code between braces is marked."""
    if "f" not in token["prefix"].lower() or "%" not in token["body"]:
        return token[0]
    return f"{token['prefix']}{token['quote']}{_mark_braces(token['body'], every, marked)}{token['quote']}"


def _mark_braces(body: str, every: Collection[str], marked: Marked) -> str:
    out: list[str] = []
    at = 0
    while at < len(body):
        if body.startswith(("{{", "}}", "\\N{"), at):
            step = 3 if body[at] == "\\" else 2
            out.append(body[at : at + step])
            at += step
        elif body[at] == "{":
            colon, end = _expression_end(body, at + 1)
            out.append("{" + _mark_code(body[at + 1 : colon], every, marked))
            out.append(_mark_braces(body[colon:end], every, marked))  # the format may hold braces of its own
            at = end
        else:
            out.append(body[at])
            at += 1
    return "".join(out)


def _expression_end(body: str, start: int) -> tuple[int, int]:
    """Where the expression after a brace ends: (its colon or closing brace, its closing brace)."""
    depth, colon, at = 0, -1, start
    while at < len(body):
        token = TOKEN.match(body, at)
        assert token is not None
        char = token["other"] or ""
        if char == "}" and depth == 0:
            return (at if colon < 0 else colon), at
        if char == ":" and depth == 0 and colon < 0:
            colon = at
        depth += (char in "([{") - (char in ")]}") if char else 0
        at = token.end()
    return (len(body) if colon < 0 else colon), len(body)
