"""transform: sixteen variables, each with an input, an expression and an output (synApps' calc: transformRecord.c).

Database thread.
"""

from __future__ import annotations

import re
from time import perf_counter

from pydevpva.errors import PutError
from pydevpva.records.core.alarm import INVALID, UDF, raise_alarm
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import properties
from pydevpva.records.shared.calc.parse import CalcError
from pydevpva.records.shared.calc.text_value import number
from pydevpva.records.shared.calc.tokens import NUMBERS
from pydevpva.records.shared.link_state import ShowsLinks
from pydevpva.records.shared.textexpression import LOOPING, TextExpression, failed, finite

VERSION = 5.800000190734863  # a FLOAT
DO_NOTHING = 1  # transformIVLA
ALWAYS = 1  # transformCOPT
_STATES = {f"{way}{x}": f"{way[0]}{x}V" for way in ("INP", "OUT") for x in NUMBERS}
_SHORTCUTS = {"P": "PRINTF", "T": "TR_ESC", "W": "WRITE", "S": "SSCANF", "R": "READ", "E": "ESC"}
_SHORTCUT = re.compile(r"\$([PTWSRE])\(", re.IGNORECASE | re.ASCII)
_PRECISE = " ".join(("VAL", *NUMBERS, *(f"L{x}" for x in NUMBERS)))


class Transform(ShowsLinks, rtype="transform"):
    """Inputs are read, then A to P computed in this order, then outputs written. VAL is not used."""

    __slots__ = ("_expressions", "_posted", "_usable")
    link_states = _STATES
    properties = properties(precision=_PRECISE, precision_fields={"VERS": 2}, precision_shown=False)  # as QSRV2 does

    def init_record(self) -> None:
        self.VERS = VERSION  # type: ignore[misc,assignment]  # a field here, no attribute
        self.VAL, self.MAP, self._posted = 0.0, 0, False
        self.show_links()
        self._expressions = {x: TextExpression(self, f"CLC{x}", NUMBERS) for x in NUMBERS}
        self._usable = dict.fromkeys(NUMBERS, False)
        for x in NUMBERS:
            if (value := self._input(x).load("DOUBLE")) is not None:
                setattr(self, x, value)
            self._compile(x)
            setattr(self, f"L{x}", getattr(self, x))

    def _input(self, x: str) -> Link:
        link: Link = getattr(self, f"INP{x}")
        return link

    def _compile(self, x: str) -> None:
        """CLCx, with the names that comments give to variables; an empty one is good, and computes nothing."""
        written = str(getattr(self, f"CLC{x}"))
        status = self._expressions[x].compile(self._spelled_out(written))
        self._usable[x] = bool(written) and status == 0
        setattr(self, f"C{x}V", status)

    def _spelled_out(self, text: str) -> str:
        """$names become variables. Before that `$P(` and its like become `$PRINTF(`, which is none: as the original."""
        if "$" not in text:
            return text
        text = _SHORTCUT.sub(lambda found: f"${_SHORTCUTS[found.group(1).upper()]}(", text)
        names: dict[str, str] = {}
        for x in NUMBERS:
            if (comment := str(getattr(self, f"CMT{x}"))).startswith("$"):
                names.setdefault(comment.split()[0].upper(), x)
        if not names:
            return text
        longest_first = sorted(names, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
        return pattern.sub(lambda found: names[found.group().upper()], text)

    # ---- processing ----

    def process(self) -> None:
        self.PACT = 1
        self.UDF = 0
        self._fetch()
        if self.NSEV >= INVALID and self.IVLA == DO_NOTHING:
            self.stamp()
            self.post(self.settle())
            self.PACT = 0
            self.give_up()
            return
        end = perf_counter() + LOOPING
        for i, x in enumerate(NUMBERS):
            if self._usable[x] and (self.COPT == ALWAYS or self._is_due(i, x)):
                self._compute(x, end)
        self.MAP = 0
        for x in NUMBERS:
            link: Link = getattr(self, f"OUT{x}")
            if not link.is_constant:
                link.put(getattr(self, x), "DOUBLE")
        self.stamp()
        if self.UDF:
            raise_alarm(self, UDF, self.UDFS)
        self._monitor()
        self.forward()
        self.PACT = 0

    def _fetch(self) -> None:
        """Inputs that are not constant; one that cannot be read is 0."""
        for x in NUMBERS:
            link = self._input(x)
            if not link.is_constant:
                value = link.get("DOUBLE")
                setattr(self, x, value if isinstance(value, float) else 0.0)

    def _is_due(self, i: int, x: str) -> bool:
        """A variable without input that nobody has given a new value."""
        now, last = getattr(self, x), getattr(self, f"L{x}")
        same = now == last or (now != now and last != last)
        return same and not self.MAP >> i & 1 and self._input(x).is_constant

    def _compute(self, x: str, end: float) -> None:
        """CLCx; what is NaN or infinite is stored and is an error, any other error stores nothing."""
        try:
            result = self._expressions[x].compute(getattr(self, x), "", end - perf_counter())
            setattr(self, x, number(result))
            finite(result)
        except CalcError as error:
            failed(self, error)
            self.UDF = 1

    def _monitor(self) -> None:
        mask = self.settle()
        for x in NUMBERS:
            value = getattr(self, x)
            if value != getattr(self, f"L{x}") or not self._posted:
                setattr(self, f"L{x}", value)
                self.post_field(x)
        self._posted = True
        self.post(mask)

    # ---- puts ----

    def special(self, field: str, after: bool) -> None:
        if field in NUMBERS:
            if not after and not self._input(field).is_constant:
                raise PutError(f"{self.NAME}.{field}: this variable has its value from INP{field}")
            if after and not self.PACT:
                self._mark(NUMBERS.index(field))
        elif after and field.startswith("CLC"):
            status = f"C{field[3]}V"
            before = getattr(self, status)
            self._compile(field[3])
            if getattr(self, status) != before:
                self.post_field(status)

    def _mark(self, i: int) -> None:
        """MAP, a SHORT, gets a bit: the variable has been put, and is not computed next time."""
        marks = self.MAP & 0xFFFF | 1 << i
        self.MAP = marks - (1 << 16) if marks >= 1 << 15 else marks
