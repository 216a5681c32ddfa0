"""Puts over Channel Access in the put log: the lines are those that the module caPutLog sent, but for the date."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable
from typing import Any

import pytest

from pydevpva.shell.session import Shell
from tests.ca.client import CHAR, DOUBLE, NORMAL, STRING
from tests.ca.served import Served
from tests.log_server import LogServer

Serve = Callable[..., Served]
ACCESS = "ASG(DEFAULT) { RULE(1, READ) RULE(1, WRITE, TRAPWRITE) } ASG(RO) { RULE(1, READ) }"
DB = """
record(ao, "L:ao") { alias("L:alias") }
record(lso, "L:lso") { field(SIZV, "300") }
record(mbbo, "L:mbbo") { field(ZRST, "zero") field(ONST, "one") field(TWST, "two") }
record(waveform, "L:wfd") { field(FTVL, "DOUBLE") field(NELM, "100") }
"""
LONG_TEXT = "a long string that is longer than forty characters in all"
PUTS: list[tuple[str, int, Any, str, str]] = [
    ("L:ao", STRING, "1.5", "new=1.5 old=0", '"new":1.5,"old":0.0'),
    ("L:alias.VAL", DOUBLE, 4.0, "new=4 old=1.5", '"new":4.0,"old":1.5'),
    ("L:mbbo", STRING, "two", "new=2 old=0", '"new":2,"old":0'),
    ("L:lso.VAL$", CHAR, [*LONG_TEXT.encode(), 0], "new=97 old=0",
     f'"new":["{LONG_TEXT}"],"new-size":58,"old":[""],"old-size":0'),
    ("L:lso", STRING, "short", 'new="short" old="a long string that is longer than forty"',
     '"new":"short","old":"a long string that is longer than forty"'),
    ("L:wfd", DOUBLE, [1, 2.5, 3], "new=1 old=0", '"new":[1.0,2.5,3.0],"new-size":3,"old":[],"old-size":0'),
    ("L:ao.SCAN", STRING, "1 second", 'new="1 second" old="Passive"', '"new":"1 second","old":"Passive"'),
    ("L:ao.PROC", STRING, "1", "new=1 old=0", '"new":1,"old":0'),
]  # fmt: skip


@pytest.mark.parametrize("command", ["caPutLogInit", "caPutJsonLogInit"])
def test_lines_are_the_module_s_with_the_client_s_host_and_user(serve: Serve, command: str) -> None:
    ioc = serve(DB, access=ACCESS)
    host, user = socket.gethostname(), getpass.getuser()
    with LogServer() as server:
        assert not Shell(ioc.ioc).run_line(f'{command} "{server.address}" 2')
        for name, kind, value, *_ in PUTS:
            assert ioc.client.put(name, value, kind) == NORMAL
        lines = server.lines(len(PUTS))
    if command == "caPutLogInit":
        assert [line.split(" ", 2)[2] for line in lines] == [
            f"{host} {user} {name} {values}" for name, _, _, values, _ in PUTS
        ]
    else:
        assert [line.partition(',"host":')[2] for line in lines] == [
            f'"{host}","user":"{user}","pv":"{name}",{values}}}' for name, *_, values in PUTS
        ]
