"""scanparm: the parameters of a scan, which LOAD sends to an sscan record, and GO too, and starts it.

EPICS: scanparmRecord.c of sscan. Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.alarm import DBE_VALUE
from pydevpva.records.core.properties import properties
from pydevpva.records.core.record import Record

_VERSION = 3.0
_FEWEST = 2  # NP
_LOADED = {
    "OPRE": ("PRE", "SHORT"), "OPPV": ("PPV", "STRING"), "ORPV": ("RPV", "STRING"), "OTPV": ("TPV", "STRING"),
    "ODPV": ("DPV", "STRING"), "OSM": ("SM", "ENUM"), "OSP": ("SP", "DOUBLE"), "OEP": ("EP", "DOUBLE"),
    "ONP": ("NP", "LONG"), "OAR": ("AR", "ENUM"), "OAFT": ("AFT", "ENUM"),
}  # link -> field and its type, in the order in which they are sent  # fmt: skip
_STARTED = {"OAQT": ("AQT", "DOUBLE"), "OSC": ("SC", "SHORT")}
_ASKED = {"GO": "OGO", "LOAD": "OLOAD"}


class Scanparm(Record, rtype="scanparm"):
    """While the scan runs (IACT) nothing is sent but GO and LOAD themselves."""

    __slots__ = ()
    properties = properties(precision="", precision_fields={"VERS": 2})

    def init_record(self) -> None:
        setattr(self, "VERS", _VERSION)  # noqa: B010  # a field, where other types have an attribute of that name
        if (most := self.IMP.load("SHORT")) is not None:
            self.MP = most
        self.NP = max(self.NP, _FEWEST)
        self.LSTP = (self.EP - self.SP) / (self.NP - 1)

    def process(self) -> None:
        if not self._fetch():
            self.status = -1
            self.give_up()
            return
        self._keep_points()
        self.STEP = (self.EP - self.SP) / (self.NP - 1)
        if not self.ACT and (self.LOAD or self.GO):
            sent = self._send(_LOADED)
            if sent and self.GO:
                sent = self._send(_STARTED)
            if not sent:
                self.status = -1
                self.give_up()
                return
        for field, link in _ASKED.items():
            if getattr(self, field):
                self._send({link: (field, "SHORT")})
                setattr(self, field, 0)
                self.post_field(field, DBE_VALUE)
        self.PACT = 1
        self.stamp()
        mask = 0
        if self.STEP != self.LSTP:
            mask = self.settle()
            self.post_field("STEP", mask | DBE_VALUE)
            self.LSTP = self.STEP
        self.post(mask)
        self.forward()
        self.PACT = 0

    def _fetch(self) -> bool:
        """ACT and MP from their links; False: one cannot be read."""
        for link, field, dbf in (("IACT", "ACT", "SHORT"), ("IMP", "MP", "LONG")):
            value = getattr(self, link).get(dbf)
            if value is None:
                return False
            if isinstance(value, int):
                setattr(self, field, value)
        return True

    def _keep_points(self) -> None:
        """NP is at most MP, and at least 2."""
        points = max(min(self.NP, self.MP), _FEWEST)
        if points != self.NP:
            self.NP = points
            self.post_field("NP", DBE_VALUE)

    def _send(self, fields: dict[str, tuple[str, str]]) -> bool:
        """Write to those links that lead somewhere; False: the last of them failed."""
        sent = True
        for link, (field, dbf) in fields.items():
            to = getattr(self, link)
            if not to.is_constant:
                sent = to.put(getattr(self, field), dbf)
        return sent
