"""What each example shows to a Channel Access client: what of facts.py that protocol can carry.

It has no tables, groups and texts of errors; of an image it has the pixels in one row.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.ca.client import DOUBLE, NORMAL, TIME, Client
from tests.examples.facts import INVALID, MAJOR, MINOR, NO_ALARM
from tests.ioc_process import ServerProcess


def put(client: Client, name: str, value: Any, kind: int | None = None) -> None:
    """A put that waits for its completion."""
    assert client.put(name, value, kind) == NORMAL


def value(client: Client, name: str) -> Any:
    return client.get(name).value


def severity(client: Client, name: str) -> int:
    return client.get(name, TIME + DOUBLE).alarm[1]


def until(client: Client, name: str, wanted: Any) -> None:
    client.channel(name).watch().wait(lambda all: all and all[-1].value == wanted)


def log(server: ServerProcess, client: Client) -> None:
    put(client, "Example:Log", "hello world")
    server.wait_log(" hello world")
    put(client, "Example:Note.VAL$", b"shift begins\0")
    server.wait_log("Example:Note: shift begins")
    assert client.get("Example:Note.VAL$").text == "shift begins"
    assert value(client, "Example:Note:Count") == 1


def histogram(server: ServerProcess, client: Client) -> None:
    for number in (1, 2, 2):
        put(client, "Example:Save", number)
    counts = client.get("Example:Histogram").values
    assert (len(counts), counts[0], counts[-1], sum(counts)) == (100, 1, 2, 3)
    put(client, "Example:Clear", 1)
    assert sum(client.get("Example:Histogram").values) == 0


def tcp(server: ServerProcess, client: Client) -> None:
    until(client, "Example:Tcp:IDN", "ACME,Voltmeter 34,SN0042,1.0")
    put(client, "Example:Tcp:Request", "VOLT 2.5")
    assert value(client, "Example:Tcp:Reply") == "OK"
    put(client, "Example:Tcp:Request", "VOLT?")
    assert value(client, "Example:Tcp:Reply") == "2.500"


def async_example(server: ServerProcess, client: Client) -> None:
    until(client, "Example:Async:IDN", "ACME,Thermo 7,SN0108,2.1")
    put(client, "Example:Async:Setpoint", 35.0, DOUBLE)
    put(client, "Example:Async:Request", "TEMP?")
    assert value(client, "Example:Async:Reply") == "35.00"


def abs(server: ServerProcess, client: Client) -> None:
    put(client, "Example:AbsValue", -3.3)
    assert value(client, "Example:AbsValue") == 3.3
    put(client, "Example:Distance", 2.0, DOUBLE)
    assert client.get("Example:Distance", DOUBLE).value == 3


def sqrt(server: ServerProcess, client: Client) -> None:
    put(client, "Example:Num", 30.0, DOUBLE)
    until(client, "Example:SqrtInteger", 5)
    client.put("Example:Num", -1.0, DOUBLE)
    assert severity(client, "Example:Num") == INVALID
    assert value(client, "Example:SqrtInteger") == 5


def device(server: ServerProcess, client: Client) -> None:
    put(client, "Demo:Position", 12.0)
    until(client, "Demo:Moving", 0)
    until(client, "Demo:Position:RBV", 12.0)
    assert severity(client, "Demo:Position:RBV") == NO_ALARM
    client.put("Demo:Position", 101.0)
    assert severity(client, "Demo:Position") == INVALID


def pycalc(server: ServerProcess, client: Client) -> None:
    energy = client.channel("Example:Calc:Energy").watch()
    energy.wait(lambda all: all and all[-1].value == pytest.approx(3954.08, abs=0.01))
    until(client, "Example:Calc:Energy:Calc.PACT", 0)
    put(client, "Example:Calc:Crystal", client.get("Example:Calc:Crystal").value + 2)
    energy.wait(lambda all: all[-1].value == pytest.approx(3795.74, abs=0.01))
    labels = client.channel("Example:Calc:Labels").watch()
    labels.wait(lambda all: all and all[-1].values == ["1.7 mm", "2.3 mm", "14.91 mm"])


def alarm_of_level(client: Client, litres: float) -> int:
    put(client, "Example:Tank:Fill", litres, DOUBLE)
    return severity(client, "Example:Tank:Level")


def alarm_example(server: ServerProcess, client: Client) -> None:
    levels = [(50.0, NO_ALARM), (85.0, MINOR), (96.0, MAJOR), (5.0, MINOR), (50.0, NO_ALARM)]
    assert [(litres, alarm_of_level(client, litres)) for litres, _ in levels] == levels
    client.put("Example:Tank:Fill", 120.0, DOUBLE)
    assert severity(client, "Example:Tank:Fill") == INVALID
    put(client, "Example:Tank:Sensor", 0)
    assert severity(client, "Example:Tank:Level") == INVALID
    put(client, "Example:Tank:Sensor", 1)
    assert severity(client, "Example:Tank:Level") == NO_ALARM


def slit(server: ServerProcess, client: Client) -> None:
    for name, number in (("Gap", 0.5), ("Centre", 0.3), ("Move.PROC", 1)):
        put(client, f"Example:Slit:{name}", number)
    assert value(client, "Example:Slit:Left") == pytest.approx(0.05)
    assert value(client, "Example:Slit:Right") == 0.55


def scan(server: ServerProcess, client: Client) -> None:
    for name, number in (("Points", 3.0), ("Lines", 2.0), ("To:X", 1.0), ("To:Y", 0.5)):
        put(client, f"Example:Scan:{name}", number, DOUBLE)
    put(client, "Example:Scan:Start", 1)
    assert value(client, "Example:Scan:State") == 3  # done
    assert list(client.get("Example:Scan:Line:X").values)[:3] == [0, 0.5, 1]


def camera(server: ServerProcess, client: Client) -> None:
    images = client.channel("Example:Cam:Image").watch(count=8)
    images.wait(lambda all: len(all) > 2)
    assert client.channel("Example:Cam:Image").count == 1024 * 1024
    put(client, "Example:Cam:Acquire", 0)


OVER_CA = {
    "log": log,
    "histogram": histogram,
    "tcp": tcp,
    "async": async_example,
    "abs": abs,
    "sqrt": sqrt,
    "device": device,
    "pycalc": pycalc,
    "alarm": alarm_example,
    "slit": slit,
    "scan": scan,
    "camera": camera,
}
"""All but analysis, whose input is an image over PVAccess, and cluster, which has nothing of its own to say there."""
