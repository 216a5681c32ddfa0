"""The full grammar of .db and .dbd text (dbYacc.y), for what the regular expressions of statements.py do not match:
bare and JSON values, and every error."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pyparsing as pp

from pydevpva.db.lexis import BARE_CHAR, JSON_BARE, JSON_NUMBER, JSON_STRING, QUOTED, STRING, WS, unescape, unquote
from pydevpva.db.syntax import ARGUMENTS, KEYWORDS, Item, Statement
from pydevpva.errors import did_you_mean

MAX_NESTING = 100  # of JSON; deeper would overflow the stack
_TOKEN = re.compile(rf"{QUOTED}|[a-zA-Z0-9_\-+:.\[\]<>;$]+|.|\Z", re.DOTALL)


def parse(text: str, start: int, end: int) -> tuple[Statement | None, str | None, int]:
    """The statement at text[start:end], what is wrong with it, and the offset where it ended or went wrong.

    With an error the statement is what a record said before it, or None.
    """
    part = _Part(text[start:end])
    message = None
    try:
        _check_nesting(part)
        stopped = start + _STATEMENT.parse_string(part)[-1]
    except pp.ParseBaseException as error:
        stopped = start + error.loc
        message = _message(error, text, stopped)
        part.end_record()
    return _moved(part.statement, start) if part.statement is not None else None, message, stopped


class _Part(str):
    """The text of a statement, and what was found in it: pyparsing gives it to each of the functions below."""

    def __init__(self, _: str) -> None:
        self.statement: Statement | None = None
        self.record: list[Item] = []  # the head and the items of a record whose end has not been seen

    def end_record(self) -> None:
        """Take what is known of a record: all of it, or what stands before an error, so that it is checked too."""
        if self.record:
            head, *items = self.record
            self.statement = Statement(head.kind, head.offset, head.words, items)
            self.record = []


def _action(work: Callable[[_Part, int, pp.ParseResults], object]) -> Callable[[str, int, pp.ParseResults], Any]:
    """For pyparsing, to which the text is a str like any other."""
    return cast(Callable[[str, int, pp.ParseResults], Any], work)


def _check_nesting(text: str) -> None:
    depth = 0
    for match in re.finditer(rf"{JSON_STRING}|#[^\n]*|([\[{{])|([\]}}])", text):
        depth += (match[1] is not None) - (match[2] is not None)
        if depth > MAX_NESTING:
            raise pp.ParseFatalException(text, match.start(), "nested too deeply")


def _moved(statement: Statement, offset: int) -> Statement:
    statement.offset += offset
    for item in statement.items:
        item.offset += offset
    return statement


def _message(error: pp.ParseBaseException, text: str, offset: int) -> str:
    """What was expected and what is there, with the nearest keyword when a word is misspelt."""
    match = _TOKEN.match(text, offset)
    found = match[0] if match else ""
    if not error.msg.startswith("Expected"):
        return error.msg
    if found in ('"', "'"):
        line = text[offset + 1 :].split("\n", 1)[0]
        closed = found in line
        return "bad character or escape in the string" if closed else "the closing quote is missing"
    expected = error.msg.removeprefix("Expected ").replace("end of text", "a statement")
    words = ("field", "info", "alias") if "field, info" in expected else KEYWORDS if "statement" in expected else ()
    there = f'found "{found[:40]}"' if found.strip() else "found the end" if not found else "found nothing"
    return f"expected {expected}, {there}{did_you_mean(found, words)}"


def _build() -> pp.ParserElement:
    space = pp.Regex(WS).suppress()

    def token(pattern: str, name: str) -> pp.ParserElement:
        return pp.Regex(pattern).set_name(name) + space

    def mark(character: str) -> pp.ParserElement:
        return token(re.escape(character), f'"{character}"').suppress()

    def keyword(words: str) -> pp.ParserElement:
        return token(rf"(?:{words})(?!{BARE_CHAR})", words.replace("|", " or "))

    def head(kind: str, count: int) -> pp.ParserElement:
        arguments = string
        for _ in range(count - 1):
            arguments = arguments - comma - string
        return keyword(kind) - left - arguments - right

    left, right, comma, open_, close = (mark(c) for c in "(),{}")
    string = token(STRING, "a name").add_parse_action(lambda t: unquote(t[0]))
    value = _json(token, mark)
    field_ = (keyword("field|info") - left - string - comma - value - right).set_parse_action(_action(_on_field))
    inner_alias = (keyword("alias") - left - string - right).set_parse_action(_action(_on_inner_alias))
    item = (field_ | inner_alias).set_name("field, info, alias")
    begin = head("grecord|record", 2).set_parse_action(_action(_on_head))
    body = open_ - pp.ZeroOrMore(item) - (pp.Regex("}").set_name('field, info, alias or "}"') + space).suppress()
    record = (begin + pp.Opt(body)).set_parse_action(_action(_on_record))
    choice = head("choice", 2).set_parse_action(_item)
    menu = head("menu", 1) - open_ - pp.OneOrMore(choice) - close
    attribute = pp.Group(token("[a-zA-Z_]+", "an attribute") - left - string - right)
    cdef = token(r"%[^\n]*", "C text").suppress()
    member = (head("field", 2) - open_ - pp.OneOrMore(attribute) - close).set_parse_action(_on_member)
    recordtype = head("recordtype", 1) - open_ - pp.ZeroOrMore(member | cdef) - close
    number = string.copy().set_name("a number").add_parse_action(lambda s, loc, t: Item("number", loc, (t[0],)))
    table = head("breaktable", 1) - open_ - number - pp.ZeroOrMore(pp.Opt(comma) + number) - close
    simple: list[pp.ParserElement] = [head(k, n) for k, (n, most) in ARGUMENTS.items() if n == most]
    variable = keyword("variable") - left - string - pp.Opt(comma - string) - right
    others = pp.MatchFirst([menu, recordtype, table, variable, *simple]).set_parse_action(_action(_on_statement))
    stopped = pp.Empty().set_parse_action(lambda s, loc, t: loc)
    whole: pp.ParserElement = (record | others).set_name("a statement") + stopped
    return whole.leave_whitespace().parse_with_tabs()


def _json(token: Callable[[str, str], pp.ParserElement], mark: Callable[[str], pp.ParserElement]) -> pp.ParserElement:
    """A value: (text, is it {..} or [..]), its text as dbYacc.y joins it again."""
    value = pp.Forward()
    value.set_name("a value")
    string = token(JSON_STRING, "a string")
    bare = token(JSON_BARE, "a value")
    key = (string.copy() | token(JSON_BARE, "a key").set_parse_action(_on_key)).set_name("a key")
    pair = (key - mark(":") - value).set_parse_action(lambda t: f"{t[0]}:{t[1]}")
    comma, open_, close = mark(","), mark("{"), mark("}")
    members = pair + pp.ZeroOrMore(comma + pair) + pp.Opt(comma)
    object_ = (open_ - pp.Opt(members) - close).set_parse_action(lambda t: "{" + ",".join(t) + "}")
    tail = pp.Regex(",").set_name('","')
    elements = value + pp.ZeroOrMore(comma + value) + pp.Opt(tail + pp.Regex(WS).suppress())
    array = (mark("[") - pp.Opt(elements) - mark("]")).set_parse_action(_on_array)
    value <<= (object_ | array | string | bare.set_parse_action(_on_bare)).set_name("a value")
    result: pp.ParserElement = value
    return result


def _on_array(tokens: pp.ParseResults) -> str:
    """[1,2,] keeps its last comma: so a link text can be told from a PV name."""
    parts = list(tokens)
    trailing = bool(parts) and parts[-1] == ","
    return "[" + ",".join(parts[:-1] if trailing else parts) + ("," if trailing else "") + "]"


def _on_bare(tokens: pp.ParseResults) -> str:
    word: str = tokens[0]
    return word if word in ("null", "true", "false") or JSON_NUMBER.match(word) else f'"{word}"'


def _on_key(tokens: pp.ParseResults) -> str:
    key: str = tokens[0]
    return f'"{key}"' if re.search("[-+.]", key) else key


def value_text(value: str) -> tuple[str, bool]:
    """A field's text from a JSON value: quotes and escapes go from a string, objects and arrays stay JSON."""
    return (unescape(value[1:-1]), False) if value[0] in "\"'" else (value, value[0] in "{[")


