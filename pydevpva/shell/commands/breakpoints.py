"""dbb, dbd, dbc, dbs, dbp, dbap, dbstat: stop processing before a record, look, and go on (dbBkpt.c)."""

from __future__ import annotations

import time

from pydevpva.engine.breakpoints import Breakpoints, Stopped
from pydevpva.errors import NotFound
from pydevpva.records.core.record import Record
from pydevpva.shell.commands.records import print_report
from pydevpva.shell.language.registry import INT, RECORD, Argument, command
from pydevpva.shell.reports.formats import Columns
from pydevpva.shell.reports.locksets import linked, lock_sets
from pydevpva.shell.reports.static_fields import report
from pydevpva.shell.session import Shell

_PROMPT = "without the -> of another shell after its messages; the field BKPT stays 0"
NAME = Argument("record name", RECORD)


def _all(shell: Shell) -> Breakpoints:
    common = shell.common
    if common.breakpoints is None:
        common.breakpoints = Breakpoints(shell.ioc.database, shell.later, lambda record: _show(shell, record))
    return common.breakpoints


def _show(shell: Shell, record: Record) -> None:
    columns = Columns(shell.later, 20)
    for cell in report(shell.ioc.definitions, record, 2):
        columns.add(cell)
    columns.flush()


def _record(shell: Shell, name: str | None, usage: str) -> Record | None:
    if not name:
        shell.print(f'Usage: {usage} "record_name"')
        return None
    try:
        return shell.ioc.database.look_up(name).record
    except NotFound as error:
        shell.complain(f"   BKPT> {error}")
        return None


@command("dbb", NAME, differs=_PROMPT)
def dbb(shell: Shell, name: str | None) -> int:
    """Set a breakpoint: from now on processing stops before this record.

    The records that database links connect to it wait; everything else goes on.

    Example: dbb LAB:Temp; then dbpf, dbp, dbs, dbc, and dbd
    """
    record = _record(shell, name, "dbb")
    if record is None:
        return -1
    points = _all(shell)
    debugged = shell.on_database(points.set_of, record)
    if debugged is not None:
        number, members = debugged.number, list(debugged.members)
    else:
        records = shell.ioc.database.records.values()
        sets = lock_sets(records, shell.in_steps(map(linked, records)))
        number, members = next(s for s in sets if record in s[1])
    if not shell.on_database(points.add, record, number, members):
        shell.print("   BKPT> Breakpoint already set in this record")
        return -1
    return 0


@command("dbd", NAME, differs=_PROMPT)
def dbd(shell: Shell, name: str | None) -> int:
    """Remove a breakpoint."""
    record = _record(shell, name, "dbd")
    if record is None:
        return -1
    if not shell.on_database(_all(shell).remove, record):
        shell.print("   BKPT> No breakpoint set in this record")
        return -1
    return 0


def _stopped(shell: Shell, name: str | None) -> Stopped | None:
    points = _all(shell)
    if not name:
        found = shell.on_database(points.stopped)
        if found is None:
            shell.print("   BKPT> No records are currently stopped")
        return found
    record = _record(shell, name, "")
    if record is None:
        return None
    found = shell.on_database(points.set_of, record)
    if found is None or found.at is None:
        shell.print("   BKPT> Currently not stopped in this lockset")
        return None
    return found


@command("dbc", NAME, differs=_PROMPT)
def dbc(shell: Shell, name: str | None) -> int:
    """Go on from where processing stopped, to the next breakpoint; without a name, where it stopped last."""
    return _go_on(shell, name, "Continuing: ", step=False)


@command("dbs", NAME, differs=_PROMPT)
def dbs(shell: Shell, name: str | None) -> int:
    """Process the record where processing stopped, and stop before the next."""
    return _go_on(shell, name, "Stepping:   ", step=True)


def _go_on(shell: Shell, name: str | None, word: str, step: bool) -> int:
    found = _stopped(shell, name)
    if found is None:
        return -1
    points = _all(shell)
    if not name and points.last != found.number and found.at is not None:
        shell.print(f"   BKPT> {word} {found.at.NAME}")
    shell.out.flush()
    shell.on_database(points.resume, found, step)
    return 0


@command("dbp", NAME, Argument("interest level", INT), differs=_PROMPT)
def dbp(shell: Shell, name: str | None, level: int) -> int:
    """Print the fields of the record before which processing stopped (dbpr 2, or that level)."""
    found = _stopped(shell, name)
    if found is None or found.at is None:
        return -1
    print_report(shell, found.at, level or 2)
    return 0


@command("dbap", NAME, differs=_PROMPT)
def dbap(shell: Shell, name: str | None) -> int:
    """Print this record each time it has been processed while its lock set has breakpoints; once more: no longer."""
    record = _record(shell, name, "dbap")
    if record is None:
        return -1
    printed = _all(shell).printed
    on = record not in printed
    (printed.add if on else printed.discard)(record)
    shell.print(f"   BKPT> Auto print {'on' if on else 'off'} for record {record.NAME}")
    return 0


@command("dbstat")
def dbstat(shell: Shell) -> None:
    """List the breakpoints, where processing is stopped, and from which records it was to start."""
    points = _all(shell)
    for found in shell.on_database(lambda: list(points.sets)):
        tail = f"#B: {len(found.points):05d}  T: {id(found):#x}"
        if found.at is None:
            shell.print(f"LSet: {found.number}{' ' * 44}{tail}")
        else:
            shell.print(f"LSet: {found.number}  Stopped at: {found.at.NAME:<28.28}  {tail}")
            for entry in found.entries.values():
                ago = time.time() - entry.since
                name = entry.record.NAME
                shell.print(f"             Entrypoint: {name:<28.28}  #C: {entry.count:05d}  C/S: {ago:7.1f}")
        for record in found.points:
            flag = " (ap)" if record in points.printed else ""
            shell.print(f"             Breakpoint: {record.NAME:<28.28}{flag}")
