"""as*: reports on the access security rules (asLibRoutines.c)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

from pydevpva.errors import NotFound
from pydevpva.libcom import CALC_NAMES, Calc, CalcArgs, CalcError
from pydevpva.shell.commands.access import read
from pydevpva.shell.language.registry import INT, RECORD, Argument, command
from pydevpva.shell.session import Shell

GROUP = "asgname"


def _nodes(shell: Shell) -> list[Any]:
    """The groups of the file; none before iocInit and without one."""
    if shell.ioc.state == "new" or not shell.common.access_path:
        return []
    from pydevpva.serving.access_language import Node, parse

    nodes = parse(read(shell)[1], shell.common.access_path)
    if not any(node[:2] == ("ASG", "DEFAULT") for node in nodes):
        nodes.append(Node("ASG", "DEFAULT", None))
    return nodes


def _of(shell: Shell, kind: str, name: str | None) -> list[Any]:
    return [node for node in _nodes(shell) if node[0] == kind and name in (None, "", node[1])]


@command("aspuag", "uagname")
def aspuag(shell: Shell, name: str | None) -> None:
    """Print who is in a user access group; without a name, in each."""
    _members(shell, _of(shell, "UAG", name))


@command("asphag", "hagname")
def asphag(shell: Shell, name: str | None) -> None:
    """Print which hosts are in a host access group; without a name, in each."""
    _members(shell, _of(shell, "HAG", name))


def _members(shell: Shell, nodes: list[Any]) -> None:
    for kind, name, members in nodes:
        shell.print(f"{kind}({name})" + (f" {{{','.join(members)}}}" if members else ""))


@command("asprules", GROUP)
def asprules(shell: Shell, name: str | None) -> None:
    """Print the rules of an access security group; without a name, of each."""
    for node in _of(shell, "ASG", name):
        _group(shell, node, [], "")


@command("aspmem", GROUP, Argument("clients", INT))
def aspmem(shell: Shell, name: str | None, clients: int) -> None:
    """Print the records of an access security group; without a name, of each."""
    groups = {node[1] for node in _of(shell, "ASG", None)}
    for node in _of(shell, "ASG", name):
        shell.print(f"ASG({node[1]})")
        for line in _records(shell, node[1], groups):
            shell.print(line)


@command("asdbdump", differs="clients are not listed under the records they are connected to")
def asdbdump(shell: Shell) -> None:
    """Print everything about access security: groups, rules, the records of each group."""
    _members(shell, _of(shell, "UAG", None))
    _members(shell, _of(shell, "HAG", None))
    groups = {node[1] for node in _of(shell, "ASG", None)}
    for node in _of(shell, "ASG", None):
        _group(shell, node, list(_records(shell, node[1], groups)), "   VALID")


def _records(shell: Shell, group: str, groups: set[str]) -> Iterator[str]:
    found = []
    for record in shell.ioc.database.records.values():
        if (record.ASG if record.ASG in groups else "DEFAULT") == group:
            found.append(f"\t\t{record.ASG or '<null>'} Record:{record.NAME}")
    return iter(["\tMEMBERLIST", *found] if found else [])


def _group(shell: Shell, node: Any, members: list[str], valid: str) -> None:
    _, name, content = node
    if not content and not members:
        shell.print(f"ASG({name})")
        return
    shell.print(f"ASG({name}) {{")
    inputs = {part[1]: _value(shell, part[2]) for part in content or () if part[0] == "INP"}
    for part in content or ():
        if part[0] == "INP":
            value = inputs[part[1]]
            validity = valid if value is not None or not valid else " INVALID"
            shell.print(f"\tINP{part[1]}({part[2]}){validity} value={value or 0.0:f}")
    for part in content or ():
        if part[0] == "RULE":
            _rule(shell, part, inputs)
    for line in members:
        shell.print(line)
    shell.print("}")


def _value(shell: Shell, name: str) -> float | None:
    try:
        return float(shell.on_database(shell.ioc.servers.read_for_access, name)[0])
    except (NotFound, TypeError, ValueError):
        return None


def _rule(shell: Shell, rule: Any, inputs: dict[str, float | None]) -> None:
    head = f"\tRULE({rule[1]},{rule[2]},{'TRAPWRITE' if rule[3] else 'NOTRAPWRITE'})"
    if not rule[4]:
        shell.print(head)
        return
    shell.print(head + " {")
    for kind, content in rule[4]:
        if kind == "CALC":
            shell.print(f'\t\tCALC("{content}") result={"TRUE" if _holds(content, inputs) else "FALSE"}')
        else:
            shell.print(f"\t\t{kind}({','.join(content)})")
    shell.print("\t}")


def _holds(text: str, inputs: dict[str, float | None]) -> bool:
    try:
        calc, args = Calc(text), CalcArgs()
    except CalcError:
        return False
    for letter in calc.reads:
        value = inputs.get(letter)
        if value is None:
            return False
        args[CALC_NAMES.index(letter)] = value
    return 0.99 < calc.perform(args) < 1.01


@command("ascar", Argument("level", INT), differs="inputs that no rule reads, and records of this IOC, need no channel")
def ascar(shell: Shell, level: int) -> None:
    """Count the inputs of access rules, and those that are not connected.

    1  list these     2  list all
    """
    nodes = _of(shell, "ASG", None)
    if not nodes:
        shell.print("access security not started")
        return
    inputs = [part[2] for node in nodes for part in node[2] or () if part[0] == "INP"]
    links = {name: shell.on_database(_channel, shell, name) for name in inputs}
    for name in inputs:
        connected, state, server = links[name]
        if level > 1 or (level == 1 and not connected):
            may = "read:yes write:yes" if connected else "read:no  write:no "
            shell.print(f"connected:{state:<6} {may} {name} {server}")
    shell.print(f"{len(inputs)} channels {sum(not links[name][0] for name in inputs)} not connected")


def _channel(shell: Shell, name: str) -> tuple[bool, str, str]:
    """Whether an input is connected, in EPICS's words too, and to what; on the database thread."""
    link = shell.ioc.servers.outside.link(name)
    if link is None:
        here = shell.ioc.database.has_record(name)
        return here, "yes" if here else "never", socket.gethostname() if here else "<disconnected>"
    state = link.state()
    if link.connected():
        return True, "yes", state.server.removeprefix("host ")
    return False, "prev" if state.disconnects else "never", "<disconnected>"


@command("astac", Argument("recordname", RECORD), "user", "host", differs="everybody may read")
def astac(shell: Shell, name: str | None, user: str | None, host: str | None) -> int:
    """Print whether a user on a host may read and write a record.

    Example: astac LAB:Temp operator console1
    """
    if not name or not user or not host:
        shell.print('Usage: astac "record name", "user", "host"')
        return 1
    from pydevpva.serving.access import Peer
    from pydevpva.serving.access_file import AccessFile

    address = shell.ioc.database.look_up(name)
    writes = True
    if shell.common.access_path:
        try:
            where = socket.gethostbyname(host)
        except OSError:
            where = host
        rules = AccessFile(shell.common.access_path, shell.ioc.servers.read_for_access)
        writes = shell.on_database(rules.may_write, address.record, address.field, Peer(where, user))
    shell.print(f"astac callback {name}: status=0 get Yes put {'Yes' if writes else 'No'}")
    return 0
