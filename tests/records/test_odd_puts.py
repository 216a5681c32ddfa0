"""Whatever is put into the fields of the records of synApps, they go on working."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.local_ioc import local_engine

DB = """
record(busy, "busy") { field(OUT, "other PP") }
record(throttle, "throttle") { field(OUT, "other PP") field(SINP, "other") field(FLNK, "other") }
record(epid, "epid") { field(INP, "other") field(OUTL, "other") field(VAL, "1") field(FBON, "On") }
record(timestamp, "timestamp") {}
record(motor, "motor") { field(OUT, "other PP") field(RDBL, "echo") field(URIP, "Yes") field(STOO, "text PP") }
record(sseq, "sseq") { field(DOL1, "other") field(LNK1, "other PP") field(LNK2, "text CA") field(WAIT2, "Wait") }
record(swait, "swait") { field(CALC, "A+B") field(INAN, "other") field(OUTN, "other") field(ODLY, "0.1") }
record(sscan, "sscan") {
    field(MPTS, "20") field(NPTS, "3") field(P1PV, "other") field(T1PV, "busy") field(D01PV, "other")
}
record(scanparm, "scanparm") { field(OPPV, "sscan.P1PV CA") field(OSC, "sscan.EXSC CA") field(IACT, "sscan.BUSY") }
record(ao, "other") {} record(ao, "echo") {} record(stringout, "text") {}
"""
ODD = (0, 1, -1, 65535, 1e300, float("nan"), float("inf"), "", "x" * 60, "other", "sseq.PROC PP", "other CA", "A/0")
ALIKE = re.compile(r"D(0[2-9]|[1-7]\d)..$|[PRT][3-4]..$")  # of sscan
SKIPPED = ("NAME", "SCAN", "ASG", "TPRO", "BKPT", "PHAS")  # of every record; SCAN makes the clock's work endless


@pytest.mark.parametrize(
    "name", ["busy", "throttle", "epid", "timestamp", "sseq", "swait", "motor", "sscan", "scanparm"]
)
def test_no_value_of_any_field_stops_a_record(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with local_engine(tmp_path, DB) as db:
        fields = [f for f in db.record(name).rtype.fields if f not in SKIPPED and not ALIKE.match(f)]
        for field in fields:
            before = db.get(f"{name}.{field}") if db.record(name).rtype.fields[field].type != "NOACCESS" else None
            for value in ODD:
                db.put(f"{name}.{field}", value, wait=False)
                db.put(f"{name}.PROC", 1, wait=False)
                db.advance(0.2)
            if before is not None:
                db.put(f"{name}.{field}", before, wait=False)
        assert [r.getMessage() for r in caplog.records if r.exc_info or "internal" in r.getMessage()] == []
        db.put("other", 5)
        assert db.get("other") == 5.0
