"""acalcout: an expression of numbers and arrays, written to OUT (synApps' calc: aCalcoutRecord.c).

Database thread; long calculations run on a thread of their own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pydevpva.errors import PutError
from pydevpva.loop import Loop
from pydevpva.records.core.alarm import CALC, DBE_LOG, DBE_VALUE, INVALID, LINK, raise_alarm
from pydevpva.records.core.arrays import is_numbers
from pydevpva.records.core.links import Link
from pydevpva.records.core.values import Array, Value, to_number
from pydevpva.records.shared.arraycalculation import ArrayExpression, Calculation, calculator
from pydevpva.records.shared.calc.vector import Doubles
from pydevpva.records.shared.calcoutput import DOUBLED, LETTERS, USE_OCAL, CalcOutput, calc_properties
from pydevpva.records.shared.limits import deadbands
from pydevpva.records.shared.link_state import CONNECTED, LOCAL
from pydevpva.records.shared.textexpression import MESSAGE
from pydevpva.threads import CannotStart

VERSION = 1.4
ASYNC_ABOVE = 10_000  # elements in use (aCalcAsyncThreshold)
SHORT, LONG = 0.01, 60.0  # seconds that a loop may take on the database thread, and at all
SIZE_IS_NUSE = 1  # acalcoutSIZE
_ARRAYS = frozenset({"AVAL", "OAV", *DOUBLED})
_RESULTS = (("VAL", "AVAL"), ("OVAL", "OAV"))


class Acalcout(CalcOutput, rtype="acalcout", soft="devaCalcoutSoft"):
    """VAL and AVAL are CALC of A..L and AA..LL; these, or those of OCAL, go to OUT.

    Arrays have NELM elements and are never written to, but replaced; the first `active` of them are in use.
    """

    __slots__ = ("_calculation", "_expressions", "_zeros")
    properties = calc_properties()
    _calculation: Calculation | None

    # ---- arrays ----

    @property
    def active(self) -> int:
        """How many elements are in use."""
        nuse, nelm = int(self.NUSE), int(self.NELM)
        return nuse if 0 < nuse < nelm else nelm

    def array_info(self, field: str) -> tuple[str, int] | None:
        if field not in _ARRAYS:
            return None
        return "DOUBLE", self.active if self.SIZE == SIZE_IS_NUSE else int(self.NELM)

    def get(self, field: str) -> Value:
        if field in _ARRAYS and self.NELM > 1:
            values: Doubles = getattr(self, field)
            return values[: self.active]
        return super().get(field)

    def in_use(self, field: str) -> int:
        return self.active

    def put_array(self, field: str, value: Array) -> None:
        self._set(field, np.asarray(value, np.float64), self.active)

    def _set(self, field: str, values: Doubles, size: int) -> None:
        """The first elements of an array; those up to `size` that are not given are 0, those behind it stay."""
        if len(values) < self.NELM:
            old = getattr(self, field)
            values = np.concatenate((values, np.zeros(max(size - len(values), 0)), old[max(size, len(values)) :]))
        setattr(self, field, values)

    # ---- life ----

    def init_early(self) -> None:
        self.VERS = VERSION  # type: ignore[misc,assignment]  # a field here, no attribute
        self.NELM = max(1, self.NELM)
        self.NUSE = min(self.NUSE, self.NELM)
        self._zeros = np.zeros(self.NELM)
        for field in (*_ARRAYS, "PAVL", "POAV", "PAA"):
            setattr(self, field, self._zeros)
        self._calculation = None
        self._expressions = {field: ArrayExpression(self, field) for field in self.expressions}

    def compile(self, field: str) -> int:
        status = self._expressions[field].compile(getattr(self, field))
        setattr(self, self.expressions[field], status)
        return status

    # ---- processing ----

    def start(self) -> bool:
        self.NUSE = min(self.NUSE, self.NELM)
        self.CACT = 0
        if not self.inputs.fetch(go_on=False) or not self._fetch_arrays():
            return True  # neither alarms nor output, as the original has it
        calculation = self._begun()
        if calculation.size <= ASYNC_ABOVE and calculation.run(SHORT):
            self._calculation = calculation
            return self._calculated()
        self._send_away(self._begun())
        return False

    def _fetch_arrays(self) -> bool:
        """Array variables from their links, but for those that lead nowhere; False: one failed."""
        size = self.active
        for i, field in enumerate(DOUBLED):
            if getattr(self, f"I{field}V") not in (CONNECTED, LOCAL):
                continue
            before = getattr(self, field)
            values, whole = self._read(f"IN{field}", before, size)
            if values is not None:
                self._set(field, values, size if whole else len(values))
            if not whole:
                return False
            if not np.array_equal(before[:size], getattr(self, field)[:size]):
                self.NEWM |= 1 << i
        return True

    def _read(self, field: str, before: Doubles, size: int) -> tuple[Doubles | None, bool]:
        """Elements of a link, and whether that are all. Texts are read up to one that is no number.

        Over CA, where that is no alarm, the elements from there on stay as they were.
        """
        link: Link = getattr(self, field)
        if (link.source() or ("", 1))[0] != "STRING":
            values = link.get_array("DOUBLE", size)
            return (values, True) if is_numbers(values) else (None, False)
        texts = link.get_array("STRING", size)
        if not isinstance(texts, list):
            return None, False
        numbers = _leading_numbers(texts)
        if len(numbers) == len(texts):
            return numbers, True
        if link.is_volatile:
            return np.concatenate((numbers, before[len(numbers) : len(texts)])), True
        raise_alarm(self, LINK, INVALID, f"field {field}")
        return numbers, False

    def _begun(self) -> Calculation:
        """What is to be computed, with the variables as they are."""
        size = self.active
        fields = ("CALC", "OCAL") if self.DOPT == USE_OCAL else ("CALC",)
        return Calculation(
            size,
            [getattr(self, x) for x in LETTERS],
            [getattr(self, field)[:size] for field in DOUBLED],
            [self._expressions[field].program(size) for field in fields],
            [(getattr(self, number), getattr(self, array)[:size]) for number, array in _RESULTS[: len(fields)]],
        )

    def _send_away(self, calculation: Calculation) -> None:
        """Compute on the other thread; the record stays active until that is over."""
        self.CACT = 1
        try:
            loop = calculator()
        except CannotStart:
            calculation.give_up("there is no thread for it")
            self.host.submit(self._back, calculation)
        else:
            loop.submit(_compute, calculation, self.host.loop, self._back)

    def _back(self, calculation: Calculation) -> None:
        self._calculation = calculation
        self.host.complete(self)

    def resume(self) -> bool:
        if not self.CACT:
            return super().resume()
        self.CACT = 0
        return self._calculated()

    def _calculated(self) -> bool:
        """The results become the record's; alarms and output."""
        calculation, self._calculation = self._calculation, None
        assert calculation is not None
        self._store(calculation)
        self.CSTAT = 0 if calculation.error is None else -1
        if calculation.error is not None:
            raise_alarm(self, CALC, INVALID, str(calculation.error)[:MESSAGE])
        else:
            self.UDF = 0
        return self.computed()

    def _store(self, calculation: Calculation) -> None:
        variables, size = calculation.variables, min(calculation.size, int(self.NELM))
        for i in variables.stored:
            setattr(self, LETTERS[i], variables.numbers[i])
        self.AMASK = 0
        for i in sorted(variables.stored_others):
            self._set(DOUBLED[i], variables.others[i].values[:size], size)
            self.AMASK |= 1 << i
            self.post_field(DOUBLED[i])
        for (number, array), result in zip(_RESULTS, calculation.results, strict=False):
            if result.value is not None and result.values is not None:
                setattr(self, number, result.value)
                self._set(array, result.values[:size], size)

    # ---- output ----

    def output(self, link: Link) -> tuple[Value, str]:
        """As many elements as the far end takes and are in use; of one the number."""
        number, array = _RESULTS[self.DOPT == USE_OCAL]
        source = link.source()
        count = min(source[1] if source is not None else 1, self.NUSE or self.NELM)
        return (getattr(self, number) if count == 1 else getattr(self, array)[:count]), "DOUBLE"

    def monitor(self) -> None:
        mask = self.settle() | deadbands(self)
        for field, before in (("AVAL", "PAVL"), ("OAV", "POAV")):
            self._post_array(field, before, mask)
        self.post_changes(mask)
        for x in LETTERS:
            setattr(self, f"P{x}", getattr(self, x))
        for i, field in enumerate(DOUBLED):
            if self.NEWM >> i & 1:
                self.post_field(field, mask | DBE_VALUE | DBE_LOG)
        self.NEWM = 0
        used = sum(getattr(self, field) is not self._zeros for field in _ARRAYS)
        self.AMEM = self.PMEM = used * self.NELM * 8
        self.post(mask)

    def _post_array(self, field: str, before: str, mask: int) -> None:
        """A result that some element of has moved by more than MDEL, or ADEL."""
        now, last, size = getattr(self, field), getattr(self, before), self.active
        if now is last:
            return
        moved = float(np.nanmax(np.abs(now[:size] - last[:size]), initial=0.0))
        changed = (DBE_VALUE if moved > self.MDEL else 0) | (DBE_LOG if moved > self.ADEL else 0)
        if changed:
            setattr(self, before, now)
            self.post_field(field, mask | changed)

    def special(self, field: str, after: bool) -> None:
        super().special(field, after)
        if after and field == "NUSE" and self.NUSE > self.NELM:
            self.NUSE = self.NELM
            self.post_field("NUSE", DBE_VALUE)
            raise PutError(f"{self.NAME}.NUSE: there are {self.NELM} elements (NELM)")


def _leading_numbers(texts: list[str]) -> Doubles:
    """Texts as numbers, up to the first that is none."""
    numbers: list[float] = []
    for text in texts:
        try:
            numbers.append(float(to_number(text, "DOUBLE")))
        except ValueError:
            break
    return np.array(numbers, np.float64)


def _compute(calculation: Calculation, loop: Loop, back: Callable[[Calculation], None]) -> None:
    """On the thread of long calculations."""
    if not calculation.run(LONG):
        calculation.give_up(f"it loops for more than {LONG:g} s")
    loop.submit(back, calculation)
