"""pydevpva-client get of a server of p4p: each normative type is shown with what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from p4p import Type, Value
from p4p.nt.common import alarm, timeStamp
from p4p.server import Server
from p4p.server.thread import SharedPV

from pydevpva.client.command import run

COMMON = [("alarm", alarm), ("timeStamp", timeStamp)]
# type: its fields, their values, the lines that are printed below the name
TYPES: dict[str, tuple[list[Any], dict[str, Any], list[str]]] = {
    "NTNameValue": (
        [("name", "as"), ("value", "ad")], {"name": ["a", "long"], "value": [1.5, 2]},
        ["name  value", "a       1.5", "long    2.0"],
    ),
    "NTMultiChannel": (
        [("value", "av"), ("channelName", "as")], {"value": [1.5, "on"], "channelName": ["x", "y"]},
        ["channelName  value", "x            1.5", "y            on"],
    ),
    "NTScalarMultiChannel": (
        [("value", "ai"), ("channelName", "as"), ("severity", "ai")],
        {"value": [1, 2], "channelName": ["x", "y"], "severity": [0, 3]},
        ["channelName  value  severity", "x                1         0", "y                2         3"],
    ),
    "NTMatrix": (
        [("value", "ad"), ("dim", "ai")], {"value": [1, 2, 3, 4], "dim": [2, 2]},
        ["value: [1.0, 2.0, 3.0, 4.0]", "dim: [2, 2]"],
    ),
    "NTHistogram": (
        [("ranges", "ad"), ("value", "ai")], {"ranges": [0, 1, 2], "value": [3, 4]},
        ["ranges: [0.0, 1.0, 2.0]", "value: [3, 4]"],
    ),
    "NTContinuum": (
        [("base", "ad"), ("value", "ad"), ("units", "as")], {"base": [0, 1], "value": [3, 4], "units": ["s", "V"]},
        ["base: [0.0, 1.0]", "value: [3.0, 4.0]", 'units: ["s", "V"]'],
    ),
    "NTAggregate": ([("value", "d"), ("N", "l")], {"value": 1.5, "N": 10}, ["value: 1.5", "N: 10"]),
    "NTAttribute": ([("name", "s"), ("value", "v")], {"name": "gain", "value": 5}, ["name: gain", "value: 5"]),
    "NTPVI": ([("value", ("S", None, [("x", ("S", None, [("rw", "s")]))]))], {"value.x.rw": "T:X"}, ["x:", "rw: T:X"]),
    "NTURI": ([("scheme", "s"), ("path", "s")], {"scheme": "pva", "path": "f"}, ["scheme: pva", "path: f"]),
}  # fmt: skip


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pvs = {
        f"T:{name}": SharedPV(initial=Value(Type([*fields, *COMMON], id=f"epics:nt/{name}:1.0"), values))
        for name, (fields, values, _) in TYPES.items()
    }
    here = {"EPICS_PVAS_INTF_ADDR_LIST": "127.0.0.1", "EPICS_PVAS_AUTO_BEACON_ADDR_LIST": "NO"}
    ports = {"EPICS_PVAS_SERVER_PORT": "0", "EPICS_PVAS_BROADCAST_PORT": "0"}
    with Server(providers=[pvs], conf={**here, **ports}, useenv=False) as server:
        monkeypatch.setenv("EPICS_PVA_NAME_SERVERS", f"127.0.0.1:{server.conf()['EPICS_PVAS_SERVER_PORT']}")
        monkeypatch.setenv("EPICS_PVA_ADDR_LIST", "")
        monkeypatch.setenv("EPICS_PVA_AUTO_ADDR_LIST", "NO")
        yield


def test_each_is_shown_whole(served: None, capsys: pytest.CaptureFixture[str]) -> None:
    for name, (_, _, lines) in TYPES.items():
        assert run(["get", f"T:{name}"]) == 0
        head, *below = capsys.readouterr().out.splitlines()
        assert head.split() == [f"T:{name}", "<undefined>"]
        assert [line.strip() for line in below] == lines
