"""dbwatch and dbtree: follow values, and what one record sets off."""

from __future__ import annotations

import queue
from collections.abc import Iterator

from pydevpva.db.linktext import parse_link
from pydevpva.engine.address import Address
from pydevpva.engine.links.monitored import MonitoredLink
from pydevpva.errors import PydevpvaError
from pydevpva.records.core import fields as field_access
from pydevpva.records.core.alarm import SEVERITIES
from pydevpva.records.core.record import Record
from pydevpva.shell.commands.records import NAME, find
from pydevpva.shell.language.registry import ARGV, RECORD, Argument, CommandFailed, command
from pydevpva.shell.reports import printed_values as values
from pydevpva.shell.reports.static_fields import time_text
from pydevpva.shell.reports.usercode import code_of, published
from pydevpva.shell.session import Shell

GLANCE = 0.1  # seconds between looks at Ctrl-C
BEHIND = 10_000  # changes kept for a slow terminal
ELEMENTS = 8
DEEP = 20


class _Watch:
    """A sink that notes a field's changes. Database thread; the console's thread empties `changes`."""

    shows_activity = True

    def __init__(self, address: Address, shown: str, changes: queue.Queue[str]) -> None:
        self.address, self.shown, self.changes = address, shown, changes
        self._last = ""

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        if field in (None, self.address.field.name, "PACT"):
            self.note()

    def note(self) -> None:
        record = self.address.record
        alarm = f"  {SEVERITIES[record.SEVR]} {record.AMSG}".rstrip() if record.SEVR else ""
        text = f"{_value(self.address)}{alarm}"
        line = f"{time_text(record.TIME):<29}  {self.shown:<28} {text}"
        if line != self._last and not self.changes.full():
            self._last = line
            self.changes.put_nowait(line)


def _value(address: Address) -> str:
    try:
        dbf, elements = values.read(address)
        if dbf == "CHAR" and len(elements) > 1:
            return repr(bytes(int(c) & 255 for c in elements).split(b"\0")[0].decode("utf-8", "replace"))
        shown = ", ".join(values.show(dbf, e).partition(" = 0x")[0] for e in elements[:ELEMENTS])
        if address.elements == 1:
            return shown
        return f"[{shown}{', ...' if len(elements) > ELEMENTS else ''}]"
    except (PydevpvaError, ValueError) as error:
        return str(error)


@command("dbwatch", Argument("pv ...", ARGV, each=RECORD), of="pydevpva")
def dbwatch(shell: Shell, names: list[str]) -> int:
    """Print the values of fields, and each change, until Ctrl-C.

    Example: dbwatch LAB:Temp LAB:Heater.SEVR
    """
    if not names:
        raise CommandFailed("Usage: dbwatch pv ...")
    if not shell.attended:
        raise CommandFailed("dbwatch goes on until Ctrl-C: it is for a terminal, not for a script")
    if any(find(shell, name) is None for name in names):
        return -1
    if shell.ioc.state == "new":
        raise CommandFailed("dbwatch only works after iocInit")
    changes: queue.Queue[str] = queue.Queue(BEHIND)
    watches = [_Watch(shell.ioc.database.look_up(name), name, changes) for name in names]
    try:
        shell.on_database(_attach, watches)
        while True:
            try:
                shell.print(changes.get(timeout=GLANCE))
                shell.out.flush()
            except queue.Empty:
                continue
    finally:
        shell.on_database(_detach, watches)


def _attach(watches: list[_Watch]) -> None:
    for watch in watches:
        watch.note()
        watch.address.record.attach(watch)


def _detach(watches: list[_Watch]) -> None:
    for watch in watches:
        watch.address.record.detach(watch)


@command("dbtree", NAME, of="pydevpva")
def dbtree(shell: Shell, name: str | None) -> int:
    """Print what a put to this record processes, in order: by links, CP, and a pydev.iointr in the text of a link.

    A pydev.iointr in a function that this text calls is not seen.
    Example: dbtree LAB:Start
    """
    if not name:
        raise CommandFailed("Usage: dbtree 'record name'")
    record = find(shell, name)
    if record is None:
        return -1
    if shell.ioc.state == "new":
        raise CommandFailed("dbtree only works after iocInit")
    for line in shell.in_steps(_tree(shell, record, "", "", set())):
        shell.print(line)
    return 0


def _tree(shell: Shell, record: Record, how: str, indent: str, seen: set[str]) -> Iterator[str]:
    scan = "" if record.SCAN == 0 else f", SCAN {field_access.text(record, record.find_field('SCAN'))}"
    again = record.NAME in seen
    yield f"{indent}{how}{record.NAME} ({record.rtype.name}{scan}){' ...' if again else ''}"
    if again or len(indent) > DEEP * 4:
        return
    seen.add(record.NAME)
    for step, target in _effects(shell, record):
        yield from _tree(shell, target, f"{step} -> ", indent + "    ", seen)


def _effects(shell: Shell, record: Record) -> Iterator[tuple[str, Record]]:
    """(by what, which record) processing this record processes, in the order it happens, FLNK last."""
    fields = record.rtype.fields
    kinds = {"INLINK": 0, "OUTLINK": 1, "FWDLINK": 2}
    links = [field for field in fields.values() if field.type in kinds]
    for field in sorted(links, key=lambda f: (kinds[f.type], f.name == "FLNK")):
        link = getattr(record, field.name)
        address = getattr(link, "address", None)
        if address is None:
            continue
        process = parse_link(str(link), field.type).process
        passive = address.record.SCAN == 0
        if field.type == "FWDLINK":
            if passive:
                yield field.name, address.record
        elif (process == "PP" and passive) or (field.type == "OUTLINK" and _put_processes(process, address)):
            yield f"{field.name} {process}", address.record
    for sink in record.sinks or ():
        if isinstance(sink, MonitoredLink) and sink.watching:
            yield f"{sink.watching} in {sink.field}", sink.owner
    if (found := code_of(record)) is not None:
        for event in published(found[1]):
            for target in shell.ioc.database.scanner.interrupt(event):
                yield f"pydev.iointr('{event}')", target


def _put_processes(process: str, address: Address) -> bool:
    if address.field.name == "PROC":
        return True
    return process in ("CA", "CP", "CPP") and address.field.pp and address.record.SCAN == 0
