"""Device support by the name of its dset in the .dbd: the class statement is the registration. No thread."""

from __future__ import annotations

from typing import Any, ClassVar

from pydevpva.records.core.record import Record


class DeviceSupport:
    """Base of device support. `class Soft(DeviceSupport, dsets="devAiSoft devBiSoft")`.

    One object serves one record; it is made when the record is and lives on the database thread.
    """

    classes: ClassVar[dict[str, type[DeviceSupport]]] = {}

    __slots__ = ()
    keeps: ClassVar[bool] = False  # VAL stays when `read` has failed, where EPICS has it emptied

    def __init_subclass__(cls, dsets: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for dset in dsets.split():
            if dset in DeviceSupport.classes:
                raise TypeError(f"device support {dset} is defined twice: {DeviceSupport.classes[dset]} and {cls}")
            DeviceSupport.classes[dset] = cls

    def init_record(self, record: Record) -> int:
        """0: RVAL was read back and is to be converted, 2: not."""
        return 2

    def read(self, record: Record) -> int:
        """0: convert RVAL, 2: VAL is set, -1: failed."""
        return -1

    def write(self, record: Record) -> int:
        """0: done, -1: failed."""
        return -1

    def relink(self, record: Record, field: str, text: str) -> None:
        """A put gives a link field this text: take it, or refuse it with PutError."""

    def is_code(self, field: str) -> bool:
        """Whether the text of this link field is a program."""
        return False

    def event(self, record: Record) -> str | None:
        """The I/O Intr event this record waits for."""
        return None

    def no_event(self, record: Record) -> str:
        """Why `event` gives none."""
        return "its device support has no interrupts"
