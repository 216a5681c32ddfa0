"""Links and device support, record by record (dbCaTest.c, dbJLink.c, dbLock.c, dbTest.c)."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydevpva.db.dbf import LINKS
from pydevpva.db.definitions import Definitions
from pydevpva.db.linktext import LinkText, parse_link
from pydevpva.db.model import HARDWARE_TYPES, Field
from pydevpva.engine.links.remote import LinkState, RemoteLink
from pydevpva.engine.links.searched import SearchedLink
from pydevpva.errors import PydevpvaError
from pydevpva.records.core.links import Link
from pydevpva.records.core.record import Record
from pydevpva.shell.language.registry import INT, PDBBASE, RECORD, Argument, command
from pydevpva.shell.reports.catalog import Catalog
from pydevpva.shell.reports.locksets import linked, lock_sets
from pydevpva.shell.reports.static_fields import link_text, static_text
from pydevpva.shell.session import Shell

NAME, LEVEL = Argument("record name", RECORD), Argument("level", INT)


def _records(shell: Shell, name: str | None = None) -> list[Record]:
    """All records, or the one of that name, in EPICS's order; an alias is none of its own."""
    if shell.ioc.state == "new":
        catalog = Catalog(shell.ioc)
        return [catalog.record(e.name) for e in catalog.entries() if e.name == e.target and name in (None, e.name)]
    return [record for record in shell.ioc.database.records.values() if name in (None, record.NAME)]


def _links(record: Record) -> Iterator[Field]:
    return (field for field in record.rtype.fields.values() if field.type in LINKS)


def _one(name: str | None) -> str | None:
    return None if name in (None, "", "*") else name


RIGHTS = ("No Access", "Read Only", "Write Only", "Read/Write")


@command("dbcar", NAME, LEVEL, differs="links that stay inside, or go by PVAccess, count too; level 3 counts by server")
def dbcar(shell: Shell, name: str | None, level: int) -> None:
    """Count the links with CA, CP or CPP and those whose record is not in this IOC.

    1  list those that are not connected     2  list all     3  also count the connected ones by server
    """
    one = _one(name)
    shell.print(f"CA links in record named '{one}'\n" if one else "CA links in all records\n")
    found = [link for link in shell.in_steps(_ca_links(shell, one)) if link is not None]
    connected = [link for link in found if link[3]]
    for record, field, target, is_connected, state in found:
        place, counts = f"{record:>28}.{field.name:<4}", f"({state.disconnects}, {state.overtaken})"
        if is_connected and level > 1:
            shell.print(f"{place} ==> {target:<28}  {counts}")
            shell.print(f"{'':21} [{state.asked:<8}] {state.server}, {RIGHTS[state.rights]}")
        elif not is_connected and level > 0:
            shell.print(f"{place} --> {target:<28}  {counts}")
    if (level > 1 and connected) or (level > 0 and len(connected) != len(found)):
        shell.print()
    _totals(shell, [link[4] for link in found], [link[4] for link in connected])
    if level > 2:
        for server, links in Counter(link[4].server for link in connected).most_common():
            shell.print(f"    {server}: {links} link{'' if links == 1 else 's'}")


def _totals(shell: Shell, all_: Sequence[LinkState], connected: Sequence[LinkState]) -> None:
    plural = "" if len(all_) == 1 else "s"
    shell.print(
        f"Total {len(all_)} CA link{plural}; {len(connected)} connected, {len(all_) - len(connected)} not connected."
    )
    closed = [sum(not state.rights & right for state in connected) for right in (1, 2)]
    lost, overtaken = sum(s.disconnects for s in connected), sum(s.overtaken for s in connected)
    shell.print(
        f"    {closed[0]} can't read, {closed[1]} can't write.  ({lost} disconnects, {overtaken} writes prohibited)\n"
    )


def _ca_links(shell: Shell, name: str | None) -> Iterator[tuple[str, Field, str, bool, LinkState] | None]:
    for record in _records(shell, name):
        yield None
        for field in _links(record):
            kind, text = link_text(shell.ioc.definitions, record, field)
            link = getattr(record, field.name)
            if kind == "CA_LINK" or getattr(link, "protocol", "") == "ca":
                target = text if kind == "JSON_LINK" else text.split()[0]
                yield record.NAME, field, target, bool(link.connected()), _state(link, field)


def _state(link: Link, field: Field) -> LinkState:
    """Of a link that stays inside, what EPICS would say of it."""
    if isinstance(link, (RemoteLink, SearchedLink)):
        return link.state()
    direction = {"INLINK": "IN", "OUTLINK": "    ON"}.get(field.type, "")
    return LinkState(f"host {socket.gethostname()}", asked=direction)


@command("dbjlr", NAME, LEVEL, differs="a JSON link is shown as it is written")
def dbjlr(shell: Shell, name: str | None, level: int) -> None:
    """List the links that are written as JSON."""
    one = _one(name)
    shell.print(f"JSON links in record '{one}'\n" if one else "JSON links in all records\n")
    for record in _records(shell, one):
        shell.print(f"  {record.rtype.name} record '{record.NAME}':")
        for field_name, text in shell.on_database(lambda r: list(_json_links(r)), record):
            shell.print(f"    Link field '{field_name}':\n      {text}")


def _json_links(record: Record, key: str = "") -> Iterator[tuple[str, str]]:
    for field in _links(record):
        text = str(getattr(record, field.name)).strip()
        if text.startswith("{") and key in text:
            yield field.name, text


