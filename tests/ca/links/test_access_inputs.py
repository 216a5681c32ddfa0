"""Access rules whose inputs are PVs of other IOCs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydevpva.ioc import Ioc
from tests.ca.links.near_and_far import far_ioc
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, Starter, loopback
from tests.local_ioc import Served, eventually, written

pytestmark = pytest.mark.process
RULES = """ASG(DEFAULT) { INPA("far:open") INPB("here") RULE(1, READ) RULE(1, WRITE) { CALC("A=1&&B=0") } }
ASG(ANY) { RULE(1, WRITE) }
"""
FAR = 'record(bo, "far:open") { field(VAL, "1") } record(ao, "far:ao") { }'
NEAR = """record(ao, "x") { }
record(ao, "here") { field(VAL, "0") field(ASG, "ANY") }
record(bo, "open") { field(ASG, "ANY") field(OUT, "far:open") }
"""


@pytest.mark.parametrize("protocol", ["ca", "pva"])
def test_an_input_of_another_ioc_opens_and_closes(start: Starter, tmp_path: Path, protocol: str) -> None:
    far = far_ioc(start, FAR) if protocol == "ca" else start.softiocpvx(FAR)
    own = loopback()
    prefix = f"EPICS_{protocol.upper()}_"
    served = {f"EPICS_PVAS_{kind}_PORT": own[f"EPICS_PVA_{kind}_PORT"] for kind in ("SERVER", "BROADCAST")}
    found = {name: value for name, value in far.environment.items() if name.startswith(prefix)}
    with Ioc() as ioc, p4p_context(own) as client:
        ioc.environment.update(own | served | found)
        ioc.servers.access_file = written(tmp_path / "rules.acf", RULES)
        ioc.load_records(written(tmp_path / "near.db", NEAR))
        ioc.init()
        near = Served(ioc, client)
        eventually(lambda: near.put("x", 1.0) == "ok", "it is open")
        assert near.put("open", {"value.index": 0}) == "ok"
        eventually(lambda: "does not let" in near.put("x", 2.0), "it is closed")
        assert near.put("open", {"value.index": 1}) == "ok"
        eventually(lambda: near.put("x", 3.0) == "ok", "it is open again")
        far.kill()
        eventually(lambda: "does not let" in near.put("x", 4.0), "without its input it is closed", PATIENCE)
        ioc.servers.access_file = written(tmp_path / "others.acf", "ASG(DEFAULT) { RULE(1, WRITE) }")
        ioc.servers.reload_access()
        assert near.put("x", 5.0) == "ok"
        assert near.call(lambda: "far:open" in ioc.servers.outside) is False
