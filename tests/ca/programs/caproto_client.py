"""What test_clients.py asks of caproto's threading client."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from caproto import ChannelType
from caproto.threading.client import PV, Context

PATIENCE = 60


def wait(happened: Callable[[], object]) -> float:
    """Seconds until it has."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.01)
    return time.monotonic() - began


def read(pv: PV, **options: Any) -> Any:
    return pv.read(timeout=PATIENCE, **options)


def write(pv: PV, *values: Any, **options: Any) -> None:
    pv.write(values, wait=True, timeout=PATIENCE, **options)


def say(what: object) -> None:
    print(json.dumps(what), flush=True)


context = Context()
pvs: list[PV] = context.get_pvs("X:ao", "X:bo", "X:wf", "X:move", "X:moved")
for pv in pvs:
    pv.wait_for_connection(timeout=PATIENCE)
ao, bo, wf, move, moved = pvs
seen: list[float] = []


def update(subscription: object, response: Any) -> None:
    seen.append(response.data[0])


monitored = ao.subscribe(data_type="time")
monitored.add_callback(update)
wait(lambda: seen)
control = read(ao, data_type="control")
found: dict[str, object] = {"value": float(control.data[0]), "units": control.metadata.units.decode()}
found |= {"precision": control.metadata.precision, "upper": control.metadata.upper_disp_limit}
write(ao, 60.0)
now = read(ao, data_type="time")
found["alarm"] = [float(now.data[0]), int(now.metadata.severity)]
write(bo, b"in", data_type=ChannelType.STRING)
state = read(bo, data_type="control")
found |= {"states": [text.decode() for text in state.metadata.enum_strings], "state": int(state.data[0])}
# Not as many as fit: its sendall gives up when the socket is full for a moment
write(wf, *(float(i) for i in range(1000)))
array = read(wf)
found["array"] = [len(array.data), float(array.data[-1])]
began = time.monotonic()
write(move, 1.0)
found |= {"waited": time.monotonic() - began >= 0.5, "chain": float(read(moved).data[0])}
write(ao, 7.0)
wait(lambda: len(seen) == 3)
say({**found, "monitored": [float(value) for value in seen]})
wait(lambda: not ao.connected)
say("lost")
seconds = wait(lambda: ao.connected)
say([seconds, float(read(ao).data[0])])
