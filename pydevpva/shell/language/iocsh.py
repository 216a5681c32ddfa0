"""The iocsh language: logical lines, macros, words and redirections (iocsh.cpp, EPICS 7.0.10). No thread, no state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydevpva.db.macros import MACRO_BYTES, Macros
from pydevpva.errors import PydevpvaError

# A word is made of these pieces; a digit before ">" is a file descriptor even inside a word, and a
# backslash inside quotes is an ordinary character.
_TOKEN = re.compile(
    r"""
      (?P<redirect> < | (?P<fd>[1-9]?) > (?P<append>>?) )
    | (?P<blank> [ \t(),\r]+ )
    | (?P<word> (?: "[^"]*" | '[^']*' | \\. | (?![1-9]>) [^ \t(),\r"'\\<>] )+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_PIECE = re.compile(r""""([^"]*)"|'([^']*)'|\\(.)|([^"'\\]+)""", re.DOTALL)
_UNDEFINED = re.compile(r"\$[({]([^)},=]*)")
_HOLE = "\x02{}\x03"


class LanguageError(PydevpvaError):
    """A line that is not iocsh; the text is the shell's own."""


@dataclass(slots=True)
class Redirect:
    """A file in place of descriptor fd: 0 (mode "r"), 1 or 2 (mode "w" or "a"); others are only created."""

    fd: int
    mode: str
    path: str = ""


@dataclass(slots=True)
class Line:
    """A line as words (the first is the command) and redirections."""

    words: list[str] = field(default_factory=list)
    redirects: dict[int, Redirect] = field(default_factory=dict)


def split(text: str) -> Line:
    """The words and redirections of one line, macros already expanded. Raises LanguageError."""
    line, waiting, position = Line(), None, 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            rest = text[position:]
            raise LanguageError("Trailing backslash." if rest == "\\" else "Unbalanced quote.")
        position = token.end()
        if token["redirect"]:
            if waiting is not None:
                raise LanguageError("Invalid redirection.")
            fd = 0 if token["redirect"] == "<" else int(token["fd"] or 1)
            mode = "r" if fd == 0 else "a" if token["append"] else "w"
            waiting = line.redirects.setdefault(fd, Redirect(fd, mode))
            waiting.mode = mode
        elif token["word"]:
            word = _unquote(token["word"])
            if waiting is None:
                line.words.append(word)
            elif waiting.path:
                return line  # the same descriptor twice ends the line, as iocsh does
            else:
                waiting.path, waiting = word, None
    if waiting is not None:
        raise LanguageError("Invalid redirection.")
    return line


def _unquote(word: str) -> str:
    return "".join(next(filter(None, piece), "") for piece in _PIECE.findall(word))


def logical_lines(lines: Iterable[str], blank_ends: bool = False) -> Iterator[tuple[int, str]]:
    """Lines with those that end in a backslash joined to the next, each with the number of its first line.

    Python that is not closed at the end of a line, pydev("..., goes on until it is; with blank_ends, which a console
    wants, at most to an empty line.
    """
    held, start = "", 0
    python: list[tuple[int, str]] = []
    for number, raw in enumerate(lines, 1):
        text = raw.rstrip("\r\n")
        if python:
            python.append((number, text))
            joined = "\n".join(line for _, line in python)
            if not is_open_python(joined) or (blank_ends and not text):
                yield python[0][0], joined
                python = []
            continue
        start = start or number
        if text.endswith("\\"):
            held += text[:-1]
            continue
        if is_open_python(held + text):
            python = [(start, held + text)]
        else:
            yield start, held + text
        held, start = "", 0
    yield from python  # never closed: each for itself, so that the first is the error
    if held:
        yield start, held


_PYTHON = re.compile(r"""\s*pydev(?:Exec)?[\s(]+(["'])""")


def is_open_python(text: str) -> bool:
    """Whether text is the beginning of pydev("... without the closing quote."""
    start = _PYTHON.match(text)
    if start is None:
        return False
    rest = re.sub(r"""\\.|"[^"]*"|'[^']*'""", "", text[start.end() - 1 :], flags=re.DOTALL)
    return '"' in rest or "'" in rest


def expand(text: str, macros: Mapping[str, str]) -> str:
    """text with $(NAME), ${NAME} and $(NAME=default) replaced. Raises LanguageError, with macLib's words."""
    if "$" not in text:
        return text
    # macLib cuts values at 255 bytes; a PATH or PYTHONPATH is longer, so values without macros are put in afterwards
    short, holes = dict(macros), {}
    for i, (name, value) in enumerate(macros.items()):
        if "$" not in value and len(value.encode(errors="replace")) >= MACRO_BYTES - 1:
            short[name] = _HOLE.format(i)
            holes[short[name]] = value
    result, defined = Macros(short).expand(text)
    if not defined:
        left = _UNDEFINED.search(result)
        name = left[1] if left else ""
        raise LanguageError(f"macLib: macro {name} is undefined (expanding string {text})")
    for hole, value in holes.items():
        result = result.replace(hole, value)
    return result
