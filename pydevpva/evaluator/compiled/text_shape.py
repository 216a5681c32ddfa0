"""Texts of one shape: `dev1.read(101)` and `dev2.read(102)` differ in names and constants only.

A text's template has other names of the same length in place of its names, and strings of the same length in place of
its constants. `filled` puts the text's own back into what the template was compiled to: the columns that tracebacks
show are right, too. See docs/decisions/0030. Pure functions, no thread.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from types import CodeType
from typing import Any

# A string, a name, or a number with all that Python might take for a part of it
TOKEN = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\d(?:[eE][-+]|[\w.])*)""", re.ASCII)
# What is compiled as it is: comments, escapes, scopes that have names of their own, and numbers where a string is
# computed with before the code ever runs
_UNSHAPED = re.compile(
    r"""[#\\]|\d\s*\[|\+\s*(?:''|"")|(?:''|"")\s*\+|"""
    r"""\b(?:def|class|lambda|import|from|global|nonlocal|match|case)\b|zq""",
    re.ASCII,
)
_NUMBER = re.compile(r"[1-9]\d{2,14}|(?:0|[1-9]\d{0,14})\.\d{1,15}")
_FIELD = re.compile(r"(%[A-Z][A-Z0-9_]*%)")
_KEYWORD = re.compile(r"\s*=(?!=)")
_VERBATIM = frozenset({*keyword.kwlist, "pydev", "iointr"})
_PREFIX = "zq"  # what names of templates begin with
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BEGIN_NUMBERS = frozenset("0123456789")
_BEGIN_CONSTANTS = _BEGIN_NUMBERS | frozenset("'\"")
_RUNS = "`~$?@;"  # a constant of a template is one of these, repeated

Constant = int | float | str


class Shape:
    """A text's template, and what stands in the text for its names and strings."""

    __slots__ = ("_runs", "constants", "names", "template")

    _runs: list[str]  # which are left, while the shape is found

    def __init__(self, template: str) -> None:
        self.template = template
        self.names: dict[str, str] = {}  # the template's, by the text's own
        self.constants: dict[str, Constant] = {}  # the text's own, by the template's strings

    def _name(self, name: str) -> str:
        if len(self.names) == len(_DIGITS):
            return name
        made = self.names[name] = f"{_PREFIX}{_DIGITS[len(self.names)]}".ljust(len(name), "_")
        return made

    def _constant(self, word: str) -> str:
        if not self._runs or len(word) < 3:
            return word
        if word[0] in _BEGIN_NUMBERS:
            if _NUMBER.fullmatch(word) is None:
                return word
            return f"'{self._run(len(word) - 2, float(word) if '.' in word else int(word))}'"
        inside = word[1:-1]
        return word[0] + (self._with_fields(inside) if "%" in inside else self._run(len(inside), inside)) + word[0]

    def _with_fields(self, inside: str) -> str:
        """A string with %FIELD%s: what is before the first is replaced, where nothing may be a field but those."""
        pieces = _FIELD.split(inside)
        if not pieces[0] or any("%" in text for text in pieces[::2]):
            return inside
        return self._run(len(pieces[0]), pieces[0]) + inside[len(pieces[0]) :]

    def _run(self, length: int, constant: Constant) -> str:
        made = self._runs.pop() * length
        self.constants[made] = constant
        return made


def shape_of(text: str, fields: Collection[str]) -> Shape | None:
    """The shape of a text, in which names of fields stay; None for one that must be compiled as it is."""
    if not (text.isascii() and text.isprintable()) or _UNSHAPED.search(text):
        return None
    parts = TOKEN.split(text)  # what is between tokens and tokens, in turn
    shape, before = Shape(text), ""
    shape._runs = [run for run in _RUNS if run not in text]
    names = shape.names
    for at in range(1, len(parts), 2):
        token = parts[at]
        first = token[0]
        if at > 1 and not parts[at - 1]:
            return None  # the quotes of a string with a prefix, or three of them
        if first in _BEGIN_CONSTANTS:
            if before and (before in _BEGIN_NUMBERS or first in _BEGIN_NUMBERS) and not parts[at - 1].strip():
                return None  # two constants side by side are wrong, but for two strings
            before = first
            parts[at] = shape._constant(token)
            continue
        before = ""
        if len(token) < 3 or first == "_" or token in fields or token in _VERBATIM:
            continue
        if at == 1 or "=" not in parts[at + 1] or not _KEYWORD.match(parts[at + 1]):
            parts[at] = names.get(token) or shape._name(token)
        # else of a keyword argument, which is no name to the compiler
    shape.template = "".join(parts)
    return shape


def fillable(code: CodeType, names: Collection[str], numbers: Collection[str], texts: Collection[str]) -> bool:
    """Whether all that was replaced is in the code, as it was: nothing was computed of it, or left out."""
    found = {name for part in _parts(code) for name in _names(part)}
    constants = {constant for part in _parts(code) for constant in _constants(part.co_consts)}
    return (
        {name for name in found if _PREFIX in name} == set(names)
        and not any(_PREFIX in constant for constant in constants)
        and all({constant for constant in constants if made[0] in constant} == {made} for made in numbers)
        and all(any(made in constant for constant in constants) for made in texts)
    )


def filled(code: CodeType, shape: Shape, label: str) -> CodeType:
    """The code of a template with a text's own names and constants in it; tracebacks show it as in the file `label`."""
    return _filled(code, {made: own for own, made in shape.names.items()}, shape.constants, label)


def _filled(code: CodeType, names: dict[str, str], constants: dict[str, Constant], label: str) -> CodeType:
    new: dict[str, Any] = {"co_filename": label}
    new["co_consts"] = tuple([_own(constant, names, constants, label) for constant in code.co_consts])
    own = names.get
    if names:
        new["co_names"] = tuple([own(name, name) for name in code.co_names])
        for kind in ("co_varnames", "co_cellvars", "co_freevars"):
            if before := getattr(code, kind):
                new[kind] = tuple([own(name, name) for name in before])
    return code.replace(**new)


def _own(constant: object, names: dict[str, str], constants: dict[str, Constant], label: str) -> object:
    if isinstance(constant, str):
        if (exactly := constants.get(constant)) is not None:
            return exactly
        for made, own in constants.items():
            if isinstance(own, str):
                constant = constant.replace(made, own)
        return constant
    if isinstance(constant, CodeType):
        return _filled(constant, names, constants, label)
    if isinstance(constant, (tuple, frozenset)):
        return type(constant)([_own(element, names, constants, label) for element in constant])
    return constant


def _parts(code: CodeType) -> Iterator[CodeType]:
    """The code and all code in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _parts(constant)


def _names(code: CodeType) -> tuple[str, ...]:
    return (*code.co_names, *code.co_varnames, *code.co_cellvars, *code.co_freevars)


def _constants(constants: Iterable[object]) -> Iterator[str]:
    for constant in constants:
        if isinstance(constant, (tuple, frozenset)):
            yield from _constants(constant)
        elif isinstance(constant, str):
            yield constant
