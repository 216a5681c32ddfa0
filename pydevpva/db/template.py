"""dbLoadTemplate: .substitutions files (dbLoadTemplate.y). All their records or none. No thread, no state."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydevpva.db.batch import Batch
from pydevpva.db.lexis import BARE_CHAR
from pydevpva.db.loader import add_file
from pydevpva.db.macros import Macros, parse_macros
from pydevpva.db.source import Reader, Source, read_text
from pydevpva.errors import LoadError, Location, NotFound, Problem

_WORD_CHAR = BARE_CHAR.replace("[", "[/\\\\", 1)
_TOKEN = re.compile(
    rf"""(?P<skip>[ \t\r\n]+|\#[^\n]*)|(?P<mark>[{{}}=,])|(?P<word>{_WORD_CHAR}+)"""
    r"""|(?P<quote>"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|'[^'\\\n]*(?:\\[^\n][^'\\\n]*)*')|(?P<bad>.)""",
    re.VERBOSE,
)
BUILT_FROM = ".substitutions"
_KEYWORDS = ("file", "global", "pattern")

Read = Callable[[], dict[str, str]]


def add_template(batch: Batch, path: str, macros: Mapping[str, str], search: Sequence[str] = ()) -> None:
    """Read what a .substitutions file says into a batch. LoadError: the file cannot be read."""
    parser = _parse(path, macros)
    batch.warnings += parser.warnings
    for use in parser.found:
        add_use(batch, use, search, (os.path.abspath(path),))
    batch.problems += parser.problems  # EPICS comes to it when it has loaded what stands before


def uses(path: str, macros: Mapping[str, str]) -> list[Use]:
    """The databases that a template file asks for, with their macros; what is wrong with it is not told."""
    return _parse(path, macros).found


def read_uses(path: str, macros: Mapping[str, str]) -> tuple[list[Use], list[Problem], list[Problem]]:
    """The same, and what is wrong with the file, and what is odd. LoadError: it cannot be read."""
    parser = _parse(path, macros)
    return parser.found, parser.problems, parser.warnings


@dataclass(slots=True)
class Use:
    """One dbLoadRecords that a template file asks for."""

    file: str
    macros: dict[str, str]
    location: Location


def _parse(path: str, macros: Mapping[str, str]) -> _Parser:
    try:
        source = Source(path)
        source.add(read_text(path), path, 1, 1)
    except OSError as error:
        where = "" if os.path.isabs(path) else f" in {os.getcwd()}"
        raise LoadError([Problem(Location(path), f'no file "{path}"{where}: {error.strerror}')]) from None
    parser = _Parser(source, macros)
    try:
        parser.read()
    except LoadError as error:
        parser.problems = error.problems
    return parser


def add_use(batch: Batch, use: Use, search: Sequence[str], within: tuple[str, ...] = ()) -> None:
    """Load one; its problems name the place in the template file too. `within`: the template files it is in."""
    before = len(batch.problems)
    name, template = _source(use.file, search, within)
    if template:
        parser = _parse(template, use.macros)
        for inner in parser.found:
            add_use(batch, inner, search, (*within, template))
        batch.problems += parser.problems
    else:
        add_file(batch, name, use.macros, search)
    for i in range(before, len(batch.problems)):
        problem = batch.problems[i]
        batch.problems[i] = replace(problem, message=f"{problem.message} (from {use.location})")


def _source(file: str, search: Sequence[str], within: Sequence[str]) -> tuple[str, str]:
    """The file itself; or where there is none what EPICS's build would make it from, the way of msi: a template, or,
    that is the second of the two, a template file, unless it would be within itself."""
    reader = Reader({}, search)
    base = file.removesuffix(".db")
    for name in [] if base == file else [file, base + BUILT_FROM, f"{base}.template"]:
        with contextlib.suppress(NotFound):
            found = os.path.abspath(reader.find(name))
            if not name.endswith(BUILT_FROM):
                return name, ""
            if found not in within:
                return "", found
    return file, ""


@dataclass(slots=True)
class _Token:
    kind: str
    text: str
    offset: int


