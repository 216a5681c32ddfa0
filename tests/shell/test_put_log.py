"""Who wrote what: the lines that log servers get are those that the module caPutLog sent for the same puts.

The lines were recorded from the real module, but for dates, host and user; puts are those of a PVAccess client.
"""

from __future__ import annotations

import json
import os
import re
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pydevpva.ioc import Ioc
from pydevpva.serving.access import Peer
from pydevpva.serving.put_log.burst import Summary
from pydevpva.serving.put_log.entry import Entry
from pydevpva.serving.put_log.file import PutFile
from pydevpva.serving.put_log.plain_line import plain_line
from pydevpva.serving.put_log.value import Logged, refused
from pydevpva.shell.session import Shell
from tests.ioc_process import free_ports
from tests.local_ioc import Served, becomes, eventually, served_ioc
from tests.log_server import LogServer

ACCESS = """
ASG(DEFAULT) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) }
ASG(NOTRAP) { RULE(1, READ) RULE(1, WRITE) }
ASG(RO) { RULE(1, READ) }
"""
DB = """
record(ao, "L:ao") { field(PREC, "3") info(Q:group, {"L:group": {"a": {+channel: "VAL", +putorder: 0}}}) }
record(ao, "L:ao2") { }
record(longout, "L:lo") { info(Q:group, {"L:group": {"b": {+channel: "VAL", +putorder: 1}}}) }
record(int64out, "L:i64") { }
record(bo, "L:bo") { field(ZNAM, "off") field(ONAM, "on") }
record(mbbo, "L:mbbo") { field(ZRST, "zero") field(ONST, "one") field(TWST, "two") }
record(stringout, "L:so") { }
record(lso, "L:lso") { field(SIZV, "300") }
record(waveform, "L:wfd") { field(FTVL, "DOUBLE") field(NELM, "100") }
record(waveform, "L:wfl") { field(FTVL, "LONG") field(NELM, "4") }
record(waveform, "L:wfc") { field(FTVL, "CHAR") field(NELM, "300") }
record(waveform, "L:wfs") { field(FTVL, "STRING") field(NELM, "20") }
record(waveform, "L:wff") { field(FTVL, "FLOAT") field(NELM, "4") }
record(waveform, "L:wfu") { field(FTVL, "UCHAR") field(NELM, "4") }
record(calc, "L:calc") { field(CALC, "VAL+1") }
record(ao, "L:notrap") { field(ASG, "NOTRAP") }
record(ao, "L:ro") { field(ASG, "RO") }
record(ao, "L:limits") { field(DRVH, "5") field(DRVL, "-5") }
record(waveform, "L:log") { field(FTVL, "CHAR") field(NELM, "500") }
"""


def characters(text: str) -> Any:
    """As a client sends a text to an array of characters, with the NUL at its end."""
    return np.frombuffer(text.encode() + b"\0", "i1")


