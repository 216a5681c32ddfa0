"""GroupPut: one put of a client to a group. See each method for its thread.

Follows QSRV2 (pvxs: ioc/groupsource.cpp onPutGroup), and besides answers a put with block when all has completed.
"""

from __future__ import annotations

import logging
from typing import Any

from pydevpva.db.dbf import LINKS
from pydevpva.engine.address import Address
from pydevpva.engine.put import check_code
from pydevpva.errors import PutError
from pydevpva.pva.groups.definitions import Path
from pydevpva.pva.groups.members import Group, Member, Source
from pydevpva.pva.options import PutOptions
from pydevpva.pva.puts import ClientPut, Puts, Running
from pydevpva.pva.types.p4p_types import Operation, Structure
from pydevpva.records.core.values import Sent

log = logging.getLogger(__name__)

SentValues = dict[Member, Sent]


def sent_values(group: Group, structure: Structure) -> SentValues:
    """What a client sent for each member it marked, those that cannot be written included; on the pvxs thread."""
    sent: SentValues = {}
    for member in group.members:
        if member.source is None or member.mapping.type in ("proc", "meta"):
            continue
        leaf = _leaf(member, member.source)
        if _marked(structure, member.mapping.path, leaf):
            sent[member] = member.source.shape.filled(_value(structure, member.mapping.path, leaf))
    return sent


def _leaf(member: Member, source: Source) -> str:
    if member.mapping.type != "scalar":
        return ""
    return source.shape.leaf


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


class Composite:
    """The puts to the records that one put to a group has begun."""

    def __init__(self) -> None:
        self.parts: list[Running] = []

    def cancel(self) -> None:
        for part in self.parts:
            part.cancel()


class GroupPut(ClientPut):
    """One put to a group. All is checked before the first record is touched."""

    __slots__ = ("_error", "_group", "_left", "_marked", "_sent")

    def __init__(self, puts: Puts, operation: Operation, group: Group, options: PutOptions) -> None:
        self._begin_with(puts, operation, options)
        structure = operation.value()
        self._group, self._sent = group, sent_values(group, structure)
        self._marked = structure.changed()  # also what is no member's value, such as an alarm
        self._left, self._error = 0, ""

    def warn(self) -> None:
        """Tell the client what of its put is not taken; on the pvxs thread, before `submit`."""
        for member in self._sent:
            if not member.writable and self._operation is not None:
                self._operation.warn(f"{member.name}: no putorder, ignore write")

    def _check_access(self) -> None:
        rules, peer = self._puts.rules, self._peer
        if rules is None or peer is None:
            return
        for member in self._group.members:
            if (source := member.source) is not None and (is_proc := member.mapping.type == "proc") | (
                member in self._sent and member.writable
            ):
                record = source.address.record
                field = record.find_field("PROC") if is_proc else source.address.field
                if not rules.may_write(record, field, peer):
                    raise PutError(f"{record.NAME}.{field.name}: access security does not let {peer} write it")

    def _start(self) -> None:
        self._check_members()
        work = [item for member in self._group.members if (item := self._item(member)) is not None]
        if not work and self._marked:
            names = ", ".join(m.name for m in self._group.members if m.writable) or "none"
            raise PutError(f"{self._group.name}: nothing of this put can be written; fields that can: {names}")
        process, block = self._options
        if block:
            self._start_all(work)
            return
        for address, value in work:
            self._puts.database.puts.put_now(address, value, process)
        self._end(None)

    def _check_members(self) -> None:
        """As QSRV2: one record with DISP=1 refuses the whole put, whatever is put."""
        for member in self._group.members:
            if (source := member.source) is None:
                continue
            record, field = source.address.record, source.address.field
            if record.DISP and field.name != "DISP":
                raise PutError(f"{record.NAME}.{field.name}: puts are disabled (DISP=1)")
            if field.type in LINKS:
                raise PutError(f"{record.NAME}.{field.name}: a group with a link cannot be written")
            if member in self._sent and member.writable:
                check_code(source.address, self._as_put(member, source))

    def _item(self, member: Member) -> tuple[Address, Sent] | None:
        """The field and the value to put for a member; None: nothing."""
        if (source := member.source) is None:
            return None
        if member.mapping.type == "proc":
            return self._puts.database.find(f"{source.address.record.NAME}.PROC"), 1  # processed whatever is asked
        if member not in self._sent or not member.writable:
            return None
        return source.address, self._as_put(member, source)

    def _as_put(self, member: Member, source: Source) -> Any:
        """What was sent for a member, as Database.put takes it."""
        value = self._sent[member]
        return value if member.mapping.type == "any" else source.shape.accept(source.address, value)

    def _start_all(self, work: list[tuple[Address, Sent]]) -> None:
        """Put all in order, and answer when the last has completed."""
        self._left = 1 + len(work)
        running = Composite()
        self._running = running
        for address, value in work:
            part = self._puts.database.puts.put(address, value, self._options.process, True, self._part_done)
            if part is not None:
                running.parts.append(part)
        self._part_done(None)

    def _part_done(self, error: str | None) -> None:
        self._error = self._error or error or ""
        self._left -= 1
        if self._left == 0:
            self._end(self._error or None)

    def _end(self, error: str | None) -> None:
        """Answer in the next turn: the updates of groups that this put has made wait for theirs, and go out first."""
        self._puts.database.loop.submit(self._answer, error)

    def _name(self) -> str:
        return self._group.name
