"""Puts of Channel Access clients, with completion and without."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ca.client import (
    CHAR,
    DOUBLE,
    ENUM,
    LONG,
    NO_WRITE,
    NORMAL,
    PUT_FAILED,
    SHORT,
    STRING,
    STSACK_STRING,
)  # fmt: skip
from tests.ca.served import Served
from tests.ca.wire import CREATE, WRITE_NOTIFY, Wire, message
from tests.local_ioc import eventually

Serve = Callable[..., Served]


def test_a_put_with_completion_ends_when_the_code_and_the_chain_have(serve: Serve) -> None:
    ioc = serve(
        """record(ao, "X:move") { field(DTYP, "pydev") field(OUT, "@slow(VAL)") field(FLNK, "X:done") }
        record(calc, "X:done") { field(INPA, "X:done") field(CALC, "A+1") }""",
        "import threading; go = threading.Event()\ndef slow(v): go.wait(20); return v * 2",
    )
    channel = ioc.client.channel("X:move")
    ended = channel.begin_put(3.0)
    eventually(lambda: ioc.read("X:move.PACT") == 1, "the code runs")
    assert ioc.client.get("X:done").value == 0
    ioc.ioc.run_python("go.set()")
    assert ended().status == NORMAL
    assert ioc.client.get("X:done").value == 1


def test_a_put_without_completion_processes_the_record(serve: Serve) -> None:
    ioc = serve("""record(ao, "X:ao") {} record(calc, "X:c") { field(INPA, "X:ao CP") field(CALC, "A*2") }""")
    updates = ioc.client.channel("X:c").watch()
    ioc.client.put("X:ao", 4.0, wait=False)
    updates.wait(lambda all: all[-1].value == 8)


@pytest.mark.parametrize(
    ("name", "kind", "sent", "stored"),
    [
        ("X:ao", STRING, "2.5 mm", 2.5),
        ("X:ao", ENUM, 3, 3.0),
        ("X:ao", CHAR, 200, 200.0),
        ("X:ao", SHORT, -2, -2.0),
        ("X:lo", DOUBLE, 1e12, -(2**31)),
        ("X:lo", STRING, "0x10", 16),
        ("X:bo", STRING, "on", 1),
        ("X:bo", LONG, 1, 1),
        ("X:so", DOUBLE, 1.5, "1.500000"),
        ("X:so", STRING, "a text of thirty-nine bytes, and no mor", "a text of thirty-nine bytes, and no mor"),
        ("X:ao.SCAN", STRING, "1 second", 6),
        ("X:ao.DESC$", CHAR, b"some words\0", "some words"),
        ("X:wf", DOUBLE, [1.0, 2.0], [1.0, 2.0]),
        ("X:wf", STRING, ["1.5", "2"], [1.5, 2.0]),
        ("X:wf", LONG, [0, 1, 2, 3], [0.0, 1.0, 2.0, 3.0]),
        ("X:wf", DOUBLE, [], []),
        ("X:chars", CHAR, b"abc\0", [97, 98, 99, 0]),
        ("X:texts", STRING, ["one", "two"], ["one", "two"]),
        ("X:lso.VAL$", CHAR, b"longer than forty bytes, which is what a DBR_STRING has\0",
         "longer than forty bytes, which is what a DBR_STRING has"),
    ],
)  # fmt: skip
def test_any_type_is_put(serve: Serve, name: str, kind: int, sent: object, stored: object) -> None:
    ioc = serve(
        """record(ao, "X:ao") {} record(longout, "X:lo") {} record(stringout, "X:so") {}
        record(bo, "X:bo") { field(ZNAM, "off") field(ONAM, "on") } record(lso, "X:lso") { field(SIZV, 100) }
        record(waveform, "X:wf") { field(NELM, 4) field(FTVL, DOUBLE) }
        record(waveform, "X:chars") { field(NELM, 9) field(FTVL, CHAR) }
        record(waveform, "X:texts") { field(NELM, 9) field(FTVL, STRING) }"""
    )
    assert ioc.client.put(name, sent, kind) == NORMAL
    found = ioc.read(name)
    assert (found.tolist() if hasattr(found, "tolist") else found) == stored


@pytest.mark.parametrize(
    ("name", "kind", "sent", "status"),
    [
        ("X:ao", STRING, "no number", PUT_FAILED),
        ("X:bo", STRING, "neither", PUT_FAILED),
        ("X:shut", DOUBLE, 1.0, PUT_FAILED),
        ("X:ao.SCAN", STRING, "now and then", PUT_FAILED),
        ("X:ao.FLNK", DOUBLE, 1.0, PUT_FAILED),
        ("X:code.OUT$", CHAR, b"@exit()\0", PUT_FAILED),
    ],
)
def test_what_cannot_be_put_fails_and_changes_nothing(
    serve: Serve, name: str, kind: int, sent: object, status: int
) -> None:
    ioc = serve(
        """record(ao, "X:ao") { field(VAL, 7) } record(bo, "X:bo") { field(ZNAM, "off") field(ONAM, "on") }
        record(ao, "X:shut") { field(DISP, 1) } record(ao, "X:code") { field(DTYP, "pydev") field(OUT, "@VAL") }"""
    )
    before = ioc.read(name)
    assert ioc.client.put(name, sent, kind) == status
    assert ioc.read(name) == before


def test_the_error_of_a_put_without_completion_says_why(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") { field(DISP, 1) }')
    ioc.client.put("X:ao", 1.0, wait=False)
    eventually(lambda: ioc.client.errors, "the error")
    status, words = ioc.client.errors[0]
    assert status == PUT_FAILED
    assert "X:ao.VAL: puts are disabled (DISP=1)" in words


def test_a_field_that_nobody_changes_has_no_write_access(serve: Serve) -> None:
    channel = serve('record(ao, "X:ao") {}').client.channel("X:ao.NAME")
    assert channel.rights == [(True, False)]


def test_alarm_handlers_acknowledge(serve: Serve) -> None:
    """As EPICS: dbAccess.c putAcks, putAckt."""
    ioc = serve('record(ao, "X:ao") { field(HIHI, 5) field(HHSV, MAJOR) field(HIGH, 3) field(HSV, MINOR) }')
    channel = ioc.client.channel("X:ao")
    channel.put(6.0)
    channel.put(0.0)
    assert ioc.read("X:ao.ACKS") == 2
    updates = channel.watch(STSACK_STRING)
    assert channel.put(1, 36) == NORMAL
    assert ioc.read("X:ao.ACKS") == 2
    assert channel.put(2, 36) == NORMAL
    assert ioc.read("X:ao.ACKS") == 0
    updates.wait(lambda all: len(all) == 2)
    assert channel.put(0, 35) == NORMAL
    assert ioc.read("X:ao.ACKT") == 0


def test_puts_of_a_client_that_leaves_are_dropped_unless_they_have_begun(
    serve: Serve, wire: Callable[..., Wire]
) -> None:
    ioc = serve(
        'record(ao, "X:ao") { field(DTYP, "pydev") field(OUT, "@slow(VAL)") }',
        "import threading; go = threading.Event(); ran = []\ndef slow(v): ran.append(v); go.wait(20)",
    )
    leaving = wire(ioc)
    sid = leaving.create("X:ao")
    for number in range(5):
        leaving.send(message(WRITE_NOTIFY, DOUBLE, 1, sid, number, bytes([0x40, number << 4 & 0xF0, 0, 0, 0, 0, 0, 0])))
    eventually(lambda: len(ioc.server.served.clients.waiting) == 5, "all puts wait")
    leaving.close()
    eventually(lambda: not ioc.server.served.clients.waiting, "the puts are gone")
    ioc.ioc.run_python("go.set()")
    assert ioc.client.put("X:ao", 9.0) == NORMAL
    assert len(ioc.ioc.run_python("ran")) == 2  # type: ignore[arg-type]


def test_a_name_that_is_not_here_cannot_be_opened(serve: Serve, wire: Callable[..., Wire]) -> None:
    ioc = serve('record(ao, "X:ao") {}')
    connection = wire(ioc)
    connection.send(message(CREATE, 0, 0, 77, 13, b"X:other\0"))
    answer = connection.answer()
    assert (answer.command, answer.first) == (26, 77)


def test_write_access_is_refused_by_its_own_status(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") {}', access="ASG(DEFAULT) { RULE(1, READ) }")
    channel = ioc.client.channel("X:ao")
    assert channel.rights == [(True, False)]
    with pytest.raises(Exception, match="Write access denied"):
        channel.put(1.0)
    assert NO_WRITE