# (PV, what is put, the plain line's values, the JSON line's values)
PUTS: list[tuple[str, Any, str, str]] = [
    ("L:ao", 1.5, "new=1.5 old=0", '"new":1.5,"old":0.0'),
    ("L:ao", 1.5, "new=1.5 old=1.5", '"new":1.5,"old":1.5'),
    ("L:ao", 1e-7, "new=1e-07 old=1.5", '"new":9.9999999999999995e-08,"old":1.5'),
    ("L:ao", 123456789.123, "new=1.23457e+08 old=1e-07", '"new":123456789.123,"old":9.9999999999999995e-08'),
    ("L:lo", -5, "new=-5 old=0", '"new":-5,"old":0'),
    ("L:i64", 9007199254740993, "new=9007199254740993 old=0", '"new":9007199254740993,"old":0'),
    ("L:bo", {"value.index": 1}, "new=1 old=0", '"new":1,"old":0'),
    ("L:mbbo", {"value.index": 2}, "new=2 old=0", '"new":2,"old":0'),
    ("L:so", 'text with "quotes" and ', r'new="text with \"quotes\" and " old=""',
     r'"new":"text with \"quotes\" and ","old":""'),
    ("L:lso.VAL$", characters("a long string that is longer than forty characters in all"), "new=97 old=0",
     '"new":["a long string that is longer than forty characters in all"],"new-size":58,"old":[""],"old-size":0'),
    ("L:lso", "short", "new=115 old=97", '"new":["short"],"new-size":6,'
     '"old":["a long string that is longer than forty characters in all"],"old-size":58'),
    ("L:wfd", np.array([1, 2.5, 3]), "new=1 old=0", '"new":[1.0,2.5,3.0],"new-size":3,"old":[],"old-size":0'),
    ("L:wfl", np.array([7, 8], "i4"), "new=7 old=0", '"new":[7,8],"new-size":2,"old":[],"old-size":0'),
    ("L:wfc", characters("chars in an array"), "new=99 old=0",
     '"new":["chars in an array"],"new-size":18,"old":[""],"old-size":0'),
    ("L:wfs", ["one", "two 2", "three"], 'new="one" old=""',
     '"new":["one","two 2","three"],"new-size":3,"old":[],"old-size":0'),
    ("L:wff", np.array([0.1, 3.4e38], "f4"), "new=0.1 old=0", '"new":[0.1,3.4e+38],"new-size":2,"old":[],"old-size":0'),
    ("L:wfu", np.array([255, 1], "u1"), "new=255 old=0", '"new":[255,1],"new-size":2,"old":[],"old-size":0'),
    ("L:ao.HIHI", 7, "new=7 old=0", '"new":7.0,"old":0.0'),
    ("L:ao.PREC", 2, "new=2 old=3", '"new":2,"old":3'),
    ("L:ao.SCAN", {"value.index": 6}, 'new="1 second" old="Passive"', '"new":"1 second","old":"Passive"'),
    ("L:ao.SCAN", {"value.index": 0}, 'new="Passive" old="1 second"', '"new":"Passive","old":"1 second"'),
    ("L:ao.OUT", "L:ao2 PP", 'new="L:ao2 PP NMS" old=""', '"new":"L:ao2 PP NMS","old":""'),
    ("L:ao.DESC", "a desc", 'new="a desc" old=""', '"new":"a desc","old":""'),
    ("L:calc.PROC", 1, "new=1 old=0", '"new":1,"old":0'),
    ("L:calc.PROC", 1, "new=1 old=1", '"new":1,"old":1'),
    ("L:limits", 9, "new=5 old=0", '"new":5.0,"old":0.0'),
    ("L:ao", float("nan"), "new=nan old=1.23457e+08", '"new":"Nan","old":123456789.123'),
    ("L:ao", 0, "new=0 old=nan", '"new":0.0,"old":"Nan"'),
]  # fmt: skip


@pytest.fixture
def ioc(tmp_path: Path) -> Iterator[Served]:
    with served_ioc(tmp_path, DB, access=ACCESS) as served:
        yield served


@pytest.fixture
def server() -> Iterator[LogServer]:
    with LogServer() as server:
        yield server


def shell(ioc: Served, line: str) -> Shell:
    made = Shell(ioc.ioc)
    assert not made.run_line(line), line
    return made


def plain(line: str) -> str:
    """A line without its date, host and user."""
    found = re.fullmatch(r"\d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d 127\.0\.0\.1 \w* (.*)", line)
    assert found, line
    return found[1]


def in_json(line: str) -> str:
    json.loads(line)
    found = re.fullmatch(
        r'\{"date":"\d{4}-\d\d-\d\d","time":"\d\d:\d\d:\d\d\.\d{3}","host":"127\.0\.0\.1","user":"\w*",(.*)\}', line
    )
    assert found, line
    return found[1]


def put_all(ioc: Served) -> None:
    for name, value, *_ in PUTS:
        assert ioc.put(name, value) == "ok", name


def test_plain_lines_are_the_module_s(ioc: Served, server: LogServer) -> None:
    shell(ioc, f'caPutLogInit "{server.address}" 2')
    put_all(ioc)
    assert [plain(line) for line in server.lines(len(PUTS))] == [f"{name} {values}" for name, _, values, _ in PUTS]


def test_lines_of_json_are_the_module_s(ioc: Served, server: LogServer) -> None:
    shell(ioc, f'caPutJsonLogInit "{server.address}" 2')
    put_all(ioc)
    expected = [f'"pv":"{name}",{values}' for name, *_, values in PUTS]
    assert [in_json(line) for line in server.lines(len(PUTS))] == expected


