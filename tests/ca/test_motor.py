"""motor as its clients use it (EpicsMotor of ophyd, Motor of pyepics): VAL is put and waited for, DMOV is watched."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ca.client import NORMAL
from tests.ca.served import Served
from tests.clients import Watch, p4p_context
from tests.local_ioc import eventually

Serve = Callable[..., Served]

STAGE = """
record(motor, "X:m") { field(OUT, "X:go PP") field(RDBL, "X:at") field(URIP, "Yes") field(RRES, "1") field(NTM, "NO")
    field(MRES, "0.01") field(DINP, "X:done") field(STOO, "X:halt PP") field(RTRY, "0") field(EGU, "mm")
    field(PREC, "2") field(VELO, "2") field(VMAX, "8") field(DHLM, "20") field(DLLM, "-20") %s }
record(ao, "X:go") {} record(ao, "X:at") {} record(bo, "X:done") { field(VAL, "1") field(PINI, "YES") }
record(bo, "X:halt") {}
"""


def at(ioc: Served, position: float, done: int) -> None:
    """The stage is there, and moves or stands."""
    if not done:
        ioc.begin_put("X:done", 0)()
    ioc.begin_put("X:at", position)()
    eventually(lambda: ioc.read("X:m.RBV") == position, "the readback")
    if done:
        ioc.begin_put("X:done", 1)()


def test_a_put_is_answered_and_dmov_is_1_when_it_stands(serve: Serve) -> None:
    ioc = serve(STAGE % "")
    at(ioc, 0, 1)
    done = ioc.client.channel("X:m.DMOV").watch()
    done.wait_values(1)
    ended = ioc.client.channel("X:m").begin_put(3)
    eventually(lambda: ioc.read("X:go") == 3, "the stage is told")
    at(ioc, 1, 0)
    assert (ioc.read("X:m.DMOV"), ioc.read("X:m.MOVN")) == (0, 1)
    at(ioc, 3, 1)
    assert ended().status == NORMAL
    done.wait_values(1, 0, 1)


def test_a_stop_of_another_client_answers_the_put(serve: Serve) -> None:
    ioc = serve(STAGE % "")
    at(ioc, 0, 1)
    ended = ioc.client.channel("X:m").begin_put(3)
    eventually(lambda: ioc.read("X:go") == 3, "the stage is told")
    at(ioc, 1, 0)
    assert ioc.client.channel("X:m.STOP").put(1, wait=False) == NORMAL
    eventually(lambda: ioc.read("X:halt") == 1, "the stage is stopped")
    at(ioc, 1.5, 1)
    assert ended().status == NORMAL
    assert (ioc.read("X:m"), ioc.read("X:m.RBV")) == (1.5, 1.5)


def test_rbv_is_told_by_both_protocols_when_it_has_moved_by_more_than_mdel(serve: Serve) -> None:
    ioc = serve(STAGE % 'field(MDEL, "1")')
    at(ioc, 0, 1)
    readback = ioc.client.channel("X:m.RBV").watch()
    readback.wait_values(0.0)
    with p4p_context(ioc.environment) as client, Watch(client, "X:m.RBV") as watch:
        watch.until(lambda update: update["value"] == 0.0)
        for position in (0.5, 2.0, 2.5, 4.0):
            at(ioc, position, 1)
        assert [watch.next()["value"] for _ in range(2)] == [2.0, 4.0]
    readback.wait_values(0.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("field", "unit", "limits"),
    [
        ("VAL", "mm", (-20.0, 20.0)),
        ("RBV", "mm", (-20.0, 20.0)),
        ("RVAL", "mm", (-2000, 2000)),
        ("VELO", "mm/sec", (0.0, 8.0)),
        ("JAR", "mm/s/s", (-1e300, 1e300)),
        ("ACCL", "sec", (-1e300, 1e300)),
        ("S", "rev/sec", (-1e300, 1e300)),
    ],
)
def test_units_and_limits(serve: Serve, field: str, unit: str, limits: tuple[float, float]) -> None:
    ioc = serve(STAGE % "")
    with p4p_context(ioc.environment) as client:
        got = client.get(f"X:m.{field}")
    assert (got["display.units"], got["display.limitLow"], got["display.limitHigh"]) == (unit, *limits)


def test_a_group_has_a_new_rbv_when_it_has_moved_by_more_than_mdel(serve: Serve) -> None:
    group = """info(Q:group, {"X:g": {"at": {+channel: "RBV", +trigger: "at"}}})"""
    ioc = serve(STAGE % f'field(MDEL, "1") {group}')
    at(ioc, 0, 1)
    with p4p_context(ioc.environment) as client, Watch(client, "X:g") as watch:
        watch.until(lambda update: update["at.value"] == 0.0)
        for position in (0.5, 2.0, 2.5, 4.0):
            at(ioc, position, 1)
        assert [watch.next()["at.value"] for _ in range(2)] == [2.0, 4.0]
