"""Values in every type, addresses, puts that wait: what tests a database by hand (dbTest.c, dbNotify.c, dbEvent.c)."""

from __future__ import annotations

from collections.abc import Iterator

from pydevpva.db.dbf import LINKS, TYPES
from pydevpva.engine.address import Address
from pydevpva.errors import NotFound, PutError, PydevpvaError
from pydevpva.patterns import glob
from pydevpva.records.core import fields, shown
from pydevpva.records.core.alarm import DBE_ALARM, DBE_LOG, DBE_PROPERTY, DBE_VALUE
from pydevpva.records.core.arrays import as_list, is_array, to_array
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Scalar, converter, parse_number
from pydevpva.shell.commands.records import NAME, find, live
from pydevpva.shell.language.registry import INT, VALUE, Argument, command
from pydevpva.shell.reports import printed_values as values
from pydevpva.shell.reports.catalog import Catalog
from pydevpva.shell.reports.formats import SIZES, SPECIAL, Columns
from pydevpva.shell.reports.static_fields import time_text
from pydevpva.shell.session import Shell

DBF = list(TYPES)
DBR = DBF[:12]
LONG_LINK = 1024
MASKS = {DBE_VALUE: "VALUE", DBE_LOG: "LOG", DBE_ALARM: "ALARM", DBE_PROPERTY: "PROPERTY"}
BUFFER = 3200  # bytes that dbtgf reads of each type


@command("dba", NAME)
def dba(shell: Shell, name: str | None) -> int:
    """Print what a PV name stands for: record, field, type, number of elements."""
    if not name:
        shell.print('Usage: dba "pv name"')
        return 1
    if find(shell, name) is None:
        return -1
    if shell.ioc.state == "new":
        shell.print("dba only works after iocInit")
        return -1
    address = shell.ioc.database.look_up(name)
    record, field = address.record, address.field
    dbf, size, special = address.dbf, SIZES.get(address.dbf, 8), SPECIAL.get(field.special, field.special or 0)
    elements = address.elements
    if address.long:
        dbf, size, elements = "CHAR", 1, LONG_LINK if field.type in LINKS else field.size
    elif dbf == "STRING" and elements == 1:
        size = field.size or size
    if field.type == "NOACCESS" and dbf != "NOACCESS":
        special = SPECIAL["SPC_DBADDR"]
    dbr = "ENUM" if dbf in ("MENU", "DEVICE") else "STRING" if dbf in LINKS else dbf
    shell.print(f"Record Address: {id(record):#x} Field Address: {id(field):#x} Field Description: {id(field):#x}")
    shell.print(f"   No Elements: {elements}\n   Record Type: {record.rtype.name}")
    shell.print(f"    Field Type: {DBF.index(dbf)} = DBF_{dbf}\n    Field Size: {size}\n       Special: {special}")
    shell.print(f"DBR Field Type: {DBF.index(dbr)} = DBR_{dbr}")
    return 0


@command("dbel", NAME, Argument("level", INT), differs="counts the channels clients have open, and the CP links")
def dbel(shell: Shell, name: str | None, level: int) -> int:
    """Print how many clients and CP links want to know of changes of a record; with 1 also which kinds."""
    if not name:
        return 0
    record = find(shell, name)
    if record is None:
        return -1
    sinks = () if shell.ioc.state == "new" else record.sinks or ()
    lines = [line for sink in sinks for line in shell.on_database(lambda one=sink: list(_watchers(record, one)))]
    if not lines:
        shell.print(f'"{name}": No PV event subscriptions ( monitors ).')
    else:
        shell.print(f"{len(lines)} PV Event Subscriptions ( monitors ).")
    for line in lines if level > 0 else ():
        shell.print(line)
    return 0


def _watchers(record: Record, sink: object) -> Iterator[str]:
    """Who watches by this sink: the monitors of a Channel Access client, else the sink itself."""
    from pydevpva.ca.channel import Channel

    field = getattr(sink, "name", "") or getattr(getattr(sink, "address", None), "field", record.rtype).name
    if not isinstance(sink, Channel):
        yield f"{field:<4} {type(sink).__name__}"
        return
    for monitor in sink.monitors:
        mask = " ".join(name for bit, name in MASKS.items() if monitor.mask & bit)
        yield f"{field:<4} {{ {mask} }} Channel Access {sink.client.peer}"


@command("dbli", "pattern")
def dbli(shell: Shell, pattern: str | None) -> None:
    """List the info() items of all records; with a pattern, those whose name matches."""
    catalog = Catalog(shell.ioc)
    for entry in catalog.entries():
        if entry.name != entry.target:
            continue
        for key, value in shell.on_database(catalog.record, entry.name).info.items():
            if not pattern or glob(pattern)(key):
                shell.print(f'{entry.name} info({key}, "{value}")')


@command("dbtgf", NAME, differs="status, units, limits are the record's: EPICS prints them from the wrong place")
def dbtgf(shell: Shell, name: str | None) -> int:
    """Print a field's value converted to each type, and its units, limits and time."""
    if not name:
        shell.print('Usage: dbtgf "pv name"')
        return 1
    if not live(shell, "dbtgf", name):
        return -1
    address = shell.ioc.database.look_up(name)
    for line in shell.on_database(lambda: list(_metadata(address))):
        shell.print(line)
    for dbr in DBR:
        columns = Columns(shell.print, 10)
        for cell in shell.on_database(_as, address, dbr):
            columns.add(cell)
        columns.flush()
    return 0


