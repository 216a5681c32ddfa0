"""Text to statements. Regular text, nearly all there is, is matched by one expression per statement; the rest, and all
errors, go to the full grammar (grammar.py), which is imported only then."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from pydevpva.db import lexis
from pydevpva.db.lexis import JSON_BARE, JSON_STRING, STRING, WS, unquote
from pydevpva.db.source import MAX_PROBLEMS, Source
from pydevpva.db.syntax import ARGUMENTS, KEYWORDS, Item, RegularRecord, Statement
from pydevpva.errors import Problem

_KEYWORDS = "|".join(KEYWORDS)
_ITEM = re.compile(
    rf"(field|info){WS}\({WS}({STRING}){WS},{WS}({JSON_STRING}|{JSON_BARE}){WS}\){WS}|alias{WS}\({WS}({STRING}){WS}\){WS}"
)
_ITEM_OR_END = re.compile(rf"{_ITEM.pattern}|\}}{WS}")  # the end has no group
_RECORD = re.compile(rf"(g?record){WS}\({WS}({STRING}){WS},{WS}({STRING}){WS}\){WS}\{{{WS}")
_SIMPLE = re.compile(
    rf"(device|driver|link|registrar|function|variable|alias){WS}\({WS}({STRING}(?:{WS},{WS}{STRING})*){WS}\){WS}"
)
_ATTRIBUTE = rf"(?:[a-zA-Z_]+{WS}\({WS}{STRING}{WS}\){WS})"
_FIELD = rf"field{WS}\({WS}{STRING}{WS},{WS}{STRING}{WS}\){WS}\{{{WS}{_ATTRIBUTE}+\}}{WS}"
_RECORDTYPE = re.compile(rf"(recordtype){WS}\({WS}({STRING}){WS}\){WS}\{{{WS}((?:{_FIELD}|%[^\n]*\n{WS})*)\}}{WS}")
_FIELD_PARTS = re.compile(rf"%[^\n]*|field{WS}\({WS}({STRING}){WS},{WS}({STRING}){WS}\){WS}\{{{WS}({_ATTRIBUTE}+)\}}")
_ATTRIBUTE_PARTS = re.compile(rf"([a-zA-Z_]+){WS}\({WS}({STRING}){WS}\){WS}")
_CHOICE = rf"choice{WS}\({WS}{STRING}{WS},{WS}{STRING}{WS}\){WS}"
_MENU = re.compile(rf"(menu){WS}\({WS}({STRING}){WS}\){WS}\{{{WS}((?:{_CHOICE})+)\}}{WS}")
_CHOICE_PARTS = re.compile(rf"choice{WS}\({WS}({STRING}){WS},{WS}({STRING}){WS}\){WS}")
_TABLE = re.compile(
    rf"(breaktable){WS}\({WS}({STRING}){WS}\){WS}\{{{WS}({STRING}(?:{WS}(?:,{WS})?{STRING})*){WS}\}}{WS}"
)
_WORDS = re.compile(rf"{WS}(?:,{WS})?({STRING})")
_SPACE = re.compile(WS)
_HEAD = re.compile(r"[a-z]+")
_BOUNDARY = re.compile(
    rf"{lexis.QUOTED}|'[^'\n]*'|#[^\n]*|(?<!{lexis.BARE_CHAR})(?P<begin>(?:{_KEYWORDS})){WS}\(|{lexis.BARE_CHAR}+"
)
_LINE_BOUNDARY = re.compile(rf"^[ \t]*(?:{_KEYWORDS})[ \t]*\([^,)\n]*(?:,|\){WS}\{{)", re.MULTILINE)


def statements(source: Source, problems: list[Problem]) -> Iterator[Statement | RegularRecord]:
    """The statements of source in order. What is no statement is added to problems, and reading goes on behind it."""
    text = source.text
    at = _skip_space(text, 0)
    while at < len(text):
        record = _regular_record(text, at)
        if record is not None:
            yield record
            at = record.end
            continue
        head = _HEAD.match(text, at)
        regular = _REGULAR.get(head[0]) if head else None
        found = regular(text, at) if regular else None
        if found is not None:
            statement, at = found
            yield statement
            continue
        parsed, at = _irregular(source, at, problems)
        yield from parsed
        at = _skip_space(text, at)
        if len(problems) >= MAX_PROBLEMS:
            problems.append(source.problem(min(at, len(text)), "too many errors; the rest is not read"))
            return


def _regular_record(text: str, at: int) -> RegularRecord | None:
    head = _RECORD.match(text, at)
    if head is None:
        return None
    end = head.end()
    items: list[re.Match[str]] = []
    for match in _ITEM_OR_END.finditer(text, end):
        if match.start() != end:
            return None
        end = match.end()
        if match.lastindex is None:
            kind, rtype, name = head.groups()
            return RegularRecord(kind, at, unquote(rtype), unquote(name), items, end)
        items.append(match)
    return None


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None  # WS matches nothing too
    return match.end()


def _irregular(source: Source, at: int, problems: list[Problem]) -> tuple[list[Statement], int]:
    """The statement at an offset by the full grammar; when there is none, a problem and the offset to go on at."""
    from pydevpva.db import grammar  # slow to import, and most files never need it

    text = source.text
    for end in _ends(text, at):
        statement, error, stopped = grammar.parse(text, at, end)
        if error is None or stopped < len(text[:end].rstrip()) or end == len(text):
            break
    if error is None:
        return [statement] if statement else [], stopped
    last = len(text.rstrip())
    problems.append(source.problem(min(stopped, max(last - 1, 0)), error))
    boundary = _LINE_BOUNDARY.search(text, max(stopped, at + 1))
    resume = boundary.start() if boundary else len(text)
    if statement is not None:  # what follows the error in its record is checked too
        statement.items += regular_items(text, stopped, resume)
    return [statement] if statement else [], resume


def _ends(text: str, at: int) -> Iterator[int]:
    """Where a statement may end: at the next thing that looks like one; when that is a part of it, further."""
    head = _HEAD.match(text, at)
    found = _BOUNDARY.finditer(text, head.end() if head else at + 1)
    boundaries = (match for match in found if match["begin"])
    for count in (1, 8):
        for boundary in itertools.islice(boundaries, count - 1, count):
            yield boundary.start()
    yield len(text)


def regular_items(text: str, start: int, end: int) -> list[Item]:
    """The items without JSON in text[start:end], whatever stands between them."""
    items = []
    for match in _ITEM.finditer(text, start, end):
        kind, name, value, alias = match.groups()
        words = (unquote(alias),) if kind is None else (unquote(name), lexis.plain(value))
        items.append(Item(kind or "alias", match.start(), words))
    return items


Found = tuple[Statement, int] | None


def _simple(text: str, at: int) -> Found:
    match = _SIMPLE.match(text, at)
    if match is None:
        return None
    words = _words(match[2])
    least, most = ARGUMENTS[match[1]]
    return (Statement(match[1], at, words, []), match.end()) if least <= len(words) <= most else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(unquote(word) for word in _WORDS.findall(text))


def _recordtype(text: str, at: int) -> Found:
    match = _RECORDTYPE.match(text, at)
    if match is None:
        return None
    items = []
    for field in _FIELD_PARTS.finditer(text, match.start(3), match.end(3)):
        if field[1] is not None:
            attributes = tuple((name, unquote(value)) for name, value in _ATTRIBUTE_PARTS.findall(field[3]))
            items.append(Item("field", field.start(), (unquote(field[1]), unquote(field[2])), False, attributes))
    return Statement("recordtype", at, (unquote(match[2]),), items), match.end()


def _menu(text: str, at: int) -> Found:
    match = _MENU.match(text, at)
    if match is None:
        return None
    items = [
        Item("choice", choice.start(), (unquote(choice[1]), unquote(choice[2])))
        for choice in _CHOICE_PARTS.finditer(text, match.start(3), match.end(3))
    ]
    return Statement("menu", at, (unquote(match[2]),), items), match.end()


def _breaktable(text: str, at: int) -> Found:
    match = _TABLE.match(text, at)
    if match is None:
        return None
    items = [
        Item("number", number.start(1), (unquote(number[1]),))
        for number in _WORDS.finditer(text, match.start(3), match.end(3))
    ]
    return Statement("breaktable", at, (unquote(match[2]),), items), match.end()


_REGULAR = {"recordtype": _recordtype, "menu": _menu, "breaktable": _breaktable, **dict.fromkeys(ARGUMENTS, _simple)}
