"""Access security over Channel Access: by user and host, for reading too, and told when it changes."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ca.client import DOUBLE, NO_READ
from tests.ca.served import Served
from tests.ca.wire import ACCESS_RIGHTS, CLIENT_NAME, CREATE, HOST_NAME, WRITE_NOTIFY, Wire, message

Serve = Callable[..., Served]
DB = 'record(ao, "X:ao") {} record(ao, "X:lock") {}'


def test_the_rules_go_by_user_and_host(serve: Serve, wire: Callable[..., Wire]) -> None:
    ioc = serve(
        DB,
        access="""UAG(ops) {jane} HAG(room) {console}
        ASG(DEFAULT) { RULE(0, READ) RULE(1, WRITE) { UAG(ops) HAG(room) } }""",
    )
    found = {}
    for user, host in (("jane", "console"), ("jane", "elsewhere"), ("tom", "console"), ("jane", "CONSOLE")):
        client = wire(ioc)
        client.send(message(CLIENT_NAME, payload=user.encode() + b"\0"))
        client.send(message(HOST_NAME, payload=host.encode() + b"\0"))
        client.send(message(CREATE, 0, 0, 1, 13, b"X:ao\0"))
        found[user, host] = client.until(ACCESS_RIGHTS).second
    assert found == {
        ("jane", "console"): 3, ("jane", "elsewhere"): 1, ("tom", "console"): 1, ("jane", "CONSOLE"): 3,
    }  # fmt: skip


def test_what_may_not_be_read_is_not_told(serve: Serve) -> None:
    ioc = serve(DB, access="ASG(DEFAULT) { RULE(1, NONE) }")
    channel = ioc.client.channel("X:ao")
    assert channel.rights == [(False, False)]
    with pytest.raises(Exception, match="Read access denied"):
        channel.get()
    assert NO_READ


def test_rights_are_told_again_when_an_input_of_the_rules_changes(serve: Serve) -> None:
    ioc = serve(DB, access='ASG(DEFAULT) { INPA("X:lock") RULE(1, READ) RULE(1, WRITE) { CALC("A=1") } }')
    channel = ioc.client.channel("X:ao")
    assert channel.rights == [(True, False)]
    ioc.begin_put("X:lock", 1.0)()
    channel.wait_rights((True, True))
    assert channel.put(4.0) == 1
    ioc.begin_put("X:lock", 0.0)()
    channel.wait_rights((True, False))


def test_rights_are_told_again_when_the_rules_are_read_again(serve: Serve, tmp_path: Path) -> None:
    ioc = serve(DB, access="ASG(DEFAULT) { RULE(1, WRITE) }")
    channel = ioc.client.channel("X:ao")
    updates = channel.watch(DOUBLE)
    updates.wait(lambda all: len(all) == 1)
    (tmp_path / "test.acf").write_text("ASG(DEFAULT) { RULE(1, NONE) }")
    ioc.ioc.servers.reload_access()
    channel.wait_rights((False, False))
    (tmp_path / "test.acf").write_text("ASG(DEFAULT) { RULE(1, READ) }")
    ioc.ioc.servers.reload_access()
    channel.wait_rights((True, False))
    updates.wait(lambda all: len(all) == 2)


def test_rights_are_told_again_when_a_record_changes_its_group(serve: Serve) -> None:
    ioc = serve(DB, access="ASG(DEFAULT) { RULE(1, WRITE) } ASG(shut) { RULE(1, READ) }")
    channel = ioc.client.channel("X:ao")
    ioc.begin_put("X:ao.ASG", "shut")()
    channel.wait_rights((True, False))


def test_a_put_that_was_on_its_way_is_refused_by_its_status(serve: Serve, wire: Callable[..., Wire]) -> None:
    ioc = serve(DB, access="ASG(DEFAULT) { RULE(1, READ) }")
    client = wire(ioc)
    sid = client.create("X:ao")
    client.send(message(WRITE_NOTIFY, 6, 1, sid, 5, bytes(8)))
    answer = client.until(WRITE_NOTIFY)
    assert (answer.first, answer.second) == (376, 5)


def test_libca_says_who_it_is(serve: Serve) -> None:
    ioc = serve(DB)
    ioc.client.channel("X:ao")
    (circuit,) = ioc.server.circuits
    assert (circuit.user, circuit.host) == (getpass.getuser(), socket.gethostname())
