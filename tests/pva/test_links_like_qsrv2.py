"""PVA links between two IOCs, each of them once EPICS's own and once ours: the same puts must show the same values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from p4p.client.thread import Context

from pydevpva.ioc import Ioc
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, Starter, loopback
from tests.local_ioc import becomes

FAR = """
record(ao, "far:ao") { field(VAL, "1") field(PREC, "2") field(EGU, "mm")
    field(HIGH, "5") field(HSV, "MINOR") field(HIHI, "8") field(HHSV, "INVALID") }
record(longin, "far:long") { field(VAL, "5") }
record(bo, "far:state") { field(ZNAM, "zero") field(ONAM, "one") }
record(stringout, "far:text") { field(VAL, "hello") }
record(waveform, "far:floats") { field(FTVL, "FLOAT") field(NELM, "5") field(INP, [4]) }
record(waveform, "far:texts") { field(FTVL, "STRING") field(NELM, "5") }
record(calc, "far:count") { field(CALC, "VAL+1") field(VAL, "10") }
record(longout, "far:put") { field(FLNK, "far:count") }
record(calc, "far:scanned") { field(CALC, "VAL+1") field(SCAN, "Event") }
record(ao, "far:a") { info(Q:group, {"far:group": {"a": {+channel: "VAL", +putorder: 0}}}) }
record(ao, "far:b") { info(Q:group, {"far:group": {"b": {+channel: "VAL", +putorder: 1, +trigger: "*"}}}) }
"""
NEAR = """
record(ai, "ms") { field(INP, {pva: {pv: "far:ao", proc: "CP", sevr: "MS", time: true}}) field(TSE, "-2") }
record(ai, "msi") { field(INP, {pva: {pv: "far:ao", proc: "CP", sevr: "MSI"}}) }
record(ai, "nms") { field(INP, {pva: {pv: "far:ao", proc: "CP"}}) }
record(ai, "digits") { field(INP, {pva: {pv: "far:ao", field: "display.precision", proc: "CPP"}}) }
record(stringin, "number_as_text") { field(INP, {pva: {pv: "far:ao", proc: "CP"}}) }
record(calc, "sum") { field(INPA, {pva: {pv: "far:ao", proc: "CP"}}) field(INPB, {pva: "far:long"}) field(CALC, "A+B") }
record(mbbi, "state") { field(INP, {pva: {pv: "far:state", proc: "CP"}}) }
record(stringin, "label") { field(INP, {pva: {pv: "far:state", proc: "CP"}}) }
record(stringin, "text") { field(INP, {pva: {pv: "far:text", proc: "CP"}}) }
record(ai, "text_as_number") { field(INP, {pva: {pv: "far:text", proc: "CP"}}) }
record(aai, "shorts") { field(FTVL, "SHORT") field(NELM, "10") field(INP, {pva: {pv: "far:floats", proc: "CP"}}) }
record(ai, "first") { field(INP, {pva: {pv: "far:floats", proc: "CP"}}) }
record(aai, "texts") { field(FTVL, "STRING") field(NELM, "10") field(INP, {pva: {pv: "far:texts", proc: "CP"}}) }
record(ai, "nobody") { field(INP, {pva: {pv: "far:nobody", proc: "CP"}}) field(PINI, "YES") }
record(longout, "to_nobody") { field(OUT, {pva: "far:nobody"}) }
record(longout, "out") { field(OUT, {pva: "far:long"}) }
record(longout, "passive") { field(OUT, {pva: "far:put"}) }
record(longout, "npp") { field(OUT, {pva: {pv: "far:put", proc: "NPP"}}) }
record(longout, "pp") { field(OUT, {pva: {pv: "far:scanned.PHAS", proc: "PP"}}) }
record(bo, "out_state") { field(ZNAM, "no") field(ONAM, "yes") field(OUT, {pva: "far:state"}) }
record(stringout, "out_text") { field(OUT, {pva: "far:ao"}) }
record(ao, "out_number") { field(OUT, {pva: "far:text"}) }
record(aao, "out_array") { field(FTVL, "DOUBLE") field(NELM, "3") field(OUT, {pva: "far:floats"}) }
record(ao, "forward") { field(FLNK, {pva: "far:count"}) }
record(longout, "waits") { field(DTYP, "Async Soft Channel") field(OUT, {pva: "far:put"}) field(FLNK, "after") }
record(calc, "after") { field(CALC, "VAL+1") }
record(ao, "group_a") { field(OUT, {pva: {pv: "far:group", field: "a", defer: true}}) }
record(ao, "group_b") { field(OUT, {pva: {pv: "far:group", field: "b"}}) }
record(ai, "from_a") { field(INP, {pva: {pv: "far:group", field: "a", proc: "CP", monorder: 1}}) }
record(calc, "from_b") { field(INPA, {pva: {pv: "far:group", field: "b", proc: "CP", monorder: 2}})
    field(INPB, "from_a") field(CALC, "A*100+B") }
