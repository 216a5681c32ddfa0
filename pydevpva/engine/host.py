"""What records may ask of the engine (records.record.Host), in one object. Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, cast

from pydevpva.db import json5
from pydevpva.db.linktext import LinkText, parse_link
from pydevpva.db.model import Field
from pydevpva.engine.clock import EventTimes, now
from pydevpva.engine.links import BrokenLink, MonitoredLink, RecordLink
from pydevpva.engine.processing import complete, process
from pydevpva.errors import LoadError, NotFound, PutError
from pydevpva.loop import Timer
from pydevpva.records.links import NO_LINK, ConstantLink, Link
from pydevpva.records.record import Failures, Record

if TYPE_CHECKING:
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)
DEVICE_LINKS = ("INP", "OUT", "SVL")  # what DTYP reads or writes; SVL is the histogram's


class EngineHost:
    """Clock, timers, scan lists, links and menus, as records see them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = now
        self._times = EventTimes()
        self._monitored: list[MonitoredLink] = []  # CP links that wait for iocRun

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
        """The breaktable behind a LINR choice."""
        return self.database.definitions.breaktable(self.database.definitions.menu("menuConvert").labels[index])

    def choices(self, record: Record, field: Field) -> tuple[str, ...]:
        """Labels of a MENU or DEVICE field; () for other types."""
        if field.type == "MENU":
            return self.database.definitions.menu(field.menu).labels
        if field.type != "DEVICE":
            return ()
        choices = tuple(self.database.definitions.devices(record.rtype.name))
        # In an IOC where no record uses it, "pydev" is not shown: clients see just what the C IOC shows them.
        return choices[:-1] if choices[-1:] == ("pydev",) and not self.database.uses_pydev else choices

    def set_access_group(self, record: Record) -> None:
        """ASG changed; access is looked up by group name at each put, so nothing is kept that could be stale."""

    def check_links(self, record: Record, field: str) -> bool:
        link = getattr(record, field)
        return bool(link.connected())

    # ---- user Python ----

    def compile(self, record: Record, field: str, text: str, bare: Collection[str]) -> Any:
        return self.database.python.compile(record, field, text, bare)

    def evaluate(self, code: Any, args: tuple[Any, ...], done: Callable[[Any, BaseException | None], None]) -> None:
        self.database.python.evaluate(code, args, done)

    def failures(self) -> Failures:
        return self.database.python.failures()

    # ---- links ----

    def open_link(self, record: Record, field: Field, text: str) -> None:
        """Set a link at iocInit; one that leads nowhere is said and stays LINK/INVALID."""
        setattr(record, field.name, self._make(record, field, text))

    def set_link(self, record: Record, field: Field, text: str) -> None:
        """Change a link at run time. PutError when the text is none for this field."""
        try:
            link = self._make(record, field, text)
        except (LoadError, ValueError) as error:
            raise PutError(f"{record.NAME}.{field.name}: {error}") from None
        old = getattr(record, field.name)
        if hasattr(old, "close"):
            old.close()
        setattr(record, field.name, link)
        if isinstance(link, MonitoredLink) and self.database.scanner.running:
            link.trigger()

    def _make(self, record: Record, field: Field, text: str) -> Link:
        device = None
        if field.name in DEVICE_LINKS and (devices := self.database.definitions.devices(record.rtype.name)):
            device = list(devices.values())[record.DTYP]
        parsed = parse_link(text, field.type, device)
        if parsed.kind == "pv":
            return self._record_link(record, field, text, parsed)
        if parsed.kind == "constant":
            value = json5.parse(parsed.target) if parsed.is_array else parsed.target
            return ConstantLink(text, value) if text.strip() else NO_LINK
        if parsed.kind == "json":
            return self._json_link(record, field, text, parsed)
        return ConstantLink(text)  # a hardware address: only its device support reads it

    def _json_link(self, record: Record, field: Field, text: str, parsed: LinkText) -> Link:
        if refused := refused_link(text):
            raise ValueError(refused)
        return ConstantLink(text, cast(dict[str, Any], parsed.json).get("const"))

    def _record_link(self, record: Record, field: Field, text: str, parsed: LinkText) -> Link:
        name, is_time = parsed.target, field.name == "TSEL" and ".TIME" in parsed.target
        if is_time:
            name = name.replace(".TIME", "")
        try:
            address = self.database.find(name)
        except NotFound as error:
            log.warning("%s.%s: %s in this IOC; the link is LINK/INVALID", record.NAME, field.name, error)
            return BrokenLink(record, field.name, text)
        mode = parsed.severity
        if parsed.process in ("CA", "CP", "CPP"):
            watching = parsed.process if parsed.process != "CA" else ""
            monitored = MonitoredLink(record, field.name, text, address, mode, watching)
            if watching:
                self._monitored.append(monitored)
            return monitored
        link = RecordLink(record, field.name, text, address, mode, parsed.process == "PP")
        link.is_time = is_time
        return link

    def start_monitored(self) -> None:
        """iocRun: every CP and CPP link gets its first value, which processes its record."""
        for link in self._monitored:
            link.trigger()
        self._monitored.clear()


def refused_link(text: str) -> str:
    """Why a JSON link cannot be served, or ""."""
    text = text.strip()
    if not text.startswith("{"):
        return ""
    kind = next(iter(cast(dict[str, Any], json5.parse(text))), "const")
    return "" if kind == "const" else f'JSON links of type "{kind}" are not there yet; choices: const'