def _on_head(part: _Part, loc: int, tokens: pp.ParseResults) -> Item:
    item = Item(tokens[0], loc, tuple(tokens[1:]))
    part.record = [item]
    return item


def _on_field(part: _Part, loc: int, tokens: pp.ParseResults) -> Item:
    text, json = value_text(tokens[2])
    item = Item(tokens[0], loc, (tokens[1], text), json)
    part.record.append(item)
    return item


def _on_inner_alias(part: _Part, loc: int, tokens: pp.ParseResults) -> Item:
    item = Item("alias", loc, (tokens[1],))
    part.record.append(item)
    return item


def _on_record(part: _Part, loc: int, tokens: pp.ParseResults) -> list[object]:
    part.end_record()
    return []


def _item(_: str, loc: int, tokens: pp.ParseResults) -> Item:
    return Item(tokens[0], loc, tuple(tokens[1:]))


def _on_member(_: str, loc: int, tokens: pp.ParseResults) -> Item:
    attributes = tuple((name, value) for name, value in tokens[3:])
    return Item("field", loc, (tokens[1], tokens[2]), False, attributes)


def _on_statement(part: _Part, loc: int, tokens: pp.ParseResults) -> list[object]:
    words = tuple(token for token in tokens[1:] if isinstance(token, str))
    items = [token for token in tokens if isinstance(token, Item)]
    part.statement = Statement(tokens[0], loc, words, items)
    return []


_STATEMENT = _build()
