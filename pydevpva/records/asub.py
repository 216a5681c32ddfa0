"""aSub: a Python function of up to 21 arrays with up to 21 arrays as results (EPICS: aSubRecord.c). Database thread."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import NoneType
from typing import Any

from pydevpva.libcom import CALC_NAMES
from pydevpva.records.core.alarm import BAD_SUB, DBE_LOG, DBE_VALUE, INVALID, SOFT, raise_alarm
from pydevpva.records.core.links import NO_DATA
from pydevpva.records.core.properties import properties
from pydevpva.records.core.values import Array
from pydevpva.records.results.array import array
from pydevpva.records.results.scalar import NUMBERS, text
from pydevpva.records.shared.array import CHAR, element_type, load_constant, zeros
from pydevpva.records.shared.subroutine import Subroutine

log = logging.getLogger(__name__)
IGNORE, READ = range(2)  # aSubLFLG
NEVER, ON_CHANGE, ALWAYS = range(3)  # aSubEFLG
INPUTS = tuple(CALC_NAMES)
OUTPUTS = tuple(f"VAL{x}" for x in CALC_NAMES)
TYPES = {x: (f"FT{x}", f"NO{x}", f"NE{x}") for x in INPUTS} | {
    f"VAL{x}": (f"FTV{x}", f"NOV{x}", f"NEV{x}") for x in INPUTS
}
LENGTHS = {f"NEV{x}": f"VAL{x}" for x in INPUTS}
_LONG = NUMBERS["LONG"]


class ASub(Subroutine, rtype="aSub"):
    """The function SNAM reads A..U and assigns VALA..VALU, which go to OUTA..OUTU. VAL is its status."""

    __slots__ = ("_status",)
    inputs, outputs = INPUTS, OUTPUTS
    functions = ("SNAM", "INAM", "SUBL")
    properties = properties(
        units="",
        precision="",
        display={},
        display_ranges=False,
        control={},
        alarm={},
        from_links={x: f"INP{x}" for x in INPUTS} | {f"VAL{x}": f"OUT{x}" for x in INPUTS},
    )

    def array_info(self, field: str) -> tuple[str, int] | None:
        if field not in TYPES:
            return None
        kind, capacity, _ = TYPES[field]
        return element_type(self, kind), getattr(self, capacity)

    def put_array(self, field: str, value: Array) -> None:
        setattr(self, field, value)
        count = TYPES[field][2]
        if len(value) != getattr(self, count):
            setattr(self, count, len(value))
            self.post_field(count)

    def in_use(self, field: str) -> int:
        return int(getattr(self, TYPES[field][2]))

    def use(self, field: str, count: int) -> None:
        setattr(self, TYPES[field][2], count)
        self.post_field(TYPES[field][2])
        self.post_field(field)

    # ---- life ----

    def init_early(self) -> None:
        for field, (kind, capacity, _) in TYPES.items():
            setattr(self, capacity, max(1, getattr(self, capacity)))
            self.put_array(field, zeros(element_type(self, kind, CHAR), getattr(self, capacity)))
        self._remember()

    def init_record(self) -> None:
        self.start()
        self._status = 0
        if (name := self.SUBL.load("STRING")) is not None:
            self.SNAM = name
        for x in INPUTS:
            dbf, capacity = self.array_info(x) or ("DOUBLE", 1)
            value = load_constant(self, getattr(self, f"INP{x}"), dbf, capacity)
            if value is not None and len(value):
                self.put_array(x, value)
        if not self.run_inam():
            return
        if self.LFLG == IGNORE and self.SNAM:
            if (function := self.find("SNAM")) is None:
                return
            self.function = function
        self.ONAM, self.OVAL = self.SNAM, self.VAL

    # ---- processing ----

    def process(self) -> None:
        if not self.PACT:
            self.PACT = 1
            good = self._fetch()
            if good and self.SNAM:
                if self.function is not None:
                    self.call()
                    return
                raise_alarm(self, BAD_SUB, INVALID)
                good = False
                self.VAL = BAD_SUBROUTINE
            elif good:
                self.VAL = 0
        else:
            good = self._called()
        self.stamp()
        if good:
            for x in INPUTS:
                link = getattr(self, f"OUT{x}")
                if not link.is_constant:
                    link.put(self.get(f"VAL{x}"), element_type(self, f"FTV{x}"))
        self._post_changes()
        self.forward()
        self.PACT = 0

    def _called(self) -> bool:
        """The function is over: its status; whether the outputs are to be written."""
        if not self.succeeded:
            self.VAL = -1
            return False
        self.VAL = self._status
        if self._status < 0:
            raise_alarm(self, SOFT, self.BRSV)
        else:
            self.UDF = 0
        return self._status == 0

    def _fetch(self) -> bool:
        """SNAM from SUBL when LFLG says so, A..U from their links; False: one failed, those behind it are not read."""
        if self.LFLG == READ and not self._read_name():
            return False
        for x in INPUTS:
            link = getattr(self, f"INP{x}")
            if link.is_constant:
                continue
            dbf, capacity = self.array_info(x) or ("DOUBLE", 1)
            value = link.get_array(dbf, capacity)
            if value is None:
                return False
            if value is not NO_DATA:
                self.put_array(x, value)
        return True

    def _read_name(self) -> bool:
        name = self.SUBL.get("STRING")
        if name is None:
            return False
        if name is not NO_DATA:
            self.SNAM = name
        if self.SNAM and self.SNAM != self.ONAM:
            if reason := self.host.closed_name(self.SNAM):  # who writes to the record there has named it
                log.error("%s.SNAM, from SUBL: %s", self.NAME, reason)
                return False
            if (function := self.find("SNAM")) is None:
                return False
            self.function, self.ONAM = function, self.SNAM
        return True

    def _post_changes(self) -> None:
        """VAL when it or its alarm changed; VALA.. as EFLG says. Channels find by themselves which of these changed."""
        alarm = self.settle()
        mask = alarm | DBE_VALUE | DBE_LOG
        if self.EFLG == ALWAYS and self.sinks:
            for field, (_, _, count) in TYPES.items():
                if field in OUTPUTS:
                    self.post_field(field, mask)
                    self.post_field(count, mask)
        if self.EFLG == ON_CHANGE:
            self._remember()
        changed, self.OVAL = self.VAL != self.OVAL, self.VAL
        self.post(mask if changed else alarm if self.SNAM else 0)  # EPICS posts no change of the alarm alone

    def _remember(self) -> None:
        for x in INPUTS:
            setattr(self, f"ONV{x}", getattr(self, f"NEV{x}"))

    # ---- what the function gives ----

    def taken(self, result: object) -> Mapping[str, Any]:
        self._status = 0 if result is None else int(_LONG(result))
        return {}

    def converted(self, name: str, value: object) -> Any:
        if name in LENGTHS:
            return _LONG(value)
        info = self.array_info(name)
        if info is None:
            return super().converted(name, value)
        dbf, capacity = info
        if capacity == 1 and isinstance(value, SCALARS):
            return array([text(value) if dbf == "STRING" else NUMBERS[dbf](value)], dbf, 1)[0]
        return array(value, dbf, capacity)[0]

    def _store(self, values: Mapping[str, Any]) -> None:
        """NEVA.. shortens what was assigned to VALA.."""
        super()._store({name: value for name, value in values.items() if name not in LENGTHS})
        for name in LENGTHS.keys() & values.keys():
            field = LENGTHS[name]
            self.put_array(field, getattr(self, field)[: max(0, values[name])])

    def special(self, field: str, after: bool) -> None:
        if field != "SNAM" or not after or self.LFLG != IGNORE:
            return
        if self.SNAM:
            self.look_up()
        else:
            self.function = None


BAD_SUBROUTINE = (511 << 16) | 35  # what EPICS leaves in VAL: S_db_BadSub
SCALARS = (int, float, str, bytes, NoneType, dict)
