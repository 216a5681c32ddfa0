"""Whether a field can take a text from a .db file, as dbPutString decides it, and which value that is."""

from __future__ import annotations

from collections.abc import Callable

from pydevpva.db.dbf import FLOATS, INTEGERS, LINKS
from pydevpva.db.definitions import Definitions
from pydevpva.db.linktext import parse_link
from pydevpva.db.model import Field
from pydevpva.db.numbers import number, parse_integer
from pydevpva.errors import did_you_mean
from pydevpva.libcom import Calc, CalcError

_ALSO = 65535  # an index that EPICS takes for every menu
MOST_SEEN = 1000  # texts of a field: what each record has of its own is not looked for again


class Slot:
    """One field of a record type while loading: the texts `seen` to be good, and `takes`, which asks a new one quickly;
    of what that says False, `check` has to be asked."""

    __slots__ = ("field", "seen", "takes")

    def __init__(self, field: Field) -> None:
        self.field = field
        self.seen: dict[str, str] = {}
        self.takes = _taken(field)


def _taken(field: Field) -> Callable[[str], bool]:
    if field.type == "STRING" and field.special != "SPC_CALC" and field.name != "NAME":
        size = field.size
        return lambda text: len(text) < size and text.isascii() and "$" not in text
    if field.type in LINKS:
        return lambda text: not ("$" in text or "{" in text or "#" in text)
    return lambda text: False


def choices(field: Field, record_type: str, definitions: Definitions) -> tuple[str, ...]:
    """The labels of a MENU or DEVICE field."""
    if field.type == "DEVICE":
        return tuple(definitions.devices(record_type))
    return definitions.menu(field.menu).labels if field.menu else ()


def check(text: str, field: Field, record_type: str, definitions: Definitions) -> None:
    """Raise ValueError that says why the field cannot take the text."""
    if "$" in text and ("$(" in text or "${" in text):
        raise ValueError(f'"{text}" has an undefined macro')
    if field.type == "STRING":
        _string(text, field)
    elif field.type in LINKS:
        if "{" in text or "#" in text:  # nothing else can be wrong with a link's text
            parse_link(text, field.type)
    elif field.type in ("MENU", "DEVICE"):
        index_of(text, choices(field, record_type, definitions), field)
    elif field.type in INTEGERS or field.type in FLOATS:
        number(text, field.type)
    else:
        raise ValueError("cannot be set in a .db file")


def value_of(text: str, field: Field, record_type: str, definitions: Definitions) -> int | float | str:
    """The text as the field's native value: int, float, str, or the index of a menu or DTYP. Raises ValueError."""
    if field.type in ("MENU", "DEVICE"):
        return index_of(text, choices(field, record_type, definitions), field)
    if field.type in INTEGERS or field.type in FLOATS:
        return number(text, field.type)
    return text


def index_of(text: str, labels: tuple[str, ...], field: Field) -> int:
    """The index of a choice given by its label or as a number (dbPutStringNum)."""
    if text in labels:
        return labels.index(text)
    try:
        index = parse_integer(text or "0")
    except ValueError:
        what = "DTYP" if field.type == "DEVICE" else field.menu
        listed = f"; the choices are {', '.join(labels)}" if len(labels) <= 16 else ""
        raise ValueError(f'"{text}" is no choice of {what}{did_you_mean(text, labels) or listed}') from None
    if not 0 <= index <= _ALSO or (labels and len(labels) < index < _ALSO):
        raise ValueError(f"{index} is not the index of one of the {len(labels)} choices")
    return index


def _string(text: str, field: Field) -> None:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))
    if size >= field.size:
        raise ValueError(f"{size} bytes are too long; {field.name} takes {field.size - 1}")
    if field.special == "SPC_CALC":
        try:
            Calc(text)
        except CalcError as error:
            raise ValueError(f'"{text}": {error}') from None
