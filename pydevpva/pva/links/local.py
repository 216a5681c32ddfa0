"""LocalLink: a PVA link to a record of this IOC, without the network. Database thread."""

from __future__ import annotations

from typing import TypeVar

from pydevpva.db.model import Field
from pydevpva.engine.address import Address
from pydevpva.engine.links.monitored import MonitoredLink
from pydevpva.engine.put import Done, Puts
from pydevpva.pva.links.config import LinkConfig
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Array, Scalar, Value, Whole

Read = TypeVar("Read")
PROCESS = {"": None, "NPP": False, "PP": True, "CP": True, "CPP": True}


class LocalLink(MonitoredLink):
    """As a client of the own IOC: reads do not process the target, writes come in their own turn, in order."""

    __slots__ = ("_config",)

    def __init__(
        self, owner: Record, field: Field, text: str, address: Address, config: LinkConfig, puts: Puts
    ) -> None:
        watching = config.proc if field.type == "INLINK" and config.proc in ("CP", "CPP") else ""
        super().__init__(owner, field.name, text, address, config.sevr, watching, puts)
        self._config = config

    def get(self, dbf: str) -> Scalar | None:
        return self._with_time(super().get(dbf))

    def get_array(self, dbf: str, limit: int) -> Array | None:
        return self._with_time(super().get_array(dbf, limit))

    def get_any(self) -> Whole | None:
        return self._with_time(super().get_any())

    def _with_time(self, value: Read) -> Read:
        if self._config.time and value is not None:
            self._owner.TIME, self._owner.UTAG = self.target.TIME, self.target.UTAG
        return value

    def put_async(self, value: Value, dbf: str, done: Done) -> bool:
        process_it = PROCESS[self._config.proc]
        self._owner.host.submit(self._puts.put_from_outside, self.address, value, process_it, True, done)
        return True

    def _put(self, value: Value) -> None:
        self._puts.put_from_outside(self.address, value, PROCESS[self._config.proc], False, self._put_done)

    def forward(self) -> None:
        """Process the target, also one that is not passive."""
        address = Address(self.target, self.target.find_field("PROC"))
        self._owner.host.submit(self._puts.put, address, 1, None, False, self._put_done)
