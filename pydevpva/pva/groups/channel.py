"""GroupChannel: what clients see of one group while at least one of them is connected. Database thread.

Follows QSRV2 (pvxs: ioc/groupsource.cpp). A change is posted when the chain of records that it came with has
processed, so that one update has the values of all of them.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from p4p import Value

from pydevpva.loop import Loop
from pydevpva.pva.groups.definitions import Path
from pydevpva.pva.groups.members import WITHOUT_VALUE, Group, Member, Source
from pydevpva.pva.types import metadata
from pydevpva.pva.types.p4p_types import Posting
from pydevpva.pva.types.shape import Wire
from pydevpva.records.core.alarm import DBE_ALARM, DBE_LOG, DBE_PROPERTY, DBE_VALUE
from pydevpva.records.core.arrays import copy, same
from pydevpva.records.core.record import Record

log = logging.getLogger(__name__)

Leaves = dict[str, Any]
OPTIONS = {"record._options.queueSize": 0}
EVENTS = DBE_VALUE | DBE_ALARM | DBE_LOG  # what QSRV2 subscribes to; "meta" to alarms only
OTHERS = DBE_VALUE | DBE_ALARM  # what is posted of a field that another one triggers


class GroupChannel:
    """Keeps an open p4p SharedPV up to date with the records of a group."""

    def __init__(self, group: Group, pv: Posting, loop: Loop) -> None:
        self.group, self._pv, self.loop = group, pv, loop
        self._is_open = False
        self._arrays: Leaves = {}  # arrays of structures by path: p4p posts them as a whole
        self._followers = [Follower(self, m, m.source) for m in group.members if m.source and m.mapping.type != "proc"]
        self._followers += [
            Follower(self, m, m.source) for m in group.members if m.source and m.mapping.type == "proc" and m.triggers
        ]

    def open(self) -> None:
        """Give the PV its type and first value, every leaf of it marked, and follow the records from now on."""
        first: Leaves = {**OPTIONS, "record._options.atomic": self.group.atomic}
        for member in self.group.members:
            if member.mapping.type == "const":
                first.update(self.place(member, {"": member.mapping.const}))
            elif member.source is not None:
                first.update(self.place(member, everything(member, member.source)))
        self._pv.open(Value(self.group.type, first))
        self._is_open = True
        for follower in self._followers:
            follower.start()

    def leave(self) -> None:
        """Follow the records no more; the PV is closed."""
        self._is_open = False
        for follower in self._followers:
            follower.stop()

    def post(self, leaves: Leaves) -> None:
        """One update with exactly these leaves."""
        if leaves and self._is_open:
            self.loop.end_pass()  # the members' own updates go before
            self._pv.post(Value(self.group.type, leaves))

    def place(self, member: Member, leaves: Leaves) -> Leaves:
        """A member's leaves under their names in the group; inside an array of structures, the whole array."""
        name, path = member.name, member.path
        if not member.in_array or not leaves:
            placed = {}
            for leaf, value in leaves.items():
                placed[f"{name}.{leaf}" if name and leaf else name or leaf] = value
            return placed
        prefix = next(i for i, (_, index) in enumerate(path) if index is not None)
        array = ".".join(name for name, _ in path[: prefix + 1])
        _store(self._arrays, ((array, path[prefix][1]), *path[prefix + 1 :]), leaves)
        return {array: self._arrays[array]}


def _store(tree: Leaves, path: Path, leaves: Leaves) -> None:
    """Write leaves into a tree of dicts and, for parts of the path with an index, lists; None: no such element."""
    for name, index in path[:-1] if "" in leaves else path:
        if index is None:
            tree = tree.setdefault(name, {})
            continue
        elements = tree.setdefault(name, [])
        elements.extend([None] * (index + 1 - len(elements)))
        if elements[index] is None:
            elements[index] = {}
        tree = elements[index]
    if "" in leaves:
        tree[path[-1][0]] = leaves[""]
    else:
        tree.update(leaves)


