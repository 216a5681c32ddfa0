"""calcout: an expression that is written when OOPT says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine

OUTPUT = 'record(ai, "out") { field(VAL, "-1") }\n'


def test_use_ocal_writes_another_expression(engine: StartEngine) -> None:
    db = engine(
        OUTPUT + 'record(calcout, "o") { field(CALC, "A") field(DOPT, "Use OCAL") field(OCAL, "A*10")'
        ' field(OUT, "out") }'
    )
    db.put("o.A", 2)
    assert (db.get("o"), db.get("o.OVAL"), db.get("out")) == (2.0, 20.0, 20.0)


def test_odly_delays_the_output_and_a_put_waits_for_it(engine: StartEngine) -> None:
    db = engine(OUTPUT + 'record(calcout, "o") { field(CALC, "A") field(ODLY, "0.05") field(OUT, "out") }')
    watch = db.watch("o")
    answer = db.begin_put("o.A", 5)
    db.advance(0.04)
    assert (db.get("o.DLYA"), db.get("out")) == (1, -1.0)
    db.advance(0.01)
    assert answer() is None
    assert (db.get("o.DLYA"), db.get("out")) == (0, 5.0)
    assert [change for change in watch.changes if change[0] == "DLYA"] == [("DLYA", 1), ("DLYA", 1)]


@pytest.mark.ours("looks at the text of a number")
@pytest.mark.parametrize(
    ("ivoa", "written"), [("Continue normally", "nan"), ("Don't drive outputs", "-1"), ("Set output to IVOV", "7")]
)
def test_ivoa_decides_for_an_invalid_value(engine: StartEngine, ivoa: str, written: Any) -> None:
    db = engine(
        OUTPUT + f'record(calcout, "o") {{ field(CALC, "NAN") field(IVOA, "{ivoa}") field(IVOV, "7")'
        f' field(OUT, "out") }}'
    )
    db.process("o")
    assert db.text("out") == written
    assert db.alarm("o")[:2] == ("INVALID", "UDF")


def test_oevt_is_posted_with_the_output(engine: StartEngine) -> None:
    db = engine(
        """record(calcout, "o") { field(CALC, "A") field(OEVT, "go") field(OOPT, "When Non-zero") }
        record(calc, "seen") { field(CALC, "VAL+1") field(SCAN, "Event") field(EVNT, "go") }"""
    )
    db.put("o.A", 0)
    db.put("o.A", 1)
    db.put("o.A", 1)
    assert db.get("seen") == 2.0


def test_an_expression_that_does_not_compile_is_shown_by_clcv(
    engine: StartEngine, caplog: pytest.LogCaptureFixture
) -> None:
    db = engine('record(calcout, "o") { field(CALC, "A") }')
    assert db.put("o.CALC", "A+(") == "ok"
    assert db.get("o.CLCV") == -1
    assert db.alarm("o") == ("INVALID", "CALC", "calcPerform")
    assert "o.CALC:" in caplog.text


def test_inav_tells_what_an_input_is(engine: StartEngine) -> None:
    db = engine(
        'record(ai, "a") {}'
        '\nrecord(calcout, "o") { field(INPA, "a") field(INPB, "a CP") field(INPC, "1")'
        ' field(INPD, "nowhere") }'
    )
    db.process("o")
    assert [db.text(f"o.IN{x}V") for x in "ABCD"] == ["Local PV", "Ext PV OK", "Constant", "Ext PV NC"]
