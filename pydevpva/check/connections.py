"""Connections: the links from record to record, and who processes whom by them. No thread.

A connection that processes goes from who is processed first: along FLNK and PP outputs, against PP inputs and CP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pydevpva.db.dbf import LINKS
from pydevpva.db.definitions import Definitions
from pydevpva.db.instances import Instances
from pydevpva.db.linktext import LinkText, parse_link
from pydevpva.db.model import Device, FieldText, RecordInstance
from pydevpva.engine.links.opening import DEVICE_LINKS

_NOT_A_PV = frozenset(("", *"@#{["))
_FIELD_NAME = re.compile(r"\w+")


@dataclass(slots=True)
class Connection:
    """A link of a record's field; `target` is None where no record of that name is loaded.

    `target_field` is the field's name alone, VAL when none is named; `processes` is (first, then), where the first's
    processing processes the other by this link.
    """

    record: RecordInstance
    field: str
    link_type: str  # INLINK, OUTLINK, FWDLINK
    given: FieldText
    link: LinkText
    target: RecordInstance | None
    target_field: str = ""
    processes: tuple[RecordInstance, RecordInstance] | None = None

    def __post_init__(self) -> None:
        found = _FIELD_NAME.match(self.link.field)
        self.target_field = found[0] if found else "VAL"
        if self.target is None:
            return
        if self.link.process in ("CP", "CPP") and self.link_type == "INLINK":
            self.processes = self.target, self.record
        elif self.link_type == "FWDLINK" or self.target_field == "PROC" or self.link.process == "PP":
            self.processes = self.record, self.target

    @property
    def where(self) -> str:
        """RECORD.FIELD."""
        return f"{self.record.name}.{self.field}"


def connections(instances: Instances, definitions: Definitions) -> Iterator[Connection]:
    """Of all records, in their order; constants, code, hardware and JSON links are none."""

    @cache
    def links_of(type_: str) -> dict[str, str]:
        return {f.name: f.type for f in definitions.record_type(type_).fields.values() if f.type in LINKS}

    @cache
    def device_of(type_: str, dtyp: str) -> Device | None:
        devices = definitions.devices(type_)
        return devices.get(dtyp) if dtyp else next(iter(devices.values()), None)

    for record in instances.values():
        links = links_of(record.type)
        for name, given in record.fields.items():
            if name not in links or given.text.lstrip()[:1] in _NOT_A_PV:
                continue
            dtyp = record.fields.get("DTYP")
            if name in DEVICE_LINKS and not _reads_links(device_of(record.type, dtyp.text if dtyp else "")):
                continue
            link = _parsed(given.text, links[name])
            if link is not None:
                target_name = link.record
                target = instances.get(instances.aliases.get(target_name, target_name))
                yield Connection(record, name, links[name], given, link, target)


def _reads_links(device: Device | None) -> bool:
    return device is None or device.link_type in ("CONSTANT", "PV_LINK", "DB_LINK", "CA_LINK")


def _parsed(text: str, link_type: str) -> LinkText | None:
    try:
        link = parse_link(text, link_type)
    except ValueError:
        return None  # said when it was loaded
    return link if link.kind == "pv" else None
