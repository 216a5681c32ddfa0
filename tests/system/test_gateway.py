"""p4p's real gateway between our IOC and its clients: everything must pass."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from p4p.client.thread import Context, RemoteError

from pydevpva.ioc import Ioc
from tests.clients import Watch, p4p_context
from tests.ioc_process import PATIENCE, Starter, loopback

DB = """
record(ao, "ao") { field(VAL, "1.5") field(EGU, "mm") field(PREC, "2") }
record(bo, "bo") { field(ZNAM, "off") field(ONAM, "on") }
record(longout, "shut") { field(DISP, "1") }
record(longout, "slow") { field(DTYP, "pydev") field(OUT, "@work(VAL)") field(FLNK, "done") }
record(longout, "done") { field(DTYP, "pydev") field(OUT, "@finished.append('done')") }
record(ndarray, "image") { field(DTYP, "pydev") field(INP, "@np.arange(6, dtype='u2').reshape(2, 3)")
    field(PINI, "YES") }
record(table, "table") { field(DTYP, "pydev") field(INP, "@{'x': [1.5, 2.5], 'n': ['a', 'b']}") field(PINI, "YES") }
record(ao, "a") { info(Q:group, {"group": {"a": {+channel: "VAL", +putorder: 0, +type: "plain"}}}) }
record(ao, "b") { info(Q:group, {"group": {"b": {+channel: "VAL", +putorder: 1, +type: "plain", +trigger: "*"}}}) }
"""
PYTHON = """
import threading
import numpy as np
gate, finished = threading.Event(), []
def work(value):
    gate.wait()
    finished.append(value)
"""


@dataclass
class Behind:
    """An IOC and a client that sees only the gateway before it."""

    ioc: Ioc
    client: Context
    directory: Path

    def put(self, name: str, value: Any, **options: Any) -> None:
        leaves = value if isinstance(value, dict) else {"value": value}
        self.client.put(name, leaves, get=False, timeout=PATIENCE, **options)

    def restart(self) -> None:
        """The IOC ends, and another one begins at its place."""
        self.ioc.stop()
        self.ioc = serve(self.directory, dict(self.ioc.environment))


def serve(directory: Path, environment: dict[str, str]) -> Ioc:
    (directory / "test.db").write_text(DB)
    ioc = Ioc()
    ioc.environment.update(environment)
    ioc.run_python(PYTHON)
    ioc.load_records(str(directory / "test.db"))
    ioc.init()
    return ioc


def ports(environment: dict[str, str]) -> dict[str, Any]:
    return {
        "addrlist": "127.0.0.1",
        "autoaddrlist": False,
        "serverport": int(environment["EPICS_PVA_SERVER_PORT"]),
        "bcastport": int(environment["EPICS_PVA_BROADCAST_PORT"]),
    }


@pytest.fixture(scope="module")
def behind(start_once: Starter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """One IOC behind a gateway for all tests: a gateway needs seconds until it finds its IOC."""
    tmp_path = tmp_path_factory.mktemp("gateway")
    ours, front = loopback(), loopback()
    config = {
        "version": 2,
        "clients": [{"name": "ioc", **ports(ours)}],
        "servers": [{"name": "front", "clients": ["ioc"], "interface": ["127.0.0.1"], **ports(front)}],
    }
    (tmp_path / "gw.json").write_text(json.dumps(config))
    with ExitStack() as stack:
        start_once.command(sys.executable, "-m", "p4p.gw", tmp_path / "gw.json", serving=False)
        client = stack.enter_context(p4p_context(front))
        behind = Behind(serve(tmp_path, ours), client, tmp_path)
        stack.callback(lambda: behind.ioc.stop())
        yield behind


def test_values_of_every_kind_pass(behind: Behind) -> None:
    ao, bo, digits, image, table = behind.client.get(["ao", "bo", "ao.PREC", "image", "table"], timeout=PATIENCE)
    assert (ao["value"], ao["display.units"], ao["display.precision"]) == (1.5, "mm", 2)
    assert list(bo["value.choices"]) == ["off", "on"]
    assert digits["value"] == 2
    assert image["value"].tolist() == [0, 1, 2, 3, 4, 5]
    assert [side["size"] for side in image["dimension"]] == [3, 2]
    assert table["value.x"].tolist() == [1.5, 2.5]
    assert table["value.n"] == ["a", "b"]


def test_puts_pass_and_their_errors_too(behind: Behind) -> None:
    behind.put("ao", 2.5)
    behind.put("bo", {"value.index": 1})
    behind.put("group", {"a": 1.0, "b": 2.0})
    records = behind.ioc.database.records
    assert [records[name].VAL for name in ("ao", "bo", "a", "b")] == [2.5, 1, 1.0, 2.0]
    with pytest.raises(RemoteError, match=r"shut\.VAL: puts are disabled \(DISP=1\)"):
        behind.put("shut", 1)
    with pytest.raises(RemoteError, match="5 is none of its choices"):
        behind.put("bo", {"value.index": 5})


def test_a_put_with_block_waits_for_the_whole_chain(behind: Behind) -> None:
    behind.put("slow", 1)  # not for Python without block
    assert behind.ioc.run_python("finished") == []
    behind.ioc.run_python("gate.set()")
    behind.put("slow", 2, request="record[block=true]")
    finished: Any = behind.ioc.run_python("finished")
    assert finished[-2:] == [2, "done"]


def test_monitors_pass_and_live_on_after_a_restart_of_the_ioc(behind: Behind) -> None:
    with Watch(behind.client, "ao") as ao, Watch(behind.client, "group") as group:
        ao.next()
        behind.put("ao", 3.0)
        update = ao.until(lambda u: u["value"] == 3.0)
        assert "display.units" not in update.changedSet()
        behind.put("group", {"a": 1.0, "b": 2.0})
        update = group.until(lambda u: u["b"] == 2.0)
        assert (update["a"], np.isnan(update["b"])) == (1.0, False)
        behind.restart()
        ao.until(lambda u: u["value"] == 1.5, 2 * PATIENCE)
        behind.put("ao", 4.0)
        ao.until(lambda u: u["value"] == 4.0)
