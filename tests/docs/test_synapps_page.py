"""The functions and the records of the page for those who come from synApps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.local_ioc import StartEngine

PAGE = (Path(__file__).parents[2] / "docs" / "synapps.md").read_text()
TABLE = """record(aSub, "i") { field(INAM, "interp_init") field(SNAM, "interp_do")
    field(FTA, "DOUBLE") field(FTB, "DOUBLE") field(FTC, "DOUBLE") field(FTF, "LONG") field(FTG, "LONG")
    field(FTVA, "DOUBLE") field(FTVB, "DOUBLE") field(FTVC, "DOUBLE") field(FTVE, "LONG") field(FTVF, "DOUBLE")
    field(FTVG, "DOUBLE") field(FTVN, "LONG") field(NOVA, "8") field(NOVB, "8") field(NOVC, "8") }"""


def test_the_function_interpolates(engine: StartEngine) -> None:
    assert "`interp_do` (interp.db, interpNew.db)" in PAGE
    db = engine(TABLE)

    def process(mode: int, x: float, y1: float = 0, y2: float = 0) -> tuple[float, float, int]:
        for field, value in (("G", mode), ("A", x), ("B", y1), ("C", y2)):
            db.put(f"i.{field}", value, process=False)
        db.put("i.PROC", 1)
        return db.get("i.VALF"), db.get("i.VALG"), db.get("i.VALE")

    for x in (3, 1, 2, 4):
        process(1, x, x**2, -x)
    assert db.get("i.VALN") == 4
    db.put("i.F", 1, process=False)
    assert process(0, 2.5) == pytest.approx((6.5, -2.5, 1))
    db.put("i.F", 3, process=False)
    assert process(0, 2.5) == pytest.approx((6.25, -2.5, 1))
    process(2, 0)
    assert db.get("i.VALN") == 0


def test_the_records_load_and_compute(engine: StartEngine) -> None:
    records = "\n".join(re.findall(r"(?ms)^    record\(\w+, \"Demo:.*?^    \}", PAGE))
    db = engine(
        records
        + """\nrecord(ai, "Demo:Position") { field(VAL, "3.5") }
        record(stringin, "Demo:Name") { field(VAL, "stage") }
        record(stringout, "Demo:Text") {}
        record(waveform, "Demo:Spectrum") { field(FTVL, "DOUBLE") field(NELM, "2048") }"""
    )
    db.put("Demo:Label.PROC", 1)
    assert db.get("Demo:Text") == "stage at 3.50 mm"
    db.put("Demo:Spectrum", [0.0] * 50 + [2.0, 6.0, 8.0, 6.0, 2.0] + [0.0] * 50)
    db.advance(0)
    assert (db.get("Demo:Peak"), db.get("Demo:Peak.B")) == (52.0, pytest.approx(4.0, abs=1))
    db.put("Demo:Units.A", 2)
    assert db.get("Demo:Units.B") == 800.0
    db.put("Demo:Units.B", 400)
    assert db.get("Demo:Units.A") == 1.0
