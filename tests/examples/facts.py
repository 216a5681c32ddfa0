"""What each example must show to a client: one function per folder of examples/, of the same name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from p4p.client.thread import Context

from pydevpva.pva.types.decode import image_of
from tests.clients import Watch
from tests.ioc_process import ROOT, ServerProcess

NO_ALARM, MINOR, MAJOR, INVALID = range(4)


def put(client: Context, name: str, value: Any, leaf: str = "value") -> None:
    """A put that waits for its completion."""
    client.put(name, {leaf: value}, wait=True, get=False, timeout=20)


def value(client: Context, name: str) -> Any:
    return client.get(name).todict()["value"]


def alarm(client: Context, name: str) -> tuple[int, str]:
    update = client.get(name)
    return update["alarm.severity"], update["alarm.message"]


def log(server: ServerProcess, client: Context) -> None:
    put(client, "Example:Log", "hello world")
    server.wait_log(" hello world")
    put(client, "Example:Note", "shift begins")
    server.wait_log("Example:Note: shift begins")
    assert value(client, "Example:Note") == "shift begins"
    assert value(client, "Example:Note:Count") == 1
    with Watch(client, "Example:Note:Last") as watch:
        watch.until(lambda update: update.value.endswith("shift begins"))


def histogram(server: ServerProcess, client: Context) -> None:
    for number in (1, 2, 2):
        put(client, "Example:Save", number)
    counts = value(client, "Example:Histogram").tolist()
    assert len(counts) == 100
    assert (counts[0], counts[-1], sum(counts)) == (1, 2, 3)
    assert value(client, "Example:Save") == 2
    put(client, "Example:Fill", 500)
    assert value(client, "Example:Saved") == 503
    assert sum(value(client, "Example:Histogram")) == 503
    put(client, "Example:Clear", 1, leaf="value.index")
    assert sum(value(client, "Example:Histogram")) == 0


def tcp(server: ServerProcess, client: Context) -> None:
    with Watch(client, "Example:Tcp:IDN") as watch:
        watch.until(lambda update: update.value == "ACME,Voltmeter 34,SN0042,1.0")
    put(client, "Example:Tcp:Request", "VOLT 2.5")
    assert value(client, "Example:Tcp:Reply") == "OK"
    put(client, "Example:Tcp:Request", "VOLT?")
    assert value(client, "Example:Tcp:Reply") == "2.500"


def async_example(server: ServerProcess, client: Context) -> None:
    with Watch(client, "Example:Async:IDN") as watch:
        watch.until(lambda update: update.value == "ACME,Thermo 7,SN0108,2.1")
    assert value(client, "Example:Async:Setpoint") == 25  # what the controller has
    put(client, "Example:Async:Setpoint", 35)  # answered when it is reached
    put(client, "Example:Async:Request", "TEMP?")
    assert value(client, "Example:Async:Reply") == "35.00"
    with Watch(client, "Example:Async:Temperature") as temperature:
        temperature.until(lambda update: update.value == 35)
        client.put("Example:Async:Setpoint", {"value": 300}, wait=False, get=False)
        temperature.until(lambda update: update.value > 35)
        put(client, "Example:Async:Request", "SETP?")  # asked while another record awaits
        assert value(client, "Example:Async:Reply") == "300.00"
        put(client, "Example:Async:Cancel", 1, leaf="value.index")
    with Watch(client, "Example:Async:Setpoint") as setpoint:
        setpoint.until(lambda update: update["alarm.message"] == "CancelledError")
    put(client, "Example:Async:Request", "SETP?")
    assert 35 < float(value(client, "Example:Async:Reply")) < 300  # it stays where it was then
    put(client, "Example:Async:Request", "HANG")
    assert alarm(client, "Example:Async:Request") == (INVALID, "TimeoutError: 1 s")
    put(client, "Example:Async:Request", "*IDN?")
    assert value(client, "Example:Async:Reply") == "ACME,Thermo 7,SN0108,2.1"


def abs(server: ServerProcess, client: Context) -> None:
    put(client, "Example:AbsValue", -3.3)
    assert value(client, "Example:AbsValue") == 3.3
    put(client, "Example:Distance", 2)
    assert value(client, "Example:Distance") == 3


def sqrt(server: ServerProcess, client: Context) -> None:
    with Watch(client, "Example:SqrtInteger") as root, Watch(client, "Example:SqrtRemain") as rest:
        put(client, "Example:Num", 30)
        root.until(lambda update: update.value == 5)
        rest.until(lambda update: update.value == 5.0)
    put(client, "Example:Num", -1)
    severity, message = alarm(client, "Example:Num")
    assert severity == INVALID
    assert message.startswith("ValueError: ")
    assert value(client, "Example:SqrtInteger") == 5


def device(server: ServerProcess, client: Context) -> None:
    with Watch(client, "Demo:Position:RBV") as readback, Watch(client, "Demo:Moving") as moving:
        put(client, "Demo:Position", 12)
        assert moving.until(lambda update: update.value.index == 1)
        assert 0 < readback.until(lambda update: update["timeStamp.userTag"] == 0 and update.value > 0).value < 12
        assert moving.until(lambda update: update.value.index == 0)
        assert readback.until(lambda update: update.value == 12)["alarm.severity"] == NO_ALARM

        client.put("Demo:Position", {"value": 100}, wait=False, get=False)
        readback.until(lambda update: update.value > 12)
        put(client, "Demo:Stop", 1, leaf="value.index")
        moving.until(lambda update: update.value.index == 0)
        assert 12 < client.get("Demo:Position:RBV").value < 100
    put(client, "Demo:Position", 101)
    assert alarm(client, "Demo:Position") == (INVALID, "ValueError: 101 mm is outside 0..100 mm")

    put(client, "Demo:Setpoint", 300)
    put(client, "Demo:Heater", 1, leaf="value.index")
    with Watch(client, "Demo:Temperature") as temperature:
        temperature.until(lambda update: update.value > 30)


def wait_idle(client: Context, name: str) -> None:
    """Until its code is through: a CP link passes over a record that is active (EPICS: dbCa.c)."""
    with Watch(client, f"{name}.PACT") as active:
        active.until(lambda update: update.value == 0)


def pycalc(server: ServerProcess, client: Context) -> None:
    with Watch(client, "Example:Calc:Energy") as energy:
        first = energy.until(lambda update: update.value == pytest.approx(3954.08, abs=0.01))
        assert first["display.units"] == "eV"
        wait_idle(client, "Example:Calc:Energy:Calc")
        put(client, "Example:Calc:Crystal", 2, leaf="value.index")
        energy.until(lambda update: update.value == pytest.approx(3795.74, abs=0.01))
    with Watch(client, "Example:Calc:Crystals") as crystals:
        table = crystals.until(lambda update: update.value.energy.tolist() == [3954.1, 6456.8, 3795.7])
        assert table.value.crystal == ["Si 111", "Si 220", "Ge 111"]
        assert table.labels == ["Crystal", "Spacing [nm]", "Energy [eV]"]
    with Watch(client, "Example:Calc:Labels") as labels:
        labels.until(lambda update: list(update.value) == ["1.7 mm", "2.3 mm", "14.91 mm"])
        wait_idle(client, "Example:Calc:Labels")
        put(client, "Example:Calc:Peaks", [8, 9])
        labels.until(lambda update: list(update.value) == ["8 mm", "9 mm"])


def alarms_of_level(client: Context, litres: float) -> tuple[int, str]:
    put(client, "Example:Tank:Fill", litres)
    return alarm(client, "Example:Tank:Level")


def alarm_example(server: ServerProcess, client: Context) -> None:
    assert alarms_of_level(client, 50) == (NO_ALARM, "")
    assert alarms_of_level(client, 85) == (MINOR, "HIGH")
    assert alarms_of_level(client, 96) == (MAJOR, "HIHI")
    assert alarm(client, "Example:Tank:Share")[0] == MAJOR
    assert alarms_of_level(client, 5) == (MINOR, "LOW")
    assert alarms_of_level(client, 50) == (NO_ALARM, "")
    put(client, "Example:Tank:Fill", 120)
    assert alarm(client, "Example:Tank:Fill") == (INVALID, "ValueError: 120 l, but 0 to 100 fit")
    put(client, "Example:Tank:Sensor", 0, leaf="value.index")
    assert alarm(client, "Example:Tank:Sensor") == (MAJOR, "STATE")
    assert alarm(client, "Example:Tank:Level") == (INVALID, "ConnectionError: sensor does not answer")
    put(client, "Example:Tank:Sensor", 1, leaf="value.index")
    assert alarm(client, "Example:Tank:Level") == (NO_ALARM, "")


def slit(server: ServerProcess, client: Context) -> None:
    both = {"gap.value": 0.5, "centre.value": 0.3}
    with Watch(client, "Example:Slit") as group, Watch(client, "Example:Slit:Scan") as scan:
        assert group.until(lambda update: update.flux.value == 543329).left.value == -0.5
        assert scan.next().labels == ["Centre [mm]", "Flux [1/s]"]
        client.put("Example:Slit", both, wait=True, get=False, timeout=20)
        update = group.next()  # the first after the put has all of it
        assert (update.gap.value, update.centre.value) == (0.5, 0.3)
        assert (update.left.value, update.right.value, update.flux.value) == (pytest.approx(0.05), 0.55, 375948)

        put(client, "Example:Slit", 12, leaf="gap.value")
        update = group.next()
        assert (update.gap.value, update.right.value) == (12, 0.55)
        assert (update.alarm.severity, update.alarm.message) == (INVALID, "ValueError: the blades end at 5 mm")
        message = client.get("Example:Slit:Move.AMSG")  # what the display shows, with a border
        assert (message["alarm.severity"], message.value) == (INVALID, "ValueError: the blades end at 5 mm")
        put(client, "Example:Slit:Centre", 1)
        assert value(client, "Example:Slit:Right") == 0.55

        put(client, "Example:Slit:Points", 5)
        table = scan.until(lambda update: len(update.value.flux) == 5)
        assert table.value.centre.tolist() == [-2, -1, 0, 1, 2]
        assert table.value.flux.argmax() == 2
        assert group.next().right.value == 0.55


def scan(server: ServerProcess, client: Context) -> None:
    for name, number in (("Points", 5), ("Lines", 2), ("To:X", 1), ("To:Y", 0.5)):
        put(client, f"Example:Scan:{name}", number)
    put(client, "Example:Scan:Start", 1, leaf="value.index")
    assert value(client, "Example:Scan:State")["index"] == 3  # done
    assert value(client, "Example:Scan:Progress") == 1
    assert (value(client, "Example:Scan:X"), value(client, "Example:Scan:Y")) == (1, 0.5)
    assert value(client, "Example:Scan:Line:X").tolist() == [0, 0.25, 0.5, 0.75, 1]
    signal = value(client, "Example:Scan:Line:Signal").tolist()
    assert signal == sorted(signal)
    assert signal[-1] == pytest.approx(345.6, abs=0.1)

    with (
        Watch(client, "Example:Scan:State") as state,
        Watch(client, "Example:Scan:Step") as step,
        Watch(client, "Example:Scan:Shutter:RBV") as shutter,
    ):
        client.put("Example:Scan:Start", {"value.index": 1}, wait=False, get=False)
        step.until(lambda update: update.value == "line 1 of 2, point 2")
        shutter.until(lambda update: update.value.index == 1)
        put(client, "Example:Scan:Pause", 1, leaf="value.index")
        state.until(lambda update: update.value.index == 2)
        put(client, "Example:Scan:Pause", 0, leaf="value.index")
        state.until(lambda update: update.value.index == 1)
        put(client, "Example:Scan:Abort", 1, leaf="value.index")  # answered when all is safe
        state.until(lambda update: update.value.index == 5)
        shutter.until(lambda update: update.value.index == 0)

        put(client, "Example:Scan:To:X", 20)
        put(client, "Example:Scan:Start", 1, leaf="value.index")
        state.until(lambda update: update.value.index == 4)  # failed
        shutter.until(lambda update: update.value.index == 0)
    assert value(client, "Example:Scan:Error").endswith("ValueError: x = 15 mm is outside -10..10 mm")


def cluster(server: ServerProcess, client: Context) -> None:
    """Two workers on this machine; then the scheduler is away, and comes back."""
    put(client, "Example:Cluster:Rate", 5)
    put(client, "Example:Cluster:Acquire", 1, leaf="value.index")
    worked_on(client)
    put(client, "Example:Cluster:Root", 9)
    assert (value(client, "Example:Cluster:Root"), alarm(client, "Example:Cluster:Root")) == (3, (NO_ALARM, ""))

    put(client, "Example:Cluster:Workers", 0, leaf="value.index")
    with Watch(client, "Example:Cluster:Cluster") as there, Watch(client, "Example:Cluster:Sent") as sent:
        there.until(lambda update: update.value.startswith("no scheduler at tcp://127.0.0.1:"))
        put(client, "Example:Cluster:Root", 16)
        severity, message = alarm(client, "Example:Cluster:Root")
        assert (severity, message[:30]) == (INVALID, "ConnectionError: no scheduler ")
        sent.until(lambda update: update["alarm.severity"] == INVALID)
        number = client.get("Example:Cluster:Frame").uniqueId
        with Watch(client, "Example:Cluster:Frame") as frames:  # all else goes on
            frames.until(lambda update: update.uniqueId > number)
        put(client, "Example:Cluster:Workers", 1, leaf="value.index")
        there.until(lambda update: update.value == "2 workers", timeout=60)
    worked_on(client)
    put(client, "Example:Cluster:Root", 16)
    assert (value(client, "Example:Cluster:Root"), alarm(client, "Example:Cluster:Root")) == (4, (NO_ALARM, ""))


def worked_on(client: Context) -> None:
    """Frames come back, smaller, in their order."""
    with Watch(client, "Example:Cluster:Image") as images:
        first = client.get("Example:Cluster:Frame").uniqueId
        seen = [images.until(lambda update: update.uniqueId > first, timeout=60) for _ in range(4)]
    assert [side.size for side in seen[0].dimension] == [256, 256]
    numbers = [update.uniqueId for update in seen]
    assert numbers == sorted(set(numbers))


def camera(server: ServerProcess, client: Context) -> None:
    with Watch(client, "Example:Cam:Image") as images:
        first = images.until(lambda update: update.uniqueId > 0)
        assert (first.value.dtype, first.value.size) == (np.uint16, 1024 * 1024)
        attributes = {entry.name: entry.value for entry in first.attribute}
        assert attributes["ColorMode"] == 0
        pixels = image_of(first)
        y, x = np.unravel_index(int(pixels.argmax()), pixels.shape)
        assert [int(x), int(y)] == pytest.approx([attributes["SpotX"], attributes["SpotY"]], abs=10)
        images.until(lambda update: update.uniqueId > first.uniqueId + 2)
        put(client, "Example:Cam:Acquire", 0, leaf="value.index")
    assert value(client, "Example:Cam:Image.LOST") == 0


def analysis(server: ServerProcess, client: Context) -> None:
    """Against the camera example, at a rate that any machine keeps up with."""
    with camera_beside(server):
        put(client, "Example:Cam:Rate", 10)
        with Watch(client, "Example:Ana:Image") as images:
            first = images.until(lambda update: update.uniqueId > 0)
            assert [side.size for side in first.dimension] == [256, 256]
            attributes = {entry.name: entry.value for entry in first.attribute}
            shown = image_of(first)
            y, x = (4 * np.argwhere(shown > shown.max() / 2).mean(axis=0)).tolist()
            assert (x, y) == (pytest.approx(attributes["SpotX"], abs=6), pytest.approx(attributes["SpotY"], abs=6))
        with Watch(client, "Example:Ana:X") as centroid:
            x = centroid.until(lambda update: update.value > 0).value
            assert 190 < x < 840
            put(client, "Example:Ana:X.HIGH", 100)
            assert centroid.until(lambda update: update["alarm.severity"] == MINOR)["alarm.message"] == "HIGH"
        assert value(client, "Example:Ana:Profile:X").sum() == pytest.approx(
            value(client, "Example:Ana:Total"), rel=0.5
        )
        with Watch(client, "Example:Ana:Peak") as peak, Watch(client, "Example:Ana:Total") as total:
            peak.until(lambda update: update.value > 2000)
            put(client, "Example:Ana:Threshold", 60000)
            total.until(lambda update: update.value == 0)
    with Watch(client, "Example:Ana:Image") as images:
        images.until(lambda update: update["alarm.severity"] == INVALID)


@contextmanager
def camera_beside(server: ServerProcess) -> Iterator[None]:
    """The camera example, found by the server's own PVA links."""
    with TemporaryDirectory() as folder:
        camera = ServerProcess(
            [sys.executable, "-m", "pydevpva", "-S", "st.cmd"],
            Path(folder) / "camera.log",
            cwd=ROOT / "examples" / "camera",
            env={**server.environment, "EPICS_PVAS_SERVER_PORT": "0"},
        )
        try:
            yield
        finally:
            print(f"--- camera\n{camera.log}")
            camera.kill()


BY_EXAMPLE = {
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
    "cluster": cluster,
    "analysis": analysis,
}
