"""pycalc: a Python expression of up to ten inputs (PyDevice's own record type).

Database thread; CALC runs on the evaluator thread, with the values its names had when processing began.
"""

from __future__ import annotations

import logging

from pydevpva.db.infos import ARRAY
from pydevpva.errors import CodeError, Stopped
from pydevpva.records.core.alarm import DBE_ALARM, DBE_LOG, DBE_VALUE
from pydevpva.records.core.arrays import as_list, first, is_array, read_only, to_array
from pydevpva.records.core.links import NO_DATA
from pydevpva.records.core.record import Failures, Record
from pydevpva.records.core.usercode import UserCode
from pydevpva.records.core.values import Elements, Scalar, Value
from pydevpva.records.results.array import array
from pydevpva.records.results.scalar import NUMBERS, converted, text
from pydevpva.records.shared.array import element_type, load_constant, zeros

log = logging.getLogger(__name__)
LETTERS = "ABCDEFGHIJ"
BARE = frozenset((*LETTERS, "NAME", "TPRO"))
_TYPES = {"VAL": ("FTVL", "MEVL", "NEVL")} | {x: (f"FT{x}", f"ME{x}", f"NE{x}") for x in LETTERS}


class Pycalc(Record, rtype="pycalc"):
    """VAL = CALC(A..J). A field of one element (MEVL or MEA.. 1) holds a scalar, others an array."""

    code_fields = frozenset({"CALC"})
    program = "CALC"
    __slots__ = ("_args", "_cut_said", "_failures", "_outcome", "_text")

    def array_info(self, field: str) -> tuple[str, int] | None:
        if field not in _TYPES:
            return None
        kind, capacity, _ = _TYPES[field]
        return element_type(self, kind), getattr(self, capacity)

    def init_early(self) -> None:
        for field, (kind, capacity, count) in _TYPES.items():
            setattr(self, capacity, max(1, getattr(self, capacity)))
            single = getattr(self, capacity) == 1
            used = 1 if single or field == "VAL" else 0
            setattr(self, count, used)
            values = zeros(element_type(self, kind), used)
            setattr(self, field, first(values) if single else values)
            if field != "VAL":
                setattr(self, f"SIZ{field}", _SIZES[element_type(self, kind)])

    def init_record(self) -> None:
        self._failures: Failures = self.host.failures(self)
        self._cut_said = False
        self._text: str | None = None
        for x in LETTERS:
            self._check_size(x)
            dbf, capacity = self.array_info(x) or ("DOUBLE", 1)
            value = load_constant(self, getattr(self, f"INP{x}"), dbf, capacity)
            if value is not None and len(value):
                self.put_array(x, value)
        try:
            self._compile()
        except CodeError as error:
            log.error("%s%s.CALC: %s", self.host.place(self, "CALC"), self.NAME, error)

    def _check_size(self, x: str) -> None:
        """A number of an array is its first element, as in EPICS; nobody means the first pixel of an image."""
        address = getattr(getattr(self, f"INP{x}"), "address", None)
        if (
            address is not None
            and address.record.whole_value == "image"
            and address.field.name == "VAL"
            and getattr(self, f"ME{x}") == 1
        ):
            place, name = self.host.place(self, f"INP{x}"), address.record.NAME
            log.warning(
                "%s%s.INP%s: %s is an image, of which %s is the first pixel; ME%s says how many, "
                "and INPA..INPL of an ndarray take it whole", place, self.NAME, x, name, x, x,
            )  # fmt: skip

    def put_array(self, field: str, value: Elements) -> None:
        _, capacity, count = _TYPES[field]
        if getattr(self, capacity) == 1:
            if len(value) == 0:
                return
            setattr(self, count, 1)
            setattr(self, field, first(value))
        else:
            setattr(self, count, len(value))
            setattr(self, field, value)

    def _compile(self) -> None:
        """Compile CALC when it changed; what it needs of the record goes into CTX."""
        if self._text != self.CALC:
            self.CTX = None
            self._text = self.CALC
            self.CTX = self.host.compile(self, "CALC", self.CALC, BARE)

    # ---- processing ----

    def process(self) -> None:
        if not self.PACT:
            self.PACT = 1
            self._fetch()
            self._start()
            return
        succeeded, has_value = self._outcome
        self.stamp()
        if has_value:
            self.OUT.put(self.VAL, element_type(self))
        mask = self.settle() | (DBE_VALUE | DBE_LOG if succeeded else DBE_ALARM)
        self.post(mask)
        self.forward()
        self.PACT = 0

    def _fetch(self) -> None:
        """A..J from their links; what fails keeps its value, with LINK/INVALID."""
        for x in LETTERS:
            link = getattr(self, f"INP{x}")
            if not link.is_constant:
                dbf, capacity = self.array_info(x) or ("DOUBLE", 1)
                value = link.get_array(dbf, capacity)
                if value is not None and value is not NO_DATA:
                    self.put_array(x, value)

    def _start(self) -> None:
        try:
            if self.CTX is None:
                self._text = None  # not valid so far: says again what is wrong with it
            self._compile()
        except CodeError as error:
            self._done(None, error)
            return
        code: UserCode | None = self.CTX
        assert code is not None  # it has compiled
        self.host.evaluate(code, tuple(self._seen(name) for name in code.fields), self._done, self._failures)

    def _seen(self, name: str) -> Value | Elements:
        """A field's value as the code sees it."""
        value = self.get(name)
        if not is_array(value) or self.info.get(ARRAY) == "numpy":
            return read_only(value)
        return as_list(value)

    def _done(self, result: object, error: BaseException | None) -> None:
        """The outcome of CALC; processing goes on."""
        if isinstance(error, Stopped):
            return
        try:
            if error is not None:
                raise error
            if result is not None:
                converted(result, self._store)
        except Exception as failure:
            self._failures.tell(self, "CALC", self.CALC, failure)
            self._outcome = (False, False)
        else:
            self._failures.over()
            self._outcome = (True, result is not None)
        self.host.complete(self)

    def _store(self, result: object) -> None:
        dbf, capacity = element_type(self), self.MEVL
        if _is_array(result, dbf, capacity):
            made, cut = array(result, dbf, capacity)
            self.put_array("VAL", made)
            if cut and not self._cut_said:
                self._cut_said = True
                log.warning("%s: the result has more than MEVL = %d elements; the rest is cut off", self.NAME, capacity)
        else:
            one: list[Scalar] = [text(result) if dbf == "STRING" else NUMBERS[dbf](result)]
            self.put_array("VAL", one if capacity == 1 else to_array(one, dbf))
        self.UDF = 0


_SIZES = {
    "STRING": 40, "CHAR": 1, "UCHAR": 1, "SHORT": 2, "USHORT": 2, "LONG": 4, "ULONG": 4, "INT64": 8, "UINT64": 8,
    "FLOAT": 4, "DOUBLE": 8, "ENUM": 2,
}  # fmt: skip


def _is_array(result: object, dbf: str, capacity: int) -> bool:
    """Whether a result is several elements; text and bytes are one, unless they go into characters."""
    if isinstance(result, (str, bytes)):
        return capacity > 1 and dbf in ("CHAR", "UCHAR")
    return not isinstance(result, (int, float, dict))
