"""calcout: an expression over up to 21 inputs, written to OUT when OOPT says so (EPICS: calcoutRecord.c).

Database thread.
"""

from __future__ import annotations

import logging

from pydevpva.errors import PutError
from pydevpva.libcom import CALC_NAMES
from pydevpva.records.core.alarm import DBE_VALUE, INVALID, UDF, raise_alarm
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.record import Record
from pydevpva.records.shared import pydev_ways
from pydevpva.records.shared.expression import FAR_ENDS, Expression, Inputs
from pydevpva.records.shared.limits import check_limits, deadbands
from pydevpva.records.shared.output import DONT_DRIVE, SET_TO_IVOV

log = logging.getLogger(__name__)
_LIMITED = "VAL HIHI HIGH LOW LOLO LALM ALST MLST"
EVERY_TIME, ON_CHANGE, WHEN_ZERO, WHEN_NON_ZERO, TO_ZERO, TO_NON_ZERO = range(6)  # calcoutOOPT
USE_VAL, USE_OVAL = range(2)  # calcoutDOPT
EXTERNAL_BROKEN, EXTERNAL, LOCAL, CONSTANT = range(4)  # calcoutINAV
_STATUS = {f"INP{x}": f"IN{x}V" for x in CALC_NAMES} | {"OUT": "OUTV"}


class Calcout(Record, rtype="calcout", soft="devCalcoutSoft", callback="devCalcoutSoftCallback"):
    """VAL = CALC(A..U); OVAL, which is VAL or OCAL(A..U), goes to OUT."""

    __slots__ = ("expression", "inputs", "output")
    VAL: float
    pydev = PydevWay("VAL OVAL NAME EGU HOPR LOPR PREC TPRO", pydev_ways.number("DOUBLE"))
    writes = True
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
            setattr(self, status, _link_status(getattr(self, field)))
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
            if not self.DLYA:
                self._write()  # device support has completed
            elif not self._delay_over():
                return
        else:
            self.PACT = 1
            self._calculate()
            check_limits(self)
            self.stamp()
            due = self._output_due()
            self.PVAL = self.VAL
            if due and self.ODLY > 0:
                self._delay()
                return
            if due and not self._drive():
                return
        self._post_changes()
        self.forward()
        self.PACT = 0

    def _calculate(self) -> None:
        self._check_external()
        if self.inputs.fetch() and (value := self.expression.value(self.VAL, "calcPerform")) is not None:
            self.VAL = value
            self.UDF = 1 if value != value else 0

    def _output_due(self) -> bool:
        old, new = self.PVAL, self.VAL
        return {
            EVERY_TIME: True,
            ON_CHANGE: not abs(old - new) <= self.MDEL,
            WHEN_ZERO: new == 0.0,
            WHEN_NON_ZERO: new != 0.0,
            TO_ZERO: old != 0.0 and new == 0.0,
            TO_NON_ZERO: old == 0.0 and new != 0.0,
        }.get(self.OOPT, False)

    # ---- output ----

    def _delay(self) -> None:
        self.DLYA = 1
        self.post_field("DLYA", DBE_VALUE)
        self.host.after(self.ODLY, self)

    def _delay_over(self) -> bool:
        self.DLYA = 0
        self.post_field("DLYA", DBE_VALUE)
        return self._drive()

    def _drive(self) -> bool:
        """Output OVAL or what IVOA says; False: device support completes later."""
        self.PACT = 0  # so that OUT may lead back to this record
        if self.DOPT == USE_VAL:
            self.OVAL = self.VAL
        elif self.DOPT == USE_OVAL and (value := self.output.value(self.OVAL, "OCAL calcPerform")) is not None:
            self.OVAL = value
            self.UDF = 1 if value != value else 0
        if self.UDF:
            raise_alarm(self, UDF, self.UDFS)
        if self.NSEV < INVALID or self.IVOA != DONT_DRIVE:
            if self.NSEV >= INVALID and self.IVOA == SET_TO_IVOV:
                self.OVAL = self.IVOV
            self._write()
            self.host.post_event(self.OEVT)
        if self.PACT:
            return False
        self.PACT = 1
        return True

    def _write(self) -> int:
        return self.device.write(self) if self.device is not None else -1

    def soft_write(self, link: Link) -> int:
        return 0 if link.put(self.OVAL, "DOUBLE") else -1

    def _post_changes(self) -> None:
        mask = self.settle() | deadbands(self)
        self.inputs.remember()
        self.POVL = self.OVAL
        self.post(mask)

    # ---- links and expressions that change ----

    def _check_external(self) -> None:
        """Links that are not database links come and go."""
        for field, status in _STATUS.items():
            if getattr(self, status) <= EXTERNAL and (now := _link_status(getattr(self, field))) <= EXTERNAL:
                self._set_status(status, now)

    def _set_status(self, status: str, now: int) -> None:
        if getattr(self, status) != now:
            setattr(self, status, now)
            self.post_field(status, DBE_VALUE)

    def special(self, field: str, after: bool) -> None:
        if not after:
            return
        if field in ("CALC", "OCAL"):
            self._recompile(field)
        elif field in _STATUS:
            self._set_status(_STATUS[field], CONSTANT)  # as EPICS says, whose special comes before the new link is made

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


def _link_status(link: Link) -> int:
    """INAV.. and OUTV of a link (calcoutINAV)."""
    if link.is_constant:
        return CONSTANT
    if not link.is_volatile:
        return LOCAL
    return EXTERNAL if link.connected() else EXTERNAL_BROKEN
