"""Where the server listens, and how it says that it is there."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from pydevpva.ca.config import Config, read_config
from pydevpva.ca.server import Listening
from tests.ca.client import Client
from tests.ca.served import Served
from tests.ca.wire import SEARCH, VERSION, message
from tests.ioc_process import PATIENCE, Starter

Serve = Callable[..., Served]
DB = 'record(ao, "X:ao") { alias("X:other") }'


@pytest.fixture
def udp() -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(PATIENCE)
        yield sock


def test_a_search_by_udp_is_answered_for_what_is_there(serve: Serve, udp: socket.socket) -> None:
    ioc = serve(DB)
    listening = ioc.server.listening()
    names = ("X:no", "X:ao", "X:ao.NOFIELD", "X:other.EGU", "X:ao.TIME")
    searches = [message(SEARCH, 5, 13, i, i, name.encode() + b"\0") for i, name in enumerate(names)]
    udp.sendto(message(VERSION, 0, 13, 4711) + b"".join(searches), ("127.0.0.1", listening.search_port))
    reply = udp.recv(2000)
    assert struct.unpack_from(">HHHHII", reply) == (VERSION, 0, 1, 13, 4711, 0)
    found = [struct.unpack_from(">HHHHIIH", reply, at) for at in range(16, len(reply), 24)]
    assert found == [(SEARCH, 8, listening.port, 0, 0xFFFFFFFF, i, 13) for i in (1, 3)]


def test_searches_without_sense_are_not_answered(serve: Serve, udp: socket.socket) -> None:
    ioc = serve(DB)
    where = ("127.0.0.1", ioc.server.listening().search_port)
    for data in (b"", b"x" * 15, bytes(64), message(SEARCH, 5, 13, 1, 1, b"X:ao\0"), message(99)):
        udp.sendto(data, where)
    udp.sendto(message(VERSION, 0, 13, 1) + message(SEARCH, 5, 13, 1, 1, b"X:ao\0"), where)
    assert struct.unpack_from(">HHHHII", udp.recv(2000))[4] == 1


def test_a_taken_port_is_said_and_another_one_used(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    first = serve(DB)
    port = first.server.listening().port
    second = first.server.__class__(first.ioc.database, first.environment)
    listening = second.start()
    try:
        assert listening == Listening(("127.0.0.1",), listening.port, port)
        assert listening.port_taken
        assert str(listening).endswith(f"(TCP port {port} is taken by another program)")
    finally:
        second.stop()


def test_beacons_come_quickly_at_first(serve: Serve, udp: socket.socket) -> None:
    first = serve(DB)
    place = f"127.0.0.1:{udp.getsockname()[1]}"
    second = first.server.__class__(first.ioc.database, {**first.environment, "EPICS_CAS_BEACON_ADDR_LIST": place})
    listening = second.start()
    try:
        beacons = [struct.unpack(">HHHHII", udp.recv(100)) for _ in range(4)]
        assert beacons == [(13, 0, 13, listening.port, number, 0) for number in range(4)]
    finally:
        second.stop()


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({}, {"interfaces": ("0.0.0.0",), "port": 5064, "beacon_period": 15.0}),
        ({"EPICS_CA_SERVER_PORT": "6000"}, {"port": 6000}),
        ({"EPICS_CA_SERVER_PORT": "6000", "EPICS_CAS_SERVER_PORT": "7000"}, {"port": 7000}),
        ({"EPICS_CAS_SERVER_PORT": "99"}, {"port": 5064}),
        ({"EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1 224.0.0.7"}, {"interfaces": ("127.0.0.1",), "groups": ("224.0.0.7",)}),
        ({"EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1"}, {"beacons": (("127.0.0.1", 5065),)}),
        ({"EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO"}, {"beacons": ()}),
        (
            {"EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO", "EPICS_CAS_BEACON_ADDR_LIST": "10.0.0.1 10.0.0.2:99",
             "EPICS_CAS_BEACON_PORT": "6001"},
            {"beacons": (("10.0.0.1", 6001), ("10.0.0.2", 99))},
        ),
        ({"EPICS_CAS_IGNORE_ADDR_LIST": "10.0.0.1"}, {"ignored": frozenset({"10.0.0.1"})}),
        ({"EPICS_CAS_BEACON_PERIOD": "5"}, {"beacon_period": 5.0}),
        ({"EPICS_CA_BEACON_PERIOD": "6"}, {"beacon_period": 6.0}),
        ({"EPICS_CAS_BEACON_PERIOD": "often"}, {"beacon_period": 15.0}),
        ({"EPICS_CA_AUTO_ARRAY_BYTES": "NO", "EPICS_CA_MAX_ARRAY_BYTES": "100000"}, {"largest": 100000}),
        ({"EPICS_CA_AUTO_ARRAY_BYTES": "NO"}, {"largest": 16384}),
    ],
)  # fmt: skip
def test_the_environment_is_obeyed(
    variables: dict[str, str], wanted: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("EPICS_CA"):
            monkeypatch.delenv(name)
    config: Config = read_config(variables)
    assert {name: getattr(config, name) for name in wanted} == wanted


def test_both_servers_are_named_at_the_start_and_either_can_be_left_out(start: Starter) -> None:
    path = start.file("x.db", DB)
    both = start.pydevpva("-d", path)
    both.wait_log("iocRun: All initialization complete")
    assert "PVAccess server on 127.0.0.1, TCP port" in both.log
    assert "Channel Access server on 127.0.0.1, TCP port" in both.log
    without_ca = start.pydevpva("--no-ca", "-d", path)
    without_ca.wait_log("iocRun: All initialization complete")
    assert "Channel Access server" not in without_ca.log
    without_pva = start.pydevpva("--no-pva", "-d", path, serving=False)
    without_pva.wait_log("iocRun: All initialization complete")
    assert "PVAccess server" not in without_pva.log
    with Client(without_pva.environment) as client:
        assert client.put("X:ao", 2.0) == 1


def test_the_end_of_the_ioc_is_seen_and_its_return(start: Starter) -> None:
    server = start.pydevpva(db=DB)
    with Client(server.environment) as client:
        channel = client.channel("X:ao")
        assert server.terminate() == 0
        channel.wait_lost()
        environment = server.environment
        again = start.pydevpva(db=DB, env=environment, serving=False)
        again.wait_log("iocRun: All initialization complete")
        channel.wait_connected(15)
        assert channel.get().status == 1


def test_1000_completed_puts_are_answered_at_the_end(start: Starter) -> None:
    server = start.pydevpva(
        db='record(ao, "X:ao") { field(DTYP, "pydev") field(OUT, "@slow(VAL)") }',
        startup=['pydev("import time")', 'pydev("def slow(v): time.sleep(0.05)")'],
    )
    with Client(server.environment) as client:
        channel = client.channel("X:ao")
        ends = [channel.begin_put(float(i)) for i in range(1000)]
        assert server.terminate(timeout=2.5) == 0
        answers = [end() for end in ends]
        assert {answer.status for answer in answers} <= {1, 160}
        assert len(answers) == 1000
