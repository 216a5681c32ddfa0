"""The structure of a group: what each field adds, merged in order into one p4p Type. No thread.

Follows QSRV2 (pvxs: ioc/groupconfigprocessor.cpp addMembersFor..., src/type.cpp for what merging means).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from p4p import Type

from pydevpva.errors import PydevpvaError
from pydevpva.pva.groups.definitions import FieldMapping, Path
from pydevpva.pva.types.shape import ALARM, TIME, Shape

CONST_CODES: dict[type, str] = {bool: "?", int: "l", float: "d", str: "s"}
OPTIONS = ("record", ("S", "", [("_options", ("S", "", [("queueSize", "i"), ("atomic", "?")]))]))


@dataclass(slots=True)
class Node:
    """A structure ("S") or array of structures ("aS") with its members, or a leaf of that type code."""

    code: str
    id: str = ""
    members: dict[str, Node] = field(default_factory=dict)

    @property
    def compound(self) -> bool:
        return self.code in ("S", "aS")

    def merge(self, name: str, other: Node) -> None:
        """Add a member, or what it has more than the one of that name."""
        mine = self.members.get(name)
        if mine is None:
            self.members[name] = other
            return
        if mine.compound != other.compound:
            raise PydevpvaError(f"{name} is said to be a structure and a value")
        mine.code, mine.id = other.code, other.id or mine.id
        for child, node in other.members.items():
            mine.merge(child, node)

    def spec(self) -> Any:
        """As p4p's Type wants it."""
        return (self.code, self.id, [(n, c.spec()) for n, c in self.members.items()]) if self.compound else self.code


def node(spec: Any) -> Node:
    """The Node of a p4p spec."""
    if isinstance(spec, str):
        return Node(spec)
    code, id_, members = spec
    return Node(code, "" if id_ == "structure" else id_, {name: node(member) for name, member in members})


def group_type(id_: str, fields: list[tuple[FieldMapping, Shape | None]]) -> Any:
    """The Type of a group. Raises PydevpvaError naming the field that cannot be placed."""
    top = Node("S", id_, {OPTIONS[0]: node(OPTIONS[1])})
    for mapping, shape in fields:
        try:
            _add(top, mapping, shape)
        except PydevpvaError as error:
            raise PydevpvaError(f"field {mapping.name or '(top)'}: {error}") from None
    return Type(top.spec()[2], id=id_ or None)


def _add(top: Node, mapping: FieldMapping, shape: Shape | None) -> None:
    path = mapping.path
    if mapping.type == "proc":
        return
    if mapping.type == "meta":
        _place(top, path, [(name, node(spec)) for name, spec in (ALARM, TIME)])
        return
    if not path:
        raise PydevpvaError('only +type:"meta" can be at the top of a group')
    name, index = path[-1]
    if index is not None and mapping.type != "structure":
        raise PydevpvaError(f'an array\'s element holds fields: "{mapping.name}.value", not a +type:"{mapping.type}"')
    _place(top, path[:-1], [(name, _leaf(mapping, shape))])


def _leaf(mapping: FieldMapping, shape: Shape | None) -> Node:
    if mapping.type == "structure":
        return Node("aS" if mapping.path[-1][1] is not None else "S", mapping.id)
    if mapping.type == "const":
        if (code := CONST_CODES.get(type(mapping.const))) is None:
            raise PydevpvaError('+type:"const" needs a +const: a number or a text')
        return Node(code)
    assert shape is not None  # the caller has found the channel
    if mapping.type == "any":
        return Node("v")
    return node(shape.type.aspy()) if mapping.type == "scalar" else Node(shape.plain_code)


def _place(top: Node, path: Path, members: list[tuple[str, Node]]) -> None:
    """Merge members into the structure at path, which is made as far as it is not there."""
    for name, index in path:
        top.merge(name, Node("S" if index is None else "aS"))
        top = top.members[name]
    for name, member in members:
        top.merge(name, member)
