"""A .db or .dbd file as one text: macros expanded, includes spliced in, every offset traceable to its file."""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, count
from operator import add
from pathlib import Path

from pydevpva.db import lexis
from pydevpva.db.macros import MACRO_BYTES, Macros, parse_macros, unclosed, undefined
from pydevpva.errors import Location, NotFound, Problem

SHIPPED = os.path.join(os.path.dirname(__file__), "shipped")  # databases that everybody has, found by their name alone
MAX_PROBLEMS = 100  # of one file; who has more has given the wrong file
MAX_INCLUDES = 64  # deep; a file that includes itself must end with an error
_DIRECTIVE = re.compile(
    rf'"(?:[^"\\\n]|\\.)*"|#[^\n]*|%[^\n]*|(?P<open>\{{)|(?P<close>\}})|(?P<bracket>[()])'
    rf"|(?P<word>include|path|addpath)(?!{lexis.BARE_CHAR}){lexis.WS}(?P<name>{lexis.STRING})|{lexis.BARE_CHAR}+"
)
_SUBSTITUTE = re.compile(r'[ \t]*substitute[ \t]+"((?:[^"\\]|\\.)*)"[^\n]*')  # msi's, of templates
Skip = Callable[[str, int], bool]


class Source:
    """The text to parse. `locate` works for its offsets even after `seal`, which forgets the text itself."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.text = ""
        self._lines: array[int] | None = None
        self._starts: list[int] = []  # offset where a piece of a file begins, and which: file, its line, its column
        self._pieces: list[tuple[str, int, int]] = []

    def add(self, text: str, file: str, line: int, column: int) -> None:
        """Note that text, of file at line and column, comes next; the caller joins the texts."""
        self._starts.append(len(self.text))
        self._pieces.append((file, line, column))
        self.text += text

    def locate(self, offset: int) -> Location:
        """The file, line and column of an offset into text."""
        if not self._pieces:
            return Location(self.file)
        lines = self._line_starts()
        piece = max(bisect_right(self._starts, offset) - 1, 0)
        file, line, column = self._pieces[piece]
        start = self._starts[piece]
        row = bisect_right(lines, offset)
        first = bisect_right(lines, start)
        if row == first:
            return Location(file, line, column + offset - start)
        return Location(file, line + row - first, offset - lines[row - 1] + 1)

    def problem(self, offset: int, message: str) -> Problem:
        """A problem at an offset, with its line of the expanded text; before `seal` only."""
        begin = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        location = self.locate(offset)
        line = self.text[begin : end if end >= 0 else None]
        if location.column != offset - begin + 1:  # a line shared with an include directive
            line = line[offset - begin + 1 - location.column :]
        return Problem(location, message, line)

    def seal(self) -> None:
        """Forget the text; locations stay known."""
        self._line_starts()
        self.text = ""

    def _line_starts(self) -> array[int]:
        if self._lines is None:
            lengths = map(len, self.text.split("\n")[:-1])
            self._lines = array("q", map(add, accumulate(lengths), count(1)))  # each newline counts as one
        return self._lines


class Reader:
    """Reads a file and what it includes into a Source (dbReadCOM, dbIncludeNew of dbLexRoutines.c).

    `search` are the directories for names without "/"; empty means the current directory or
    EPICS_DB_INCLUDE_PATH. `fallback` is searched last, in its place SHIPPED. `skip(path, depth)` leaves out an include.
    """

    def __init__(
        self, macros: Mapping[str, str], search: Sequence[str] = (), fallback: str = "", skip: Skip | None = None
    ) -> None:
        self.search = list(search) or split_path(os.environ.get("EPICS_DB_INCLUDE_PATH", "."))
        self.fallback, self.skip = fallback, skip
        self.problems: list[Problem] = []
        self._names = macros
        self._macros: Macros | None = None
        self._depth = 0

    def read(self, path: str) -> Source:
        """The whole text of the file; problems of includes are in `problems`. Raises NotFound."""
        source = Source(path)
        self._read(source, self.find(path), 0)
        return source

    def take(self, text: str, label: str) -> Source:
        """A text that is in no file, as `read`; places in it are shown as label:line."""
        source = Source(label)
        self._take_sections(source, text, label, 0)
        return source

    def find(self, name: str) -> str:
        """The file that name means (dbOpenFile)."""
        directories = [""] if "/" in name or "\\" in name else self.search
        last = [self.fallback] if self.fallback else [] if directories == [""] else [SHIPPED]
        for directory in [*directories, *last]:
            path = os.path.join(directory, name)
            if os.path.isfile(path):
                return path if directory not in (".", "") else name
        if names := undefined(name):
            advice = f'set it first, epicsEnvSet("{names[0]}", "...")'
            raise NotFound(f'no file "{name}": macro {names[0]} is undefined; {advice}')
        searched = os.pathsep.join(map(os.path.abspath, directories))
        raise NotFound(f'no file "{name}"' + ("" if os.path.isabs(name) else f" in {searched}"))

    def _read(self, source: Source, path: str, level: int) -> None:
        self._take_sections(source, read_text(path), path, level)

    def _take_sections(self, source: Source, text: str, path: str, level: int) -> None:
        """All of a text; what stands behind a `substitute "A=1"` knows that macro, with what is included there."""
        if "substitute" not in text:
            self._take(source, self._expand(text, path), path, level)
            return
        lines = text.split("\n")
        begin = 0
        for number, line in enumerate(lines):
            if (found := _SUBSTITUTE.fullmatch(line)) is not None:
                level = self._take(source, self._expand(_lines(lines, begin, number), path), path, level)
                self._known(path).define(parse_macros(found[1]))
                begin = number + 1
        self._take(source, self._expand(_lines(lines, begin, len(lines)), path), path, level)

    def _take(self, source: Source, text: str, path: str, level: int) -> int:
        """A text without macros; how deep in braces it ends."""
        if "include" not in text and "path" not in text:
            source.add(text, path, 1, 1)
            return level + text.count("{") - text.count("}")
        done, depth, inside = 0, level, False
        for match in _DIRECTIVE.finditer(text):
            if match["open"]:
                depth += 1
            elif match["close"]:
                depth -= 1
            elif match["bracket"]:
                inside = match["bracket"] == "("
            elif match["word"] and not inside and (match["word"] == "include" or not depth):
                if len(self.problems) >= MAX_PROBLEMS:
                    break
                source.add(text[done : match.start()], path, *line_column(text, done))
                done = match.end()
                self._directive(source, match["word"], lexis.unquote(match["name"]), (path, text, match.start()), depth)
        source.add(text[done:], path, *line_column(text, done))
        return depth

    def _directive(self, source: Source, word: str, name: str, at: tuple[str, str, int], depth: int) -> None:
        if word != "include":
            self.search = (self.search if word == "addpath" else []) + split_path(name)
            return
        name = Macros(os.environ).expand(name)[0] if "$" in name else name
        try:
            path = self.find(name)
            if self._depth >= MAX_INCLUDES:
                raise NotFound(f'"{name}" is included by itself')
            if self.skip is not None and self.skip(path, depth):
                return
            self._depth += 1
            self._read(source, path, depth)
            self._depth -= 1
        except (NotFound, OSError) as error:
            file, text, offset = at
            where = Location(file, *line_column(text, offset))
            line = text[text.rfind("\n", 0, offset) + 1 :].split("\n", 1)[0]
            self.problems.append(Problem(where, f"cannot include: {error}", line))

    def _expand(self, text: str, path: str) -> str:
        if "$(" not in text and "${" not in text:
            return text
        expand = self._known(path).expand
        lines = text.split("\n")
        for i, line in enumerate(lines):
            if "$" in line:
                lines[i], complete = expand(line)
                if not complete and (start := unclosed(line)) is not None:
                    where = Location(path, i + 1, start + 1)
                    self.problems.append(Problem(where, "the macro reference has no end in this line", line))
        return "\n".join(lines)

    def _known(self, path: str) -> Macros:
        """The macros so far."""
        if self._macros is None:
            self._macros = Macros(self._names)
            for name, value in self._names.items():
                if len(value.encode("utf-8", "surrogateescape")) > MACRO_BYTES:
                    why = f"macro {name} has more than the {MACRO_BYTES} bytes that EPICS keeps"
                    self.problems.append(Problem(Location(path), why))
        return self._macros


def _lines(lines: Sequence[str], begin: int, end: int) -> str:
    """Some lines of a file, behind as many empty ones as bring them to their places in it."""
    return "\n" * begin + "\n".join(lines[begin:end]) + "\n" * (end < len(lines))


def read_text(path: str) -> str:
    """A file's text; UTF-8, or Latin-1 when it is not UTF-8 ("\\xb0C" of older sites)."""
    data = Path(path).read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def split_path(text: str) -> list[str]:
    """The directories of "a:b"; an empty one is the current directory, and comes last (dbAddPath)."""
    parts = [part.strip() for part in text.split(os.pathsep)]
    return [part for part in parts if part] + ["."] * ("" in parts)


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
