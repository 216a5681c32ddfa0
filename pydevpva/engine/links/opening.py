"""Opening: which link the text of a link field becomes, at iocInit and when it is put. Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pydevpva.db import json5
from pydevpva.db.linktext import LinkText, UnreadLink, parse_link
from pydevpva.db.model import Field
from pydevpva.engine.address import Address
from pydevpva.engine.links.broken import BrokenLink
from pydevpva.engine.links.database import RecordLink
from pydevpva.engine.links.json_kinds import make_json_link
from pydevpva.engine.links.kinds.const import TextConstant
from pydevpva.engine.links.monitored import MonitoredLink
from pydevpva.engine.links.named import Named, WatchedLink
from pydevpva.engine.links.searched import look_for
from pydevpva.engine.scan import IO_INTR
from pydevpva.engine.services import Services
from pydevpva.errors import LoadError, NotFound, PutError
from pydevpva.records.core.links import NO_LINK, ConstantLink, Link
from pydevpva.records.core.record import Device, Record

if TYPE_CHECKING:
    from pydevpva.engine.links.remote import RemoteLinks

log = logging.getLogger(__name__)
LONGEST_LINK = 4096  # characters that a put may give a link: JSON and code are read in one piece
WAITING = "SoftCallback"  # dsets of Async Soft Channel: an input processes its target in its own way
DEVICE_LINKS = ("INP", "OUT", "SVL")  # what DTYP reads or writes; SVL is the histogram's


class Opening:
    """Makes the links of one IOC.

    `find` gives a name's field, `has_record` whether its record is here, `device_for` a record's device support.
    """

    def __init__(
        self,
        services: Services,
        find: Callable[[str], Address],
        has_record: Callable[[str], bool],
        device_for: Callable[[Record, str], Device],
    ) -> None:
        self._services, self._find, self._has_record, self._device_for = services, find, has_record, device_for
        self._definitions = services.definitions
        self.puts = services.puts
        self.left_out: Mapping[str, str] = {}  # records that were not loaded, and what of them is not supported
        self.remotes: dict[str, RemoteLinks] = {}  # by protocol, the preferred first; none: they are LINK/INVALID

    def open_link(self, record: Record, field: Field, text: str) -> None:
        """Set a link at iocInit; one that leads nowhere is said and stays LINK/INVALID."""
        try:
            link = self._make(record, field, text)
        except UnreadLink:
            return  # said when it was loaded
        except ValueError as error:
            place = self._services.place(record, field.name)
            log.error("%s%s.%s: %s; the field has no link now", place, record.NAME, field.name, error)
            return
        setattr(record, field.name, link)
        self._start(link)

    def set_link(self, record: Record, field: Field, text: str) -> None:
        """Change a link at run time. PutError when the text is none for this field."""
        try:
            link = self._make(record, field, text)
        except (LoadError, ValueError) as error:
            raise PutError(f"{record.NAME}.{field.name}: {error}") from None
        if len(text) > LONGEST_LINK:
            raise PutError(f"{record.NAME}.{field.name}: a link has {LONGEST_LINK} characters at most")
        device = record.device if text.lstrip()[:1] == "@" else None
        if device is not None:
            device.relink(record, field.name, text)
        getattr(record, field.name).close()
        setattr(record, field.name, link)
        self._start(link)
        if field.name in DEVICE_LINKS:
            self._renew_device(record)
        if device is not None and record.SCAN == IO_INTR:
            self._move(record)

    def _renew_device(self, record: Record) -> None:
        """DTYP was put before: from now on the record has the device support that it names (dbPutFieldLink)."""
        devices = list(self._definitions.devices(record.rtype.name).values())
        if devices and devices[record.DTYP].link_type == "CONSTANT":
            device = self._device_for(record, devices[record.DTYP].dset)
            record.device = record.device if type(record.device) is type(device) else device

    def _move(self, record: Record) -> None:
        """The record waits for another I/O Intr event, or for none, and is Passive then."""
        self._services.scan_delete(record)
        self._services.scan_add(record)
        if record.SCAN != IO_INTR:
            record.post_field("SCAN")

    def _start(self, link: Link) -> None:
        """Links that watch their far end begin at iocRun, or at once when they are set later."""
        if (start := getattr(link, "start", None)) is None:
            return
        if self._services.running:
            start()
        else:
            self._services.when_running(start)

    def _make(self, record: Record, field: Field, text: str) -> Link:
        text, device = text.strip(" \t\n\v\f\r"), None
        if field.name in DEVICE_LINKS and (devices := self._definitions.devices(record.rtype.name)):
            device = next(islice(devices.values(), record.DTYP, None))
            if text[:1] == "@" and device.link_type == "INST_IO":
                return ConstantLink(text)  # only its device support reads it
        parsed = parse_link(text, field.type, device, record.rtype.name)
        if parsed.kind == "pv" and device is not None and field.type == "INLINK" and device.dset.endswith(WAITING):
            link = self._record_link(record, field, text, replace(parsed, process="NPP"))
            if isinstance(link, RecordLink):
                link.text = f"{parsed.target} {parsed.severity}"  # a PN_LINK, in EPICS
            return link
        if parsed.kind == "pv":
            return self._record_link(record, field, text, parsed)
        if parsed.kind == "constant":
            if parsed.is_array:
                return ConstantLink(text, json5.parse(parsed.target))
            return TextConstant(text, parsed.target) if text else NO_LINK
        if parsed.kind == "json":
            return make_json_link(self, record, field, text, parsed.json)
        return ConstantLink(text)  # a hardware address: only its device support reads it

    def _record_link(self, record: Record, field: Field, text: str, parsed: LinkText) -> Link:
        if field.type == "OUTLINK" and parsed.process == "NPP" and " CP" in text:
            log.warning("%s.%s: CP and CPP have no meaning in an output link", record.NAME, field.name)
        text = _shown(parsed, field)
        if is_time := field.name == "TSEL" and ".TIME" in parsed.target:
            parsed = replace(parsed, target=parsed.target.replace(".TIME", ""))
        name = parsed.target
        if (nowhere := self.to_left_out(record, field, text, name)) is not None:
            return nowhere
        if self.remotes and not self._has_record(name):
            return look_for(self.remotes.values(), record, field, text, parsed, is_time)
        try:
            address = self._find(name)
        except NotFound as error:
            log.warning("%s.%s is LINK/INVALID: %s", record.NAME, field.name, error)
            return BrokenLink(record, field, text)
        mode = parsed.severity
        if parsed.process in ("CA", "CP", "CPP"):
            watching = parsed.process if parsed.process != "CA" else ""
            return MonitoredLink(record, field.name, text, address, mode, watching, self.puts)
        link = RecordLink(record, field.name, text, address, mode, parsed.process == "PP")
        link.is_time = is_time
        return link

    def link_to(self, record: Record, field: str, name: str) -> Named:
        """A link to the PV that a field names, or that its link leads to; one that is nowhere never connects."""
        definition = replace(record.rtype.fields[field], type="STRING")  # told of changes
        link: Link
        if (nowhere := self.to_left_out(record, definition, name, name)) is not None:
            link = nowhere
        elif (address := self.own(name)) is not None:
            link = WatchedLink(record, field, name, address, "NMS", "CP", self.puts)
        elif not self.remotes or self._has_record(name):
            link = BrokenLink(record, definition, name)
        else:
            link = look_for(self.remotes.values(), record, definition, name, LinkText("PV_LINK", name, "CA"))
        self._start(link)
        return Named(record, link)

    # ---- what kinds of links ask ----

    def to_left_out(self, record: Record, field: Field, text: str, name: str) -> Link | None:
        """A link to a record that was left out when it was loaded: LINK/INVALID, and it is said; None: it was not."""
        base = name.partition(".")[0]
        if base not in self.left_out or self._has_record(base):
            return None
        what = f"record {base} is left out ({self.left_out[base]})"
        log.warning("%s.%s is LINK/INVALID: %s", record.NAME, field.name, what)
        return BrokenLink(record, field, text, f"{field.name}: {base} is left out")

    def own(self, name: str) -> Address | None:
        """The field of this IOC that a name means, without a search for similar names; None: there is none."""
        if not self._has_record(name):
            return None
        try:
            return self._find(name)
        except NotFound:
            return None


def _shown(parsed: LinkText, field: Field) -> str:
    """A link to a record as EPICS shows it: all its attributes, also those that were left out (dbGetString)."""
    if field.type == "FWDLINK":
        return parsed.target + (" CA" if parsed.process == "CA" else "")
    return f"{parsed.target} {parsed.process} {parsed.severity}"
