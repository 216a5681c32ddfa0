"""Shapes of texts that differ in digits only, as those of a database mostly do: found without looking at each token.

No thread of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pydevpva.evaluator.compiled.text_shape import TOKEN, Constant, Shape

_DIGIT = re.compile(r"\d")
_SAME_DIGITS = bytes.maketrans(b"23456789", b"1" * 8)  # a 0 may begin no number


def without_digits(text: str) -> bytes:
    """The same for all texts that differ in digits only, and of the same length; a 0 counts as itself."""
    return text.encode("utf-8", "surrogatepass").translate(_SAME_DIGITS)


class Alike:
    """What the shape of one text says of those that are the same without digits: where its names and constants are."""

    __slots__ = ("_constants", "_names", "_rest", "_template")

    def __init__(self, text: str, shape: Shape) -> None:
        self._template = shape.template
        self._names: list[tuple[str, int, int]] = []
        self._constants: list[tuple[str, int, int, type[Constant]]] = []
        self._rest: list[tuple[str, int, int]] = []  # what stays, and has digits
        for token in TOKEN.finditer(text):
            start, end = token.span()
            made = shape.template[start:end]
            if made in shape.names.values():
                self._names.append((made, start, end))
            elif made == token[0]:
                self._stays(text, start, end)
            else:
                self._constant(text, shape, made, start, end)

    def _constant(self, text: str, shape: Shape, made: str, start: int, end: int) -> None:
        run = next(run for run in shape.constants if run[0] in made)
        if (kind := type(shape.constants[run])) is str:
            start += 1
            self._stays(text, start + len(run), end)
            end = start + len(run)
        self._constants.append((run, start, end, kind))

    def _stays(self, text: str, start: int, end: int) -> None:
        if _DIGIT.search(text, start, end):
            self._rest.append((text[start:end], start, end))

    def fits(self, text: str, fields: Collection[str]) -> bool:
        """Whether a text has other names and constants, and nothing else is other."""
        for stays, start, end in self._rest:
            if text[start:end] != stays:
                return False
        found: dict[str, str] = {}
        for made, start, end in self._names:
            name = text[start:end]
            if found.setdefault(name, made) != made or name in fields:
                return False
        return len(found) < 2 or len(set(found.values())) == len(found)

    def shape(self, text: str) -> Shape:
        """The shape of a text that fits."""
        shape = Shape(self._template)
        shape.names = {text[start:end]: made for made, start, end in self._names}
        shape.constants = {run: kind(text[start:end]) for run, start, end, kind in self._constants}
        return shape
