"""What a record type tells of its fields to those outside: types, sizes, states, values (EPICS: struct rset, recSup.h).

Database thread.
"""

from __future__ import annotations

from typing import ClassVar

from pydevpva.db.dbf import LINKS
from pydevpva.db.model import Field, RecordType
from pydevpva.errors import NotFound, PutError, nearest_field
from pydevpva.records.core.arrays import first_or_zero
from pydevpva.records.core.dbcommon import DbCommon
from pydevpva.records.core.values import Array, Sent, Value, Whole

CODE = (
    "this is Python, which clients and other records may not change; the shell may (dbpf), "
    'and a site that lets everybody says "var pydevCodePuts 1"'
)
ATTRIBUTES = {  # readable like fields, the same for all records of a type (EPICS: dbPutAttribute)
    "RTYP": Field("RTYP", "STRING", size=40, special="SPC_ATTRIBUTE"),
    "VERS": Field("VERS", "STRING", size=40, special="SPC_ATTRIBUTE"),
}


class RecordSupport(DbCommon):
    """As most record types have it; each says otherwise where it is otherwise."""

    __slots__ = ()

    rtype: ClassVar[RecordType]  # set on the slotted subclass, see factory.py
    illegal_state: ClassVar[str] = ""  # text of an ENUM VAL beyond the states (rset get_enum_str)
    code_fields: ClassVar[frozenset[str]] = frozenset()  # whose text becomes Python, besides the device's link

    @property
    def RTYP(self) -> str:
        """The record type, as an attribute that clients read like a field."""
        return self.rtype.name

    @property
    def VERS(self) -> str:
        """The version attribute, which nothing sets."""
        return "none specified"

    def find_field(self, name: str) -> Field:
        """The definition of a field; NotFound with suggestions."""
        try:
            return self.rtype.fields.get(name) or ATTRIBUTES[name]
        except KeyError:
            hint = nearest_field(name, self.rtype.fields)
            raise NotFound(f"no field {name} in {self.rtype.name} record {self.NAME}{hint}") from None

    def array_info(self, field: str) -> tuple[str, int] | None:
        """(type, capacity) of a DBADDR field such as waveform.VAL (rset cvt_dbaddr); None: as the .dbd says."""
        return None

    def dbf(self, field: str) -> str:
        """The type of a field; for an array its element type."""
        return (self.array_info(field) or (self.find_field(field).type,))[0]

    def elements(self, field: str) -> int:
        """Capacity of a field; 1: a scalar."""
        return (self.array_info(field) or ("", 1))[1]

    def trouble(self) -> str:
        """What went wrong in a processing that failed, where that is no alarm."""
        return ""

    def gave_up(self) -> bool:
        """Whether what a processing that failed was to begin will not begin later either, and so will never end."""
        return False

    def states(self) -> tuple[str, ...]:
        """State strings of an ENUM VAL (rset get_enum_strs)."""
        return ()

    def state_names(self) -> tuple[str, ...]:
        """All names of states, the empty ones too; their place is their VAL."""
        return ()

    def state_text(self, index: int) -> str:
        """A state as text (rset get_enum_str)."""
        names = self.state_names()
        return names[index] if 0 <= index < len(names) else self.illegal_state

    def find_name(self, text: str) -> int | None:
        """The state of that name, None when there is none (rset put_enum_str)."""
        names = self.state_names()
        return names.index(text) if text in names else None

    def choices(self, field: str) -> tuple[str, ...]:
        """The choices of an ENUM, MENU or DEVICE field."""
        definition = self.find_field(field)
        return self.states() if definition.type == "ENUM" else self.host.choices(self, definition)

    def get(self, field: str) -> Value:
        """A field's native value: numbers, str, arrays of the elements in use, the text of a link (dbGet)."""
        value: Value = getattr(self, field)
        definition = self.find_field(field)
        if definition.type in LINKS:
            return str(value)
        if definition.type == "NOACCESS":
            if (info := self.array_info(field)) is None:
                raise PutError(f"{self.NAME}.{field} has no value that can be read")
            if info[1] == 1:
                return first_or_zero(value)
        return value

    def whole(self, field: str, value: Sent) -> object:
        """What a put stores into a NOACCESS field that is no array: refused, unless the type has a use for it."""
        raise PutError(f"{self.NAME}.{field}: this field cannot be changed")

    def closed(self, field: Field, value: Sent) -> str:
        """Why others than the shell may not put this: its text becomes Python. "" for all else."""
        if field.type in LINKS:
            return CODE if self.device is not None and self.device.is_code(field.name) else ""
        return CODE if field.name in self.code_fields else ""

    def native(self, field: str) -> Whole:
        """A field's value as user code and links of `ndarray` and `table` get it: a whole image, a whole table."""
        return self.get(field)

    def seen(self, field: str) -> Whole:
        """The same for the record's own code."""
        return self.native(field)

    def special(self, field: str, after: bool) -> None:
        """What this type does before and after a put to a field with a special of 100 and above."""

    def relinked(self, field: str) -> None:
        """A put has given a link field another link."""

    def connection(self, field: str) -> None:
        """A link to another IOC, of this field, has found its far end or lost it."""

    def pv_changed(self, field: str) -> None:
        """The PV that a field names, see Host.link_to, has another value."""

    def property_changed(self, field: str) -> None:
        """After a put to a field that says how VAL is shown, changed or not, and the post of that."""

    def string_size(self, field: str) -> int:
        """The most bytes that a long string field holds; 0: it is none."""
        return 0

    def put_array(self, field: str, value: Array) -> None:
        """Store an already converted array into a DBADDR field."""
        setattr(self, field, value)

    def in_use(self, field: str) -> int:
        """How many elements of an array field are in use (rset get_array_info)."""
        return len(getattr(self, field))

    def use(self, field: str, count: int) -> None:
        """A put to an array field had so many elements (rset put_array_info)."""
