"""Records whose VAL is one of a few named states: bi and bo with two, mbbi and mbbo with sixteen. Database thread."""

from __future__ import annotations

from operator import attrgetter

from pydevpva.records.core.alarm import COS, DBE_LOG, DBE_VALUE, STATE, raise_alarm
from pydevpva.records.core.record import Record

PREFIXES = ("ZR", "ON", "TW", "TH", "FR", "FV", "SX", "SV", "EI", "NI", "TE", "EL", "TV", "TT", "FT", "FF")
STRINGS = tuple(f"{p}ST" for p in PREFIXES)
VALUES = tuple(f"{p}VL" for p in PREFIXES)
SEVERITIES = tuple(f"{p}SV" for p in PREFIXES)
UNKNOWN = 65535  # VAL of an mbbi whose RVAL is none of the states' values

_strings = attrgetter(*STRINGS)
_values = attrgetter(*VALUES)


class TwoStates(Record):
    """ZNAM and ONAM."""

    __slots__ = ()
    illegal_state = "Illegal_Value"

    def states(self) -> tuple[str, ...]:
        if self.ONAM:
            return (self.ZNAM, self.ONAM)
        return (self.ZNAM,) if self.ZNAM else ("", "")  # clients do not cope with no states at all

    def state_names(self) -> tuple[str, ...]:
        return (self.ZNAM, self.ONAM)

    def alarm_of_state(self) -> None:
        """ZSV or OSV, and COSV when the state is another than at the last alarm check."""
        raise_alarm(self, STATE, self.OSV if self.VAL else self.ZSV)
        if self.VAL != self.LALM:
            raise_alarm(self, COS, self.COSV)
            self.LALM = self.VAL


class SixteenStates(Record):
    """ZRST to FFST with their values ZRVL to FFVL; SDEF tells whether any of these is set."""

    __slots__ = ()
    illegal_state = "Illegal Value"

    def states(self) -> tuple[str, ...]:
        names = list(self.state_names())
        while names and not names[-1]:
            names.pop()
        return tuple(names)

    def state_names(self) -> tuple[str, ...]:
        return _strings(self)

    def find_name(self, text: str) -> int | None:
        return super().find_name(text) if self.SDEF else None

    def define_states(self) -> None:
        """SDEF, anew after each change of a state's name or value."""
        self.SDEF = 1 if self.has_values() or any(_strings(self)) else 0

    def has_values(self) -> bool:
        """Whether any of ZRVL to FFVL is set."""
        return any(_values(self))

    def state_of(self, raw: int) -> int:
        """VAL of a raw value: the first state with that value; without states the value itself."""
        if not self.SDEF:
            return raw & 0xFFFF
        try:
            return _values(self).index(raw)
        except ValueError:
            return UNKNOWN

    def state_severity(self) -> int:
        """The severity of the present state, UNSV when it is unknown."""
        severity: int = getattr(self, SEVERITIES[self.VAL]) if self.VAL < len(SEVERITIES) else self.UNSV
        return severity

    def alarm_of_state(self, severity: int) -> None:
        """The state's severity, and COSV on a change. Once COSV has raised the alarm, LALM keeps the old state."""
        raise_alarm(self, STATE, severity)
        if self.VAL != self.LALM and not raise_alarm(self, COS, self.COSV):
            self.LALM = self.VAL

    def special(self, field: str, after: bool) -> None:
        """All specials of these types but SIMM belong to the names and values of states."""
        if field == "SIMM":
            super().special(field, after)
        elif after:
            self.define_states()

    def property_changed(self, field: str) -> None:
        """The present state has another name: VAL shows another text."""
        if field in STRINGS and STRINGS.index(field) == self.VAL:
            self.post_field("VAL", DBE_VALUE | DBE_LOG)
