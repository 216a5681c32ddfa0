"""Group and Member: a group's definition joined with the records of this IOC. Made on the main thread at iocInit.

Follows QSRV2 (pvxs: ioc/groupconfigprocessor.cpp resolveTriggerReferences, createGroups).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pydevpva.db.dbf import LINKS
from pydevpva.errors import NotFound, PydevpvaError, did_you_mean
from pydevpva.pva.groups.definitions import WITHOUT_CHANNEL, Definition, FieldMapping, Path
from pydevpva.pva.groups.structure import group_type
from pydevpva.pva.types.metadata import nanosecond_mask
from pydevpva.pva.types.number import number
from pydevpva.pva.types.number_arrays import numbers
from pydevpva.pva.types.shape import Read, Shape
from pydevpva.pva.types.shape_of import shape_of
from pydevpva.pva.types.text import CHARACTER_TEXT

if TYPE_CHECKING:
    from pydevpva.engine.address import Address
    from pydevpva.engine.database import Database

log = logging.getLogger(__name__)

WITHOUT_VALUE = ("meta", "proc")


class FieldError(PydevpvaError):
    """A group that cannot be served because of one of its fields, which is defined at `location`."""

    def __init__(self, mapping: FieldMapping, message: str) -> None:
        super().__init__(f"field {mapping.name or '(top)'}: {message}")
        self.location = mapping.location


NO_SHAPE = number("d")  # of members whose value is not shown


@dataclass(slots=True, eq=False)
class Source:
    """Where a member's value comes from: the field, how it looks on the wire, how it is read."""

    address: Address
    shape: Shape
    read: Read
    mask: int  # of nanoseconds, see metadata.nanosecond_mask


@dataclass(slots=True, eq=False)
class Member:
    """One field of a group. `triggers`: the members that are posted when its own field changes."""

    mapping: FieldMapping
    source: Source | None
    triggers: list[Member] = field(default_factory=list)
    name: str = field(init=False)
    path: Path = field(init=False)
    in_array: bool = field(init=False)  # it is within an array of structures, which p4p sends as a whole
    writable: bool = field(init=False)  # a client's put may change it
    sent_leaf: str = field(init=False)  # the leaf of the group that holds the value a client puts

    def __post_init__(self) -> None:
        self.name, self.path = self.mapping.name, self.mapping.path
        self.in_array = any(index is not None for _, index in self.path)
        self.writable = self.mapping.putorder is not None and self.source is not None
        leaf = self.source.shape.leaf if self.source is not None and self.mapping.type == "scalar" else ""
        self.sent_leaf = f"{self.name}.{leaf}" if leaf else self.name

    def shown(self) -> str:
        """Its line in pvxgl: name, type, id, channel."""
        words = [f"{self.name or '/'}\t<{self.mapping.type}>"]
        if self.mapping.id:
            words.append(f"id={self.mapping.id}")
        if self.source is not None:
            words.append(f"chan={self.mapping.channel}")
        return " ".join([*words, *(["has triggers"] if self.triggers else [])])


@dataclass(slots=True, eq=False)
class Group:
    """One group PV: its members in the order of the structure and of puts, and its p4p Type."""

    name: str
    atomic: bool
    members: list[Member]
    type: Any


def make_groups(definitions: Iterable[Definition], database: Database) -> dict[str, Group]:
    """The groups that can be served; what is wrong with the others is logged with its place."""
    groups: dict[str, Group] = {}
    for definition in definitions:
        try:
            groups[definition.name] = _group(definition, database)
        except PydevpvaError as error:
            location = error.location if isinstance(error, FieldError) else definition.location
            log.error("%s: group %s: %s; the group is not served", location, definition.name, error)
    return groups


def _group(definition: Definition, database: Database) -> Group:
    if definition.name in database.records or definition.name in database.aliases:
        raise PydevpvaError("a record has that name")
    members = [Member(m, _source(m, database)) for m in definition.in_order()]
    _resolve(definition, members)
    shapes = [(m.mapping, m.source.shape if m.source else None) for m in members]
    return Group(definition.name, definition.atomic, members, group_type(definition.id, shapes))


def _source(mapping: FieldMapping, database: Database) -> Source | None:
    if mapping.type in WITHOUT_CHANNEL:
        if mapping.channel:
            text = '%s: field %s: a +type:"%s" ignores its +channel'
            log.warning(text, mapping.location, mapping.name, mapping.type)
        return None
    if not mapping.channel:
        raise FieldError(mapping, f'a +type:"{mapping.type}" needs a +channel')
    try:
        address = database.look_up(mapping.channel)
        mask = nanosecond_mask(address.record)
        if mapping.type in WITHOUT_VALUE:
            return Source(address, NO_SHAPE, attrgetter(address.field.name), mask)
        look = _shape(mapping, address)
    except NotFound as error:
        raise FieldError(mapping, f"+channel {mapping.channel}: {error}") from None
    return Source(address, look, look.reader(address), mask)


def _shape(mapping: FieldMapping, address: Address) -> Shape:
    if address.field.type in LINKS:
        raise NotFound("a link cannot be a field of a group")
    look = shape_of(address)
    if mapping.type == "any" and look is CHARACTER_TEXT:
        return numbers("b")  # QSRV2 gives the characters
    return look


def _resolve(definition: Definition, members: list[Member]) -> None:
    """Make triggers of +trigger words; a group without any triggers each field by itself."""
    by_name = {m.name: m for m in members}
    with_channel = [m for m in members if m.source is not None]
    if not any(m.mapping.triggers() for m in members):
        for member in with_channel:
            member.triggers = [member]
        return
    for member in with_channel:
        wanted = set(_wanted(definition, member, by_name))
        member.triggers = [m for m in with_channel if m.name in wanted]


def _wanted(definition: Definition, member: Member, by_name: dict[str, Member]) -> Iterator[str]:
    for word in member.mapping.triggers():
        if word == "*":
            yield from by_name
        elif word in by_name:
            yield word
        else:
            text = "%s: group %s, field %s: +trigger names no field %s%s; that one is left out"
            hint = did_you_mean(word, by_name)
            log.error(text, member.mapping.location, definition.name, member.name or "(top)", word, hint)