BURSTS: list[tuple[str, list[Any], str, str]] = [
    ("L:ao2", [1, 5, 3, 2], "new=2 old=0 min=1 max=5", '"new":2.0,"old":0.0,"min":1.0,"max":5.0,"burst":3'),
    ("L:lo", [1, 2], "new=2 old=0 min=1 max=2", '"new":2,"old":0,"min":1,"max":2,"burst":1'),
    ("L:so", ["x", "y", "z"], 'new="z" old=""', '"new":"z","old":""'),
    ("L:bo", [{"value.index": i} for i in (1, 0, 1)], "new=1 old=0 min=0 max=1",
     '"new":1,"old":0,"min":0,"max":1,"burst":2'),
    ("L:ao2", [2, 2, 2], "new=2 old=2 min=2 max=2", '"new":2.0,"old":2.0,"min":2.0,"max":2.0,"burst":2'),
    ("L:wfd", [np.array([4.0]), np.array([5.0, 6])], "new=5 old=0 min=4 max=5",
     '"new":[5.0,6.0],"new-size":2,"old":[],"old-size":0'),
]  # fmt: skip


@pytest.mark.parametrize("command", ["caPutLogInit", "caPutJsonLogInit"])
def test_a_burst_is_one_line(ioc: Served, server: LogServer, command: str) -> None:
    shell(ioc, f'{command} "{server.address}" 1 60')
    for name, values, *_ in BURSTS:
        for value in values:
            assert ioc.put(name, value) == "ok"
    ioc.put("L:i64", 1)  # another field: what waits goes out
    lines = server.lines(len(BURSTS))
    if command == "caPutLogInit":
        assert [plain(line) for line in lines] == [f"{name} {text}" for name, _, text, _ in BURSTS]
    else:
        assert [in_json(line) for line in lines] == [f'"pv":"{name}",{text}' for name, *_, text in BURSTS]


def test_two_fields_in_turn_are_no_burst_and_the_last_line_comes_when_its_time_is_over(
    ioc: Served, server: LogServer
) -> None:
    shell(ioc, f'caPutLogInit "{server.address}" 1 0.1')
    for name, value in (("L:ao2", 1), ("L:lo", 3), ("L:ao2", 2), ("L:lo", 4)):
        ioc.put(name, value)
    assert [plain(line) for line in server.lines(4)] == [
        "L:ao2 new=1 old=0", "L:lo new=3 old=0", "L:ao2 new=2 old=1", "L:lo new=4 old=3",
    ]  # fmt: skip


def test_on_change_leaves_out_what_changes_nothing(ioc: Served, server: LogServer) -> None:
    shell(ioc, f'caPutLogInit "{server.address}" 0 60')
    for name, value in (("L:ao", 0), ("L:lo", 0), ("L:ao", 1), ("L:lo", 0), ("L:so", "end")):
        ioc.put(name, value)
    ioc.put("L:i64", 1)
    assert [plain(line) for line in server.lines(2)] == ["L:ao new=1 old=0", 'L:so new="end" old=""']


def test_only_what_a_rule_traps_is_logged(ioc: Served, server: LogServer) -> None:
    shell(ioc, f'caPutLogInit "{server.address}" 2')
    assert ioc.put("L:notrap", 3) == "ok"
    assert "access security" in ioc.put("L:ro", 3)
    shell(ioc, "dbpf L:ao2 1")
    assert ioc.put("L:ao", 1) == "ok"
    assert [plain(line) for line in server.lines(1)] == ["L:ao new=1 old=0"]


def test_each_field_of_a_group_has_its_line(ioc: Served, server: LogServer) -> None:
    shell(ioc, f'caPutLogInit "{server.address}" 2')
    assert ioc.put("L:group", {"a.value": 3, "b.value": 4}, wait=True) == "ok"
    assert ioc.put("L:group", {"b.value": 5}) == "ok"
    assert [plain(line) for line in server.lines(3)] == [
        "L:ao.VAL new=3 old=0", "L:lo.VAL new=4 old=0", "L:lo.VAL new=5 old=4",
    ]  # fmt: skip


