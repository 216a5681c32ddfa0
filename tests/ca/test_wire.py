"""What no client would send: it ends that circuit, and nothing else."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydevpva.ca.incoming import Incoming, Malformed
from tests.ca.served import Served
from tests.ca.wire import (
    CLEAR,
    CREATE,
    CREATE_FAILED,
    ECHO,
    ERROR,
    EVENT_CANCEL,
    HOST_NAME,
    NOT_FOUND,
    READ,
    READ_NOTIFY,
    SEARCH,
    VERSION,
    WRITE_NOTIFY,
    Wire,
    message,
    subscription,
)
from tests.local_ioc import eventually

Serve = Callable[..., Served]
Connect = Callable[..., Wire]
DB = 'record(ao, "X:ao") {} record(waveform, "X:wf") { field(NELM, 100) field(FTVL, DOUBLE) }'
_RANDOM = random.Random(5)

SENSELESS = {
    "noise": _RANDOM.randbytes(4096),
    "zeros in their place": message(5) + bytes(64),
    "a payload that ends between words": struct.pack(">HHHHII", ECHO, 3, 0, 0, 0, 0) + b"abc",
    "a payload of 4 GiB": struct.pack(">HHHHIIII", ECHO, 0xFFFF, 0, 0, 0, 0, 0xFFFFFFF8, 1),
    "an unknown command": message(99),
    "an answer": message(ERROR),
    "a get of nothing": message(READ_NOTIFY, 6, 1, 4711, 1),
    "a get of an unknown type": message(READ_NOTIFY, 99, 1, 1, 1),
    "a put of nothing": message(WRITE_NOTIFY, 6, 1, 4711, 1, bytes(8)),
    "a put of more than comes": message(WRITE_NOTIFY, 6, 100, 1, 1, bytes(8)),
    "a monitor without its mask": message(1, 6, 1, 1, 1),
    "the end of a channel that is not there": message(CLEAR, 0, 0, 4711, 1),
    "the end of a monitor that is not there": message(EVENT_CANCEL, 6, 1, 1, 4711),
    "an old get of nothing": message(READ, 6, 1, 4711, 1),
    "a version of old": message(VERSION, 0, 2),
    "an unending name": message(HOST_NAME, payload=b"x" * 2000),
}


@pytest.mark.parametrize("what", SENSELESS)
def test_senseless_messages_close_that_circuit_only(
    serve: Serve, wire: Connect, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    ioc = serve(DB)
    channel = ioc.client.channel("X:ao")
    bad = wire(ioc)
    if b"X:ao" not in SENSELESS[what] and what != "an unending name":
        bad.create("X:ao")
    bad.send(SENSELESS[what])
    assert bad.is_closed()
    began = time.monotonic()
    assert channel.put(5.0) == 1
    assert time.monotonic() - began < 1
    eventually(lambda: len(ioc.server.circuits) == 1, "one circuit is left")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_messages_may_come_in_any_pieces(serve: Serve, wire: Connect) -> None:
    ioc = serve(DB)
    client = wire(ioc)
    sid = client.create("X:ao")
    for byte in message(READ_NOTIFY, 6, 1, sid, 7) + message(ECHO):
        client.send(bytes([byte]))
    assert [client.answer().command for _ in range(2)] == [READ_NOTIFY, ECHO]


def test_answers_come_in_the_order_of_the_requests(serve: Serve, wire: Connect) -> None:
    ioc = serve(DB)
    client = wire(ioc)
    sid = client.create("X:ao")
    asked = [(READ_NOTIFY, READ, ECHO, READ_NOTIFY, ECHO)[i * 7 % 5] for i in range(2000)]
    requests = {READ_NOTIFY: message(READ_NOTIFY, 6, 1, sid, 7), READ: message(READ, 6, 1, sid, 7), ECHO: message(ECHO)}
    for first in range(0, len(asked), 7):
        client.send(b"".join(requests[command] for command in asked[first : first + 7]))
    assert [client.answer().command for _ in asked] == asked


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 27), st.integers(0, 60), st.binary(max_size=100))),
    st.lists(st.integers(1, 50), min_size=1),
)
def test_cut_anywhere_the_same_messages_come_out(sent: list[tuple[int, int, bytes]], cuts: list[int]) -> None:
    data = b"".join(message(command, kind, 1, 2, 3, payload) for command, kind, payload in sent)
    incoming, found, at = Incoming(1000), [], 0
    for i in range(len(data)):
        if at < len(data):
            size = cuts[i % len(cuts)]
            found += list(incoming.feed(data[at : at + size]))
            at += size
    assert [(m.command, m.type, m.payload.rstrip(b"\0")) for m in found] == [
        (command, kind, payload.rstrip(b"\0")) for command, kind, payload in sent
    ]


@given(st.binary(max_size=500))
def test_whatever_comes_is_messages_or_malformed(data: bytes) -> None:
    incoming = Incoming(1000)
    incoming.minor = 13
    with suppress(Malformed):
        assert sum(16 + len(found.payload) for found in incoming.feed(data)) <= len(data)


def test_a_search_by_tcp_is_answered(serve: Serve, wire: Connect) -> None:
    ioc = serve('record(ao, "X:ao") { alias("X:other") } record(table, "X:table") {}')
    client = wire(ioc)
    port = ioc.server.listening().port
    for name, kind, command in (("X:ao", 5, SEARCH), ("X:other.DESC$", 5, SEARCH), ("X:no", 10, NOT_FOUND)):
        client.send(message(SEARCH, kind, 13, 8, 8, name.encode() + b"\0"))
        answer = client.answer()
        assert (answer.command, answer.second) == (command, 8)
        assert answer.type == (port if command == SEARCH else 10)


def test_a_table_is_not_answered_and_the_log_says_so_once(
    serve: Serve, wire: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    ioc = serve('record(table, "X:table") {}')
    client = wire(ioc)
    for _ in range(3):
        client.send(message(SEARCH, 10, 13, 8, 8, b"X:table\0"))
        assert client.answer().command == NOT_FOUND
    told = [record.getMessage() for record in caplog.records if "X:table" in record.getMessage()]
    assert told == ["X:table: a Channel Access client asks for it, but a table goes over PVAccess only"]


def test_old_clients_are_served(serve: Serve, wire: Connect) -> None:
    """Version 4.8 knows no large arrays and no count of 0."""
    ioc = serve(DB)
    client = wire(ioc, version=8)
    client.send(message(CREATE, 0, 0, 1, 8, b"X:ao\0"))
    sid = client.until(CREATE).second
    client.send(message(READ, 6, 1, sid, 9))
    assert client.until(READ).payload == bytes(8)


def test_a_client_older_than_that_is_told(serve: Serve, wire: Connect) -> None:
    ioc = serve(DB)
    client = wire(ioc, greets=False)
    assert client.answer().command == VERSION
    client.send(message(CREATE, 0, 0, 1, 13, b"X:ao\0"))
    assert client.answer().command == ERROR
    client.send(message(VERSION, 0, 13) + message(CREATE, 0, 0, 1, 13, b"X:no\0"))
    assert client.answer().command == CREATE_FAILED


def test_5000_channels_on_one_circuit_are_opened_and_closed(serve: Serve, wire: Connect) -> None:
    ioc = serve("".join(f'record(ao, "X:{i}") {{}}\n' for i in range(5000)))
    client = wire(ioc)
    client.send(b"".join(message(CREATE, 0, 0, i, 13, f"X:{i}".encode() + b"\0") for i in range(5000)))
    numbers = [client.until(CREATE).second for _ in range(5000)]
    client.send(b"".join(subscription(sid, 20, sid) for sid in numbers))
    assert {client.until(1).second for _ in range(5000)} == set(numbers)
    client.close()
    eventually(lambda: not any(record.sinks for record in ioc.ioc.database.records.values()), "all have left")


def test_400_idle_circuits_delay_no_put(serve: Serve, wire: Connect) -> None:
    ioc = serve(DB)
    for _ in range(400):
        wire(ioc)
    channel = ioc.client.channel("X:ao")
    channel.put(1.0)
    latencies = []
    for number in range(50):
        began = time.monotonic()
        channel.put(float(number))
        latencies.append(time.monotonic() - began)
    assert sorted(latencies)[25] < 0.05
