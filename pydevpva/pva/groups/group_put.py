"""GroupPut: one put of a client to a group. See each method for its thread.

Follows QSRV2 (pvxs: ioc/groupsource.cpp onPutGroup), and besides answers a put with block when all has completed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pydevpva.db.dbf import LINKS
from pydevpva.engine.address import Address
from pydevpva.engine.put import CANCELLED, check_code, put_now
from pydevpva.engine.put_list import PutList
from pydevpva.errors import PutError
from pydevpva.pva.clients import PvaClients
from pydevpva.pva.field_put import PvaPut
from pydevpva.pva.groups.definitions import Path
from pydevpva.pva.groups.members import Group, Member
from pydevpva.pva.options import PutOptions
from pydevpva.pva.types.p4p_types import Operation, Structure
from pydevpva.records.core.values import Sent
from pydevpva.serving.access import AccessRules, Peer

SentValues = dict[Member, Sent]


def sent_values(group: Group, structure: Structure) -> SentValues:
    """What a client sent for each member it marked, those that cannot be written included; on the pvxs thread."""
    sent: SentValues = {}
    for member in group.members:
        source = member.source
        if source is None or member.mapping.type in ("proc", "meta"):
            continue
        if not member.in_array:
            if structure.changed(member.sent_leaf):
                value = structure[member.sent_leaf]
                sent[member] = source.shape.empty() if value is None else value
        elif _marked(structure, member.path, leaf := source.shape.leaf if member.mapping.type == "scalar" else ""):
            value = _value(structure, member.path, leaf)
            sent[member] = source.shape.empty() if value is None else value
    return sent


def _marked(structure: Structure, path: Path, leaf: str) -> bool:
    """Whether the client sent this leaf; of an array of structures it always sends the whole."""
    name = ""
    for part, index in path:
        name = f"{name}.{part}" if name else part
        if index is not None:
            return bool(structure.changed(name)) and index < len(structure[name]) and structure[name][index] is not None
    return bool(structure.changed(f"{name}.{leaf}" if leaf else name))


def _value(structure: Structure, path: Path, leaf: str) -> Any:
    for part, index in path:
        structure = structure[part] if index is None else structure[part][index]
    return structure[leaf] if leaf else structure


class GroupPut(PvaPut):
    """One put to a group. All is checked before the first record is touched."""

    __slots__ = (
        "_clients", "_group", "_marked", "_operation", "_parts", "_peer", "_process_it", "_sent", "_wait", "ended",
    )  # fmt: skip

    def __init__(self, clients: PvaClients, operation: Operation, group: Group, options: PutOptions) -> None:
        self._process_it, self._wait = options
        self.ended = False
        self._clients, self._operation = clients, operation
        asked = clients.rules is not None or clients.put_log.on
        self._peer = clients.peers.peer(operation) if asked else None
        if self._wait:
            operation.onCancel(self.cancelled)
        structure = operation.value()
        self._group, self._sent = group, sent_values(group, structure)
        self._marked = structure.changed()  # also what is no member's value, such as an alarm
        self._parts: PutList | None = None

    def warn(self) -> None:
        """Tell the client what of its put is not taken; on the pvxs thread, before `submit`."""
        for member in self._sent:
            if not member.writable:
                self._operation.warn(f"{member.name}: no putorder, ignore write")

    def check(self, rules: AccessRules, peer: Peer) -> None:
        for _, address in self.written():
            record, field = address.record, address.field
            if not rules.may_write(record, field, peer):
                raise PutError(f"{record.NAME}.{field.name}: access security does not let {peer} write it")

    def written(self) -> Iterator[tuple[str, Address]]:
        for member in self._group.members:
            if (source := member.source) is None:
                continue
            record = source.address.record
            if member.mapping.type == "proc":
                yield f"{record.NAME}.PROC", Address(record, record.find_field("PROC"))
            elif member in self._sent and member.writable:
                yield member.mapping.channel, source.address

    def go(self) -> None:
        work = self._work()
        if not work and self._marked:
            names = ", ".join(m.name for m in self._group.members if m.writable) or "none"
            raise PutError(f"{self._group.name}: nothing of this put can be written; fields that can: {names}")
        if self._wait:
            self._parts = PutList(self._clients.puts, work, self._process_it, self._end_later)
            return
        for address, value in work:
            put_now(address, value, self._process_it)
        self._end_later(None)

    def _work(self) -> list[tuple[Address, Sent]]:
        """The fields and values to put. As QSRV2: one record with DISP=1 refuses the whole put, whatever is put."""
        work: list[tuple[Address, Sent]] = []
        for member in self._group.members:
            if (source := member.source) is None:
                continue
            address = source.address
            record, field = address.record, address.field
            if record.DISP and field.name != "DISP":
                raise PutError(f"{record.NAME}.{field.name}: puts are disabled (DISP=1)")
            if field.type in LINKS:
                raise PutError(f"{record.NAME}.{field.name}: a group with a link cannot be written")
            if member.mapping.type == "proc":
                work.append((Address(record, record.find_field("PROC")), 1))  # processed whatever is asked
            elif member.writable and (value := self._sent.get(member)) is not None:
                value = value if member.mapping.type == "any" else source.shape.accept(address, value)
                if address.may_be_code:
                    check_code(address, value)
                work.append((address, value))
        return work

    def _end_later(self, error: str | None) -> None:
        """Answer in the next turn: the updates of groups that this put has made wait for theirs, and go out first."""
        self._clients.loop.add(partial(self.end, error))

    def end(self, error: str | None) -> None:
        if not self.ended:
            self.ended = True
            self.answer(error)

    def cancel(self, reason: str = CANCELLED) -> None:
        self.end(reason)
        if self._parts is not None:
            self._parts.cancel(reason)

    @property
    def name(self) -> str:
        return self._group.name
