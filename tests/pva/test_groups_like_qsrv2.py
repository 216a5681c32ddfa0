"""Group PVs beside those of EPICS's own server: structure, first value, what a put answers, what an update marks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pydevpva.ioc import Ioc
from tests.clients import Watch, p4p_context
from tests.ioc_process import PATIENCE, Starter, loopback

TABLE = """
record(aai, "labels_") { field(FTVL, "STRING") field(NELM, "2") field(INP, {const: ["Column A", "Column B"]})
    info(Q:group, {"table": {+id: "epics:nt/NTTable:1.0", "labels": {+type: "plain", +channel: "VAL"}}}) }
record(aao, "column:B") { field(FTVL, "DOUBLE") field(NELM, "10")
    info(Q:group, {"table": {"value.B": {+type: "plain", +channel: "VAL", +putorder: 1}}}) }
record(aao, "column:A") { field(FTVL, "DOUBLE") field(NELM, "10")
    info(Q:group, {"table": {"": {+type: "meta", +channel: "VAL"},
        "value.A": {+type: "plain", +channel: "VAL", +putorder: 2}}}) }
record(longout, "save") { field(MDEL, "-1")
    info(Q:group, {"table": {"_save": {+type: "proc", +channel: "VAL", +putorder: 3, +trigger: "*"}}}) }
record(longout, "tick:table") {
    info(Q:group, {"table": {"tick": {+type: "plain", +channel: "VAL", +trigger: "tick"}}}) }
"""
ENUM = """
record(longout, "index") { field(VAL, "1") field(PINI, "YES")
    info(Q:group, {"enum": {+id: "epics:nt/NTEnum:1.0", "value": {+type: "structure", +id: "enum_t"},
        "value.index": {+type: "plain", +channel: "VAL", +putorder: 0}, "": {+type: "meta", +channel: "VAL"}}}) }
record(aai, "choices") { field(FTVL, "STRING") field(NELM, "64") field(INP, {const: ["ZERO", "ONE"]})
    info(Q:group, {"enum": {"value.choices": {+type: "plain", +channel: "VAL"}}}) }
record(longout, "tick:enum") { info(Q:group, {"enum": {"tick": {+type: "plain", +channel: "VAL"}}}) }
"""
IMAGE = """
record(longout, "size0") { field(VAL, "100")
    info(Q:group, {"image": {+atomic: true, "dimension[0].size": {+channel: "VAL", +type: "plain", +putorder: 0}}}) }
record(longout, "size1") { field(VAL, "100")
    info(Q:group, {"image": {"dimension[1].size": {+channel: "VAL", +type: "plain", +putorder: 0}}}) }
record(waveform, "pixels") { field(FTVL, "USHORT") field(NELM, "100")
    info(Q:group, {"image": {+id: "epics:nt/NTNDArray:1.0",
        "value": {+type: "any", +channel: "VAL", +putorder: 0, +trigger: "*"},
        "": {+type: "meta", +channel: "SEVR"}, "x": {+type: "meta", +channel: "SEVR"}}}) }
record(stringin, "mode_") { field(VAL, "ColorMode")
    info(Q:group, {"image": {"attribute[0].name": {+type: "plain", +channel: "VAL"}}}) }
record(mbbi, "mode") { field(ZRST, "Mono") field(ONST, "Bayer") field(VAL, "0")
    info(Q:group, {"image": {"attribute[0].value": {+type: "any", +channel: "VAL"}}}) }
record(bo, "extra") { field(ZNAM, "foo") field(ONAM, "bar")
    info(Q:group, {"image": {"attribute[1]": {+type: "meta", +channel: "SEVR"},
        "attribute[1].value": {+type: "any", +channel: "VAL", +putorder: 0, +trigger: "attribute[1].value"}}}) }
record(longout, "tick:image") {
    info(Q:group, {"image": {"tick": {+type: "plain", +channel: "VAL", +trigger: "tick"}}}) }
