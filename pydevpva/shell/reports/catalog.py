"""All records and aliases by name: live ones after iocInit, before it what the files have said so far.

Names, types and aliases do not change after iocInit and may be asked for on any thread; what is in a record's fields,
on the database thread once that runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydevpva.db.dbf import LINKS
from pydevpva.db.model import RecordInstance
from pydevpva.errors import NotFound, did_you_mean
from pydevpva.ioc import Ioc
from pydevpva.records.core.factory import Factory
from pydevpva.records.core.links import ConstantLink
from pydevpva.records.core.record import Record


class Entry(NamedTuple):
    """A name: a record's own, then target is the same, or an alias of target."""

    name: str
    rtype: str
    target: str


class Catalog:
    """The records of an IOC, in EPICS's order: by record type, then as loaded, each followed by its aliases."""

    def __init__(self, ioc: Ioc) -> None:
        self.ioc = ioc
        self.definitions = ioc.definitions
        self._factory: Factory | None = None

    def types(self) -> list[str]:
        """The record types in the order of their definition."""
        return list(self.definitions.record_type_names)

    def entries(self) -> list[Entry]:
        """Every name there is."""
        order = {name: i for i, name in enumerate(self.types())}
        found = []
        for name, rtype, aliases in sorted(self._named(), key=lambda n: order.get(n[1], len(order))):
            found += [Entry(name, rtype, name), *(Entry(alias, rtype, name) for alias in aliases)]
        return found

    def _named(self) -> list[tuple[str, str, Any]]:
        if self.ioc.state == "new":
            return [(i.name, i.type, i.aliases) for i in self.ioc.instances.values()]
        return [(r.NAME, r.rtype.name, r.aliases) for r in self.ioc.database.records.values()]

    def record(self, name: str) -> Record:
        """The record of exactly that name. NotFound."""
        records: Any = self.ioc.instances if self.ioc.state == "new" else self.ioc.database.records
        if name not in records:
            aliases = self._aliases()
            name = aliases.get(name, name)
            if name not in records:
                raise NotFound(f"no record {name}{did_you_mean(name, records, aliases)}")
        found = records[name]
        return found if isinstance(found, Record) else self._preview(found)

    def _aliases(self) -> Mapping[str, str]:
        if self.ioc.state != "new":
            return self.ioc.database.aliases
        return {alias: i.name for i in self.ioc.instances.values() for alias in i.aliases}

    def find(self, pv: str) -> Record:
        """The record of "REC", "REC.FIELD" or "REC.FIELD$", an alias too. NotFound."""
        name, _, field = pv.partition(".")
        record = self.record(name)
        if field.rstrip("$"):
            record.find_field(field.rstrip("$"))
        return record

    def _preview(self, instance: RecordInstance) -> Record:
        """A record as it will be at iocInit, to be looked at only."""
        self._factory = factory = self._factory or Factory(self.definitions)
        cls: Any = factory.record_class(instance.type)
        record: Record = cls(None)
        record.NAME, record.info = instance.name, instance.infos
        for name, given in instance.fields.items():
            field = cls.rtype.fields[name]
            if field.type in LINKS:
                setattr(record, name, ConstantLink(given.text))
            elif field.type == "DEVICE":
                record.DTYP = list(self.definitions.devices(instance.type)).index(given.text)
            else:
                setattr(record, name, factory.parse(field, given.text))
                if name == "VAL":
                    record.UDF = 0
        return record
