"""The servers and what it serves (pvxs: iochooks.cpp, singlesourcehooks.cpp; dbServer.c)."""

from __future__ import annotations

from pydevpva.patterns import glob
from pydevpva.shell.language.registry import INT, Argument, CommandFailed, command
from pydevpva.shell.reports.catalog import Catalog
from pydevpva.shell.session import Shell

DETAIL = Argument("[show_detailed_information?]", INT)
_SOURCES = (
    "names come from the sources records (with groups) and fields, not qsrvSingle and qsrvGroup; clients are not shown"
)
STATES = {"new": "registering", "built": "registering", "paused": "paused", "stopped": "stopped"}


@command("pvxsr", DETAIL, differs=_SOURCES)
def pvxsr(shell: Shell, detail: int) -> None:
    """Print the settings the PVAccess server runs with and where it has its names from."""
    if shell.ioc.server is None:
        raise CommandFailed("pvxsr: nothing is served before iocInit")
    for line in shell.ioc.server.report(detail).rstrip("\n").split("\n"):
        shell.print(line)


@command("casr", Argument("interest level", INT), differs="memory and locks are not shown")
def casr(shell: Shell, level: int) -> None:
    """Print who is connected by Channel Access: 1 each client, 2 its channels, 3 their monitors and rights, 4 all."""
    if shell.ioc.ca is None:
        return
    from pydevpva.ca.report import report

    for line in report(shell.ioc.ca, level):
        shell.print(line)


@command("dbsr", Argument("interest level", INT), differs=_SOURCES)
def dbsr(shell: Shell, level: int) -> None:
    """Print whether the IOC serves, and the report of each server (pvxsr, casr)."""
    shell.print(f"Server state: {STATES.get(shell.ioc.state, shell.ioc.state)}")
    if shell.ioc.server is not None:
        shell.print("Server 'qsrv2'")
        pvxsr(shell, level)
    if shell.ioc.ca is not None:
        shell.print("Server 'rsrv'")
        casr(shell, level)


@command("pvxsl", Argument("details", INT))
def pvxsl(shell: Shell, details: int) -> None:
    """List the names that are served: records, their aliases, groups."""
    if shell.ioc.server is None:
        raise CommandFailed("pvxsl: nothing is served before iocInit")
    records = sorted(entry.name for entry in Catalog(shell.ioc).entries())
    groups = sorted(shell.ioc.server.groups)
    if details <= 0:
        for name in [*records, *groups]:
            shell.print(name)
        return
    for source, names in (("qsrvSingle@0", records), ("qsrvGroup@1", groups)):
        if names:
            shell.print(f"------------------\nSOURCE: {source}\n------------------\nRECORDS: ")
        for name in names:
            shell.print(f"  {name}")


@command("pvxgl", Argument("[level, [pattern]]", INT), "pattern")
def pvxgl(shell: Shell, level: int, pattern: str | None) -> None:
    """List the groups that are served; 1 with their size, 2 with their fields. With a pattern, those that match."""
    if shell.ioc.server is None:
        return
    for name, group in sorted(shell.ioc.server.groups.items()):
        if pattern and not glob(pattern)(name):
            continue
        shell.print(name)
        if level > 0:
            shell.print(f"  Atomic Get/Put:{'yes' if group.atomic else 'no'} Atomic Members:{len(group.members)}")
        for member in group.members if level > 1 else ():
            shell.print(f"  {member.shown()}")
        for trigger in (t for m in group.members for t in m.triggers) if level > 2 else ():
            shell.print(f"    {trigger.name}")


@command("pvxsi", differs="prints the versions of what pydevpva is made of")
def pvxsi(shell: Shell) -> None:
    """Print the host and the versions of the libraries, for a report of a problem."""
    from pydevpva.pva import report

    for line in report.versions():
        shell.print(line)
    if shell.ioc.server is not None:
        shell.print("Effective Server config")
        for line in shell.ioc.server.report(0).splitlines():
            if line.startswith("EPICS_"):
                shell.print(f"    {line}")


@command("pvxrefshow", differs="counts what the server of pydevpva holds")
def pvxrefshow(shell: Shell) -> None:
    """Print how many objects of each kind the PVAccess library holds."""
    _references(shell, {})


@command("pvxrefsave")
def pvxrefsave(shell: Shell) -> None:
    """Remember the numbers of pvxrefshow for pvxrefdiff."""
    from pydevpva.pva import report

    shell.common.references = report.references()


@command("pvxrefdiff")
def pvxrefdiff(shell: Shell) -> None:
    """Print by how much the numbers of pvxrefshow changed since pvxrefsave."""
    _references(shell, shell.common.references)


def _references(shell: Shell, before: dict[str, int]) -> None:
    from pydevpva.pva import report

    now = report.references()
    for kind in sorted({*now, *before}):
        difference = now.get(kind, 0) - before.get(kind, 0)
        if difference:
            shell.print(f"{kind}\t= {difference}")


@command("pvxs_log_config", "KEY=VAL,KEY=VAL,...", differs="the level is that of all of pvxs's loggers")
def pvxs_log_config(shell: Shell, config: str | None) -> int:
    """Set how much the PVAccess library logs.

    Example: pvxs_log_config "pvxs.*=DEBUG"
    """
    from pydevpva.pva import report

    if not config:
        shell.complain('Usage: pvxs_log_config "pvxs.*=DEBUG"')
        return 0
    for part in config.split(","):
        level = part.rpartition("=")[2]
        if not report.set_log_level(level):
            shell.complain(f"pvxs_log_config: no level '{level}'; choices: CRIT ERR WARN INFO DEBUG")
    return 0


@command("pvxs_log_clear")
def pvxs_log_clear(shell: Shell) -> None:
    """Undo pvxs_log_config."""
    from pydevpva.pva import report

    report.set_log_level("WARN")
