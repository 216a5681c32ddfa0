"""What a RecCeiver is told, by a receiver that knows the protocol, and that nothing is held up by one."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pydevpva.ioc import Ioc
from pydevpva.recsync import caster
from pydevpva.recsync.caster import State
from tests.ioc_process import Starter, free_ports
from tests.local_ioc import LocalIoc, eventually, written
from tests.recsync.receiver import Receiver, receiver

DB = """
record(ai, "T:in") { alias("T:other") field(DESC, "temperature, 21 °C") info(archive, "monitor") info(empty, "") }
record(longout, "T:out") { }
record(ai, "T:private_") { info(archive, "no") }
record(mbbi, "T:State-Sts") { field(DTYP, "RecCaster") field(SCAN, "I/O Intr") field(THST, "Uploading") }
record(stringin, "T:Msg-I") { field(DTYP, "RecCaster") field(SCAN, "I/O Intr") field(PINI, "RUNNING") }
"""


@contextmanager
def told(folder: Path, db: str = DB, **settings: Any) -> Iterator[tuple[LocalIoc, Receiver]]:
    """An IOC that finds this receiver at once."""
    udp = free_ports()[1]
    with receiver(udp) as server, Ioc(False) as ioc:
        ioc.load_records(written(folder / "x.db", db))
        made = ioc.reccaster.settings
        made.wanted, made.longest_holdoff, made.port = True, 0.0, udp
        for name, value in settings.items():
            setattr(made, name, value)
        ioc.init()
        yield LocalIoc(ioc), server


def test_records_are_told_with_type_aliases_infos_and_description(tmp_path: Path) -> None:
    with told(tmp_path) as (_, server):
        found = server.accept().all()
        assert found.greeting == (0, 0, server.key)
        assert sorted(found.records.values())[0] == ("ai", "T:in", ["T:other"])
        assert found.names() == ["T:Msg-I", "T:State-Sts", "T:in", "T:out", "T:private_"]
        assert found.of("T:in") == {"archive": "monitor", "recordDesc": "temperature, 21 °C"}
        assert found.of("T:out") == {}


def test_a_description_is_told_as_it_is_now(tmp_path: Path) -> None:
    with told(tmp_path) as (ioc, server):
        session = server.accept()
        ioc.put("T:out.DESC", "changed")
        assert session.all().of("T:out") == {"recordDesc": "changed"}


def test_names_that_match_a_pattern_are_not_told(tmp_path: Path) -> None:
    with told(tmp_path, excluded=["*_", "T:[i]n", "T:*-?"]) as (_, server):
        assert server.accept().all().names() == ["T:State-Sts", "T:in", "T:out"]


def test_variables_of_the_environment_are_properties_of_the_ioc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"SECTOR": "7", "EMPTY": "", "ENGINEER": "me", "OTHER": "x", "HOSTNAME": "here"}.items():
        monkeypatch.setenv(name, value)
    with told(tmp_path, variables=["HOSTNAME", "ENGINEER", "SECTOR", "EMPTY"]) as (_, server):
        properties = server.accept().all().infos[0]
        assert properties.pop("EPICS_VERSION").startswith("EPICS 7.")
        assert properties == {"HOSTNAME": "here", "ENGINEER": "me", "SECTOR": "7"}


def test_a_ping_is_answered_with_its_number(tmp_path: Path) -> None:
    with told(tmp_path) as (_, server):
        session = server.accept()
        session.all()
        assert [session.ping(number) for number in (1, 0xFFFFFFFF)] == [1, 0xFFFFFFFF]


def test_a_server_that_went_is_told_anew_when_it_comes_back(tmp_path: Path) -> None:
    with told(tmp_path) as (_, server):
        first = server.accept()
        names = first.all().names()
        first.close()
        assert server.accept().all().names() == names


def test_records_show_how_far_it_is(tmp_path: Path) -> None:
    with told(tmp_path) as (ioc, server):
        ioc.until("T:State-Sts", lambda state: state == State.UPLOAD or state == State.CONNECT)
        server.accept().all()
        ioc.until("T:State-Sts", lambda state: state == State.DONE)
        ioc.until("T:Msg-I", lambda text: text == "Synchronized")


def test_a_server_that_does_not_read_holds_up_nothing(tmp_path: Path) -> None:
    many = "".join(f'record(ai, "T:{n}") {{ info(text, "{"x" * 10_000}") }}\n' for n in range(1_000))
    with told(tmp_path, many) as (ioc, server):
        session = server.accept()
        session.next()
        session.send(0x8001, b"\0")
        eventually(lambda: ioc.ioc.reccaster.state == State.UPLOAD, "it is told")
        assert ioc.put("T:1", 3.0) is None
        assert ioc.get("T:1") == 3.0
        ended = threading.Thread(target=ioc.ioc.stop)
        ended.start()
        ended.join(10)
        assert not ended.is_alive()


def test_a_server_that_resets_connections_is_told_all_when_it_has_come_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caster, "PATIENCE_STEP", 0.05)
    many = "".join(f'record(ai, "T:{n}") {{ info(text, "{"x" * 10_000}") }}\n' for n in range(500))
    with told(tmp_path, many) as (_, server):
        for greets in (False, True, True):
            session = server.accept()
            if greets:
                session.next()
                session.send(0x8001, b"\0")
                session.next()  # it is told
            session.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            session.close()
        assert len(server.accept().all().names()) == 500


def test_what_is_no_receiver_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with told(tmp_path) as (ioc, server):
        session = server.accept()
        session.next()
        session.sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        eventually(lambda: "no message of a RecCeiver" in caplog.text, "it is said")
        assert ioc.ioc.reccaster.state == State.LISTEN


def test_a_receiver_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    with told(tmp_path, timeout=0.1) as (ioc, server):
        server.accept()
        eventually(lambda: ioc.ioc.reccaster.text == "RecCaster server timeout", "given up")


def test_it_is_off_unless_something_asks_for_it(tmp_path: Path) -> None:
    with Ioc(False) as ioc:
        ioc.load_records(written(tmp_path / "x.db", 'record(ai, "x") { }'))
        ioc.init()
        assert "reccaster" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(
    "line", ["var reccastTimeout 5.0", 'dbLoadDatabase("dbd/reccaster.dbd")', 'addReccasterEnvVars("SITE")']
)
def test_a_startup_script_turns_it_on(start: Starter, line: str) -> None:
    udp = free_ports()[1]
    with receiver(udp) as server:
        lines = [line, "epicsEnvSet SITE here", 'addReccasterExcludePattern("*b", "*c")', f"var reccastPort {udp}"]
        db = "".join(f'record(ai, "{name}") {{ }}\n' for name in "abc")
        start.pydevpva(db=db, startup=[*lines, "var reccastMaxHoldoff 0"])
        found = server.accept().all()
        assert found.names() == ["a"]
        assert ("SITE" in found.infos[0]) == ("EnvVars" in line)


def test_commands_say_what_they_do_not_take(start: Starter) -> None:
    lines = ["addReccasterEnvVars HOSTNAME", "addReccasterExcludePattern", "reccasterReport"]
    server = start.pydevpva(db='record(ai, "x") { }', startup=lines)
    for text in (
        "HOSTNAME already in list for addReccasterEnvVars",
        "At least one argument expected for addReccasterExcludePattern",
        " State: Init",
    ):
        server.wait_log(text)
