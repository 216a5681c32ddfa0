"""The language of access security files, as plain data (EPICS: asLib_lex.l and asLib.y of 7.0.10). No thread.

What a newer EPICS may have is passed over with a warning: blocks of an unknown name, and rules with a permission or a
condition of an unknown name, which then let nobody in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pydevpva.errors import LoadError, Location, Problem, did_you_mean
from pydevpva.libcom import CALC_NAMES, Calc, CalcError

PERMISSIONS = ("NONE", "READ", "WRITE")
OPTIONS = ("TRAPWRITE", "NOTRAPWRITE")
KEYWORDS = ("UAG", "HAG", "ASG", "RULE", "CALC")
INPUTS = tuple(f"INP{letter}" for letter in CALC_NAMES)
_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r]+|\#[^\n]*)|(?P<newline>\n)|(?P<quoted>"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<word>[A-Za-z0-9_\-+:.\[\]<>;]+)|(?P<mark>[(){},])|(?P<bad>.)"""
)
_INTEGER = re.compile(r"[+-]?\d+$")
_REAL = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][+-]?\d+)?$")
Members = list[tuple[Any, ...]]


class Token(NamedTuple):
    """`kind`: a keyword, INP, STRING, INTEGER, REAL, one of (){}, or END."""

    kind: str
    text: str
    line: int
    column: int


class Node(NamedTuple):
    """ "UAG" or "HAG" with the names in it, or "ASG" with its inputs and rules; None: it has no braces.

    Inputs are ("INP", letter, PV), rules ("RULE", level, permission, traps writes, conditions or None), conditions
    ("UAG", names), ("HAG", names) and ("CALC", text). ("IGNORED",) is a rule that lets nobody in.
    """

    kind: str
    name: str
    members: Any


def parse(text: str, path: str, warn: Callable[[Problem], object] = lambda problem: None) -> list[Node]:
    """The groups of a file, in their order. LoadError for the first mistake; `warn` is told what is passed over."""
    return _Parser(text, path, warn).file()


def _tokens(text: str, fail: Callable[[str, Token], LoadError]) -> Iterator[Token]:
    line, start = 1, 0
    for match in _TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match[0]
        token = Token(word, word, line, match.start() - start + 1)
        if kind == "newline":
            line, start = line + 1, match.end()
        elif kind == "bad":
            raise fail(_bad_character(word), token)
        elif kind == "quoted":
            yield token._replace(kind="STRING", text=word[1:-1])
        elif kind == "word":
            yield token._replace(kind=_kind(word))
        elif kind == "mark":
            yield token
    yield Token("END", "the end of the file", line, len(text) - start + 1)


def _kind(word: str) -> str:
    if word in KEYWORDS:
        return word
    if word in INPUTS:
        return "INP"
    return "INTEGER" if _INTEGER.match(word) else "REAL" if _REAL.match(word) else "STRING"


def _bad_character(char: str) -> str:
    return (
        "a quote that is not closed" if char == '"' else f"invalid character {char!r}; a name that has it needs quotes"
    )


