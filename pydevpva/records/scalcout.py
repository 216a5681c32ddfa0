"""scalcout: an expression of numbers and texts, written to OUT (synApps' calc: sCalcoutRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.db.dbf import CHOICES, LINKS
from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE
from pydevpva.records.core.arrays import characters, is_numbers
from pydevpva.records.core.links import NO_DATA, Link
from pydevpva.records.core.values import STRING_BYTES, Array, Value
from pydevpva.records.shared.calc.escapes import escaped
from pydevpva.records.shared.calc.parse import CalcError
from pydevpva.records.shared.calc.text_value import DIGITS, outside, show
from pydevpva.records.shared.calcoutput import DOUBLED, LETTERS, USE_CALC, USE_OCAL, CalcOutput, calc_properties
from pydevpva.records.shared.limits import deadbands
from pydevpva.records.shared.textexpression import TextExpression, failed, finite

VERSION = 4.1
FAILED = (-1.0, "***ERROR***")
TEXTS = frozenset({"STRING", *CHOICES, *LINKS})  # what is written as text
_POSTED = (("SVAL", "PSVL"), ("OSV", "POSV"), *((xx, f"P{xx}") for xx in DOUBLED))
_BEFORE = frozenset(f"P{xx}" for xx in DOUBLED)


class Scalcout(CalcOutput, rtype="scalcout", soft="devsCalcoutSoft"):
    """VAL, and as text SVAL, is CALC of A..L and AA..LL; OVAL or OSV, which is that or OCAL, goes to OUT."""

    __slots__ = ("_expressions",)
    properties = calc_properties()

    def array_info(self, field: str) -> tuple[str, int] | None:
        return ("STRING", 1) if field in _BEFORE else None

    def put_array(self, field: str, value: Array) -> None:
        setattr(self, field, value[0])

    def init_early(self) -> None:
        self.VERS = VERSION  # type: ignore[misc,assignment]  # a field here, no attribute
        for field in _BEFORE:
            setattr(self, field, "")
        self._expressions = {field: TextExpression(self, field, LETTERS, DOUBLED) for field in self.expressions}

    def compile(self, field: str) -> int:
        status = self._expressions[field].compile(getattr(self, field))
        setattr(self, self.expressions[field], status)
        return status

    # ---- processing ----

    def start(self) -> bool:
        for xx in DOUBLED:
            setattr(self, f"P{xx}", getattr(self, xx))
        if self.inputs.fetch(go_on=False):
            for xx in DOUBLED:
                self._fetch_text(xx)
            self._compute("CALC", "VAL", "SVAL")
        return self.computed()

    def _fetch_text(self, field: str) -> None:
        """A text variable from its link; what fails becomes a text that says so."""
        link: Link = getattr(self, f"IN{field}")
        if link.is_constant:
            return
        dbf, elements = link.source() or ("", 1)
        if dbf in ("CHAR", "UCHAR") and elements > 1:
            array = link.get_array("CHAR", STRING_BYTES)
            raw = array.tobytes().split(b"\0")[0] if is_numbers(array) else None
            text = None if raw is None else escaped(raw.decode("latin-1"))[: STRING_BYTES - 1]
        else:
            got = link.get("STRING")
            text = got if got is None or isinstance(got, str) else None if got is NO_DATA else str(got)
        if text is None:
            text = f"{self.NAME}:fetch({field}) failed"[: STRING_BYTES - 1]
        setattr(self, field, text)

    def _compute(self, field: str, number: str, text: str) -> None:
        """CALC or OCAL into its two results."""
        expression = self._expressions[field]
        try:
            result = expression.compute(getattr(self, number), getattr(self, text))
            value = finite(result)
        except CalcError as error:
            failed(self, error)
            self._store(number, text, *FAILED)
            return
        if field == "CALC":
            self.UDF = 0
        if not isinstance(result, str):
            result = show(result, DIGITS if expression.uses_texts else self.PREC)
        self._store(number, text, value, outside(result))

    def _store(self, number: str, text: str, value: float, shown: str) -> None:
        setattr(self, number, value)
        setattr(self, text, shown)

    # ---- output ----

    def choose(self) -> None:
        if self.DOPT == USE_CALC:
            self.OVAL, self.OSV = self.VAL, self.SVAL
        elif self.DOPT == USE_OCAL:
            self._compute("OCAL", "OVAL", "OSV")

    def output(self, link: Link) -> tuple[Value, str]:
        """OSV for what takes text, OVAL for numbers, the characters of SVAL (with WAIT of OSV) for arrays of them."""
        dbf, elements = link.source() or ("", 1)
        if dbf in TEXTS:
            return self.OSV, "STRING"
        if dbf in ("CHAR", "UCHAR") and elements > 1:
            text = self.OSV if self.WAIT and hasattr(link, "put_async") else self.SVAL
            size = min(elements, STRING_BYTES + 1)
            return characters(text.encode("utf-8", "surrogateescape").ljust(size, b"\0")[:size]), "CHAR"
        return self.OVAL, "DOUBLE"

    def monitor(self) -> None:
        mask = self.settle() | deadbands(self)
        for field, before in _POSTED:
            if (now := getattr(self, field)) != getattr(self, before):
                self.post_field(field, mask | DBE_VALUE | DBE_LOG)
                if field in ("SVAL", "OSV"):
                    setattr(self, before, now)
        self.post_changes(mask)
        self.post(mask)
