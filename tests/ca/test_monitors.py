"""Monitors: masks and deadbands, as EPICS has them; clients that do not keep up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.ca.client import ALARM, CTRL, DOUBLE, LOG, LONG, PROPERTY, STS, TIME, VALUE
from tests.ca.served import Served
from tests.ca.wire import EVENT_ADD, EVENTS_OFF, EVENTS_ON, Wire, message, subscription
from tests.local_ioc import eventually

Serve = Callable[..., Served]


def test_each_mask_has_its_own_deadband(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") { field(MDEL, 1) field(ADEL, 3) field(HIGH, 5) field(HSV, MINOR) field(VAL, 0) }')
    channel = ioc.client.channel("X:ao")
    channel.put(0.0)
    value, archive, alarm = (channel.watch(STS + DOUBLE, mask) for mask in (VALUE, LOG, ALARM))
    end = channel.watch(DOUBLE, VALUE | LOG | ALARM)
    end.wait(lambda all: len(all) == 1)
    for number in (0.5, 2.0, 2.5, 4.0, 5.0, 5.5):
        channel.put(number)
    end.wait(lambda all: all[-1].value == 5.5)
    assert end.values == [0.0, 2.0, 4.0, 5.0, 5.5]
    assert value.values == [0.0, 2.0, 4.0, 5.5]
    assert archive.values == [0.0, 4.0]
    assert [(got.value, got.alarm[1]) for got in alarm.all] == [(0.0, 0), (5.0, 1)]


def test_properties_are_posted_to_whoever_asks_for_them(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") { field(EGU, "mm") }')
    channel = ioc.client.channel("X:ao")
    properties, values = channel.watch(CTRL + DOUBLE, PROPERTY), channel.watch(DOUBLE, VALUE)
    properties.wait(lambda all: len(all) == 1)
    ioc.client.put("X:ao.EGU", "cm")
    properties.wait(lambda all: len(all) == 2)
    assert b"cm" in properties.all[1].raw
    assert len(values.all) == 1


def test_another_field_is_posted_when_processing_changes_it(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") { field(HIGH, 5) field(HSV, MINOR) }')
    updates = ioc.client.channel("X:ao.SEVR").watch()
    ioc.client.put("X:ao", 6.0)
    updates.wait(lambda all: all[-1].value == 1)
    assert updates.values == [3, 0, 1] or updates.values == [3, 1]


def test_a_text_as_characters_is_posted_when_it_changes_and_not_when_its_record_processes(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") { field(DESC, "old") }')
    updates = ioc.client.channel("X:ao.DESC$").watch()
    updates.wait(lambda all: len(all) == 1)
    for number in (1.0, 2.0):
        ioc.client.put("X:ao", number)
    ioc.client.put("X:ao.DESC", "new")
    updates.wait(lambda all: b"new" in all[-1].raw)
    assert [got.raw.rstrip(b"\0") for got in updates.all] == [b"old", b"new"]


def test_time_and_alarm_come_with_the_value(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") {}')
    ioc.client.put("X:ao", 1.0)
    got = ioc.client.get("X:ao", TIME + DOUBLE)
    nanoseconds = ioc.call(lambda: ioc.record("X:ao").TIME)
    assert got.stamp == (nanoseconds // 10**9 - 631152000, nanoseconds % 10**9)
    assert got.alarm == (0, 0)


@pytest.mark.parametrize("kind", ["calc", "calcout", "sub", "scalcout", "acalcout"])
def test_the_variables_of_a_calculation_come_with_each_alarm(serve: Serve, kind: str) -> None:
    does = 'field(CALC, "A")' if kind != "sub" else 'field(SNAM, "nothing")'
    ioc = serve(
        f"""record(ai, "X:ai") {{ field(HIGH, 5) field(HSV, MINOR) field(UDF, 0) field(INP, "X:set") }}
        record(ao, "X:set") {{ field(FLNK, "X:ai") }}
        record({kind}, "X:calc") {{ field(INPA, 3) field(INPB, "X:ai CP MS") {does} field(PINI, YES) }}""",
        "import pydev\n\n\n@pydev.subroutine\ndef nothing(record):\n    return 0\n",
    )
    updates, other = (ioc.client.channel(f"X:calc.{x}").watch(STS + DOUBLE) for x in "AE")
    for told in (updates, other):
        ioc.client.put("X:set", 6.0)
        told.wait(lambda all: all[-1].alarm[1] == 1)
        ioc.client.put("X:set", 1.0)
        told.wait(lambda all: all[-1].alarm[1] == 0)
    assert {got.value for got in updates.all} == {3.0}


def test_arrays_come_as_long_as_they_are(serve: Serve) -> None:
    ioc = serve('record(waveform, "X:wf") { field(NELM, 1000) field(FTVL, LONG) }')
    channel = ioc.client.channel("X:wf")
    updates, whole = channel.watch(STS + LONG), channel.watch(count=4)
    for length in (3, 7, 0):
        channel.put(list(range(length)))
    updates.wait(lambda all: len(all) == 4)
    assert [got.count for got in updates.all] == [0, 3, 7, 0]
    assert [got.values for got in whole.all] == [[0] * 4, [0, 1, 2, 0], [0, 1, 2, 3], [0] * 4]


def test_4_mib_go_both_ways(serve: Serve) -> None:
    ioc = serve('record(waveform, "X:wf") { field(NELM, 600000) field(FTVL, DOUBLE) }')
    channel = ioc.client.channel("X:wf")
    sent = [float(i) for i in range(524288)]
    assert channel.put(sent) == 1
    assert channel.get().values == sent


def test_a_cancelled_monitor_hears_no_more(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") {}')
    channel = ioc.client.channel("X:ao")
    first, second = channel.watch(), channel.watch()
    first.wait(lambda all: len(all) == 1)
    first.stop()
    channel.put(1.0)
    second.wait(lambda all: len(all) == 2)
    assert len(first.all) == 1
    channel.clear()
    eventually(lambda: ioc.call(lambda: ioc.record("X:ao").sinks) is None, "nobody watches the record")


def test_with_events_off_each_monitor_keeps_its_newest(serve: Serve, wire: Callable[..., Wire]) -> None:
    ioc = serve('record(longout, "X:lo") {}')
    client = wire(ioc)
    sid = client.create("X:lo")
    client.send(subscription(sid, 5, 1))
    assert client.until(EVENT_ADD).payload[:4] == bytes(4)
    client.send(message(EVENTS_OFF))
    client.send(message(23))
    client.until(23)
    eventually(lambda: all(c.is_off for c in _clients(ioc) if c.channels), "events are off")
    for number in range(1, 50):
        ioc.client.put("X:lo", number)
    client.send(message(EVENTS_ON))
    assert client.until(EVENT_ADD).payload[:4] == (49).to_bytes(4, "big")


def _clients(ioc: Served) -> list[Any]:
    return list(ioc.server.rights.connected)


def test_a_client_that_does_not_read_takes_bounded_memory_and_gets_the_newest(
    serve: Serve, wire: Callable[..., Wire]
) -> None:
    ioc = serve('record(waveform, "X:wf") { field(NELM, 20000) field(FTVL, DOUBLE) } record(longout, "X:lo") {}')
    client = wire(ioc)
    numbers = {client.create("X:wf", 1): 6, client.create("X:lo", 2): 5}
    for sid, kind in numbers.items():
        client.send(subscription(sid, kind, sid, count=0))
    waveform, number = ioc.client.channel("X:wf"), ioc.client.channel("X:lo")
    for i in range(1, 200):
        waveform.put([float(i)] * 20000)
        number.put(i)
    waiting = max(circuit.outgoing.size for circuit in ioc.server.circuits)
    assert waiting < 1 << 20
    last: dict[int, bytes] = {}
    while len(last) < 2 or last[2][:4] != (199).to_bytes(4, "big") or last[1][:8] != b"\x40\x68\xe0" + bytes(5):
        answer = client.until(EVENT_ADD)
        last[answer.second] = answer.payload
