"""What a terminal shows of a line while it is typed: the hint line, colours. No thread, no state."""

from __future__ import annotations

import re
from collections.abc import Callable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer

from pydevpva.shell.language import registry
from pydevpva.shell.language.registry import ARGV

STYLE = {
    "command": "bold", "unknown": "", "string": "ansigreen", "macro": "ansimagenta", "comment": "ansibrightblack",
    "redirect": "ansicyan", "hint": "ansibrightblack", "hint.now": "bold",
}  # fmt: skip
_WORD = r"""(?:"[^"]*"?|'[^']*'?|\\.|[^ \t(),"'\\<>])+"""
_WORDS = re.compile(_WORD)
_PARTS = re.compile(
    r"""(?P<macro>\$\([^)]*\)?|\$\{[^}]*\}?) | (?P<string>"[^"]*"?|'[^']*'?) | (?P<redirect>[<>]+)
    | (?P<word>[^\s(),"'<>$]+) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def hint(text: str) -> StyleAndTextTuples:
    """The command's arguments, the one the cursor is in emphasised; [] when there is nothing to say."""
    words = _WORDS.findall(text)
    command = registry.find(words[0]) if words else None
    if command is None or not command.arguments or text.lstrip() == words[0]:
        return []
    inside = not text.endswith((" ", "(", ",", "\t"))
    at = len(words) - (2 if inside else 1)
    if command.arguments[-1].kind == ARGV:
        at = min(at, len(command.arguments) - 1)
    shown: StyleAndTextTuples = [("class:hint", f"{command.name}(")]
    for i, argument in enumerate(command.arguments):
        shown += [("class:hint", ", ")] if i else []
        shown.append(("class:hint.now" if i == at else "class:hint", argument.name))
    return [*shown, ("class:hint", f")  {command.help.splitlines()[0]}")]


class IocshLexer(Lexer):
    """Colours a line: the command when it is one, strings, macros, comments, redirections."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines

        def line(number: int) -> StyleAndTextTuples:
            return _coloured(lines[number], first=number == 0)

        return line


def _coloured(text: str, first: bool) -> StyleAndTextTuples:
    if text.lstrip().startswith("#"):
        return [("class:comment", text)]
    shown: StyleAndTextTuples = []
    command = first
    for part in _PARTS.finditer(text):
        kind = part.lastgroup or "other"
        if kind == "word":
            known = command and registry.find(part[0]) is not None
            kind, command = ("command" if known else ""), False
        shown.append((f"class:{kind}" if kind not in ("", "other") else "", part[0]))
    return shown
