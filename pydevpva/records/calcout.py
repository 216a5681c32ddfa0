"""calcout: an expression over up to 21 inputs, written to OUT when OOPT says so (EPICS: calcoutRecord.c).

Database thread.
"""

from __future__ import annotations

import logging

from pydevpva.errors import PutError
from pydevpva.libcom import CALC_NAMES
from pydevpva.records.core.alarm import DBE_VALUE, UDF, raise_alarm
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.chosen_output import ChosenOutput
from pydevpva.records.shared.expression import FAR_ENDS, Expression, Inputs
from pydevpva.records.shared.limits import deadbands
from pydevpva.records.shared.link_state import CONNECTED, CONSTANT, show, state_as_made

log = logging.getLogger(__name__)
_LIMITED = "VAL HIHI HIGH LOW LOLO LALM ALST MLST"
USE_VAL, USE_OVAL = range(2)  # calcoutDOPT
_STATUS = {f"INP{x}": f"IN{x}V" for x in CALC_NAMES} | {"OUT": "OUTV"}


class Calcout(ChosenOutput, rtype="calcout", soft="devCalcoutSoft", callback="devCalcoutSoftCallback"):
    """VAL = CALC(A..U); OVAL, which is VAL or OCAL(A..U), goes to OUT."""

    __slots__ = ("expression", "inputs", "output")
    VAL: float
    pydev = PydevWay("VAL OVAL NAME EGU HOPR LOPR PREC TPRO", pydev_ways.number("DOUBLE"))
    link_states = _STATUS
    properties = properties(
        units="DOUBLE",
        units_fields={"ODLY": "s"},
        precision="VAL",
        precision_fields={"ODLY": 2},
        display={_LIMITED: ("LOPR", "HOPR"), "ODLY": (0, 1e300)},
        control={_LIMITED: ("LOPR", "HOPR"), "ODLY": (0, 100000)},
        alarm={"VAL": "severity"},
        from_links=FAR_ENDS,
    )

    def init_record(self) -> None:
        self.inputs = Inputs(self)
        self.inputs.load()
        for field, status in _STATUS.items():
            setattr(self, status, state_as_made(getattr(self, field)))
        self.expression = Expression(self, "CALC")
        self.output = Expression(self, "OCAL")
        self.CLCV, self.OCLV = self.expression.status, self.output.status
        if self.device is not None:
            self.device.init_record(self)
        self.PVAL = self.MLST = self.ALST = self.LALM = self.VAL
        self.POVL = self.OVAL

    def process(self) -> None:
        if self.PACT:
            self.stamp()
            through = self.resume()
        else:
            self.PACT = 1
            self._calculate()
            self.stamp()
            through = self.computed()
        if not through:
            return
        self._post_changes()
        self.forward()
        self.PACT = 0

    def _calculate(self) -> None:
        if self.inputs.fetch() and (value := self.expression.value(self.VAL, "calcPerform")) is not None:
            self.VAL = value
            self.UDF = 1 if value != value else 0

    # ---- output ----

    def has_changed(self) -> bool:
        """To or from NaN is a change."""
        return not abs(self.PVAL - self.VAL) <= self.MDEL

    def choose(self) -> None:
        if self.DOPT == USE_VAL:
            self.OVAL = self.VAL
        elif self.DOPT == USE_OVAL and (value := self.output.value(self.OVAL, "OCAL calcPerform")) is not None:
            self.OVAL = value
            self.UDF = 1 if value != value else 0
        if self.UDF:
            raise_alarm(self, UDF, self.UDFS)

    def post_event(self) -> None:
        self.host.post_event(self.OEVT)

    def completed(self) -> None:
        self.write()  # device support asks for it

    def soft_write(self, link: Link) -> int:
        return 0 if link.put(self.OVAL, "DOUBLE") else -1

    def _post_changes(self) -> None:
        mask = self.settle() | deadbands(self)
        self.inputs.remember(mask)
        self.POVL = self.OVAL
        self.post(mask)

    # ---- links and expressions that change ----

    def show_link(self, field: str) -> None:
        """A link that has been put stays Constant."""
        status = _STATUS[field]
        if getattr(self, status) <= CONNECTED:
            show(self, status, state_as_made(getattr(self, field)))

    def special(self, field: str, after: bool) -> None:
        if not after:
            return
        if field in ("CALC", "OCAL"):
            self._recompile(field)
        elif field in _STATUS:
            show(self, _STATUS[field], CONSTANT)  # as EPICS says, whose special comes before the new link is made

    def relinked(self, field: str) -> None:
        self.inputs.relinked(field)

    def _recompile(self, field: str) -> None:
        expression, status = (self.expression, "CLCV") if field == "CALC" else (self.output, "OCLV")
        try:
            expression.recompile()
        except PutError as error:  # the put is good all the same; CLCV or OCLV tells
            log.error("%s", error)
        setattr(self, status, expression.status)
        self.post_field(status, DBE_VALUE)
