"""dbDump*: what the .dbd and .db files have defined (dbStaticLib.c)."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pydevpva.db.model import DEVICE_LINK_TYPES, Field, RecordType
from pydevpva.errors import NotFound
from pydevpva.records.core.record import Record
from pydevpva.shell.language.registry import INT, MENU, PDBBASE, RTYPE, Argument, command
from pydevpva.shell.reports.catalog import Catalog
from pydevpva.shell.reports.formats import SIZES, SPECIAL, escaped
from pydevpva.shell.reports.static_fields import dump_text
from pydevpva.shell.session import Shell

BASE = Argument("pdbbase", PDBBASE)
OF_TYPE = Argument("recordTypeName", RTYPE)
_LAYOUT = "without what describes C structures: offsets, addresses, link numbers"


def _wanted(shell: Shell, name: str | None) -> Iterable[RecordType]:
    """The record type of that name; without one, all."""
    names = [name] if name and name != "*" else shell.ioc.definitions.record_type_names
    for each in names:
        if shell.ioc.definitions.has_record_type(each):
            yield shell.ioc.definitions.record_type(each)


@command("dbDumpPath", BASE)
def dump_path(shell: Shell, base: str | None) -> None:
    """Print where .db and .dbd files are searched besides the current directory."""
    path = os.environ.get("EPICS_DB_INCLUDE_PATH")
    shell.print(path if path else "no path defined")


@command("dbDumpMenu", BASE, Argument("menuName", MENU))
def dump_menu(shell: Shell, base: str | None, name: str | None) -> None:
    """Print a menu with its choices; without a name, the menus of all record types that are used."""
    for each in [name] if name and name != "*" else _menus(shell):
        try:
            menu = shell.ioc.definitions.menu(each)
        except NotFound:
            continue
        shell.print(f"menu({menu.name}) {{")
        for key, label in zip(menu.keys, menu.labels, strict=True):
            shell.print(f'\tchoice({key},"{escaped(label)}")')
        shell.print("}")


def _menus(shell: Shell) -> list[str]:
    return list(dict.fromkeys(f.menu for t in _wanted(shell, None) for f in t.fields.values() if f.menu))


@command("dbDumpBreaktable", BASE, "tableName", differs="EPICS's own tables are always there")
def dump_breaktable(shell: Shell, base: str | None, name: str | None) -> None:
    """Print a breakpoint table: raw value, slope from there on, engineering value."""
    for each in [name] if name else shell.ioc.definitions.menu("menuConvert").labels:
        try:
            points = shell.ioc.definitions.breaktable(each).points
        except NotFound:
            continue
        shell.print(f"breaktable({each}) {{")
        slope = 0.0
        for i, (raw, value) in enumerate(points):
            if i + 1 < len(points):
                after = points[i + 1]
                slope = (after[1] - value) / (after[0] - raw)
            shell.print(f"\traw={raw:f} slope={slope:e} eng={value:f}")
        shell.print("}")


@command("dbDumpVariable", BASE, differs="in another order, and of the record types that are used")
def dump_variable(shell: Shell, base: str | None) -> None:
    """Print the variables that .dbd files declare; `var` shows their values."""
    for name, kind in shell.ioc.definitions.variables.items():
        shell.print(f"variable({name},{kind})")


@command("dbDumpRegistrar", BASE, differs="those of .dbd files that were read; they register nothing here")
def dump_registrar(shell: Shell, base: str | None) -> None:
    """Print the registrars that .dbd files name."""
    for name in shell.ioc.definitions.registrars:
        shell.print(f"registrar({name})")


@command("dbDumpFunction", BASE, differs="those of .dbd files that were read; a C function is not called here")
def dump_function(shell: Shell, base: str | None) -> None:
    """Print the functions for sub and aSub records that .dbd files name."""
    for name in shell.ioc.definitions.functions:
        shell.print(f"function({name})")


@command("dbDumpLink", BASE, differs="those of .dbd files that were read")
def dump_link(shell: Shell, base: str | None) -> None:
    """Print the kinds of JSON links that .dbd files name."""
    links = shell.ioc.definitions.links
    for name in links:
        shell.print(f"link({name},{links[name] if isinstance(links, dict) else name})")


@command("dbDumpDevice", BASE, OF_TYPE, differs=_LAYOUT)
def dump_device(shell: Shell, base: str | None, name: str | None) -> None:
    """Print the device support (DTYP) of a record type; without one, of all."""
    for rtype in _wanted(shell, name):
        shell.print(f"recordtype({rtype.name})")
        for device in shell.ioc.definitions.devices(rtype.name).values():
            number = _LINK_NUMBER.get(device.link_type, 0)
            shell.print(f"    device name:   {device.dset}\n\tchoice:    {device.choice}\n\tlink_type: {number}")


_LINK_ORDER = (
    "CONSTANT", "PV_LINK", "VME_IO", "CAMAC_IO", "AB_IO", "GPIB_IO", "BITBUS_IO", "MACRO_LINK", "JSON_LINK", "PN_LINK",
    "DB_LINK", "CA_LINK", "INST_IO", "BBGPIB_IO", "RF_IO", "VXI_IO",
)  # fmt: skip
_LINK_NUMBER = {name: i for i, name in enumerate(_LINK_ORDER)}
assert set(_LINK_ORDER) == set(DEVICE_LINK_TYPES)


@command("dbDumpField", BASE, OF_TYPE, Argument("fieldName"), differs=_LAYOUT)
def dump_field(shell: Shell, base: str | None, name: str | None, field: str | None) -> None:
    """Print the definition of a field of a record type; without a field, of all."""
    for rtype in _wanted(shell, name):
        shell.print(f"recordtype({rtype.name}) ")
        for each in rtype.fields.values():
            if not field or field in ("*", each.name):
                _show_field(shell, each)
        shell.print(f"Attribute: name RTYP value {rtype.name}")
        shell.print("Attribute: name VERS value none specified")


def _show_field(shell: Shell, field: Field) -> None:
    lines = {
        "         prompt": field.prompt, "          extra": field.extra, "      indRecordType": field.index,
        "        special": f"{SPECIAL.get(field.special, field.special or 0)} ", "     field_type": f"DBF_{field.type}",
        "process_passive": int(field.pp), "       property": int(field.prop),
        "           base": int(field.base == "HEX"), "    promptgroup": field.group,
        "       interest": field.interest, "       as_level": field.asl, "        initial": field.initial,
        "           menu": field.menu, "           size": field.size or SIZES[field.type],
    }  # fmt: skip
    shell.print(f"    {field.name}")
    for label, value in lines.items():
        if value != "" or not label.endswith("menu"):
            shell.print(f"\t{label}: {value}")


@command("dbDumpRecordType", BASE, OF_TYPE, differs=_LAYOUT)
def dump_record_type(shell: Shell, base: str | None, name: str | None) -> None:
    """Print the fields of a record type, by place and by name; without one, of all."""
    for rtype in _wanted(shell, name):
        fields = list(rtype.fields)
        prompt = sum(bool(field.group) for field in rtype.fields.values())
        links = sum(field.type.endswith("LINK") for field in rtype.fields.values())
        shell.print(f"name({rtype.name}) no_fields({len(fields)}) no_prompt({prompt}) no_links({links})")
        shell.print("index size name\tsortind sortname")
        for i, (field, by_name) in enumerate(zip(rtype.fields.values(), sorted(fields), strict=True)):
            size = field.size or SIZES[field.type]
            shell.print(f"{i:5d} {size:4d} {field.name}\t{fields.index(by_name):7d} {by_name}")


@command("dbDumpRecord", BASE, OF_TYPE, Argument("interest level", INT), differs="before iocInit it shows links too")
def dump_record(shell: Shell, base: str | None, name: str | None, level: int) -> int:
    """Print the records of a type as a .db file: fields that are not at their default, with 1 all, with 2 internal too.

    Example: dbDumpRecord pdbbase ai 1
    """
    catalog = Catalog(shell.ioc)
    if name and name != "*" and name not in catalog.types():
        shell.complain(f"dbWriteRecordFP: No record description for {name}")
        return 0
    entries = catalog.entries()
    for rtype in [name] if name and name != "*" else catalog.types():
        of_type = [entry for entry in entries if entry.rtype == rtype]
        for entry in of_type:
            if entry.name == entry.target:
                for line in shell.on_database(_record_lines, catalog, entry.name, level):
                    shell.print(line)
        for entry in of_type:
            if entry.name != entry.target:
                shell.print(f'alias("{entry.target}","{entry.name}")')
    return 0


def _record_lines(catalog: Catalog, name: str, level: int) -> list[str]:
    record: Record = catalog.record(name)
    lines = [f'record({record.rtype.name},"{name}") {{']
    for field in record.rtype.fields.values():
        if not field.group and level < 2:
            continue
        text, is_default = dump_text(catalog.definitions, record, field)
        if level > 0 or not is_default:
            lines.append(f'\tfield({field.name},"{escaped(text)}")')
    lines += [f'\tinfo("{key}","{escaped(value)}")' for key, value in record.info.items()]
    return [*lines, "}"]
