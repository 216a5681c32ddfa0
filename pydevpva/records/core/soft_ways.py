"""SoftWays: how VAL goes over a link, as soft device support asks a record for it. Database thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydevpva.records.core.links import NO_DATA, Link


class SoftWays:
    """The ways of a type whose VAL is one scalar; others have their own (EPICS: std/dev/dev*Soft.c)."""

    __slots__ = ()
    if TYPE_CHECKING:  # EPICS's fields are slots made from the .dbd
        UDF: Any
        VAL: Any  # each type has its own
    value_type: ClassVar[str] = ""  # DBF type of VAL as soft device support reads or writes it
    constant_status: ClassVar[int] = 2  # of a read of a constant; 0: it leaves UDF as it is

    def soft_start(self, link: Link) -> None:
        """VAL from a constant INP."""
        if (value := link.load(self.value_type)) is not None:
            self.VAL, self.UDF = value, 0

    def soft_read(self, link: Link) -> int:
        """VAL from INP; 0: convert RVAL, 2: VAL is set, -1: failed."""
        value = link.get(self.value_type)
        if value is None:
            return -1
        if value is NO_DATA:
            return self.constant_status
        self.VAL = value
        return 2

    def soft_write(self, link: Link) -> int:
        """VAL to OUT; 0 or -1."""
        return 0 if link.put(self.VAL, self.value_type) else -1