def test_lines_also_go_into_a_record(ioc: Served, server: LogServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPICS_AS_PUT_LOG_PV", "L:log")
    shell(ioc, f'caPutLogInit "{server.address}" 2')
    ioc.put("L:lo", 1)
    line = server.lines(1)[0]
    eventually(lambda: bytes(ioc.read("L:log")).rstrip(b"\0").decode() == line, "the line in L:log")


def test_metadata_stand_between_user_and_pv_sorted(ioc: Served, server: LogServer) -> None:
    shell(ioc, "caPutJsonLogAddMetadata site lab1")
    shell(ioc, f'caPutJsonLogInit "{server.address}" 2')
    shell(ioc, "caPutJsonLogAddMetadata late z")
    ioc.put("L:lo", 1)
    assert in_json(server.lines(1)[0]) == '"late":"z","site":"lab1","pv":"L:lo","new":1,"old":0'


def test_the_time_is_written_as_the_format_says(ioc: Served, server: LogServer) -> None:
    shell(ioc, 'caPutLogSetTimeFmt "%Y T%H.%03f"')
    shell(ioc, f'caPutLogInit "{server.address}" 2')
    ioc.put("L:lo", 1)
    assert re.match(r"\d{4} T\d\d\.\d{3} 127", server.lines(1)[0])


def test_a_long_line_is_cut_and_that_is_said(ioc: Served, server: LogServer, caplog: pytest.LogCaptureFixture) -> None:
    shell(ioc, 'caPutLogSetTimeFmt "' + "x" * 300 + '"')
    shell(ioc, f'caPutLogInit "{server.address}" 2')
    ioc.put("L:lo", 1)
    assert server.lines(1) == ["x" * 254]
    assert "caPutLog: message truncated" in caplog.text


@pytest.mark.parametrize(
    ("init", "reconf", "show", "set_timeout"),
    [
        ("caPutLogInit", "caPutLogReconf", "caPutLogShow", "caPutLogSetBurstTimeout"),
        ("caPutJsonLogInit", "caPutJsonLogReconf", "caPutJsonLogShow", "caPutJsonLogSetBurstTimeout"),
    ],
)
def test_what_is_logged_is_changed_while_it_runs(
    ioc: Served,
    server: LogServer,
    capsys: pytest.CaptureFixture[str],
    init: str,
    reconf: str,
    show: str,
    set_timeout: str,
) -> None:
    shell(ioc, f'{init} "{server.address}" 1 60')
    ioc.put("L:lo", 1)
    eventually(lambda: ioc.ioc.put_log.waiting() == 0, "the put has come")
    shell(ioc, f"{reconf} 2")
    ioc.put("L:lo", 2)
    ioc.put("L:lo", 3)
    server.lines(3)
    capsys.readouterr()
    shell(ioc, f"{show} 1")
    said = capsys.readouterr().out
    assert said.startswith(f"{show.removesuffix('Show')} mode: 2 = no filter (every single put)\n")
    assert "3 lines sent, 0 waiting, 0 lost" in said
    shell(ioc, f"{set_timeout} 0.1")
    shell(ioc, f"{reconf} 0")
    ioc.put("L:lo", 4)
    assert "4" in server.lines(4)[3]


# ---- servers that fail ----


def test_several_servers_get_the_same_lines(ioc: Served, server: LogServer) -> None:
    with LogServer() as other:
        shell(ioc, f'caPutLogInit "{server.address} {other.address}" 2')
        ioc.put("L:lo", 1)
        assert server.lines(1) == other.lines(1)


@pytest.mark.long
def test_lines_wait_for_a_server_that_is_down_and_reach_it_after_a_restart(
    ioc: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    port, _ = free_ports()
    shell(ioc, f'caPutLogInit "127.0.0.1:{port}" 2')
    ioc.put("L:lo", 1)
    capsys.readouterr()
    eventually(lambda: ioc.ioc.put_log.waiting() == 0, "the put is a line")
    shell(ioc, "caPutLogShow")
    assert "disconnected from log server" in capsys.readouterr().out
    with LogServer(port) as first:
        assert plain(first.lines(1)[0]) == "L:lo new=1 old=0"
    ioc.put("L:lo", 2)
    with LogServer(port) as second:
        assert plain(second.lines(1)[0]) == "L:lo new=2 old=1"
    assert ioc.ioc.server_logs.plain is not None
    assert [(client.sent, client.lost, client.connects) for client in ioc.ioc.server_logs.plain.clients] == [(2, 0, 2)]


def test_more_puts_may_wait_when_the_module_s_variable_says_so_and_never_fewer(
    ioc: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("log_client", "shell.commands.variables"):
        monkeypatch.setattr(f"pydevpva.{name}.MOST_WAITING", 2)
    port, _ = free_ports()
    shell(ioc, "var caPutLogJsonMsgQueueSize 3")
    shell(ioc, f'caPutJsonLogInit "127.0.0.1:{port}" 2')
    for n in range(5):
        ioc.put("L:lo", n)
    client = ioc.ioc.server_logs.json.clients[0]  # type: ignore[union-attr]
    eventually(lambda: client.lost + ioc.ioc.put_log.lost == 2, "two have no room")
    assert client.waiting == 3
    shell(ioc, "var caPutLogJsonMsgQueueSize 1")
    assert ioc.ioc.put_log.most_waiting == 2


def slowest(ioc: Served, count: int) -> float:
    """The 99th percentile of so many puts with completion, in seconds."""
    took = []
    for n in range(count):
        began = time.perf_counter()
        assert ioc.put("L:lo", n, wait=True) == "ok"
        took.append(time.perf_counter() - began)
    return sorted(took)[count * 99 // 100]


def test_a_server_that_reads_nothing_and_one_that_is_down_delay_no_put_and_what_is_lost_is_counted(
    ioc: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pydevpva.log_client.MOST_WAITING", 100)
    port, _ = free_ports()
    with LogServer(reading=False) as stuck:
        shell(ioc, f'caPutLogInit "{stuck.address} 127.0.0.1:{port}" 2')
        before = slowest(ioc, 300)
        clients = ioc.ioc.server_logs.plain.clients  # type: ignore[union-attr]
        becomes(lambda: (clients[1].waiting, clients[1].lost), (100, 200), "what waits and what is lost")
        capsys.readouterr()
        shell(ioc, "caPutLogShow")
        assert f"'127.0.0.1:{port}': 0 lines sent, 100 waiting, 200 lost" in capsys.readouterr().out
    assert before < 0.1  # a server that held up puts would hold them up for good


def test_a_server_s_line_is_sent_at_the_end_of_the_ioc_although_its_burst_goes_on(
    tmp_path: Path, server: LogServer
) -> None:
    with served_ioc(tmp_path, DB, access=ACCESS) as ioc:
        shell(ioc, f'caPutLogInit "{server.address}" 1 60')
        ioc.put("L:lo", 1)
        eventually(lambda: ioc.ioc.put_log.waiting() == 0, "the put has come")
    assert plain(server.lines(1)[0]) == "L:lo new=1 old=0"


# ---- what is refused ----


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("caPutLogInit 127.0.0.1 3", "caPutLogInit config: Unknown (must be -1, 0, 1, or 2)"),
        ("caPutLogInit", "caPutLog: server address not specified: give host[:port], or set EPICS_CA_PUT_LOG_ADDR"),
        ("caPutLogInit no.such.host.invalid 1", "caPutLog: bad address or host name: no.such.host.invalid: host"),
        ("caPutLogInit 127.0.0.1:x 1", "caPutLog: bad address or host name: 127.0.0.1:x: 'x' is no port"),
        ("caPutLogShow", "caPutLog: is not initialized; caPutLogInit does it"),
        ("caPutJsonLogAddMetadata a", "caPutJsonLogAddMetadata: needs a key and a value"),
        ("caPutLogSetBurstTimeout -1", "the timeout is -1; it must be above 0"),
    ],
)
def test_mistakes_are_told(ioc: Served, capsys: pytest.CaptureFixture[str], line: str, message: str) -> None:
    assert Shell(ioc.ioc).run_line(line)
    assert message in "".join(capsys.readouterr())


def test_without_access_security_nothing_is_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served_ioc(tmp_path, DB) as ioc:
        assert Shell(ioc.ioc).run_line("caPutLogInit 127.0.0.1 1")
    assert "caPutLog: access security disabled, exiting now; asSetFilename" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["caPutLog", "caPutJsonLog"])
def test_before_iocinit_it_is_said_that_it_comes_after_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with Ioc(False) as ioc:
        assert Shell(ioc).run_line(f"{name}Init 127.0.0.1 1")
    said = f"{name}: access security is not active before iocInit: {name}Init comes after it"
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", ["caPutLog", "caPutJsonLog"])
def test_a_timeout_that_is_none_ends_no_burst(ioc: Served, server: LogServer, name: str) -> None:
    shell(ioc, f'{name}Init "{server.address}" 1 -5')
    ioc.put("L:lo", 1)
    ioc.put("L:lo", 2)
    shell(ioc, f"{name}Reconf 1 -3")
    ioc.put("L:lo", 3)
    ioc.put("L:i64", 1)  # another field: what waits goes out
    line = server.lines(1)[0]
    assert "new=3 old=0 min=1 max=3" in line or '"new":3,"old":0,"min":1,"max":3,"burst":2' in line


# ---- the log that needs no server ----


def entries(path: Path, count: int) -> list[dict[str, Any]]:
    eventually(lambda: path.exists() and path.read_text().count("\n") >= count, f"{count} lines in {path}")
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_file_tells_each_put_and_each_refusal(ioc: Served, tmp_path: Path) -> None:
    path = tmp_path / "puts.log"
    shell(ioc, f'pydevpvaPutLog "{path}"')
    ioc.put("L:wfd", [1.0, 2])
    ioc.put("L:notrap", 3)
    ioc.put("L:ro", 3)
    ioc.put("L:so", "x", wait=True)
    found = entries(path, 3)
    assert [(e["pv"], e["old"], e["new"], e["outcome"], e["protocol"], e["host"]) for e in found] == [
        ("L:wfd", [], [1.0, 2.0], "written", "pva", "127.0.0.1"),
        ("L:ro", 0.0, 0.0, "refused", "pva", "127.0.0.1"),
        ("L:so", "", "x", "completed", "pva", "127.0.0.1"),
    ]
    assert found[0]["user"] == found[1]["user"] != ""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", found[0]["time"])
    assert found[1]["error"].startswith("L:ro.VAL: access security does not let ")
    assert "error" not in found[0]
    assert [e.get("sent") for e in found] == [None, 3, None]  # what was tried


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (2.5, 2.5),
        (float("nan"), "nan"),
        ("text \udcff", "text \xff"),
        ("x" * 1000, "x" * 400),
        (np.arange(100.0), [float(n) for n in range(50)]),
        (["a", "b"], ["a", "b"]),
        (np.zeros((2, 2)), None),
        ({"column": np.zeros(3)}, None),
    ],
    ids=str,
)
def test_what_was_sent_in_vain_is_told(tmp_path: Path, sent: Any, told: object) -> None:
    value = Logged("DOUBLE", (1.0,))
    path = tmp_path / "puts.log"
    file = PutFile(str(path), lambda: True)
    peer = Peer("host", "user")
    file.take(Entry(0, peer, "ca", "L:ao", ("L:ao", "VAL"), value, value, "no", False, True, refused(sent)))
    file.close(1)
    assert json.loads(path.read_text()).get("sent") == told


