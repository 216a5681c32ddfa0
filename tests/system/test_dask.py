"""Records whose code gives futures of a Dask scheduler that dies. PYDEVPVA_MOMENTS=200 tries that many moments."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest
from p4p.client.thread import Context

from tests.ioc_process import PATIENCE, ROOT, ServerProcess, Starter, free_ports

if find_spec("distributed") is None:  # not importorskip: it takes half a second and makes 200 loggers
    pytest.skip("Dask is not installed: futures of a cluster were not tried", allow_module_level=True)
pytestmark = pytest.mark.timeout(3600)
MOMENTS = max(2, int(os.environ.get("PYDEVPVA_MOMENTS", "0")))
CLUSTER = (ROOT / "examples" / "cluster" / "cluster.py").read_text()
SCHEDULER = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard", "--port"]
NAMES = [f"X{n}" for n in range(4)]
DB = "".join(
    f'record(ao, "{name}") {{ field(DTYP, "pydev") field(OUT, "@cluster.submit(abs, VAL)") }}\n' for name in NAMES
)
DB += """
record(ao, "plain") { field(DTYP, "pydev") field(OUT, "@VAL+1") }
record(stringin, "State") { field(DTYP, "pydev") field(INP, "@pydev.iointr('cluster:state')") field(SCAN, "I/O Intr") }
"""


def test_a_scheduler_that_dies_at_any_moment_answers_each_put_once(
    start: Starter, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    port, _ = free_ports()
    folder = start.file("cluster.py", CLUSTER).parent
    startup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from cluster import Cluster")']
    startup += [f"pydev(\"cluster = Cluster('tcp://127.0.0.1:{port}', name='cluster')\")"]
    ioc = start.pydevpva(db=DB, startup=startup)
    client, chance = p4p_client(ioc), random.Random(1)
    for moment in range(MOMENTS):
        ioc.wait_for(lambda: client.get("State")["value"].startswith("no scheduler"), "it is away", 3 * PATIENCE)
        scheduler = start.command(sys.executable, *SCHEDULER, str(port), serving=False)
        scheduler.wait_log("Scheduler at:", 3 * PATIENCE)
        ioc.wait_for(lambda: client.get("State")["value"] == "0 workers", "the scheduler is there", 3 * PATIENCE)
        outcomes: list[object] = []
        puts = threading.Thread(target=lambda seen=outcomes: seen.extend(_put(client)))
        puts.start()
        time.sleep(chance.random() * 0.2)  # the moment: no worker is there, so they wait
        scheduler.kill()
        puts.join(3 * PATIENCE)
        assert outcomes == [None] * len(NAMES)
        for name in NAMES:
            severity, message = (client.get(name)[leaf] for leaf in ("alarm.severity", "alarm.message"))
            assert (severity, message.split(":")[0]) in [
                (3, "FutureCancelledError"),
                (3, "ConnectionError"),
                (3, "ClosedClientError"),
            ]
        client.put("plain", {"value": moment}, wait=True, get=False)
        assert client.get("plain")["value"] == moment + 1
    assert [client.get(f"{name}.PACT")["value"] for name in NAMES] == [0] * len(NAMES)


class _LosesItsConnection:
    """A client of Dask at the moment between "running" and "closed"."""

    status = "running"

    def scheduler_info(self, n_workers: int) -> dict[str, object]:
        return {}


def test_the_watching_thread_outlives_a_connection_that_goes_while_it_asks() -> None:
    space: dict[str, Any] = {}
    exec(compile(CLUSTER, "cluster.py", "exec"), space)
    cluster = space["Cluster"].__new__(space["Cluster"])
    cluster._address, cluster._name, cluster._client = "tcp://127.0.0.1:1", "cluster", _LosesItsConnection()
    assert cluster._state() == "no scheduler at tcp://127.0.0.1:1"


def _put(client: Context) -> list[object]:
    values = [{"value": 1}] * len(NAMES)
    return list(client.put(NAMES, values, wait=True, get=False, timeout=3 * PATIENCE, throw=False))
