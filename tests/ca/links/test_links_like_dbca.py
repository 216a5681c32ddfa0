"""CA links between two IOCs, the near one EPICS's own or ours: the same puts must show the same values."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.ca.links.near_and_far import Pair, pair
from tests.ioc_process import Starter
from tests.local_ioc import becomes

FAR = """
record(ao, "far:ao") { field(VAL, "1") field(PREC, "2") field(EGU, "mm") field(HIGH, "5") field(HSV, "MINOR")
    field(HIHI, "8") field(HHSV, "INVALID") field(LOPR, "-10") field(HOPR, "10") field(TSE, "-2") }
record(bo, "far:state") { field(ZNAM, "zero") field(ONAM, "one") }
record(waveform, "far:floats") { field(FTVL, "FLOAT") field(NELM, "5") field(INP, [4]) }
record(calc, "far:count") { field(CALC, "VAL+1") field(VAL, "10") }
record(longout, "far:put") { field(FLNK, "far:count") }
record(calc, "far:scanned") { field(CALC, "VAL+1") field(SCAN, "Event") }
record(calcout, "far:slow") { field(CALC, "A") field(ODLY, "0.3") field(OUT, "far:slow:done PP") }
record(ao, "far:slow:done") { }
record(ao, "far:written") { }
"""
NEAR = """
record(ai, "nms") { field(INP, "far:ao CP") }
record(ai, "ms") { field(INP, "far:ao CP MS") }
record(ai, "msi") { field(INP, "far:ao CP MSI") }
record(ai, "mss") { field(INP, "far:ao CP MSS") }
record(ai, "time") { field(INP, "far:ao CP") field(TSEL, "far:ao.TIME") }
record(calc, "cp") { field(INPA, "far:ao CP") field(CALC, "A") }
record(calc, "ca") { field(INPA, "far:ao CA") field(CALC, "A") }
record(calc, "cpp") { field(INPA, "far:ao CPP") field(CALC, "A") }
record(calc, "cpp_scanned") { field(INPA, "far:ao CPP") field(CALC, "A") field(SCAN, "Event") }
record(calc, "plain") { field(INPA, "far:ao") field(CALC, "A") }
record(mbbi, "state") { field(INP, "far:state CP") }
record(stringin, "label") { field(INP, "far:state CP") }
record(waveform, "floats") { field(FTVL, "DOUBLE") field(NELM, "9") field(INP, "far:floats CP") }
record(ai, "nobody") { field(INP, "far:nobody CP MS") field(PINI, "YES") }
record(longout, "to_nobody") { field(OUT, "far:nobody CA") }
record(longout, "out") { field(OUT, "far:put CA") }
record(ao, "forward") { field(FLNK, "far:scanned.PROC CA") }
record(bo, "out_state") { field(ZNAM, "no") field(ONAM, "yes") field(OUT, "far:state") }
record(stringout, "out_label") { field(OUT, "far:state") }
record(ao, "waits") { field(DTYP, "Async Soft Channel") field(OUT, "far:slow.A") field(FLNK, "after") }
record(calc, "after") { field(CALC, "VAL+1") }
record(seq, "seq") { field(DOL1, "far:ao") field(LNK1, "far:written CA") }
record(aSub, "asub") { field(INPA, "far:ao CP") }
record(sel, "sel") { field(INPA, "far:ao CP") field(SELN, "0") }
"""
Facts = dict[str, Any]  # name: value, or (value, severity, status)
START: Facts = {
    "nms": (1.0, 0, 0), "state": 0, "label": "zero", "floats": [4.0], "nobody": (0.0, 3, 14), "cp": 1.0, "cpp": 1.0,
}  # fmt: skip
STEPS: list[tuple[str, Any, Facts]] = [
    ("far:ao", 6.0, {"nms": (6.0, 0, 0), "ms": (6.0, 1, 14), "msi": (6.0, 0, 0), "mss": (6.0, 1, 4), "cp": 6.0}),
    ("far:ao", 9.0, {"nms": (9.0, 0, 0), "ms": (9.0, 3, 14), "msi": (9.0, 3, 14), "mss": (9.0, 3, 3), "cpp": 9.0}),
    ("far:ao", 2.0, {"ms": (2.0, 0, 0), "msi": (2.0, 0, 0), "mss": (2.0, 0, 0), "cpp_scanned": 0.0, "ca": 0.0}),
    ("ca.PROC", 1, {"ca": (2.0, 0, 0)}),
    ("plain.PROC", 1, {"plain": (2.0, 0, 0)}),
    ("cpp_scanned.PROC", 1, {"cpp_scanned": (2.0, 0, 0)}),
    ("far:state", {"value.index": 1}, {"state": 1, "label": "one"}),
    ("far:floats", [1.0, 2.5, -1.0], {"floats": [1.0, 2.5, -1.0]}),
    ("out", 14, {"out": (14, 0, 0), "far:put": 14, "far:count": 11.0}),
    ("forward", 1.0, {"far:scanned": 1.0}),
    ("to_nobody", 1, {"to_nobody": (1, 3, 14)}),
    ("out_state", {"value.index": 0}, {"far:state": 0, "label": "zero"}),
    ("out_label", "one", {"far:state": 1, "label": "one"}),
    ("seq.PROC", 1, {"far:written": 2.0}),
]


@pytest.fixture(params=["real", "ours"])
def two(request: pytest.FixtureRequest, start: Starter, tmp_path: Path) -> Iterator[Pair]:
    """The near IOC is EPICS's, or ours."""
    with pair(request.param, start, tmp_path, NEAR, FAR) as both:
        yield both