def test_each_log_has_the_first_put_after_it_was_made(ioc: Served, server: LogServer, tmp_path: Path) -> None:
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    shell(ioc, f'pydevpvaPutLog "{first}"')
    ioc.put("L:lo", 1)
    entries(first, 1)  # the log's thread waits for the next
    shell(ioc, f'pydevpvaPutLog "{second}"')
    shell(ioc, f'caPutLogInit "{server.address}" 2')
    ioc.put("L:lo", 2)
    assert [e["new"] for e in entries(second, 1)] == [2]
    assert plain(server.lines(1)[0]) == "L:lo new=2 old=1"


def test_bytes_that_are_no_utf_8_leave_lines_that_are_json(ioc: Served, server: LogServer, tmp_path: Path) -> None:
    path = tmp_path / "puts.log"
    shell(ioc, f'pydevpvaPutLog "{path}"')
    shell(ioc, f'caPutJsonLogInit "{server.address}" 2')
    for raw in (b"21 \xb0C", b"\xff\xfe\0", bytes(range(1, 256))):
        assert ioc.put("L:wfc", np.frombuffer(raw, "i1")) == "ok"
    assert [e["new"] for e in entries(path, 3)] == ["21 \xb0C", "\xff\xfe", bytes(range(1, 256)).decode("latin-1")]
    assert [json.loads(line)["new"] for line in server.lines(3)][:2] == [["21 \xb0C"], ["\xff\xfe"]]


