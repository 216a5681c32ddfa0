"""What the pictures of the displays show: one function per folder of examples/, which puts what is worth seeing.

It returns when the IOC's values stand still, or nearly so: the picture waits for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

from p4p.client.thread import Context

from tests.clients import Watch
from tests.examples.facts import camera_beside, put
from tests.ioc_process import ServerProcess


def log(client: Context) -> None:
    put(client, "Example:Log", "hello world")
    put(client, "Example:Note", "shift begins")


def histogram(client: Context) -> None:
    put(client, "Example:Fill", 20000)
    put(client, "Example:Save", 4.5)


def tcp(client: Context) -> None:
    put(client, "Example:Tcp:Request", "VOLT 2.5")
    put(client, "Example:Tcp:Request", "VOLT?")


def async_scene(client: Context) -> None:
    put(client, "Example:Async:Setpoint", 60)
    put(client, "Example:Async:Request", "TEMP?")


def abs(client: Context) -> None:
    put(client, "Example:AbsValue", -3.3)
    put(client, "Example:Distance", 2)


def sqrt(client: Context) -> None:
    put(client, "Example:Num", 30)


def device(client: Context) -> None:
    """The readback is above its HIGH, the oven has refused a setpoint."""
    with Watch(client, "Demo:Temperature") as temperature:
        put(client, "Demo:Setpoint", 60)
        put(client, "Demo:Heater", 1, leaf="value.index")
        put(client, "Demo:Position", 92)
        put(client, "Demo:Setpoint", 400)
        temperature.until(lambda update: update.value > 59.9)


def pycalc(client: Context) -> None:
    put(client, "Example:Calc:Angle", 15)
    put(client, "Example:Calc:Crystal", 2, leaf="value.index")


def alarm(client: Context) -> None:
    """Above HIGH, then the sensor's plug is pulled."""
    put(client, "Example:Tank:Fill", 85)
    put(client, "Example:Tank:Sensor", 0, leaf="value.index")


def slit(client: Context) -> None:
    """A scan, then a gap that is too wide."""
    client.put("Example:Slit", {"gap.value": 1, "centre.value": 0.4}, wait=True, get=False, timeout=20)
    put(client, "Example:Slit:Points", 41)
    put(client, "Example:Slit", 12, leaf="gap.value")


def scan(client: Context) -> None:
    """Paused in the middle of the second line."""
    with Watch(client, "Example:Scan:Step") as step, Watch(client, "Example:Scan:State") as state:
        client.put("Example:Scan:Start", {"value.index": 1}, wait=False, get=False)
        step.until(lambda update: update.value == "line 2 of 3, point 15", timeout=60)
        put(client, "Example:Scan:Pause", 1, leaf="value.index")
        state.until(lambda update: update.value.index == 2)


def cluster(client: Context) -> None:
    """Some frames have come back, and the camera is stopped."""
    with Watch(client, "Example:Cluster:Image") as images, Watch(client, "Example:Cluster:UnderWay") as under_way:
        put(client, "Example:Cluster:Rate", 2)
        put(client, "Example:Cluster:Acquire", 1, leaf="value.index")
        images.until(lambda update: update.uniqueId > 0, timeout=60)
        put(client, "Example:Cluster:Root", 2)
        put(client, "Example:Cluster:Acquire", 0, leaf="value.index")
        under_way.until(lambda update: update.value == 0)


def camera(client: Context) -> None:
    frames(client)


def analysis(client: Context) -> None:
    put(client, "Example:Ana:X.HIGH", 600)
    frames(client)


def frames(client: Context) -> None:
    """Some frames of the camera, and the camera stopped."""
    with Watch(client, "Example:Cam:Image") as images:
        put(client, "Example:Cam:Rate", 5)
        images.until(lambda update: update.uniqueId > 0)
        put(client, "Example:Cam:Acquire", 0, leaf="value.index")


BY_EXAMPLE: dict[str, Callable[[Context], None]] = {
    "log": log,
    "histogram": histogram,
    "tcp": tcp,
    "async": async_scene,
    "abs": abs,
    "sqrt": sqrt,
    "device": device,
    "pycalc": pycalc,
    "alarm": alarm,
    "slit": slit,
    "scan": scan,
    "camera": camera,
    "cluster": cluster,
    "analysis": analysis,
}


@contextmanager
def beside(name: str, server: ServerProcess) -> Iterator[None]:
    """What else must run: the analysis looks at the camera's IOC."""
    if name == "analysis":
        with redirect_stdout(StringIO()), camera_beside(server):  # it prints a log, for pytest
            yield
    else:
        yield
