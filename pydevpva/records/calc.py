"""calc: an expression over up to 21 inputs (EPICS: calcRecord.c). Database thread."""

from __future__ import annotations

from pydevpva.records.core.properties import properties
from pydevpva.records.core.record import Record
from pydevpva.records.shared.expression import FAR_ENDS, Expression, Inputs
from pydevpva.records.shared.limits import check_filtered_limits, deadbands

_LIMITED = "VAL HIHI HIGH LOW LOLO LALM ALST MLST"


class Calc(Record, rtype="calc"):
    """VAL = CALC(A..U)."""

    __slots__ = ("expression", "inputs")
    properties = properties(
        units="DOUBLE",
        precision="VAL",
        display={_LIMITED: ("LOPR", "HOPR")},
        control={_LIMITED: ("LOPR", "HOPR")},
        alarm={"VAL": "severity"},
        from_links=FAR_ENDS,
    )

    def init_record(self) -> None:
        self.inputs = Inputs(self)
        self.inputs.load()
        self.expression = Expression(self, "CALC")

    def process(self) -> None:
        self.PACT = 1
        if self.inputs.fetch() and (value := self.expression.value(self.VAL)) is not None:
            self.VAL = value
            self.UDF = 1 if value != value else 0
        before = self.TIME
        self.stamp()
        check_filtered_limits(self, before)
        mask = self.settle() | deadbands(self)
        self.inputs.remember(mask)
        self.post(mask)
        self.forward()
        self.PACT = 0

    def special(self, field: str, after: bool) -> None:
        if after and field == "CALC":
            self.expression.recompile()

    def relinked(self, field: str) -> None:
        self.inputs.relinked(field)
