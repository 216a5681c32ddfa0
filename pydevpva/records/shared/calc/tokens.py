"""Tokens: the words of a language, and how tightly each binds (calc: sCalcPostfix.c, aCalcPostfix.c). No thread.

The same sign may mean two things, so there are two tables: where an operand is expected, and where an operator is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple

NUMBERS = "ABCDEFGHIJKLMNOP"  # the variables that hold numbers
OTHERS = tuple(2 * x for x in "ABCDEFGHIJKL")  # AA..LL hold texts or arrays


class Kind(Enum):
    """What the parser does with a token."""

    OPERAND = auto()
    NUMBER = auto()  # the beginning of one
    TEXT = auto()  # an opening quote
    UNARY = auto()  # before its operand, with or without brackets
    MANY = auto()  # a function of any number of arguments
    OPEN = auto()
    BINARY = auto()
    RANGE = auto()  # [ and {
    CLOSE = auto()
    COMMA = auto()
    IF = auto()
    ELSE = auto()
    STORE = auto()
    UNTIL = auto()
    END = auto()  # of one expression of several


class Token(NamedTuple):
    """A word. `coming` is how tightly it binds when it is read, `waiting` while its right side is; `effect` is what it
    does to the number of values at hand."""

    name: str
    kind: Kind
    code: str = ""
    coming: int = 0
    waiting: int = 0
    effect: int = 0


_FUNCTION, _SUBSCRIPT = 9, 11
_LEVELS = {  # of operators between two operands: the higher, the tighter; equals from left to right
    2: {"|": "OR", "OR": "OR", "XOR": "XOR", "||": "EITHER"},
    3: {"&": "AND", "AND": "AND", "&&": "BOTH", "<<": "LEFT", ">>": "RIGHT"},
    4: {">?": "LARGER", "<?": "SMALLER"},
    5: {"=": "EQ", "==": "EQ", "!=": "NE", "#": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"},
    6: {"+": "ADD", "-": "SUB"},
    7: {"*": "MUL", "/": "DIV", "%": "MOD"},
    8: {"^": "POW", "**": "POW"},
}
_ONE = {
    "-": "NEG", "!": "NOT", "~": "INVERT", "NOT": "INVERT", "@": "AT", "@@": "OTHER_AT", "SQRT": "SQR", "LOGE": "LN",
    "INT": "NINT",
} | {name: name for name in (
    "ABS", "ACOS", "ASIN", "ATAN", "CEIL", "COS", "COSH", "DBL", "EXP", "FLOOR", "ISINF", "LN", "LOG", "NINT", "SIN",
    "SINH", "SQR", "TAN", "TANH", "LEN",
)}  # fmt: skip
_CONSTANTS = ("PI", "D2R", "R2D", "S2R", "R2S", "RNDM", "NRNDM", "VAL")


def operands(one: Iterable[str], two: Iterable[str], many: Iterable[str], constants: Iterable[str]) -> list[Token]:
    """What may stand where an operand is expected: what both languages have, and functions of one language.

    A function may be written "$P=PRINTF" for another name of it. `two` take two arguments.
    """
    made = [Token(digit, Kind.NUMBER, effect=1) for digit in ".0123456789"]
    made += [Token(x, Kind.OPERAND, "FETCH", effect=1) for x in NUMBERS]
    made += [Token(x, Kind.OPERAND, "OTHER", effect=1) for x in OTHERS]
    made += [Token(x, Kind.OPERAND, x, effect=1) for x in (*_CONSTANTS, *constants)]
    made += [Token(name, Kind.UNARY, code, _FUNCTION + 1, _FUNCTION) for name, code in _ONE.items()]
    for words, effect in ((one, 0), (("ATAN2", *two), -1)):
        for word in words:
            name, _, code = word.partition("=")
            made.append(Token(name, Kind.UNARY, code or name, _FUNCTION + 1, _FUNCTION, effect))
    shared = ("MAX", "MIN", "FINITE", "ISNAN")
    made += [Token(name, Kind.MANY, name, _FUNCTION + 1, _FUNCTION) for name in (*shared, *many)]
    return [*made, Token("(", Kind.OPEN, coming=_FUNCTION + 1), Token("UNTIL", Kind.UNTIL, "UNTIL", _FUNCTION + 1)]


def operators(more: dict[str, tuple[str, int]], square: str, curly: str) -> list[Token]:
    """What may stand where an operator is expected. `more`: name -> code and level; square, curly: of [ and {."""
    made = [
        Token(name, Kind.BINARY, code, level, level, -1) for level, row in _LEVELS.items() for name, code in row.items()
    ]
    made += [Token(name, Kind.BINARY, code, level, level, -1) for name, (code, level) in more.items()]
    made += [Token(name, Kind.RANGE, code, _SUBSCRIPT, 0, -1) for name, code in (("[", square), ("{", curly))]
    made += [Token(name, Kind.CLOSE, code) for name, code in ((")", "("), ("]", "["), ("}", "{"))]
    made += [Token(",", Kind.COMMA), Token(";", Kind.END), Token("?", Kind.IF, "IF", effect=-1)]
    return [*made, Token(":", Kind.ELSE, "ELSE", effect=-1), Token(":=", Kind.STORE, "STORE", 0, 1, -1)]


class Words:
    """One table of a language, for the search at a place of a text: the longest name wins, in any case."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self._tokens = {token.name: token for token in tokens}

    @property
    def names(self) -> tuple[str, ...]:
        """All words of the table."""
        return tuple(self._tokens)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._tokens, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE | re.ASCII)

    def at(self, text: str, place: int) -> Token | None:
        """The word that stands there; None: none does."""
        found = self._pattern.match(text, place)
        return None if found is None else self._tokens[found.group().upper()]
