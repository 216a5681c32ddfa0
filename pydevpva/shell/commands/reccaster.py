"""recsync: what is told to a RecCeiver, and to see what became of it."""

from __future__ import annotations

from pydevpva.shell.language.registry import ARGV, Argument, CommandFailed, command
from pydevpva.shell.session import Shell


@command("addReccasterEnvVars", Argument("environmentVar ...", ARGV), of="recsync")
def add_variables(shell: Shell, names: list[str]) -> None:
    """Tell a RecCeiver these environment variables too, as properties of the IOC. Before iocInit.

    Example: addReccasterEnvVars("SECTOR", "BUILDING")
    """
    _add(shell, "addReccasterEnvVars", names, shell.ioc.reccaster.settings.variables)


@command("addReccasterExcludePattern", Argument("excludePattern ...", ARGV), of="recsync")
def add_pattern(shell: Shell, patterns: list[str]) -> None:
    """Tell a RecCeiver nothing of the records whose names match one of these patterns. Before iocInit.

    Example: addReccasterExcludePattern("TEST:*", "*_")
    """
    _add(shell, "addReccasterExcludePattern", patterns, shell.ioc.reccaster.settings.excluded)


@command("reccasterReport", of="recsync")
def report(shell: Shell) -> None:
    """Print whether a RecCeiver knows the records of this IOC."""
    caster = shell.ioc.reccaster
    if not caster.settings.wanted:
        shell.print("reccaster is off: nothing has asked for it")
        return
    shell.print(f" State: {caster.state.name.capitalize()}")
    shell.print(f" Msg: {caster.text}")
    if (server := caster.server) is not None:
        shell.print(f" Server: {server.address}:{server.port}")


def _add(shell: Shell, name: str, given: list[str], known: list[str]) -> None:
    if not given:
        raise CommandFailed(f"At least one argument expected for {name}")
    if shell.ioc.state != "new":
        raise CommandFailed(f"{name}: only possible before iocInit")
    for text in given:
        if not text:
            shell.complain(f"Arg is empty for {name}")
        elif text in known:
            shell.complain(f"{text} already in list for {name}")
        else:
            known.append(text)
    shell.ioc.reccaster.settings.wanted = True