def test_half_a_character_of_a_users_text_is_no_reason_to_lose_a_line(tmp_path: Path, server: LogServer) -> None:
    with served_ioc(tmp_path, DB, access=ACCESS) as ioc:
        path = tmp_path / "puts.log"
        shell(ioc, f'pydevpvaPutLog "{path}"')
        for command in ("caPutLogInit", "caPutJsonLogInit"):
            shell(ioc, f'{command} "{server.address}" 2')
        ioc.call(lambda: setattr(ioc.ioc.database.records["L:so"], "VAL", "\ud800x"))
        assert ioc.put("L:so", "y") == "ok"
        assert [e["old"] for e in entries(path, 1)] == ["\ufffdx"]
        assert sorted(line.rpartition(" ")[2].rpartition(",")[2] for line in server.lines(2)) == [
            '"old":"\ufffdx"}', 'old="?x"',
        ]  # fmt: skip


def test_a_client_s_name_begins_no_line_of_its_own() -> None:
    peer = Peer("10.0.0.7", "olga\n29-Nov-26 10:00:00 host root LAB:x new=1 old=0")
    value = Logged("DOUBLE", (1.0,))
    entry = Entry(0, peer, "ca", "L:ao", ("L:ao", "VAL"), value, value, None, False, True)
    line, cut = plain_line(Summary(entry, value, 1.0, 1.0))
    assert (len(line.splitlines()), cut) == (1, False)
    assert r"olga\n29-Nov-26" in line


