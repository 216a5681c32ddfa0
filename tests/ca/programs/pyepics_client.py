"""What test_clients.py asks of pyepics."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import epics

PATIENCE = 60


def wait(happened: Callable[[], object]) -> float:
    """Seconds until it has."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.01)
    return time.monotonic() - began


def connected(name: str) -> epics.PV:
    pv = epics.PV(name, form="ctrl", auto_monitor=True)
    assert pv.wait_for_connection(PATIENCE)
    return pv


def say(what: object) -> None:
    print(json.dumps(what), flush=True)


ao, bo, wf, move = (connected(name) for name in ("X:ao", "X:bo", "X:wf", "X:move"))
ao.get_ctrlvars(timeout=PATIENCE)
seen: list[float] = []
watched = epics.PV("X:ao", callback=lambda value, **_: seen.append(value))
wait(lambda: seen)
found: dict[str, object] = {"value": ao.get(timeout=PATIENCE)}
found |= {"units": ao.units, "precision": ao.precision, "upper": ao.upper_disp_limit}
ao.put(60.0, wait=True, timeout=PATIENCE)
wait(lambda: ao.value == 60.0 and ao.severity == 1)
found["alarm"] = [ao.value, ao.severity]
bo.get_ctrlvars(timeout=PATIENCE)
bo.put("in", wait=True, timeout=PATIENCE)
found |= {"states": list(bo.enum_strs), "state": bo.get(use_monitor=False, timeout=PATIENCE)}
wf.put([float(i) for i in range(wf.nelm)], wait=True, timeout=PATIENCE)
array = wf.get(use_monitor=False, timeout=PATIENCE)
found["array"] = [len(array), array[-1]]
began = time.monotonic()
move.put(1.0, wait=True, timeout=PATIENCE)
found |= {"waited": time.monotonic() - began >= 0.5, "chain": epics.caget("X:moved")}
ao.put(7.0, wait=True, timeout=PATIENCE)
wait(lambda: len(seen) == 3)
say({**found, "monitored": seen})
wait(lambda: not ao.connected)
say("lost")
seconds = wait(lambda: ao.connected)
say([seconds, ao.get(use_monitor=False, timeout=PATIENCE)])