def _metadata(address: Address) -> Iterator[str]:
    record, name = address.record, address.field.name
    yield f"status = {record.STAT}, severity = {record.SEVR}"
    units, precision = shown.units(record, name), shown.precision(record, name)
    yield f'units = "{units}"' if units is not None else "units not returned"
    yield f"precision = {precision}" if precision is not None else "precision not returned"
    yield f"time = {time_text(record.TIME)}"
    choices = record.choices(name)
    yield f"no_strs = {len(choices)}:" if choices else "enum strings not returned"
    yield from (f'\t"{choice}"' for choice in choices)
    for word, limits in (("gr", record.properties and shown.display_limits(record, name)),
                         ("ctrl", shown.control_limits(record, name))):  # fmt: skip
        yield f"{word}Double: {limits[0]:g} .. {limits[1]:g}" if limits else f"DBR{word}Double not returned"
    alarm = shown.alarm_limits(record, name)
    yield "alDouble: {:g} < {:g} .. {:g} < {:g}".format(*alarm) if alarm else "DBRalDouble not returned"
    dbf, elements = values.read(address)
    yield f"DBF_{dbf}: {len(elements)} element{'' if len(elements) == 1 else 's'}"


def _as(address: Address, dbr: str) -> list[str]:
    """The cells of one request type."""
    try:
        elements = _converted(address, dbr)
    except (ValueError, TypeError, PydevpvaError):
        return [f"DBF_{dbr}: ", "failed."]
    count = "" if len(elements) == 1 else f"[{len(elements)}]"
    cells = [f"DBF_{dbr}{count}: " + ("" if len(elements) else "(empty)")]
    if dbr == "CHAR" and len(elements) > 1:
        return cells + list(values.characters(bytes(int(c) & 255 for c in elements)))
    if dbr == "ENUM":
        return cells + [str(int(element)) for element in elements]
    return cells + [values.show(dbr, element) for element in elements]


def _converted(address: Address, dbr: str) -> list[Scalar]:
    most = BUFFER // SIZES[dbr]
    if address.long:
        return as_list(to_array(_bytes(address)[:most], dbr))
    value = address.get()
    if not is_array(value):
        if dbr == "STRING":
            return [address.text()]
        if address.field.type in LINKS:
            raise ValueError("a link's text is not a number")
        return [converter(dbr)(value)]
    if dbr == "STRING":
        return [*fields.texts(address.record, address.field, value[:most])]
    return as_list(to_array(as_list(value)[:most], dbr))


def _bytes(address: Address) -> list[Scalar]:
    raw = str(address.get()).encode("utf-8", "surrogateescape")
    return list(raw.ljust(LONG_LINK if address.field.type in LINKS else address.field.size, b"\0"))


@command("dbtpf", NAME, Argument("value", VALUE))
def dbtpf(shell: Shell, name: str | None, text: str | None) -> int:
    """Put a value to a field as each type it can be converted to, and print the result of each."""
    if not name or text is None:
        shell.print('Usage: dbtpf "pv name", "value"')
        return 1
    if not live(shell, "dbtpf", name):
        return -1
    address = shell.ioc.database.look_up(name)
    own = address.dbf if address.dbf in DBR else "STRING" if address.field.type in LINKS else "ENUM"
    for dbr in DBR:
        try:
            value = text if dbr == "STRING" else parse_number(text, dbr)
        except (ValueError, PutError):
            shell.print(f"Cvt to DBR_{dbr} failed.")
            continue
        outcome: list[str | None] = []
        shell.on_database(shell.ioc.database.puts.put, address, value, None, False, outcome.append)
        if outcome and outcome[0] is not None:
            shell.print(f"Put as DBR_{dbr:<6} Failed.")
            continue
        shell.print(f"Put as DBR_{dbr:<6} Ok, result as ", end="")
        columns = Columns(shell.print, 10)
        for cell in shell.on_database(_as, address, own):
            columns.add(cell)
        columns.flush()
    return 0


@command("dbtpn", Argument("record name", "record"), Argument("value", VALUE))
def dbtpn(shell: Shell, name: str | None, text: str | None) -> int:
    """Put a value and say when all that it set off has completed; without a value, process and print the value then.

    The prompt comes back at once.
    """
    if not name:
        shell.print('Usage: dbtpn "name", "value"')
        return -1
    return _put_and_tell(shell, name, text, "dbtpn: No such channel", _Dbtpn)


class _Dbtpn:
    done = "dbtpnCallback: success record={name}"
    failed = "{name} dbtpnCallback processNotify.status 2"


class _Tpn(_Dbtpn):
    done = "tpnCallback '{name}': Success"
    failed = "tpnCallback '{name}': Error"


@command("tpn", Argument("record name", "record"), Argument("value", VALUE))
def tpn(shell: Shell, name: str | None, text: str | None) -> int:
    """The same as dbtpn; the value must be given."""
    if not name or text is None:
        shell.print('Usage: tpn "pv_name", "value"')
        return -1
    return _put_and_tell(shell, name, text, "Channel couldn't be created", _Tpn)


def _put_and_tell(shell: Shell, name: str, text: str | None, missing: str, words: type[_Dbtpn]) -> int:
    if shell.ioc.state == "new":
        shell.print("it only works after iocInit")
        return -1
    try:
        address = shell.ioc.database.look_up(name)
    except NotFound as error:
        shell.print(missing)
        shell.complain(f"    {error}")
        return -1
    said = (text or "").strip()

    def done(error: str | None) -> None:
        if error is None and text is None:
            shell.later(f"dbtpn:getCallback value {address.text()}")
        shell.later((words.done if error is None else words.failed).format(name=name))
        if error is not None:
            shell.later(f"    {error}")

    if text is None:
        proc = shell.ioc.database.look_up(f"{address.record.NAME}.PROC")
        shell.on_database(shell.ioc.database.puts.put, proc, 1, True, True, done)
    else:
        value = values.parse(address, said) if address.elements != 1 else text
        shell.on_database(shell.ioc.database.puts.put, address, value, None, True, done)
    return 0
