"""What a record knows of its links: the Protocol that the engine's links fulfil, and the constant link.

Database thread.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import ClassVar, Final, NamedTuple, Protocol, TypeAlias

from pydevpva.db.json5 import Json
from pydevpva.records.core.arrays import to_array
from pydevpva.records.core.values import Array, Numbers, Scalar, Value, Whole, converter, plain_text


class NoData(Enum):
    """The type of NO_DATA."""

    NO_DATA = "NO_DATA"

    def __repr__(self) -> str:
        return self.value


NO_DATA: Final = NoData.NO_DATA  # what reading a constant link gives: leave the destination as it is
Nothing: TypeAlias = NoData | None  # a read that brought no value; None: it failed


class Link(Protocol):
    """One link field's far end. Every method is called on the database thread.

    A read that fails raises LINK/INVALID on the record that owns the link and gives None.
    """

    is_constant: bool
    is_volatile: bool  # may lose its connection: CA, CP, CPP, other IOCs

    def get(self, dbf: str) -> Scalar | Nothing:
        """The scalar at the far end converted to dbf; None: failed; NO_DATA: constant (dbGetLink)."""

    def get_array(self, dbf: str, limit: int) -> Array | Nothing:
        """Up to `limit` elements as an array of dbf; None: failed; NO_DATA: constant."""

    def get_text(self, size: int) -> str | Nothing:
        """The far end as one string of up to size bytes; None: failed; NO_DATA: constant (dbGetLinkLS)."""

    def get_any(self) -> Whole | Nothing:
        """The far end's value as it is: a scalar, str, list of str, numpy array, NDArray, or a table as a dict of
        columns; None: failed; NO_DATA: constant."""

    def load(self, dbf: str) -> Scalar | None:
        """The constant as dbf, or None when there is none (recGblInitConstantLink)."""

    def load_array(self, dbf: str, limit: int) -> Array | None:
        """The constant array, or None (dbLoadLinkArray)."""

    def put(self, value: Value, dbf: str) -> bool:
        """Write to the far end, processing it as the link asks; False: failed (dbPutLink)."""

    def forward(self) -> None:
        """Process the far end as a forward link does (dbScanFwdLink)."""

    def time(self) -> tuple[int, int] | None:
        """TIME and UTAG of the record at the far end; None: not to be had."""

    def connected(self) -> bool: ...

    def alarm(self) -> tuple[int, int, str] | None: ...

    def source(self) -> tuple[str, int] | None:
        """DBF type and capacity of the far end; None: not known."""

    def close(self) -> None:
        """The field has another link now: let go of what this one holds."""


class Description(NamedTuple):
    """What a PV tells besides its value. Limits are low and high, 0 to 0 where it has none."""

    units: str = ""
    digits: int = 0
    display: tuple[float, float] = (0.0, 0.0)
    control: tuple[float, float] = (0.0, 0.0)


class NamedLink(Protocol):
    """The link to a PV whose name is a record's value. Every method is called on the database thread."""

    def connected(self) -> bool: ...

    def may(self) -> tuple[bool, bool]:
        """Whether it is there to be read, and to be written."""

    def value(self, dbf: str = "DOUBLE") -> float | None:
        """What the PV has, as a DOUBLE or FLOAT; None: it has none. No alarm is raised."""

    def array(self, dbf: str, limit: int) -> Numbers | None:
        """Up to `limit` elements as numbers of dbf; None: it has none. No alarm is raised."""

    def elements(self) -> int:
        """The most that it has, 1 of a scalar; 0: not known."""

    def describe(self) -> Description: ...

    def refresh(self, done: Callable[[], object]) -> bool:
        """Ask another IOC for the value as it is now; done() when it is there, or cannot be had. False: it is here."""

    def put(self, value: Value, dbf: str) -> bool:
        """Write, as a client does; False: nobody is there."""

    def put_async(self, value: Value, dbf: str, done: Callable[[str | None], object]) -> bool:
        """As put; done(None or error) comes when all that it set off has completed."""

    def give_up(self) -> None:
        """Wait for no put any more, before it is closed."""

    def close(self) -> None: ...


class WithoutRecord:
    """What links have in common that do not lead to a record: nothing there has a time, an alarm or a type."""

    __slots__ = ()
    text: str  # as the database wrote it

    def __str__(self) -> str:
        return self.text

    def forward(self) -> None:
        pass

    def time(self) -> tuple[int, int] | None:
        return None

    def connected(self) -> bool:
        return True

    def alarm(self) -> tuple[int, int, str] | None:
        return None

    def source(self) -> tuple[str, int] | None:
        return None

    def close(self) -> None:
        pass


class ConstantLink(WithoutRecord):
    """An empty link or a constant: read once when the record starts, never again."""

    __slots__ = ("text", "value")
    is_constant = True
    is_volatile = False
    reads_text: ClassVar[bool] = False  # an array's text as numbers

    def __init__(self, text: str = "", value: Json = None) -> None:
        self.text = text
        self.value = value  # number, str or list; None: empty

    def get(self, dbf: str) -> NoData:
        return NO_DATA

    def get_array(self, dbf: str, limit: int) -> NoData:
        return NO_DATA

    def get_text(self, size: int) -> NoData:
        return NO_DATA

    def get_any(self) -> NoData:
        return NO_DATA

    def load(self, dbf: str) -> Scalar | None:
        value = self.value
        if isinstance(value, list):
            return self._first(value, dbf)
        if not isinstance(value, (int, float, str)):
            return None
        try:
            return converter(dbf)(value)
        except ValueError:
            return None

    def _first(self, values: list[Json], dbf: str) -> Scalar | None:
        """Of an array written without {const:}: text becomes no number (dbConvertJSON.c)."""
        value = values[0] if values else None
        if isinstance(value, str):
            return value if dbf == "STRING" else None
        if not isinstance(value, (int, float)):
            return None
        return plain_text(value) if dbf == "STRING" else converter(dbf)(value)

    def load_array(self, dbf: str, limit: int) -> Array | None:
        if self.value is None:
            return None
        values = self.value if isinstance(self.value, list) else self._single()
        if values is not None and dbf != "STRING" and not self.reads_text and any(isinstance(v, str) for v in values):
            raise ValueError("text is no number")
        return None if values is None else to_array(_scalars(values[:limit]), dbf)

    def _single(self) -> list[Json] | None:
        """As an array of one. The text of a database is read as JSON for that, and as a number of dbf for a scalar."""
        return [self.value]

    def put(self, value: Value, dbf: str) -> bool:
        return True


def put_text(link: Link, text: str) -> bool:
    """Write a long string; a link that is not connected is no failure (dbPutLinkLS)."""
    return not link.connected() or link.put(text, "CHAR")


def _scalars(values: list[Json]) -> list[Scalar]:
    scalars = [value for value in values if isinstance(value, (int, float, str))]
    if len(scalars) < len(values):
        raise TypeError("an element is neither a number nor a text")
    return scalars


NO_LINK = ConstantLink()
