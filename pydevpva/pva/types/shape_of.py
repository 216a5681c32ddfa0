"""Which shape a field has. Any thread."""

from __future__ import annotations

from pydevpva.db.dbf import CHOICES, LINKS
from pydevpva.engine.address import Address
from pydevpva.errors import NotFound
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.choice import CHOICE
from pydevpva.pva.types.number import number
from pydevpva.pva.types.number_arrays import CHARACTER, CHARACTERS, numbers
from pydevpva.pva.types.shape import Shape, form_of
from pydevpva.pva.types.text import CHARACTER_TEXT, SHORT_TEXT, TEXT, is_short
from pydevpva.pva.types.text_arrays import TEXTS


def shape_of(address: Address) -> Shape:
    """How this field is served; NotFound for one that cannot be (NOACCESS)."""
    dbf, array = address.dbf, address.elements != 1
    if dbf not in wire.CODES:
        raise NotFound(f"{address.record.NAME}.{address.field.name} has no value that clients could see ({dbf})")
    if dbf in LINKS:
        return TEXT
    if address.long:
        return CHARACTER if address.filters and address.elements == 1 else CHARACTERS
    if dbf == "STRING":
        return TEXTS if array else SHORT_TEXT if is_short(address) else TEXT
    if array:
        is_text = dbf == "CHAR" and form_of(address) == "String"
        return CHARACTER_TEXT if is_text else numbers(wire.CODES[dbf])
    return CHOICE if dbf in CHOICES else number(wire.CODES[dbf])