"""
BATCH = """
record(ao, "A") { info(Q:group, {"batch": {"A": {+channel: "VAL", +putorder: 0}}}) }
record(ao, "B") { field(FLNK, "sum") info(Q:group, {"batch": {"B": {+channel: "VAL", +putorder: 1}}}) }
record(ao, "C") { info(Q:group, {"batch": {"C": {+channel: "VAL"}}}) }
record(calc, "sum") { field(INPA, "A") field(INPB, "B") field(INPC, "C") field(CALC, "A+B+C") field(FLNK, "after")
    field(HIGH, "10") field(HSV, "MINOR")
    info(Q:group, {"batch": {"sum": {+channel: "VAL", +putorder: 2, +trigger: "*"},
        "severity": {+channel: "SEVR", +type: "plain"},
        "limit": {+channel: "HIGH", +type: "plain", +trigger: "limit"}}}) }
record(calc, "after") { field(INPA, "sum") field(CALC, "-A")
    info(Q:group, {"batch": {"after": {+channel: "VAL", +type: "plain"}}}) }
record(bo, "state") { field(ZNAM, "off") field(ONAM, "on")
    info(Q:group, {"batch": {"state": {+channel: "VAL", +putorder: 0, +trigger: "state"},
        "state_scan": {+channel: "SCAN"}}}) }
record(waveform, "text") { field(FTVL, "CHAR") field(NELM, "20") info(Q:form, "String")
    info(Q:group, {"batch": {"text": {+channel: "VAL", +type: "plain", +putorder: 0, +trigger: "text"},
        "bytes": {+channel: "VAL", +type: "any"}, "long": {+channel: "DESC$", +type: "plain"}}}) }
record(longout, "tick:batch") {
    info(Q:group, {"batch": {"tick": {+type: "plain", +channel: "VAL", +trigger: "tick"}}}) }
"""
CONST = """
record(ai, "dummy") { info(Q:group, {"const": {+atomic: false, "s.i": {+type: "const", +const: 14},
    "s.d": {+type: "const", +const: 1.5}, "s.s": {+type: "const", +const: "hello"},
    "s.b": {+type: "const", +const: true}}}) }
"""
GROUPS = {"table": TABLE, "enum": ENUM, "image": IMAGE, "batch": BATCH}
PUTS: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("table", "table", {"value.A": np.array([1.0, 2, 3]), "value.B": np.array([4.0, 5, 6])}, None),
    ("table", "table", {"value.A": np.array([7.0])}, "record[process=false]"),
    ("table", "table", {"value.B": np.array([], dtype=float)}, "record[block=true]"),
    ("table", "table", {"labels": ["x"]}, None),
    ("table", "column:A", {"value": np.array([1.0])}, None),
    ("enum", "enum", {"value.index": 0}, "record[atomic=false]"),
    ("enum", "enum", {"value.choices": ["foo"]}, None),
    ("enum", "enum", {"value.index": 1, "value.choices": ["foo"]}, "record[process=false]"),
    ("enum", "enum", {"alarm.severity": 1}, None),
    ("enum", "enum", {}, None),
    ("enum", "index.HIHI", {"value": 0}, None),
    ("image", "image", {"value": ("aH", np.array([1, 2, 3]))}, None),
    ("image", "image", {"dimension": [{"size": 7}, {"size": 8}]}, None),
    ("image", "image", {"attribute": [{"name": "q"}, {"value": ("H", 1)}]}, None),
    ("image", "extra", {"value.index": 0}, None),
    ("image", "pixels", {"value": np.array([5], dtype=np.uint16)}, None),
    ("batch", "batch", {"A.value": 1.0, "B.value": 2.0, "C.value": 4.0}, None),
    ("batch", "batch", {"B.value": 20.0}, "record[block=true]"),
    ("batch", "batch", {"A.value": 5.0}, "record[process=true]"),
    ("batch", "B.EGU", {"value": "mm"}, None),
    ("batch", "sum.HIHI", {"value": 3.0}, None),
    ("batch", "sum.HIGH", {"value": 30.0}, None),
    ("batch", "C", {"value": 9.0}, None),
    ("batch", "batch", {"state.value.index": 1}, None),
    ("batch", "batch", {"text": "hello"}, None),
    ("batch", "batch", {"bytes": ("ab", np.array([65], dtype=np.int8))}, None),
    ("batch", "A.DISP", {"value": 1}, None),
    ("batch", "batch", {"B.value": 1.0}, None),
]  # fmt: skip


class Side:
    """One server: a client of it and monitors of its groups, which `updates` takes up to a tick."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.client = p4p_context(environment)
        self.watches = {name: Watch(self.client, name) for name in GROUPS}
        self.first = {name: watch.next() for name, watch in self.watches.items()}
        self.ticks = 0

    def put(self, name: str, leaves: dict[str, Any], request: str | None) -> bool:
        try:
            self.client.put(name, leaves, request=request, get=False, timeout=PATIENCE)
        except Exception:  # RemoteError and others of p4p
            return False
        return True

    def updates(self, group: str) -> list[Any]:
        """Those until a second tick: QSRV2 may tell what a put caused behind the next one, with the values of that."""
        found: list[Any] = []
        for _ in range(2):
            self.ticks += 1
            self.client.put(f"tick:{group}", {"value": self.ticks}, get=False, timeout=PATIENCE)
            while True:
                update = self.watches[group].next()
                if set(update.changedSet()) != {"tick"}:
                    found.append(update)
                elif update["tick"] == self.ticks:
                    break
        return found


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory, start_once: Starter) -> Iterator[list[Side]]:
    """The real server and ours."""
    db = "".join(GROUPS.values()) + CONST
    path: Path = tmp_path_factory.mktemp("db") / "test.db"
    path.write_text(db)
    real = start_once.softiocpvx(db)
    with Ioc() as ioc:
        ioc.environment.update(loopback())
        ioc.load_records(str(path))
        ioc.init()
        both = [Side(real.environment), Side(ioc.environment)]
        yield both
        for side in both:
            side.client.close()


