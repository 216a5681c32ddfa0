"""epid: a control loop, PID or the search of an extreme (EPICS: epidRecord.c, devEpidSoft.c of std).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.alarm import INVALID, SOFT, UDF, raise_alarm
from pydevpva.records.core.links import Link
from pydevpva.records.core.properties import properties
from pydevpva.records.core.record import NEVER, Record
from pydevpva.records.shared.limits import check_limits, deadbands
from pydevpva.records.shared.output import CLOSED_LOOP

_MEASURED = "VAL HIHI HIGH LOW LOLO CVAL"
_DRIVEN = "OVAL P I D"
PID, MAX_MIN = range(2)  # epidFeedbackMode
_LIMITS = {_MEASURED: ("LOPR", "HOPR"), _DRIVEN: ("DRVL", "DRVH")}


class Epid(Record, rtype="epid", soft="devEpidSoft"):
    """Each processing is a step, MDT seconds after the last or later: OVAL, made of VAL and the readback, to OUTL."""

    __slots__ = ()
    properties = properties(
        units="DOUBLE SHORT", precision="VAL CVAL", display=_LIMITS, control=_LIMITS, alarm={"VAL": "always"}
    )

    def init_record(self) -> None:
        self.CT = self.CTP = NEVER
        if (value := self.STPL.load("DOUBLE")) is not None:
            self.VAL, self.UDF = value, 0

    def process(self) -> None:
        active = self.PACT
        if not active and not self._has_setpoint():
            return  # as EPICS has it: without forward link, and no answer for a put that waits
        if self.device is not None:
            self.device.read(self)
        if not active and self.PACT:
            return
        self.PACT = 1
        self.stamp()
        check_limits(self)
        mask = self.settle() | deadbands(self)
        self._remember()
        self.post(mask)
        self.forward()
        self.PACT = 0

    def _has_setpoint(self) -> bool:
        """VAL from STPL in closed loop; False as long as there is none."""
        if self.SMSL == CLOSED_LOOP:
            value = self.STPL.get("DOUBLE")
            if value is not None:
                self.UDF = 0
                if isinstance(value, float):
                    self.VAL = value
        if self.UDF:
            raise_alarm(self, UDF, self.UDFS)
        return not self.UDF

    def _remember(self) -> None:
        self.OVLP, self.PP, self.IP, self.DP = self.OVAL, self.P, self.I, self.D
        self.CTP, self.DTP, self.ERRP, self.CVLP = self.CT, self.DT, self.ERR, self.CVAL

    # ---- a step ----

    def soft_read(self, link: Link) -> int:
        """Soft Channel: read the readback, and do a step when it is time for one."""
        before = self.CVAL
        if link.is_constant and raise_alarm(self, SOFT, INVALID):
            return 0
        value = link.get("DOUBLE")
        if value is None:
            return 0
        if isinstance(value, float):
            self.CVAL = value
        now = self.host.now()
        seconds = (now - self.CT) / 1e9
        if not seconds < self.MDT:
            self._step(seconds, before)
            self.CT, self.DT = now, seconds
        return 0

    def _step(self, seconds: float, before: float) -> None:
        output, error = self.OVAL, 0.0
        if self.FMOD == PID:
            error = self.VAL - self.CVAL
            output = self._pid(error, seconds)
        elif self.FMOD == MAX_MIN and self.FBON:
            if self.FBOP:
                error = self.CVAL - before
                output = self.OVAL + self._climb(error)
            else:
                output = self._present_output(output)
        output = max(min(output, self.DRVH), self.DRVL)
        self.ERR = error
        if self.ODEL == 0 or abs(self.OVAL - output) > self.ODEL:
            self.OVAL = output
        self.FBOP = self.FBON
        if self.FBON and not self.OUTL.is_constant:
            self.OUTL.put(self.OVAL, "DOUBLE")

    def _pid(self, error: float, seconds: float) -> float:
        """P, I and D, and their sum."""
        last: float = self.ERR
        self.P = self.KP * error
        integral = self._integral(self.KP * self.KI * error * seconds)
        self.I = integral if self.KI else 0.0
        self.D = self.KP * self.KD * ((error - last) / seconds) if seconds > 0 else 0.0
        return float(self.P + self.I + self.D)

    def _integral(self, change: float) -> float:
        """I after this step: it stays within the limits, and grows no more when the output is at one."""
        value: float = self.I
        if not self.FBON:
            return value
        if not self.FBOP:
            return self._present_output(value)
        low, high, output = self.DRVL, self.DRVH, self.OVAL
        if low < output < high or (output >= high and change < 0) or (output <= low and change > 0):
            value = min(max(value + change, low), high)
        return value

    def _climb(self, change: float) -> float:
        """D: KP up or down, turned round when the readback went the wrong way."""
        up = self.D > 0
        if (self.KP > 0 and change < 0) or (self.KP < 0 and change > 0):
            up = not up
        self.D = self.KP if up else -self.KP
        return float(self.D)

    def _present_output(self, otherwise: float) -> float:
        """Where a feedback that is switched on begins: at what OUTL's record has."""
        if self.OUTL.is_constant:
            return otherwise
        value = self.OUTL.get("DOUBLE")
        return value if isinstance(value, float) else otherwise