def wait_for(two: Pair, facts: Facts, what: str) -> None:
    """Return when all of it is shown."""
    for name, want in facts.items():
        becomes(partial(shows, two, name, want), want, f"{what}: {name}")


def shows(two: Pair, name: str, want: Any) -> Any:
    (value,) = two.get([name])
    return (value, *two.get([f"{name}.SEVR", f"{name}.STAT"])) if isinstance(want, tuple) else value


def test_values_alarms_and_puts_go_through_links(two: Pair) -> None:
    wait_for(two, START, "start")
    for name, value, facts in STEPS:
        two.put(name, value)
        wait_for(two, facts, f"{name} = {value}")


def test_a_record_with_completion_waits_for_all_that_its_put_sets_off(two: Pair) -> None:
    wait_for(two, {"nms": (1.0, 0, 0)}, "connected")
    becomes(lambda: (two.put("waits", 0.0), two.get(["waits.SEVR"])), ("ok", [0]), "waits, whose link may be the last,")
    two.put("far:slow.CALC", "A+1", process="false")
    two.put("waits", 5.0, wait=True)
    assert two.get(["far:slow:done"]) == [6.0]
    assert two.get(["waits.PACT"]) == [0]


def test_units_precision_and_limits_are_those_of_the_far_end(two: Pair) -> None:
    wait_for(two, {"cp": 1.0}, "connected")
    wanted = {"display.units": "mm", "display.precision": 2, "display.limitLow": -10.0, "display.limitHigh": 10.0,
              "valueAlarm.highWarningLimit": 5.0, "valueAlarm.highAlarmLimit": 8.0}  # fmt: skip
    becomes(lambda: {leaf: two.structure("cp.A")[leaf] for leaf in wanted}, wanted, "cp.A")


def test_the_time_stamp_is_that_of_the_far_end(two: Pair) -> None:
    wait_for(two, {"time": 1.0}, "connected")
    two.put("far:ao", 3.0)
    wait_for(two, {"time": 3.0}, "update")
    near, far = two.structure("time"), two.structure("far:ao")
    leaves = ("timeStamp.secondsPastEpoch", "timeStamp.nanoseconds")
    assert [near[leaf] for leaf in leaves] == [far[leaf] for leaf in leaves]


pytestmark = pytest.mark.process