@command("dbpvar", NAME, LEVEL, differs="a link to a record of another IOC is shown as it is written")
def dbpvar(shell: Shell, name: str | None, level: int) -> None:
    """List the links to PVs of other IOCs ({pva: ...})."""
    one = _one(name)
    shell.print(f"PVA links in record named '{one}'\n" if one else "PVA links in all records\n")
    connected = count = 0
    for record in _records(shell, one):
        for field_name, text in shell.on_database(lambda r: list(_json_links(r, "pva")), record):
            is_connected = bool(shell.on_database(getattr(record, field_name).connected))
            count, connected = count + 1, connected + is_connected
            if level > 0:
                shell.print(f"    {record.NAME}.{field_name} {'==>' if is_connected else '-->'} {text}")
    shell.print(f"  {connected}/{count} channels connected used by {count} links")


@command("dbior", "driver name", Argument("interest level", INT), differs="reports pydev, and nothing without it")
def dbior(shell: Shell, name: str | None, level: int) -> None:
    """Report on device support: how many records pydev serves; with 1 also which."""
    if name not in (None, "", "*", "pydev"):
        return
    served = [r for r in _records(shell) if _dtyp(shell, r) == "pydev"]
    if served:
        shell.print(f"Device Support: pydev\n    {len(served)} records")
        for record in served if level > 0 else ():
            shell.print(f"    {record.rtype.name} {record.NAME}")


def _dtyp(shell: Shell, record: Record) -> str:
    return static_text(shell.ioc.definitions, record, record.rtype.fields["DTYP"])


@command("dbhcr")
def dbhcr(shell: Shell) -> None:
    """List the records with a hardware address: link type, address, DTYP, name, linear conversion."""
    for line in filter(None, shell.in_steps(_hardware(shell))):
        shell.print(line)


@command("dbReportDeviceConfig", Argument("pdbbase", PDBBASE))
def db_report_device_config(shell: Shell, base: str | None) -> None:
    """The same as dbhcr."""
    dbhcr(shell)


def _hardware(shell: Shell) -> Iterator[str]:
    """A line for each that has one, and "" for each that has not."""
    definitions = shell.ioc.definitions
    for record in _records(shell):
        yield ""
        for field in _links(record):
            parsed = _parsed(shell, record, field)
            if parsed is None or parsed.type not in HARDWARE_TYPES or "DTYP" not in record.rtype.fields:
                continue
            text = str(getattr(record, field.name))
            bus = parsed.type.removesuffix("_IO")
            yield f"{bus:<8} {text:<20} {_dtyp(shell, record):<20} {record.NAME:<20} {_conversion(definitions, record)}"
            break


def _parsed(shell: Shell, record: Record, field: Field) -> LinkText | None:
    device = None
    if field.name in ("INP", "OUT"):
        devices = list(shell.ioc.definitions.devices(record.rtype.name).values())
        device = devices[record.DTYP] if len(devices) > record.DTYP else None
    try:
        return parse_link(str(getattr(record, field.name)), field.type, device)
    except (PydevpvaError, ValueError):
        return None


def _conversion(definitions: Definitions, record: Record) -> str:
    fields = record.rtype.fields
    if "LINR" not in fields or static_text(definitions, record, fields["LINR"]) != "LINEAR":
        return ""
    limits = [static_text(definitions, record, fields[name]) for name in ("EGUL", "EGUF")]
    return f"cvt({','.join(limits)})"


@command("dblsr", NAME, Argument("interest level", INT), differs="without mutexes: one thread owns all records")
def dblsr(shell: Shell, name: str | None, level: int) -> None:
    """List the sets of records that database links connect; 1 their members, 2 also the links."""
    if shell.ioc.state == "new":
        return
    database, one = shell.ioc.database, _one(name)
    if one is not None:
        one = database.aliases.get(one, one)
        if one not in database.records:
            shell.print("Record not found")
            return
    records = database.records.values()
    for number, members in lock_sets(records, shell.in_steps(map(linked, records))):
        if one is None or any(record.NAME == one for record in members):
            shell.print(f"Lock Set {number} {len(members)} members {len(members)} refs")
            for line in shell.in_steps(_members(members, level)):
                shell.print(line)


def _members(members: Iterable[Record], level: int) -> Iterator[str]:
    kinds = {"INLINK": "\t INLINK", "OUTLINK": "\tOUTLINK", "FWDLINK": "\tFWDLINK"}
    for record in members if level > 0 else ():
        yield record.NAME
        for field in _links(record) if level > 1 else ():
            link = getattr(record, field.name)
            if (address := getattr(link, "address", None)) is not None and not link.is_volatile:
                process = " PP" if parse_link(str(link), field.type).process == "PP" else "NPP"
                if field.type == "FWDLINK":
                    process = "NPP"
                yield f"\t{field.name}{kinds[field.type]} {process} {link.mode} {address.record.NAME}"


@command("dbNotifyDump")
def db_notify_dump(shell: Shell) -> None:
    """List the puts that wait for processing to complete, and the records they wait for."""
    if shell.ioc.state != "new":
        awaited: dict[object, list[Record]] = {}
        for owner, record in shell.in_steps((r.notify, r) for r in shell.ioc.database.records.values()):
            awaited.setdefault(owner, []).append(record)
        for line in shell.in_steps(_waiting(shell, awaited)):
            shell.print(line)


def _waiting(shell: Shell, awaited: Mapping[object, list[Record]]) -> Iterator[str]:
    database = shell.ioc.database
    for put in sorted(database.puts.pending, key=lambda p: str(p.address.record.NAME)):
        record = put.address.record
        if record.notify is not put:
            continue
        yield f"{record.NAME} state 2 ppn {id(put):#x}\n  waitList"
        for other in awaited.get(put, ()):
            yield f"    {other.NAME} pact {other.PACT}"
        behind = [p for p in database.puts.waiting.get(record, ()) if not p.ended]
        if behind:
            yield f"{record.NAME} restartList"
            yield from (f"    {p.address.record.NAME}" for p in behind)