"""
Facts = dict[str, Any]  # name: value, or (value, severity)
START: Facts = {
    "ms": (1.0, 0), "digits": 2.0, "number_as_text": "1", "state": 0, "label": "zero", "text": "hello",
    "text_as_number": (0.0, 3), "shorts": [4], "first": 4.0, "nobody": (0.0, 3),
}  # fmt: skip
STEPS: list[tuple[str, Any, Facts]] = [
    ("far:ao", 6.0, {"ms": (6.0, 1), "msi": (6.0, 0), "nms": (6.0, 0), "sum": 11.0, "number_as_text": "6"}),
    ("far:ao", 9.0, {"ms": (9.0, 3), "msi": (9.0, 3), "nms": (9.0, 0)}),
    ("far:ao", 2.0, {"ms": (2.0, 0), "msi": (2.0, 0)}),
    ("far:state", {"value.index": 1}, {"state": 1, "label": "one"}),
    ("far:text", "12.5", {"text": "12.5", "text_as_number": (12.5, 0)}),
    ("far:floats", np.array([1, 2.7, -1], dtype=np.float32), {"shorts": [1, 2, -1], "first": 1.0}),
    ("far:texts", ["a", "bb"], {"texts": ["a", "bb"]}),
    ("out", 14, {"far:long": 14, "out": (14, 0)}),
    ("passive", 3, {"far:put": 3, "far:count": 11.0}),
    ("npp", 4, {"npp": (4, 0), "far:count": 11.0}),
    ("pp", 7, {"far:scanned": 1.0}),
    ("to_nobody", 1, {"to_nobody": (1, 3)}),
    ("out_state", {"value.index": 0}, {"far:state": 0, "label": "zero"}),
    ("out_text", "3.5", {"far:ao": 3.5}),
    ("out_number", 4.0, {"far:text": "4"}),
    ("out_number", 0.1, {"far:text": "0.1"}),
    ("out_array", np.array([1.0, 2, 300]), {"far:floats": [1.0, 2.0, 300.0], "shorts": [1, 2, 300]}),
    ("forward", 1.0, {"far:count": 12.0}),
    ("waits", 1, {"far:put": 1, "after": 1.0, "far:count": 13.0}),
    ("group_a", 5.0, {"group_a": (5.0, 0), "far:a": 0.0}),
    ("group_b", 6.0, {"far:a": 5.0, "far:b": 6.0, "from_a": 5.0, "from_b": 605.0}),
]


class Pair:
    """Clients of the IOC with the records and of the one with the links."""

    def __init__(self, far: Context, near: Context) -> None:
        self._far, self._near = far, near

    def client(self, name: str) -> Context:
        return self._far if name.startswith("far:") else self._near

    def put(self, name: str, value: Any) -> None:
        leaves = value if isinstance(value, dict) else {"value": value}
        self.client(name).put(name, leaves, get=False, timeout=PATIENCE)

    def shows(self, name: str, want: Any) -> Any:
        """What a record shows, in the form of what is wanted."""
        structure = self.client(name).get(name, timeout=PATIENCE)
        value = structure["value"]
        value = value["index"] if hasattr(value, "items") else value.tolist() if hasattr(value, "tolist") else value
        return (value, structure["alarm.severity"]) if isinstance(want, tuple) else value

    def wait_for(self, facts: Facts, what: str) -> None:
        for name, want in facts.items():
            becomes(partial(self.shows, name, want), want, f"{what}: {name}")


@pytest.fixture(params=["real to real", "real to ours", "ours to real", "ours to ours"])
def pair(request: pytest.FixtureRequest, start: Starter, tmp_path: Path) -> Iterator[Pair]:
    """ "A to B": the links are in A, the records in B."""
    near, _, far = request.param.partition(" to ")
    with ExitStack() as stack:

        def run(kind: str, db: str, extra: dict[str, str]) -> dict[str, str]:
            if kind == "real":
                return start.softiocpvx(db, env=extra).environment
            path = tmp_path / f"{len(list(tmp_path.iterdir()))}.db"
            path.write_text(db)
            ioc = stack.enter_context(Ioc())
            ioc.environment.update(loopback(), **extra)
            ioc.load_records(str(path))
            ioc.init()
            return dict(ioc.environment)

        there = run(far, FAR, {})
        here = run(near, NEAR, {"EPICS_PVA_NAME_SERVERS": f"127.0.0.1:{there['EPICS_PVA_SERVER_PORT']}"})
        open_: Callable[[dict[str, str]], Context] = lambda conf: stack.enter_context(p4p_context(conf))  # noqa: E731
        yield Pair(open_(there), open_({**here, "EPICS_PVA_NAME_SERVERS": ""}))


def test_values_alarms_and_puts_go_through_links(pair: Pair) -> None:
    pair.wait_for(START, "start")
    for name, value, facts in STEPS:
        pair.put(name, value)
        pair.wait_for(facts, f"after {name} = {value}")
