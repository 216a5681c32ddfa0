"""What records may ask of the engine (records.record.Host), in one object. Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydevpva.db import json5
from pydevpva.db.linktext import LinkText, UnreadLink, parse_link
from pydevpva.db.model import Field
from pydevpva.engine.clock import EventTimes, now
from pydevpva.engine.links.broken import BrokenLink
from pydevpva.engine.links.json import make_json_link
from pydevpva.engine.links.kinds import calc as calc_link  # noqa: F401
from pydevpva.engine.links.kinds import const as const_link
from pydevpva.engine.links.kinds import debug as debug_link  # noqa: F401
from pydevpva.engine.links.kinds import state as state_link  # noqa: F401
from pydevpva.engine.links.monitored import MonitoredLink
from pydevpva.engine.links.record import RecordLink
from pydevpva.engine.processing import complete, process
from pydevpva.engine.scan import IO_INTR, in_slices
from pydevpva.errors import LoadError, NotFound, PutError
from pydevpva.loop import Timer
from pydevpva.records.core.links import NO_LINK, ConstantLink, Link
from pydevpva.records.core.record import Failures, Outcome, Record

if TYPE_CHECKING:
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)
LONGEST_LINK = 4096  # characters that a put may give a link: JSON and code are read in one piece
FEW = 20  # links that begin in one piece: p4p takes 0.1 ms to subscribe to a PV
WAITING = "SoftCallback"  # dsets of Async Soft Channel: an input processes its target in its own way
DEVICE_LINKS = ("INP", "OUT", "SVL")  # what DTYP reads or writes; SVL is the histogram's


class EngineHost:
    """Clock, timers, scan lists, links and menus, as records see them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = now
        self.states = database.states
        self._times = EventTimes()
        self.running = False  # iocRun has been
        self._starting: list[Callable[[], None]] = []  # links that wait for iocRun

    def event_time(self, record: Record, event: int) -> int | None:
        return self._times.time(record, event)

    def process(self, record: Record) -> None:
        """Process a record now, unless it is active or disabled."""
        process(record)

    def scan_once(self, record: Record) -> None:
        """Process a record later, in its own turn."""
        self.database.loop.submit(process, record)

    def scan_add(self, record: Record) -> None:
        self.database.scanner.add(record)

    def scan_delete(self, record: Record) -> None:
        self.database.scanner.delete(record)

    def after(self, seconds: float, record: Record) -> Timer:
        """Complete a record that waits (PACT set): its process function runs again after this time."""
        return self.database.loop.after(max(0.0, seconds), complete, record)

    def complete(self, record: Record) -> None:
        """What the record waited for has come."""
        complete(record)

    def call_later(self, seconds: float, work: Any, *args: object) -> Timer:
        return self.database.loop.after(max(0.0, seconds), work, *args)

    def post_event(self, name: str) -> None:
        self.database.scanner.post_event(name)

    def breakpoint_table(self, index: int) -> Any:
        """The breaktable behind a LINR choice; NotFound for an index beyond the menu."""
        labels = self.database.definitions.menu("menuConvert").labels
        if index >= len(labels):
            raise NotFound(f"LINR = {index} is none of {', '.join(labels)}")
        return self.database.definitions.breaktable(labels[index])

    def choices(self, record: Record, field: Field) -> tuple[str, ...]:
        """Labels of a MENU or DEVICE field; () for other types."""
        if field.type == "MENU":
            return self.database.definitions.menu(field.menu).labels
        if field.type != "DEVICE":
            return ()
        choices = tuple(self.database.definitions.devices(record.rtype.name))
        if choices[-1:] != ("pydev",) or self.database.uses_pydev:
            return choices
        # In an IOC where no record uses it, "pydev" is not shown: clients see just what the C IOC shows them.
        return choices[:-1] if record.rtype.name != "compress" else ()

    def check_device(self, record: Record, index: int) -> None:
        """PutError where DTYP cannot become another while the IOC runs: what is no soft channel stays what it is.

        As in EPICS, another soft channel comes into force with the next put to the record's link.
        """
        devices = self.database.definitions.devices(record.rtype.name)
        names = list(devices)
        if index >= len(names):
            raise PutError(f"{record.NAME}.DTYP: {index} is none of its choices: {', '.join(names)}")
        now, new = names[record.DTYP], names[index]
        if now != new and {devices[now].link_type, devices[new].link_type} != {"CONSTANT"}:
            advice = f'to change it write field(DTYP, "{new}") into the database and start the IOC again'
            raise PutError(f'{record.NAME}.DTYP: "{now}" cannot become "{new}" while the IOC runs; {advice}')

    def set_access_group(self, record: Record) -> None:
        """ASG changed; access is looked up by group name at each put, so nothing is kept that could be stale."""

    def place(self, record: Record, field: str) -> str:
        instance = self.database.written.get(record.NAME)
        given = instance.fields.get(field) if instance is not None else None
        return f"{given.location}: " if given is not None else ""

    # ---- user Python ----

    def compile(self, record: Record, field: str, text: str, bare: Collection[str]) -> Any:
        return self.database.python.compile(record, field, text, bare)

    def evaluate(self, code: Any, args: tuple[Any, ...], done: Outcome, failures: Failures) -> None:
        self.database.python.evaluate(code, args, done, failures)

    def failures(self) -> Failures:
        return self.database.python.failures()

    def subroutine(self, name: str) -> Any:
        return self.database.python.subroutine(name)

    def closed_name(self, name: object) -> str:
        if name == "" or self.database.code_puts or self.database.python.is_registered(name):
            return ""
        return (
            f'"{str(name)[:40]}" is not given to @pydev.subroutine, and clients and other records may name no others; '
            'the shell may (dbpf), and a site that lets everybody says "var pydevCodePuts 1"'
        )

    def call(self, function: Any, args: tuple[Any, ...], done: Outcome, failures: Failures) -> None:
        self.database.python.call(function, args, done, failures)

    # ---- links ----

    def open_link(self, record: Record, field: Field, text: str) -> None:
        """Set a link at iocInit; one that leads nowhere is said and stays LINK/INVALID."""
        try:
            link = self._make(record, field, text)
        except UnreadLink:
            return  # said when it was loaded
        except ValueError as error:
            place = self.place(record, field.name)
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
        old = getattr(record, field.name)
        if hasattr(old, "close"):
            old.close()
        setattr(record, field.name, link)
        self._start(link)
        if field.name in DEVICE_LINKS:
            self._renew_device(record)
        if device is not None and record.SCAN == IO_INTR:
            self._move(record)

    def _renew_device(self, record: Record) -> None:
        """DTYP was put before: from now on the record has the device support that it names (dbPutFieldLink)."""
        devices = list(self.database.definitions.devices(record.rtype.name).values())
        if devices and devices[record.DTYP].link_type == "CONSTANT":
            device = self.database.device_for(record, devices[record.DTYP].dset)
            record.device = record.device if type(record.device) is type(device) else device

    def _move(self, record: Record) -> None:
        """The record waits for another I/O Intr event, or for none, and is Passive then."""
        self.scan_delete(record)
        self.scan_add(record)
        if record.SCAN != IO_INTR:
            record.post_field("SCAN")

    def _start(self, link: Link) -> None:
        """Links that watch their far end begin at iocRun, or at once when they are set later."""
        if (start := getattr(link, "start", None)) is None:
            return
        if self.running:
            start()
        else:
            self._starting.append(start)

    def _make(self, record: Record, field: Field, text: str) -> Link:
        text, device = text.strip(" \t\n\v\f\r"), None
        if field.name in DEVICE_LINKS and (devices := self.database.definitions.devices(record.rtype.name)):
            device = list(devices.values())[record.DTYP]
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
            return const_link.TextConstant(text, parsed.target) if text else NO_LINK
        if parsed.kind == "json":
            return make_json_link(self, record, field, text, parsed.json)
        return ConstantLink(text)  # a hardware address: only its device support reads it

    def _record_link(self, record: Record, field: Field, text: str, parsed: LinkText) -> Link:
        if field.type == "OUTLINK" and parsed.process == "NPP" and " CP" in text:
            log.warning("%s.%s: CP and CPP have no meaning in an output link", record.NAME, field.name)
        text = _shown(parsed, field)
        name, is_time = parsed.target, field.name == "TSEL" and ".TIME" in parsed.target
        if is_time:
            name = name.replace(".TIME", "")
        if self.database.remote is not None and not self.database.has_record(name):
            return self.database.remote.from_text(record, field, text, parsed)
        try:
            address = self.database.find(name)
        except NotFound as error:
            log.warning("%s.%s is LINK/INVALID: %s", record.NAME, field.name, error)
            return BrokenLink(record, field, text)
        mode = parsed.severity
        if parsed.process in ("CA", "CP", "CPP"):
            watching = parsed.process if parsed.process != "CA" else ""
            return MonitoredLink(record, field.name, text, address, mode, watching)
        link = RecordLink(record, field.name, text, address, mode, parsed.process == "PP")
        link.is_time = is_time
        return link

    def when_running(self, work: Callable[[], None]) -> None:
        """Do it at the next iocRun."""
        self._starting.append(work)

    def start_links(self) -> Iterator[None]:
        """iocRun: every link that watches its far end begins; CP and CPP process their record once. In steps."""
        self.running = True
        starting, self._starting = self._starting, []
        return in_slices(_call, starting, FEW)


def _call(start: Callable[[], None]) -> None:
    start()


def _shown(parsed: LinkText, field: Field) -> str:
    """A link to a record as EPICS shows it: all its attributes, also those that were left out (dbGetString)."""
    if field.type == "FWDLINK":
        return parsed.target + (" CA" if parsed.process == "CA" else "")
    return f"{parsed.target} {parsed.process} {parsed.severity}"