def test_without_access_security_a_file_tells_all(tmp_path: Path) -> None:
    path = tmp_path / "puts.log"
    with served_ioc(tmp_path, DB) as ioc:
        shell(ioc, f'pydevpvaPutLog "{path}"')
        ioc.put("L:notrap", 3)
        assert [(e["pv"], e["new"]) for e in entries(path, 1)] == [("L:notrap", 3.0)]
        assert entries(path, 1)[0]["user"]


def test_a_file_that_is_moved_away_is_made_anew(ioc: Served, tmp_path: Path) -> None:
    path = tmp_path / "puts.log"
    shell(ioc, f'pydevpvaPutLog "{path}"')
    ioc.put("L:lo", 1)
    entries(path, 1)
    path.rename(tmp_path / "puts.log.1")
    ioc.put("L:lo", 2)
    assert [e["new"] for e in entries(path, 1)] == [2]


def test_a_full_disk_is_told_once_and_the_ioc_goes_on(
    ioc: Served, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "puts.log"
    shell(ioc, f'pydevpvaPutLog "{path}"')
    ioc.put("L:lo", 1)
    entries(path, 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 40, hard))
    try:
        for n in (2, 3):
            assert ioc.put("L:lo", n) == "ok"
        eventually(lambda: caplog.text.count(f"put log: {path}:") == 1, "the full disk is told")
        eventually(lambda: ioc.ioc.put_log.waiting() == 0, "all has been tried")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    ioc.put("L:lo", 4)
    eventually(lambda: "is written again; 2 lines were lost" in caplog.text, "recovery is told")
    lines = path.read_text().splitlines()
    assert [json.loads(line)["new"] for line in lines if line.endswith("}")] == [1, 4]
    shell(ioc, "pydevpvaPutLogShow")
    assert f"put log: {os.fspath(path)}: 2 lines written, 2 lost" in capsys.readouterr().out


def test_a_file_that_cannot_be_written_is_refused(ioc: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert Shell(ioc.ioc).run_line('pydevpvaPutLog "/no/such/folder/puts.log"')
    assert "No such file or directory: /no/such/folder/puts.log" in capsys.readouterr().err