class _Parser:
    """Recursive descent over the few words there are; one error ends it, as what follows cannot be told."""

    def __init__(self, source: Source, macros: Mapping[str, str]) -> None:
        self.source = source
        self.macros = dict(macros)  # the caller's, then what `global` adds
        self.tokens = self._tokens()
        self._ahead: _Token | None = None
        self.found: list[Use] = []
        self.warnings: list[Problem] = []
        self.problems: list[Problem] = []

    def read(self) -> None:
        """Find all uses; LoadError when the text is wrong: then `found` has those before."""
        if self.token.kind == "end":
            raise self.wrong('"file" or "global"')
        while self.token.kind != "end":
            if self.is_word("global"):
                self.globals()
            elif self.is_word("file"):
                self.file()
            else:
                raise self.wrong('"file" or "global"')

    def _tokens(self) -> Iterator[_Token]:
        text = self.source.text
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup
            if kind == "bad":
                what = "the closing quote is missing" if match[0] in "\"'" else f"'{match[0]}' is not allowed here"
                raise LoadError([self.source.problem(match.start(), what)])
            if kind is not None and kind != "skip":
                kind = "keyword" if kind == "word" and match[0] in _KEYWORDS else kind
                yield _Token(kind, match[0], match.start())
        while True:
            yield _Token("end", "", len(text))

    def wrong(self, expected: str) -> LoadError:
        found = f'"{self.token.text}"' if self.token.text else "the end"
        return LoadError([self.source.problem(self.token.offset, f"expected {expected}, found {found}")])

    def is_word(self, word: str) -> bool:
        return self.token.kind == "keyword" and self.token.text == word

    def is_mark(self, mark: str) -> bool:
        return self.token.kind == "mark" and self.token.text == mark

    @property
    def token(self) -> _Token:
        """The next one, read when it is asked for: what stands before something wrong is loaded first, as in EPICS."""
        if self._ahead is None:
            self._ahead = next(self.tokens)
        return self._ahead

    def take(self) -> _Token:
        token, self._ahead = self.token, None
        return token

    def expect(self, mark: str) -> None:
        if not self.is_mark(mark):
            raise self.wrong(f'"{mark}"')
        self.take()

    def globals(self) -> None:
        self.take()
        self.macros.update(self.definitions())

    def file(self) -> None:
        """file name { pattern {..} {..} or { a=b } {..}, with global {..} anywhere between }."""
        self.take()
        if self.token.kind not in ("word", "quote"):
            raise self.wrong("a file name")
        token = self.take()
        name = token.text[1:-1] if token.kind == "quote" else token.text
        name = Macros(os.environ).expand(name)[0] if "$" in name else name
        self.expect("{")
        if self.is_word("pattern"):
            self.take()
            names = self.pattern_names()
            self.sets(name, lambda: self.values(names))
        else:
            self.sets(name, self.definitions)
        self.expect("}")

    def sets(self, name: str, read: Read) -> None:
        """The sets of a file until its closing brace; a word before a set is an old form, and ignored."""
        while not self.is_mark("}"):
            if self.is_word("global"):
                self.globals()
                continue
            if self.token.kind == "word":
                self.take()
            if not self.is_mark("{"):
                raise self.wrong('"{"')
            location = self.source.locate(self.token.offset)
            self.found.append(Use(name, {**self.macros, **read()}, location))

    def pattern_names(self) -> list[str]:
        self.expect("{")
        names = []
        while not self.is_mark("}"):
            if self.token.kind == "word":
                names.append(self.take().text)
            elif self.is_mark(",") and names:
                self.take()
            else:
                raise self.wrong("a macro name")
        self.take()
        return names

    def values(self, names: list[str]) -> dict[str, str]:
        """{ a, "b" }: the values of the pattern's names; fewer leave the rest undefined, more are an error."""
        self.expect("{")
        found: dict[str, str] = {}
        count = 0
        while not self.is_mark("}"):
            if self.token.kind in ("word", "quote"):
                if count < len(names):
                    found.update(_definition(names[count], self.token))
                else:  # EPICS says so, and goes on
                    too_many = f"more values than the {len(names)} names of the pattern; ignored"
                    self.warnings.append(self.source.problem(self.token.offset, too_many))
                self.take()
                count += 1
            elif self.is_mark(",") and count:
                self.take()
            else:
                raise self.wrong("a value")
        self.take()
        return found

    def definitions(self) -> dict[str, str]:
        """{ a=1, b="2" }."""
        self.expect("{")
        found: dict[str, str] = {}
        while not self.is_mark("}"):
            if self.is_mark(",") and found:
                self.take()
                continue
            if self.token.kind != "word":
                raise self.wrong("a macro name")
            name = self.take().text
            self.expect("=")
            if self.token.kind not in ("word", "quote"):
                raise self.wrong("a value")
            found.update(_definition(name, self.take()))
        self.take()
        return found


def _definition(name: str, token: _Token) -> dict[str, str]:
    """A macro as EPICS makes it: written as NAME="text", whichever quotes the file has, and read by macLib."""
    value = f'"{token.text[1:-1]}"' if token.kind == "quote" else token.text
    return parse_macros(f"{name}={value}")