class Follower:
    """A sink of one member's record: says to the channel what to post when the member's field changed."""

    __slots__ = ("_alarm", "_channel", "_is_ahead", "_last", "_member", "_name", "_shown", "_source")

    def __init__(self, channel: GroupChannel, member: Member, source: Source) -> None:
        self._channel, self._member, self._source = channel, member, source
        self._name = source.address.field.name
        self._last: object = None
        self._alarm: tuple[int, int, str] | None = None
        self._shown: Wire | None = None  # VAL as the group told it last because of this record
        self._is_ahead = False  # of the deadband: what no processing has posted was told

    def start(self) -> None:
        record = self._source.address.record
        self._remember(record)
        self._is_stored(DBE_VALUE, None)
        self._is_ahead = True
        record.attach(self)

    def stop(self) -> None:
        self._source.address.record.detach(self)

    @property
    def shows_activity(self) -> bool:
        return self._name == "PACT"

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """See records.core.record.Sink. A bug here does not stop the record."""
        try:
            member, source = self._member, self._source
            if member.mapping.type == "scalar" and (mask & DBE_PROPERTY or field == "DESC"):
                self._channel.post(self._channel.place(member, source.shape.changing(source.address)))
            if not member.triggers:
                return
            if field is None and mask & DBE_VALUE and self._name == "VAL" and member.mapping.type not in WITHOUT_VALUE:
                events, stored = mask & EVENTS, False  # what the others come to, nearly always
                self._is_ahead, self._shown = False, source.read(record)
            else:
                events, stored = self._events(record, mask, field), self._is_stored(mask, field)
            if events:
                events |= DBE_VALUE if stored else 0
                own = current(member, source, events) if member in member.triggers else {}
                self._channel.loop.add(partial(self._post, own))
            elif stored and member in member.triggers:
                self._channel.loop.add(partial(self._post_own, _value(member, source, record)))
        except Exception:
            log.exception("internal error: group %s, field %s cannot be posted", self._channel.group.name, member.name)

    def _is_stored(self, mask: int, field: str | None) -> bool:
        """Whether VAL is another than the group has told, which no event of EPICS tells: after a put, see Channel."""
        if field not in (None, "VAL") or self._name != "VAL" or self._member.mapping.type in WITHOUT_VALUE:
            return False
        ahead = self._is_ahead or field == "VAL"
        self._is_ahead = False
        if not mask & DBE_VALUE and not ahead:
            return False
        before, self._shown = self._shown, self._source.read(self._source.address.record)
        if mask & DBE_VALUE or not self._source.shape.differs(self._shown, before):
            return False
        self._is_ahead = field == "VAL"
        return True

    def _post_own(self, own: Leaves) -> None:
        self._channel.post(self._channel.place(self._member, own))

    def _events(self, record: Record, mask: int, field: str | None) -> int:
        """The DBE mask that EPICS posts this member's field with, as far as its type is interested."""
        wanted = DBE_ALARM if self._member.mapping.type == "meta" else EVENTS
        if field is None and self._name != "VAL":
            mask = 0 if self._name in record.posts_itself else self._changes(record, mask)
        elif field is not None:
            if field != self._name:
                return 0
            self._remember(record)
        return mask & wanted

    def _changes(self, record: Record, mask: int) -> int:
        """What processing posted of a field that is not VAL: it is seen by its value."""
        last, alarm = self._last, self._alarm
        self._remember(record)
        if self._name in ("STAT", "AMSG"):
            return 0 if alarm == self._alarm else DBE_VALUE | DBE_ALARM
        if self._name == "SEVR":
            return 0 if last == self._last else DBE_VALUE
        return 0 if same(last, self._last) else mask | DBE_VALUE | DBE_LOG

    def _remember(self, record: Record) -> None:
        if self._name != "VAL":
            value = self._source.read(record)
            self._last = copy(value)
            self._alarm = (record.SEVR, record.STAT, record.AMSG)

    def _post(self, own: Leaves) -> None:
        """The records of the chain have processed: now the other members have their new values."""
        channel, update = self._channel, {}
        try:
            for member in self._member.triggers:
                if member is self._member:
                    update.update(channel.place(member, own))
                elif member.source is not None:
                    update.update(channel.place(member, current(member, member.source, OTHERS)))
            channel.post(update)
        except Exception:
            log.exception("internal error: group %s cannot be posted", channel.group.name)


def current(member: Member, source: Source, events: int) -> Leaves:
    """The leaves of a member that an update with these events has, by their names below the member."""
    record, kind = source.address.record, member.mapping.type
    leaves: Leaves = {}
    if kind in ("scalar", "meta") and events & (DBE_VALUE | DBE_ALARM):
        leaves.update(metadata.stamp(record, source.mask))
        if events & DBE_ALARM:
            leaves.update(metadata.alarm(record))
    if events & DBE_VALUE and kind != "meta":
        leaves.update(_value(member, source, record))
    return leaves


def everything(member: Member, source: Source) -> Leaves:
    """All leaves of a member."""
    leaves = source.shape.everything(source.address) if member.mapping.type == "scalar" else {}
    return leaves | current(member, source, OTHERS)


def _value(member: Member, source: Source, record: Record) -> Leaves:
    kind = member.mapping.type
    if kind == "proc":
        return {}
    value = source.read(record)
    if kind == "plain":
        return {"": value}
    if kind == "any":
        return {"": (source.shape.plain_code, value)}
    return {source.shape.leaf: value}