def leaves(value: Any, path: str = "") -> dict[str, str]:
    """A p4p Value, or what p4p makes of the parts of one, as comparable leaves without times."""
    if hasattr(value, "changedSet") or isinstance(value, dict):
        return {k: v for name, part in value.items() for k, v in leaves(part, f"{path}.{name}").items()}
    if isinstance(value, list) and value and not isinstance(value[0], str):
        if isinstance(value[0], tuple):
            return leaves(dict(value), path)
        return {k: v for i, part in enumerate(value) for k, v in leaves(part, f"{path}[{i}]").items()}
    if path.endswith(("secondsPastEpoch", "nanoseconds", "queueSize")):
        return {}
    return {path: f"{value.dtype} {value.tolist()}" if isinstance(value, np.ndarray) else repr(value)}


def in_any_order(updates: list[Any]) -> list[tuple[list[str], dict[str, str]]]:
    """What each update marks, and the values of that; QSRV2 sends what one put causes in no fixed order."""
    found = []
    for update in updates:
        marked, values = sorted({*update.changedSet()} - {"tick"}), leaves(update)
        found.append((marked, {k: v for k, v in values.items() if any(k[1:].startswith(leaf) for leaf in marked)}))
    return sorted(found, key=lambda pair: pair[0])


@pytest.mark.parametrize("group", [*GROUPS, "const"])
def test_the_structure_and_what_is_in_it(sides: list[Side], group: str) -> None:
    theirs, ours = (side.client.get(group, timeout=PATIENCE) for side in sides)
    assert ours.getID() == theirs.getID()
    assert ours.type().aspy() == theirs.type().aspy()
    assert leaves(ours) == leaves(theirs)


def test_puts_and_the_updates_that_they_cause(sides: list[Side]) -> None:
    for group, name, values, request in PUTS:
        what = f"put to {name}: {values} {request or ''}"
        answers = [side.put(name, values, request) for side in sides]
        assert answers[0] == answers[1], what
        want, got = (in_any_order(side.updates(group)) for side in sides)
        if request == "record[process=false]":  # QSRV2 reads the records at a get; ours is told by an update
            got = [update for update in got if update in want or update[0] not in (["value.index"], ["value.A"])]
        assert got == want, what
