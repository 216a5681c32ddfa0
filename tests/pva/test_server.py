"""Names and ports."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pydevpva.ioc import Ioc
from pydevpva.pva.server import FieldNames, Listening, ServeError, Server
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, loopback
from tests.local_ioc import Serve, eventually

DB = 'record(ao, "A") { } record(ao, "B") { } alias("A", "OTHER")'


def test_records_and_aliases_are_listed_and_fields_are_not(serve: Serve) -> None:
    served = serve(DB)
    assert served.get("A.EGU").value == ""
    assert served.ioc.server is not None
    assert served.ioc.server.names() == ["A", "B", "OTHER"]


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("A.VAL", True), ("A.DESC", True), ("A.DESC$", True), ("OTHER.OUT", True), ("A.OUT$", True),
        ("A.DRVHH", False), ("A.VAL$", False), ("A.TIME", False), ("C.VAL", False), ("nothing", False), ("A.$", False),
    ],
)  # fmt: skip
def test_field_names(serve: Serve, name: str, there: bool) -> None:
    server = serve(DB).ioc.server
    assert isinstance(server, Server)
    fields: FieldNames = server.fields
    assert fields.testChannel(name) is there
    assert (fields.makeChannel(name, "") is not None) is there


def test_a_field_has_one_pv_for_all_clients(serve: Serve) -> None:
    server = serve(DB).ioc.server
    assert server is not None
    assert server.fields.makeChannel("A.EGU", "x") is server.fields.makeChannel("A.EGU", "y")


def test_names_that_clients_opened_once_are_forgotten(serve: Serve) -> None:
    served = serve(DB)
    server = served.ioc.server
    assert server is not None
    names = ["A.EGU", *(f'A.{{"dbnd":{{"abs":{n}}}}}' for n in range(200))]
    with served.watch("A.HIGH") as watch:
        watch.next()
        with p4p_context(served.environment) as passing:
            assert [value.value for value in passing.get(names, timeout=PATIENCE)] == ["", *[0.0] * 200]

        def forgotten() -> bool:
            with p4p_context(served.environment) as other:
                other.get("B.EGU", timeout=PATIENCE)
            return server.fields.kept() <= 3

        eventually(forgotten, "names forgotten")
        served.put("A.HIGH", 5.0)
        watch.until(lambda update: update.value == 5.0)


def test_it_says_where_it_listens(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text(DB)
    with Ioc() as ioc:
        ioc.environment.update(loopback())
        ioc.load_records(str(tmp_path / "a.db"))
        listening = ioc.init()
        port, search = (int(ioc.environment[f"EPICS_PVA_{kind}_PORT"]) for kind in ("SERVER", "BROADCAST"))
        assert listening == Listening(("127.0.0.1",), port, search, port)
        assert str(listening) == f"PVAccess server on 127.0.0.1, TCP port {port}, UDP search port {search}"


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text(DB)
    with socket.socket() as other, Ioc() as ioc:
        ioc.environment.update(loopback())
        port = int(ioc.environment["EPICS_PVA_SERVER_PORT"])
        other.bind(("127.0.0.1", port))
        other.listen()
        ioc.load_records(str(tmp_path / "a.db"))
        listening = ioc.init()
        assert listening is not None
        assert listening.port_taken
        assert listening.port != port
        assert str(listening).endswith(f"(port {port} is taken by another program)")


@pytest.mark.parametrize("command", [["-c", "import pydevpva"], ["-m", "pydevpva", "-V"]])
def test_p4p_is_not_loaded_before_it_is_needed(command: list[str]) -> None:
    shown = subprocess.run([sys.executable, "-X", "importtime", *command], capture_output=True, text=True, check=True)
    modules = {line.rpartition("|")[2].strip() for line in shown.stderr.splitlines()}
    assert "pydevpva.errors" in modules
    assert not {module for module in modules if module.split(".")[0] == "p4p"}


def test_an_interface_that_is_not_ours_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text(DB)
    with Ioc() as ioc:
        ioc.environment.update({**loopback(), "EPICS_PVAS_INTF_ADDR_LIST": "192.0.2.1"})
        ioc.load_records(str(tmp_path / "a.db"))
        with pytest.raises(ServeError, match="cannot start the PVAccess server: "):
            ioc.init()


def test_a_client_that_comes_while_the_ioc_is_busy_gets_its_value_afterwards(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("pydevpva.pva.channels.served_name.PATIENCE", 0.1)
    served = serve('record(ai, "A") { field(VAL, "3") }')
    release = threading.Event()
    served.ioc.database.loop.submit(release.wait, PATIENCE)
    with served.watch("A") as watch:
        said = "A: the IOC was busy for 0.1 s; its clients have to connect again"
        eventually(lambda: said in caplog.messages, said)
        release.set()
        assert watch.until(lambda update: update["value"] == 3.0)
