"""Records by name: lists, values, puts, reports (dbTest.c)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from pydevpva.engine.processing import process
from pydevpva.errors import NotFound, PydevpvaError
from pydevpva.patterns import glob
from pydevpva.records.core.record import Record
from pydevpva.shell.language.registry import INT, RECORD, RTYPE, VALUE, Argument, CommandFailed, command
from pydevpva.shell.reports import printed_values as values
from pydevpva.shell.reports.catalog import Catalog
from pydevpva.shell.reports.formats import Columns
from pydevpva.shell.reports.static_fields import report, static_text
from pydevpva.shell.session import DATABASE_PATIENCE, Shell

NAME = Argument("record name", RECORD)


@command("dbl", Argument("record type", RTYPE), "fields")
def dbl(shell: Shell, rtype: str | None, fields: str | None) -> None:
    """List the names of all records, or of those of one record type, with the values of some fields.

    Example: dbl("ai", "VAL EGU")
    """
    catalog = Catalog(shell.ioc)
    if rtype in (None, "", "*"):
        _list(shell, catalog, lambda name, kind: True, fields)
    elif catalog.definitions.has_record_type(rtype):
        _list(shell, catalog, lambda name, kind: kind == rtype, fields)
    else:
        shell.print("No record type")


@command("dbglob", Argument("pattern", RECORD), "fields")
def dbglob(shell: Shell, pattern: str | None, fields: str | None) -> int:
    """List the names that match a pattern (* any characters, ? one), with the values of some fields.

    Example: dbglob("LAB:*:Temp", "VAL EGU")
    """
    if not pattern:
        shell.print('Usage: dbglob "pattern" "fields"')
        return 1
    matches = glob(pattern)
    _list(shell, Catalog(shell.ioc), lambda name, kind: matches(name) is not None, fields)
    return 0


@command("dbgrep", Argument("pattern", RECORD), "fields")
def dbgrep(shell: Shell, pattern: str | None, fields: str | None) -> int:
    """The same as dbglob."""
    return dbglob(shell, pattern, fields) or 0


def _list(shell: Shell, catalog: Catalog, wanted: Callable[[str, str], bool], fields: str | None) -> None:
    names = (fields or "").split()
    found = [entry for entry in catalog.entries() if wanted(entry.name, entry.rtype)]
    lines = (", ".join([entry.name, *(_cell(catalog, entry.target, field) for field in names)]) for entry in found)
    for line in shell.in_steps(lines) if names else lines:
        shell.print(line)


def _cell(catalog: Catalog, name: str, field: str) -> str:
    record = catalog.record(name)
    if field == "recordType":
        return f'"{record.rtype.name}"'
    definition = record.rtype.fields.get(field)
    return f'"{static_text(catalog.definitions, record, definition)}"' if definition else ""


@command("dbla", Argument("pattern", RECORD))
def dbla(shell: Shell, pattern: str | None) -> None:
    """List aliases and the records they stand for; with a pattern, the aliases that match it."""
    for entry in Catalog(shell.ioc).entries():
        if entry.name != entry.target and (not pattern or glob(pattern)(entry.name)):
            shell.print(f"{entry.name} -> {entry.target}")


@command("dbnr", Argument("verbose", INT))
def dbnr(shell: Shell, verbose: int) -> None:
    """Count records and aliases by record type; with 1 also the types that have none."""
    catalog = Catalog(shell.ioc)
    entries = catalog.entries()
    shell.print("Records  Aliases  Record Type")
    for rtype in catalog.types():
        of_type = [entry for entry in entries if entry.rtype == rtype]
        records = sum(entry.name == entry.target for entry in of_type)
        if verbose or records:
            shell.print(f" {records:5d}    {len(of_type) - records:5d}    {rtype}")
    records = sum(entry.name == entry.target for entry in entries)
    shell.print(f"Total {records} records, {len(entries) - records} aliases")


@command("dbgf", NAME)
def dbgf(shell: Shell, name: str | None) -> int:
    """Print the value of a field; of VAL when no field is named.

    Example: dbgf("LAB:Temp.HIGH")
    """
    if not name:
        shell.print('Usage: dbgf "pv name"')
        return 1
    if not live(shell, "dbgf", name):
        return -1
    return _show(shell, name)


def _show(shell: Shell, name: str) -> int:
    try:
        shown, failed = shell.on_database(lambda: list(values.cells(shell.ioc.database.find(name)))), ""
    except NotFound:
        raise
    except PydevpvaError as error:
        shown, failed = ["DBF_CHAR: ", "failed."], str(error)
    columns = Columns(shell.print, 10)
    for cell in shown:
        columns.add(cell)
    columns.flush()
    if failed:
        shell.complain(failed)
    return -1 if failed else 0


@command("dbpf", NAME, Argument("value", VALUE))
def dbpf(shell: Shell, name: str | None, text: str | None) -> int:
    """Put a value to a field (VAL when none is named), as a client would, and print what it is then.

    States and menu choices by label or number, arrays as JSON.

    Example: dbpf("LAB:Heater", "on")
             dbpf("LAB:Wave", "[1, 2.5, 3]")
    """
    if not name or text is None:
        shell.print('Usage: dbpf "pv name", "value"')
        return 1
    if not live(shell, "dbpf", name):
        return -1
    outcome: Future[str | None] = Future()
    shell.on_database(_put, shell, name, text, outcome)
    error = outcome.result(DATABASE_PATIENCE)
    if error is not None:
        shell.complain(error)
    return _show(shell, name) or (-1 if error else 0)


def _put(shell: Shell, name: str, text: str, outcome: Future[str | None]) -> None:
    database = shell.ioc.database
    address = database.find(name)
    try:
        value = values.parse(address, text)
    except ValueError as error:
        advice = f'an array is written as JSON: dbpf("{name}", "[1, 2]")'
        raise CommandFailed(f"dbpf {name}: {error}\n    {advice}") from None
    database.puts.put(address, value, None, False, outcome.set_result)


@command("dbpr", NAME, Argument("interest level", INT))
def dbpr(shell: Shell, name: str | None, level: int) -> int:
    """Print the fields of a record, more with each level.

    0  what processing changes     1  what the application developer sets
    2  what the system developer looks at     3  as 2, of minor interest     4  all

    Example: dbpr LAB:Temp 2
    """
    if not name:
        shell.print('Usage: dbpr "pv name", level')
        return 1
    found = find(shell, name)
    if found is None:
        return -1
    print_report(shell, found, level)
    return 0


def print_report(shell: Shell, record: Record, level: int) -> None:
    """What dbpr prints."""
    columns = Columns(shell.print, 20)
    for cell in shell.on_database(lambda: list(report(shell.ioc.definitions, record, level))):
        columns.add(cell)
    columns.flush()


@command("dbtr", NAME)
def dbtr(shell: Shell, name: str | None) -> int:
    """Process a record and print its fields (dbpr 3)."""
    if not name:
        shell.print('Usage: dbtr "pv name"')
        return 1
    if not live(shell, "dbtr", name):
        return -1
    record = shell.ioc.database.look_up(name).record
    if not shell.on_database(_process, record):
        shell.print("record active")
        return 1
    print_report(shell, record, 3)
    return 0


def _process(record: Record) -> bool:
    if record.PACT:
        return False
    process(record)
    return True


def find(shell: Shell, name: str) -> Record | None:
    """The record of "REC" or "REC.FIELD", also before iocInit; says so when there is none."""
    try:
        return shell.on_database(Catalog(shell.ioc).find, name)
    except NotFound as error:
        shell.print(f"PV '{name}' not found")
        if str(error).startswith("no field "):
            shell.complain(f"    {error}")
        elif "; " in str(error):
            shell.complain("    " + str(error).split("; ", 1)[1])
        group = name.partition(".")[0]
        if shell.ioc.server is not None and group in shell.ioc.server.groups:
            shell.complain(f"    {group} is a group, which PVA clients read and write; pvxgl 3 {group} shows it")
        return None


def live(shell: Shell, name: str, pv: str) -> bool:
    """Whether the PV is there and can be used now; says so when not."""
    if find(shell, pv) is None:
        return False
    if shell.ioc.state == "new":
        shell.print(f"{name} only works after iocInit")
        return False
    return True
