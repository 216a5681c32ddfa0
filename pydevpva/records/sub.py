"""sub: a Python function of up to 21 numbers (EPICS: subRecord.c, there a C function); or one of ours, which runs here
(engine/natives.py). Database thread."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from pydevpva.records.core.alarm import BAD_SUB, INVALID, SOFT, raise_alarm
from pydevpva.records.core.native import FAILED, LATER, Native
from pydevpva.records.core.properties import properties
from pydevpva.records.results.scalar import NUMBERS
from pydevpva.records.shared.expression import FAR_ENDS, Inputs
from pydevpva.records.shared.limits import check_limits, deadbands
from pydevpva.records.shared.subroutine import Subroutine

log = logging.getLogger(__name__)
_LIMITED = "VAL HIHI HIGH LOW LOLO LALM ALST MLST"


class Sub(Subroutine, rtype="sub"):
    """VAL is what the function SNAM returns; None leaves it, or what the function assigned."""

    __slots__ = ("inner", "wires")
    properties = properties(
        units="DOUBLE",
        precision="VAL",
        display={_LIMITED: ("LOPR", "HOPR")},
        control={_LIMITED: ("LOPR", "HOPR")},
        alarm={"VAL": "severity"},
        from_links=FAR_ENDS,
    )

    def init_record(self) -> None:
        self.start()
        self.inner: Native | None = None
        self.wires = Inputs(self)
        self.wires.load()
        if not self.run_inam():
            return
        if not self.SNAM:
            self._refuse_empty()
        elif (native := self.host.native(self.SNAM)) is not None:
            self.inner = native
        elif (function := self.find("SNAM")) is not None:
            self.function = function
        if self.inner or self.function:
            self.MLST = self.ALST = self.LALM = self.VAL

    def _refuse_empty(self) -> None:
        log.error("%s.SNAM is empty", self.NAME)
        self.PACT = 1

    def process(self) -> None:
        if not self.PACT:
            self.PACT = 1
            if self.wires.fetch(go_on=False):
                if self.inner is not None:
                    if (status := self.inner(self)) == LATER:
                        self.succeeded = True
                        return
                    self._end_native(status)
                elif self.function is not None:
                    self.call()
                    return
                else:
                    raise_alarm(self, BAD_SUB, INVALID)
        elif self.succeeded:
            self.UDF = 1 if self.VAL != self.VAL else 0
        self.stamp()
        check_limits(self)
        mask = self.settle() | deadbands(self)
        self.wires.remember(mask)
        self.post(mask)
        self.forward()
        self.PACT = 0

    def _end_native(self, status: int) -> None:
        if status == FAILED:
            raise_alarm(self, SOFT, self.BRSV)
        else:
            self.UDF = 1 if self.VAL != self.VAL else 0

    def taken(self, result: object) -> Mapping[str, Any]:
        return {} if result is None else {"VAL": NUMBERS["DOUBLE"](result)}

    def special(self, field: str, after: bool) -> None:
        if field != "SNAM":
            return
        if not after:
            if not self.SNAM and self.PACT:
                self.PACT = self.RPRO = 0
        elif not self.SNAM:
            self._refuse_empty()
        elif (native := self.host.native(self.SNAM)) is not None:
            self.inner = native
        else:
            self.inner = None
            self.look_up()

    def relinked(self, field: str) -> None:
        self.wires.relinked(field)
