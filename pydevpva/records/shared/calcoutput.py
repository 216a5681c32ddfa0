"""What scalcout and acalcout share (calc: sCalcoutRecord.c, aCalcoutRecord.c).

    inputs -> CALC -> output (chosen_output.py; WAIT) -> monitors, forward link

Database thread.
"""

from __future__ import annotations

from typing import ClassVar

from pydevpva.records.core.alarm import DBE_ALARM, DBE_LOG, DBE_VALUE, INVALID, LINK, raise_alarm
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import Properties, properties
from pydevpva.records.core.values import Value
from pydevpva.records.shared.chosen_output import ChosenOutput
from pydevpva.records.shared.expression import Inputs

LETTERS = "ABCDEFGHIJKL"
DOUBLED = tuple(2 * x for x in LETTERS)
USE_CALC, USE_OCAL = range(2)  # DOPT
_STATES = (
    {f"INP{x}": f"IN{x}V" for x in LETTERS} | {f"IN{xx}": f"I{xx}V" for xx in DOUBLED} | {"OUT": "OUTV"}
)  # fmt: skip
_LIMITED = " ".join(("VAL HIHI HIGH LOW LOLO", *LETTERS, *(f"P{x}" for x in LETTERS)))
ALL_TYPES = "STRING CHAR UCHAR SHORT USHORT LONG ULONG INT64 UINT64 FLOAT DOUBLE ENUM INLINK OUTLINK FWDLINK NOACCESS"


def calc_properties() -> Properties:
    """EGU is the unit of all fields; HOPR and LOPR are the limits of VAL, of the variables and of those before."""
    return properties(
        units=ALL_TYPES,
        precision="VAL",
        display={_LIMITED: ("LOPR", "HOPR")},
        display_ranges=False,
        control={_LIMITED: ("LOPR", "HOPR")},
        control_ranges=False,
        alarm={"VAL": "always"},
    )


class CalcOutput(ChosenOutput):
    """A record with twelve numbers, twelve of something else, CALC, OCAL and an output. Subclasses compute."""

    __slots__ = ("inputs",)
    link_states = _STATES
    expressions: ClassVar[dict[str, str]] = {"CALC": "CLCV", "OCAL": "OCLV"}  # and the fields of their status

    def init_record(self) -> None:
        self.inputs = Inputs(self, LETTERS)
        self.inputs.load()
        self.show_links()
        for field in self.expressions:
            self.compile(field)

    # ---- what subclasses do ----

    def compile(self, field: str) -> int:
        """Compile CALC or OCAL; 0, or -1 when it is none, which is said."""
        raise NotImplementedError

    def start(self) -> bool:
        """Fetch and compute; False: that is over later, and the record processes again then."""
        raise NotImplementedError

    def output(self, link: Link) -> tuple[Value, str]:
        """The value for this link's far end, and its DBF type."""
        raise NotImplementedError

    def monitor(self) -> None:
        """Settle the alarms and post."""
        raise NotImplementedError

    # ---- processing ----

    def process(self) -> None:
        if not self.PACT:
            self.PACT = 1
            for x in LETTERS:
                setattr(self, f"P{x}", getattr(self, x))
            through = self.start()
        else:
            through = self.resume()
        if not through:
            return
        self.stamp()
        self.monitor()
        self.forward()
        self.PACT = 0

    def post_event(self) -> None:
        if self.OEVT > 0:
            self.host.post_event(str(self.OEVT))

    def soft_write(self, link: Link) -> int:
        value, dbf = self.output(link)
        if self.WAIT and (put_async := getattr(link, "put_async", None)) is not None:
            if put_async(value, dbf, self._written):
                self.PACT = 1
                return 0
            return -1
        return 0 if link.put(value, dbf) else -1

    def _written(self, error: str | None) -> None:
        """What WAIT has waited for is over."""
        if error is not None:
            raise_alarm(self, LINK, INVALID, "field OUT")
        self.host.complete(self)

    def post_changes(self, mask: int) -> None:
        """A..L that have changed, or all when the alarm has; and OVAL."""
        everything = mask | DBE_VALUE | DBE_LOG
        for x in LETTERS:
            if mask & DBE_ALARM or getattr(self, x) != getattr(self, f"P{x}"):
                self.post_field(x, everything)
        if self.POVL != self.OVAL:
            self.POVL = self.OVAL
            self.post_field("OVAL", everything)

    # ---- puts ----

    def special(self, field: str, after: bool) -> None:
        if after and field in self.expressions:
            self.compile(field)
            self.post_field(self.expressions[field], DBE_VALUE)

    def relinked(self, field: str) -> None:
        super().relinked(field)
        if field.startswith("INP"):
            self.inputs.rewire()