class _Parser:
    def __init__(self, text: str, path: str, warn: Callable[[Problem], object]) -> None:
        self._path, self._lines, self._warn = path, text.split("\n"), warn
        self._tokens = list(_tokens(text, self._error))
        self._at = 0
        self._known: dict[str, set[str]] = {"UAG": set(), "HAG": set(), "ASG": set()}

    def file(self) -> list[Node]:
        nodes: list[Node] = []
        while True:
            nodes += self._item()
            if self._next.kind == "END":
                return nodes

    # ---- tokens ----

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _problem(self, message: str, token: Token) -> Problem:
        return Problem(Location(self._path, token.line, token.column), message, self._lines[token.line - 1])

    def _error(self, message: str, token: Token) -> LoadError:
        return LoadError([self._problem(message, token)])

    def _take(self, *kinds: str) -> Token:
        token = self._next
        if token.kind not in kinds:
            wanted = {"STRING": "a name", "INTEGER": "a number"}
            text = token.text if token.kind == "END" else f'"{token.text}"'
            reserved = "; a keyword is a name only in quotes" if token.kind in (*KEYWORDS, "INP") else ""
            expected = " or ".join(wanted.get(kind, kind) for kind in kinds)
            raise self._error(f"expected {expected}, found {text}{reserved if 'STRING' in kinds else ''}", token)
        self._at += 1
        return token

    def _passed(self, kind: str) -> bool:
        found = self._next.kind == kind
        self._at += found
        return found

    def _names(self, first: str, last: str) -> list[Token]:
        self._take(first)
        names = [self._take("STRING")]
        while self._passed(","):
            names.append(self._take("STRING"))
        self._take(last)
        return names

    # ---- groups ----

    def _item(self) -> Iterator[Node]:
        token = self._take("UAG", "HAG", "ASG", "STRING")
        if token.kind == "STRING":
            self._unknown()
            self._warn(self._problem(f"{token.text} is unknown here and passed over", token))
            return
        self._take("(")
        name = self._take("STRING")
        self._take(")")
        if name.text in self._known[token.kind]:
            raise self._error(f"there is a {token.kind} {name.text} already", name)
        self._known[token.kind].add(name.text)
        members: Any = None
        if self._next.kind == "{":
            members = self._group() if token.kind == "ASG" else [t.text for t in self._names("{", "}")]
        yield Node(token.kind, name.text, members)

    def _group(self) -> Members:
        members: Members = []
        self._take("{")
        while True:
            token = self._take("INP", "RULE")
            if token.kind == "INP":
                self._take("(")
                members.append(("INP", token.text[-1], self._take("STRING").text))
                self._take(")")
            else:
                members += self._rule()
            if self._passed("}"):
                return members

    def _rule(self) -> Members:
        self._take("(")
        level = self._take("INTEGER")
        if int(level.text) < 0:
            raise self._error("a rule's level is 0 or more", level)
        self._take(",")
        permission = self._take("STRING")
        option = self._option() if self._passed(",") else ""
        self._take(")")
        known = permission.text in PERMISSIONS
        conditions = self._conditions(known) if self._next.kind == "{" else []
        if not known:
            hint = did_you_mean(permission.text, PERMISSIONS)
            message = f"{permission.text} is unknown{hint}; choices: {', '.join(PERMISSIONS)}; the rule is passed over"
            self._warn(self._problem(message, permission))
            return []
        if conditions is None:
            return [("IGNORED",)]
        return [("RULE", int(level.text), permission.text, option == "TRAPWRITE", conditions or None)]

    def _option(self) -> str:
        token = self._take("STRING")
        if token.text not in OPTIONS:
            raise self._error(f"expected {' or '.join(OPTIONS)}, found {token.text}", token)
        return token.text

    def _conditions(self, check: bool) -> Members | None:
        """What must hold, names of one kind together; None when one of them is unknown."""
        found: dict[str, Any] = {}
        ignored = False
        self._take("{")
        while True:
            token = self._take("UAG", "HAG", "CALC", "ASG", "RULE", "INP", "STRING")
            if token.kind in ("UAG", "HAG"):
                found.setdefault(token.kind, []).extend(self._groups(token.kind, check))
            elif token.kind == "CALC":
                found["CALC"] = self._calc()
            else:
                ignored = True
                self._unknown()
                self._warn(self._problem(f"{token.text} is unknown here: the rule lets nobody in", token))
            if self._passed("}"):
                return None if ignored else [(kind, found[kind]) for kind in ("UAG", "HAG", "CALC") if kind in found]

    def _groups(self, kind: str, check: bool) -> list[str]:
        names = self._names("(", ")")
        for name in names if check else ():
            if name.text not in self._known[kind]:
                hint = did_you_mean(name.text, self._known[kind])
                raise self._error(f"no {kind} {name.text} is defined above{hint}", name)
        return [name.text for name in names]

    def _calc(self) -> str:
        self._take("(")
        text = self._take("STRING")
        self._take(")")
        try:
            Calc(text.text)
        except CalcError as error:
            raise self._error(f"{error} in CALC expression '{text.text}'", text) from None
        return text.text

    # ---- what a newer EPICS may have ----

    def _unknown(self) -> None:
        """(...) and, when there is one, {...} of something that has no meaning here."""
        self._take("(")
        if not self._passed(")"):
            self._elements(")")
        if self._passed("{"):
            self._block()

    def _block(self) -> None:
        if self._tokens[self._at + 1].kind != "(":
            self._elements("}")
            return
        while not self._passed("}"):
            self._take("STRING", "INP", *KEYWORDS)
            self._unknown()

    def _elements(self, last: str) -> None:
        self._take("STRING", "INTEGER", "REAL", "INP", *KEYWORDS)
        while self._passed(","):
            self._take("STRING", "INTEGER", "REAL", "INP", *KEYWORDS)
        self._take(last)
