"""How a scan is set up: parameters of positioners, what is frozen of them, tables. Database thread.

Follows sscanRecord.c: special, adjLinParms, changedNpts and what saves and restores freeze flags.
"""

from __future__ import annotations

from pydevpva.records.core.arrays import overwrite
from pydevpva.records.core.values import Numbers
from pydevpva.records.shared.scan.names import POSITIONERS, TABLE
from pydevpva.records.shared.scan.parameters import FREEZES, Line, change, renumber
from pydevpva.records.shared.scan.state import State

PARAMETERS = tuple(FREEZES.values())
FLAGS = ("FPTS", *(f"{name}{flag}" for name in POSITIONERS for flag in FREEZES))


class Setup:
    """`modes`: PnSM as of the last change to or from TABLE, whose parameters are kept aside."""

    def __init__(self, scan: State) -> None:
        self._scan = scan
        self._flags = dict.fromkeys(FLAGS, 0)  # while FFO overrides them
        self._parameters = {name: dict.fromkeys(PARAMETERS, 0.0) for name in POSITIONERS}
        self._modes = {name: getattr(scan.record, f"{name}SM") for name in POSITIONERS}
        self.overridden = 0  # FFO before a put

    def start(self) -> None:
        """iocInit."""
        self._renumber("")
        if self._scan.record.FFO:
            self._override()

    # ---- parameters ----

    def parameter(self, name: str, parameter: str) -> None:
        """A parameter of a positioner has been put."""
        record, scan = self._scan.record, self._scan
        alert = self._begin()
        if getattr(record, f"{name}SM") == TABLE:
            self._zero(name)
            self._object(f"Positioner #{name[1]} is in Table Mode !")
        else:
            line = self._line(name)
            outcome = change(line, parameter, record.NPTS, record.MPTS)
            if outcome.message:
                self._object(f"{name} {outcome.message}")
            if outcome.counted:
                scan.tell("NPTS", outcome.points)
            self._take(name, line)
            if outcome.counted:
                self._renumber(name)
        self._end(alert)

    def points(self) -> None:
        """NPTS has been put."""
        alert = self._begin()
        self._renumber("")
        self._end(alert)

    def _begin(self) -> int:
        alert: int = self._scan.record.ALRT
        self._scan.record.ALRT, self._scan.record.SMSG = 0, ""
        return alert

    def _object(self, message: str) -> None:
        self._scan.record.ALRT, self._scan.record.SMSG = 1, message

    def _end(self, alert: int) -> None:
        record = self._scan.record
        self._scan.say(record.SMSG)
        if record.ALRT != alert:
            self._scan.tell("ALRT", record.ALRT)

    def _line(self, name: str) -> Line:
        record = self._scan.record
        frozen = {kept for flag, kept in FREEZES.items() if getattr(record, f"{name}{flag}")}
        if record.FPTS:
            frozen.add("NPTS")
        start, step, end, centre, width = (getattr(record, f"{name}{parameter}") for parameter in PARAMETERS)
        return Line(start, step, end, centre, width, frozenset(frozen))

    def _take(self, name: str, line: Line) -> None:
        for parameter in line.told:
            self._scan.tell(f"{name}{parameter}", getattr(line, parameter))

    def _renumber(self, cause: str) -> None:
        """NPTS is another, because of that positioner if one is given: the others adapt."""
        scan, record = self._scan, self._scan.record
        for name in POSITIONERS:
            if scan.links.is_ok(name) and getattr(record, f"{name}SM") == TABLE:
                if scan.table_points[name] < record.NPTS:
                    self._object(f"Pts in {name} Table < # of Steps!")
            elif name != cause:
                line = self._line(name)
                if message := renumber(line, record.NPTS):
                    self._object(f"{name} {message}")
                self._take(name, line)

    # ---- tables ----

    def mode(self, name: str) -> None:
        """PnSM has been put: a table takes the place of the parameters, which come back with another mode."""
        scan, record = self._scan, self._scan.record
        mode, before = getattr(record, f"{name}SM"), self._modes[name]
        if (mode == TABLE) == (before == TABLE):
            return
        self._modes[name] = mode
        if mode == TABLE:
            self._parameters[name] = {parameter: getattr(record, f"{name}{parameter}") for parameter in PARAMETERS}
            self._zero(name)
            if scan.table_points[name] < record.NPTS:
                scan.say(f"Pts in {name} Table < # of steps.")
                self._alert()
            return
        for parameter, value in self._parameters[name].items():
            scan.tell(f"{name}{parameter}", value)
        alert = record.ALRT
        self._renumber("")
        self._end(alert)

    def table(self, name: str, field: str, values: Numbers) -> None:
        """An array of the positioner has been put; whichever it is, it counts as its table."""
        scan = self._scan
        overwrite(getattr(scan.record, field), values)
        scan.table_points[name] = len(values)
        if len(values) < scan.record.NPTS:
            scan.say(f"Pts in {name} Table < # of Steps.")
            self._alert()
        else:
            scan.say("")
            scan.clear("ALRT")

    def _alert(self) -> None:
        if not self._scan.record.ALRT:
            self._scan.tell("ALRT", 1)

    def _zero(self, name: str) -> None:
        for parameter in PARAMETERS:
            self._scan.tell(f"{name}{parameter}", 0.0)

    # ---- freeze flags ----

    def override(self) -> None:
        """FFO has been put."""
        ffo = self._scan.record.FFO
        if ffo and not self.overridden:
            self._override()
        elif not ffo and self.overridden:
            for flag, value in self._flags.items():
                setattr(self._scan.record, flag, value)
                if value:
                    self._scan.tell(flag, value)

    def _override(self) -> None:
        self._flags = {flag: getattr(self._scan.record, flag) for flag in FLAGS}
        self.thaw()

    def flag(self) -> None:
        """A freeze flag has been put."""
        if self._scan.record.FFO:
            self.thaw()

    def thaw(self) -> None:
        """Nothing is frozen."""
        self._scan.clear(*FLAGS)
