"""ndarray: an image, or any numeric array of up to ten dimensions, by user Python or from a link. Database thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from pydevpva.errors import PutError
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import DEVICE_TIME
from pydevpva.records.core.values import Whole
from pydevpva.records.results import codecs
from pydevpva.records.results.image import MOST_DIMENSIONS, dbf_of, elements, image
from pydevpva.records.results.ndarray import NDArray
from pydevpva.records.results.scalar import ResultError
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.whole_inputs import LETTERS
from pydevpva.records.shared.whole_value import WholeRecord

LAST_ID = 2**31 - 1
MOST_LOST = 2**64 - 1  # LOST holds no more
EMPTY = image(np.zeros(0, "u1"), 0, None)


class Ndarray(WholeRecord, rtype="ndarray", soft="devNdarraySoft"):
    """`image` is the array with its shape, VAL its elements in one dimension; both are the memory the code gave."""

    __slots__ = ("_codec", "_input_id", "image")
    pydev = pydev_ways.WHOLE
    whole_value = "image"
    checks: ClassVar[dict[str, Callable[[str], str]]] = {"CODC": codecs.missing}
    image: NDArray

    def array_info(self, field: str) -> tuple[str, int] | None:
        return (dbf_of(self.image.dtype), max(2, self.VAL.size)) if field == "VAL" else None

    def native(self, field: str) -> Whole:
        """VAL in its shape; A..L as they came."""
        if field == "VAL":
            return self.image
        return getattr(self, field) if field in LETTERS else super().native(field)

    def seen(self, field: str) -> Whole:
        """VAL without its number and time: what is made of it is a new array."""
        if field != "VAL":
            return self.native(field)
        own = self.image.view()
        own.unique_id = own.time_ns = None
        return own

    # ---- life ----

    def init_early(self) -> None:
        self.image, self.VAL = EMPTY, elements(EMPTY)
        self._input_id: int | None = None
        self._codec: int = self.CODC
        self._describe()

    def soft_start(self, link: Link) -> None:
        if (value := link.load_array("DOUBLE", LAST_ID)) is not None:
            self.accept(value)

    # ---- compression ----

    def special(self, field: str, after: bool) -> None:
        """CODC: what cannot be is refused, and all stays as it was."""
        if field != "CODC" or not after:
            return
        known = self.CODC < len(codecs.NAMES)
        if reason := codecs.missing(codecs.NAMES[self.CODC]) if known else f"{self.CODC} is not one of the choices":
            self.CODC = self._codec
            raise PutError(f"{self.NAME}.CODC: {reason}")
        self._codec = self.CODC

    def codec(self) -> str:
        """The codec for the array held now; "": none, also where CODC was changed to one that cannot take it."""
        name = codecs.NAMES[self.CODC]
        return name if name and self.image.size and not codecs.refusal(name, self.image) else ""

    def sent(self, size: int) -> None:
        """Clients were sent the array in so many bytes."""
        if size != self.CBYT:
            self.CBYT = size
            self.post_field("CBYT")

    # ---- processing ----

    def fetch(self) -> None:
        super().fetch()
        self._count_lost_inputs()

    def accept(self, result: object) -> None:
        """Take an array, or refuse it with ResultError and stay as it was."""
        made = image(result, self.MAXB, self.CMOD - 1 if self.CMOD else None)
        if self.CODC and (reason := codecs.refusal(codecs.NAMES[self.CODC], made)):
            raise ResultError(reason)
        number = self._number(made)
        self.image, self.VAL, self.UNID, self.UDF = made, elements(made), number, 0
        self.CNT += 1
        if self.TSE == DEVICE_TIME and made.time_ns is not None:
            self.TIME = made.time_ns
        self._describe()

    def _number(self, made: NDArray) -> int:
        """The array's own number, else the next one."""
        if made.unique_id is None:
            made.unique_id = self.UNID + 1 if self.UNID < LAST_ID else 0
        elif self._input_id is None:  # numbers by the code's own source
            self._lost(self.UNID if self.CNT else None, made.unique_id)
        return (made.unique_id + 2**31) % 2**32 - 2**31

    def _count_lost_inputs(self) -> None:
        """LOST by the numbers of the first numbered input; several readings of one array lose nothing."""
        for letter in LETTERS:
            number = getattr(getattr(self, letter), "unique_id", None)
            if number is not None:
                self._lost(self._input_id, number)
                self._input_id = number
                return

    def _lost(self, last: int | None, number: int) -> None:
        if last is not None and number > last + 1:
            self.LOST = min(self.LOST + number - last - 1, MOST_LOST)

    def _describe(self) -> None:
        made = self.image
        self.RCMD, self.DTP = (made.color_mode or 0) + 1, made.dtype.name
        self.NDIM, self.NORD, self.NBYT = made.ndim, made.size, made.nbytes
        if not self.CODC:
            self.CBYT = made.nbytes
        for axis, size in enumerate(_sizes(made.shape), 1):
            setattr(self, f"SIZ{axis}", size)


def _sizes(shape: tuple[int, ...]) -> list[Any]:
    """Ten sizes, the fastest axis first, 0 for an axis that is not there."""
    return [*reversed(shape), *[0] * (MOST_DIMENSIONS - len(shape))]
