"""AccessFile: access rules from an EPICS access security file (EPICS: asLibRoutines.c).

Deciding is ours, because p4p's engine knows neither the rules' levels nor CALC.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydevpva.db.model import Field
from pydevpva.db.source import read_text
from pydevpva.errors import LoadError, Location, NotFound, Problem
from pydevpva.libcom import CALC_NAMES, Calc, CalcArgs
from pydevpva.records.core.alarm import INVALID
from pydevpva.records.core.record import Record
from pydevpva.serving.access import Peer
from pydevpva.serving.access_language import Node, parse

log = logging.getLogger(__name__)

Read = Callable[[str], tuple[float, int]]  # of a record's field: value and severity; NotFound, ValueError


@dataclass(slots=True)
class Rule:
    """Lets read, or write too, fields of ASL up to `level`, when all its conditions hold. None: no such condition."""

    level: int
    writes: bool
    traps: bool = False  # TRAPWRITE
    users: frozenset[str] | None = None
    hosts: frozenset[str] | None = None
    calc: Calc | None = None


@dataclass(slots=True)
class Group:
    """An ASG: its inputs by letter, and its rules that let anybody in."""

    inputs: dict[str, str] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)


class AccessFile:
    """AccessRules from a file. The group of a record is its ASG; one that the file does not have is DEFAULT.

    `read` gives the inputs (INPA...) of rules with CALC, from records of this IOC or others. Made on the main thread,
    asked on the database thread.
    """

    def __init__(self, path: str | Path, read: Read) -> None:
        """Raises LoadError for a file with mistakes."""
        self._read = read
        self._groups = {"DEFAULT": Group()}
        try:
            text = read_text(str(path))
        except OSError as error:
            raise LoadError([Problem(Location(str(path)), str(error))]) from None
        self._load(parse(text, str(path), lambda problem: log.warning("%s", problem)))

    def inputs(self) -> set[str]:
        """The inputs that some rule's CALC reads."""
        return {
            group.inputs[letter]
            for group in self._groups.values()
            for rule in group.rules
            if rule.calc is not None
            for letter in rule.calc.reads
            if letter in group.inputs
        }

    def may_write(self, record: Record, field: Field, peer: Peer) -> bool:
        """Whether one rule of the record's group lets this peer write that field now."""
        return self._rule_for(record, field, peer, True) is not None

    def may_read(self, record: Record, field: Field, peer: Peer) -> bool:
        """The same for reading, which those may who may write."""
        return self._rule_for(record, field, peer, False) is not None

    def traps_write(self, record: Record, field: Field, peer: Peer) -> bool:
        """Whether the rule that lets write, the first of several, says TRAPWRITE."""
        rule = self._rule_for(record, field, peer, True)
        return rule is not None and rule.traps

    @property
    def has_traps(self) -> bool:
        """Whether any rule says TRAPWRITE."""
        return any(rule.traps for group in self._groups.values() for rule in group.rules)

    def _rule_for(self, record: Record, field: Field, peer: Peer, write: bool) -> Rule | None:
        group = self._groups.get(record.ASG) or self._groups["DEFAULT"]
        names = {peer.account, *(f"role/{role}" for role in peer.roles)}
        letting = (
            rule
            for rule in group.rules
            if rule.level >= field.asl
            and (rule.writes or not write)
            and (rule.users is None or not names.isdisjoint(rule.users))
            and (rule.hosts is None or peer.host.lower() in rule.hosts)
            and (rule.calc is None or self._holds(rule.calc, group))
        )
        return next(letting, None)

    def _holds(self, calc: Calc, group: Group) -> bool:
        """Whether the CALC is 1; not when an input it reads is invalid or not there."""
        args = CalcArgs()
        for letter in calc.reads:
            try:
                value, severity = self._read(group.inputs[letter])
            except (KeyError, NotFound, ValueError):
                return False
            if severity >= INVALID:
                return False
            args[CALC_NAMES.index(letter)] = value
        return 0.99 < calc.perform(args) < 1.01

    def _load(self, nodes: list[Node]) -> None:
        users: dict[str, list[str]] = {node.name: node.members or [] for node in nodes if node.kind == "UAG"}
        hosts: dict[str, list[str]] = {
            node.name: _addresses(node.members or []) for node in nodes if node.kind == "HAG"
        }
        for kind, name, members in nodes:
            if kind == "ASG":
                group = self._groups[name] = Group()
                for member in members or ():
                    if member[0] == "INP":
                        group.inputs[member[1]] = member[2]
                    elif member[0] == "RULE" and member[2] != "NONE":
                        group.rules.append(_rule(member, users, hosts))


def _rule(node: Any, users: dict[str, list[str]], hosts: dict[str, list[str]]) -> Rule:
    rule = Rule(node[1], node[2] == "WRITE", node[3])
    for kind, content in node[4] or ():
        if kind == "UAG":
            rule.users = frozenset(user for group in content for user in users[group])
        elif kind == "HAG":
            rule.hosts = frozenset(host for group in content for host in hosts[group])
        else:
            rule.calc = Calc(content)
    return rule


def _addresses(hosts: list[str]) -> list[str]:
    """Names and addresses of hosts: PVAccess tells a client's address, Channel Access what it calls its host."""
    found = [host.lower() for host in hosts]
    for host in hosts:
        try:
            found.append(socket.gethostbyname(host))
        except (OSError, UnicodeError) as error:  # the latter for names that no host can have
            log.warning("access security: host %s is not known (%s) and lets nobody in", host, error)
    return found
