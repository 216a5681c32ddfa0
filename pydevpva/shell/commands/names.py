"""Names and attributes given by hand: dbCreateAlias, dbPutAttribute."""

from __future__ import annotations

from pydevpva.errors import did_you_mean
from pydevpva.records.core.rset import ATTRIBUTES
from pydevpva.shell.language.registry import PDBBASE, RECORD, RTYPE, Argument, CommandFailed, command
from pydevpva.shell.reports.catalog import Catalog
from pydevpva.shell.session import Shell

_ALIAS = "says what is wrong; dbl lists an alias after its record; clients see one made before iocInit"


@command("dbCreateAlias", Argument("pdbbase", PDBBASE), Argument("record", RECORD), "alias", differs=_ALIAS)
def create_alias(shell: Shell, base: str | None, name: str | None, alias: str | None) -> None:
    """Give a record one more name.

    Example: dbCreateAlias pdbbase LAB:Temp LAB:Temperature
    """
    if not name or not alias:
        raise CommandFailed("ERROR: Usage: dbCreateAlias pdbbase record alias")
    catalog = Catalog(shell.ioc)
    entries = {entry.name: entry for entry in catalog.entries()}
    if name not in entries:
        raise CommandFailed(f"ERROR: no record {name}{did_you_mean(name, entries)}")
    if alias in entries:
        raise CommandFailed(f"ERROR: the name {alias} is taken")
    target = entries[name].target
    if shell.ioc.state == "new":
        shell.ioc.instances[target].aliases += (alias,)
        shell.ioc.instances.aliases[alias] = target
    else:
        shell.on_database(_alias, shell, target, alias)


def _alias(shell: Shell, target: str, alias: str) -> None:
    record = shell.ioc.database.records[target]
    record.aliases = (*record.aliases, alias)
    shell.ioc.database.aliases[alias] = target


@command("dbPutAttribute", Argument("record type", RTYPE), "attribute name", "value",
         differs="VERS and RTYP are the attributes there are; no others can be made")  # fmt: skip
def put_attribute(shell: Shell, rtype: str | None, name: str | None, value: str | None) -> None:
    """Set an attribute (VERS) that all records of a type have.

    Example: dbPutAttribute ai VERS 1.2
    """
    if not rtype or not name:
        raise CommandFailed("Usage: dbPutAttribute 'record type' 'attribute name' value")
    if not shell.ioc.definitions.has_record_type(rtype):
        known = shell.ioc.definitions.record_type_names
        raise CommandFailed(f"dbPutAttribute: no record type {rtype}{did_you_mean(rtype, known)}")
    if name not in ATTRIBUTES:
        shell.complain(f"dbPutAttribute: no effect, the attributes are {' and '.join(ATTRIBUTES)}")
    else:
        setattr(shell.ioc.database.factory.record_class(rtype), name, value or "")
