"""seq: up to sixteen values to as many links, one after the other, with delays (EPICS: seqRecord.c).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.links import NO_DATA
from pydevpva.records.core.properties import properties
from pydevpva.records.core.record import Record
from pydevpva.records.shared.selection import ALL, LETTERS, fetch_selection, load_selection, selected

_DELAY_LIMIT = 100000.0  # seqDLYlimit
_DELAYS = " ".join(f"DLY{x}" for x in LETTERS)


class Seq(Record, rtype="seq"):
    """For each selected group: wait DLYn seconds, read DOLn into DOn, write it to LNKn. Busy (PACT) until all are."""

    __slots__ = ("waiting",)
    waiting: list[str]
    properties = properties(
        units_fields={_DELAYS: "s"},
        precision="",
        precision_fields={_DELAYS: 2},
        display={_DELAYS: (10.0, 0.0)},  # a slip of seqRecord.c: low is set twice, high never
        control={_DELAYS: (0.0, _DELAY_LIMIT)},
        alarm={},
        from_links={f"DO{x}": f"DOL{x}" for x in LETTERS},
    )

    def init_record(self) -> None:
        self.waiting = []
        load_selection(self)
        for x in LETTERS:
            if (value := getattr(self, f"DOL{x}").load("DOUBLE")) is not None:
                setattr(self, f"DO{x}", value)
        self.OLDN = self.SELN

    def process(self) -> None:
        if self.PACT:
            self._finish()
            return
        self.PACT = 1
        if self.SELM != ALL:
            fetch_selection(self)
        self.waiting = [x for x in selected(self) or () if self._has_links(x)]
        if self.waiting:
            self._wait()
        else:
            self._finish()

    def _has_links(self, x: str) -> bool:
        return not getattr(self, f"LNK{x}").is_constant or not getattr(self, f"DOL{x}").is_constant

    def _wait(self) -> None:
        self.host.call_later(getattr(self, f"DLY{self.waiting[0]}"), self._run)

    def _run(self) -> None:
        x = self.waiting.pop(0)
        name = f"DO{x}"
        before = getattr(self, name)
        value = getattr(self, f"DOL{x}").get("DOUBLE")
        if value is not None and value is not NO_DATA:
            setattr(self, name, value)
        self.stamp()
        getattr(self, f"LNK{x}").put(getattr(self, name), "DOUBLE")
        if getattr(self, name) != before:
            self.post_field(name)
        if self.waiting:
            self._wait()
        else:
            self.host.complete(self)

    def _finish(self) -> None:
        self.UDF = 0
        self.stamp()
        mask = self.settle()
        self.OLDN = self.SELN
        self.post(mask)
        self.forward()
        self.PACT = 0
