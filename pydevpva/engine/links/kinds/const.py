"""{"const": 5}, {"const": "text"}, {"const": [1, 2.5]}: a JSON constant (EPICS: lnkConst.c). Database thread."""

from __future__ import annotations

from pydevpva.db.json5 import Json, parse
from pydevpva.db.model import Field
from pydevpva.engine.links.json_kinds import Opener, json_link
from pydevpva.records.core.arrays import characters
from pydevpva.records.core.links import ConstantLink, Link
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array, Scalar, converter, plain_text


class TextConstant(ConstantLink):
    """A constant as written in a database without JSON: a number."""

    __slots__ = ()

    def _single(self) -> list[Json] | None:
        try:
            return [parse(str(self.value))]
        except ValueError:
            return None


class JsonConstant(ConstantLink):
    """A constant whose type JSON tells: a number becomes text as EPICS writes numbers."""

    __slots__ = ()
    reads_text = True

    def load(self, dbf: str) -> Scalar | None:
        first = self.value[0] if isinstance(self.value, list) and self.value else self.value
        if dbf == "STRING" and isinstance(first, (int, float)):
            return plain_text(first)
        return super().load(dbf)

    def _first(self, values: list[Json], dbf: str) -> Scalar | None:
        value = values[0] if values else None
        try:
            return converter(dbf)(value) if isinstance(value, (int, float, str)) else None
        except ValueError:
            return None

    def load_array(self, dbf: str, limit: int) -> Array | None:
        if self.value == []:
            return None
        if isinstance(self.value, str) and dbf == "CHAR":  # a text with its NUL, of which there is always room
            raw = self.value.encode("utf-8", "surrogateescape")[: limit - 1] + b"\0"
            return super().load_array(dbf, limit) if limit < 1 else characters(raw).copy()
        return super().load_array(dbf, limit)


def check(link_type: str, value: Json) -> None:
    """A number, a text, or an array of one of these."""
    if link_type != "INLINK":
        raise ValueError("const works with input links only")
    values = value if isinstance(value, list) else [value]
    if any(v is None or isinstance(v, (list, dict)) for v in values):
        raise ValueError("const takes a number, a text, or an array of these")
    if len({isinstance(v, str) for v in values}) > 1:
        raise ValueError("const: text and numbers are mixed in one array")


@json_link("const", check)
def constant(opener: Opener, record: Record, field: Field, text: str, value: Json) -> Link:
    """One double makes all numbers of an array doubles; true and false are 1 and 0."""
    if not isinstance(value, list):
        return JsonConstant(text, int(value) if isinstance(value, bool) else value)
    number = float if any(isinstance(v, float) for v in value) else int
    return JsonConstant(text, [number(v) if isinstance(v, (int, float)) else v for v in value])
