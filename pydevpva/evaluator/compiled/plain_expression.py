"""The quick way for what nearly all links are: one line, an expression of names, numbers, strings and operators.

Such code means the same as the body of a lambda, which Python compiles in a seventh of the time that reading and
rewriting a syntax tree takes (docs/decisions/0020). No thread.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from types import CodeType

# A name, number, string, bracket or operator that needs no second look: no line break, comment, %FIELD%, walrus,
# f-string, byte string, or backslash.
_PLAIN = re.compile(
    r"""(?: [ \t]+ | (?<![\w'"]) (?:'[^'\\\n%]*' | "[^"\\\n%]*") (?!['"]) | [A-Za-z_]\w*(?!['"\w]) | \d[\d.]*
    | [-+*/(),.<>\[\]&|^~] | :(?!=) | ==? | != )+""",
    re.VERBOSE | re.ASCII,
)
_STRINGS = re.compile(r"""'[^']*'|"[^"]*\"""")
_NAMES = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?!\w)(?!\s*=(?!=))")  # not the word of a keyword argument
_LOOSE_DOT = re.compile(r"\.\s")  # `a . VAL` names no field
_BRACKETS = re.compile(r"[()\[\]]")
_OTHER_SCOPES = frozenset({"lambda", "for", "yield", "await", "async"})
_EVENT = "pydev.iointr"  # a whole link that names an event is more than its expression
_LINK = {"co_name": "link", "co_qualname": "link"} if sys.version_info >= (3, 11) else {"co_name": "link"}


@dataclass(frozen=True, slots=True)
class Compiled:
    """What records with the same code share."""

    code: CodeType
    fields: tuple[str, ...]
    is_expression: bool
    event: str | None


def plain_expression(text: str, bare: frozenset[str]) -> Compiled | None:
    """The code of a plain expression; None for all other text, and for all that is wrong."""
    if _PLAIN.fullmatch(text) is None or text.startswith(_EVENT):
        return None
    words = _STRINGS.sub("''", text)
    names = set(_NAMES.findall(words))
    if names & _OTHER_SCOPES or _LOOSE_DOT.search(words) or not _closed(words):
        return None
    fields = tuple(sorted(names & bare))
    try:  # the text on a line of its own: columns in tracebacks are those of the link
        module = compile(f"lambda {', '.join(fields)}: (\n{text}\n)", "<pydev>", "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None  # the full way says what is wrong
    code = module.co_consts[0]
    return Compiled(code.replace(co_firstlineno=0, **_LINK), fields, is_expression=True, event=None)


def _closed(words: str) -> bool:
    """Whether no bracket closes more than was opened: `1) + (2` is none of ours."""
    depth = 0
    for bracket in _BRACKETS.findall(words):
        depth += 1 if bracket in "([" else -1
        if depth < 0:
            return False
    return True
