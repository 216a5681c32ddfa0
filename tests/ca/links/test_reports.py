"""dbcar and ascar: what they print of links to another IOC is what EPICS prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ca.links.near_and_far import ca_of, far_ioc
from tests.ioc_process import Starter, loopback
from tests.shell.both import OURS, REAL, both, run

pytestmark = pytest.mark.process
FAR = 'record(ao, "far") { } record(bo, "state") { }'
NEAR = """
record(ai, "in") { field(INP, "far CP MS") }
record(stringin, "text") { field(INP, "state CP") }
record(ao, "out") { field(OUT, "far CA") }
record(ai, "elsewhere") { field(INP, "nobody") }
"""
SCRIPT = """dbLoadRecords near.db
iocInit
epicsThreadSleep 4
dbcar
dbcar * 1
dbcar * 2
dbcar text 2
"""


def test_it_shows_the_links_as_epics_does(start: Starter, tmp_path: Path) -> None:
    far = far_ioc(start, FAR)
    ports = loopback() | ca_of(far.environment)
    real = run(REAL, SCRIPT, tmp_path / "real", {"near.db": NEAR}, ports)
    ours = run(OURS, SCRIPT, tmp_path / "ours", {"near.db": NEAR}, ports)
    begin = "CA links in all records"
    assert ours.out[ours.out.index(begin) :] == real.out[real.out.index(begin) :]
    assert "Total 4 CA links; 3 connected, 1 not connected." in ours.out


def test_ascar_counts_the_inputs_of_access_rules(start: Starter, tmp_path: Path) -> None:
    far = far_ioc(start, FAR)
    rules = 'ASG(DEFAULT) { INPA("far") INPB("nobody") RULE(1, READ) RULE(1, WRITE) { CALC("A=1||B=1") } }\n'
    script = "asSetFilename rules.acf\niocInit\nepicsThreadSleep 4\nascar\nascar 1\n"
    ports = loopback() | ca_of(far.environment)
    real = run(REAL, script, tmp_path / "real", {"rules.acf": rules}, ports)
    ours = run(OURS, script, tmp_path / "ours", {"rules.acf": rules}, ports)
    assert ours.out[ours.out.index("ascar") :] == real.out[real.out.index("ascar") :]
    assert "2 channels 1 not connected" in ours.out


def test_ascar_without_a_file_says_so(tmp_path: Path) -> None:
    real, ours = both("iocInit\nascar 2\n", tmp_path)
    assert ours.out == real.out
