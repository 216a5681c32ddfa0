"""scalcout: an expression of numbers and texts that is written when OOPT says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine

BUSY = (  # a record that is through 0.6 s after it was put
    'record(calcout, "slow") { field(CALC, "VAL+1") field(ODLY, "0.6") }\n'
)


def test_inputs_of_both_kinds(engine: StartEngine) -> None:
    db = engine(
        """record(ai, "number") { field(VAL, "2.5") field(PREC, "1") }
        record(mbbo, "state") { field(ZRST, "off") field(ONST, "on") field(VAL, "1") }
        record(waveform, "chars") { field(FTVL, "CHAR") field(NELM, "80") }
        record(scalcout, "s") { field(CALC, "AA+'/'+BB+'/'+CC") field(INPA, "number") field(INAA, "number")
            field(INBB, "state") field(INCC, "chars") }"""
    )
    db.put("chars", "a\tb")
    db.put("s.PROC", 1)
    assert (db.get("s.A"), db.get("s.SVAL")) == (2.5, "2.5/on/a\\tb")


def test_a_text_of_10000_bytes_is_cut_at_39(engine: StartEngine) -> None:
    db = engine(
        """record(lso, "long") { field(SIZV, "20000") }
        record(waveform, "chars") { field(FTVL, "CHAR") field(NELM, "20000") }
        record(scalcout, "s") { field(CALC, "AA+BB+CC") field(INAA, "long") field(INBB, "chars") }"""
    )
    db.put("long", "x" * 10_000)
    db.put("chars", "y" * 10_000)
    assert db.put("s.CC", "z" * 10_000) == "ok"
    assert (db.get("s.SVAL"), len(db.get("s.BB")), db.get("s.CC")) == ("x" * 39, 38, "z" * 39)


def test_a_link_of_numbers_that_fails_stops_the_calculation(engine: StartEngine) -> None:
    db = engine('record(scalcout, "s") { field(CALC, "A+1") field(INPA, "nowhere") field(VAL, "4") }')
    db.put("s.PROC", 1)
    assert db.get("s") == 4.0
    assert db.alarm("s") == ("INVALID", "LINK", "field INPA")


def test_a_link_of_text_that_fails_is_a_text_that_says_so(engine: StartEngine) -> None:
    db = engine('record(scalcout, "s") { field(CALC, "AA") field(INAA, "nowhere") }')
    db.put("s.PROC", 1)
    assert db.get("s.SVAL") == "s:fetch(AA) failed"
    assert db.alarm("s") == ("INVALID", "LINK", "field INAA")


@pytest.mark.parametrize(
    ("target", "link", "written"),
    [
        ('record(stringin, "out") {}', "out", "two"),
        ('record(mbbo, "out") { field(ONST, "one") field(TWST, "two") }', "out", 2),
        ('record(ao, "out") { field(VAL, "7") }', "out", 0.0),
        ('record(ai, "out") {}', "out.DESC", "two"),
    ],
)
def test_the_far_end_gets_text_or_number_as_its_type_is(
    engine: StartEngine, target: str, link: str, written: Any
) -> None:
    db = engine(target + f'record(scalcout, "s") {{ field(CALC, "\'two\'") field(OUT, "{link}") }}')
    db.put("s.PROC", 1)
    assert db.get(link) == written
    assert db.alarm("s")[0] == "NO_ALARM"


def test_a_far_end_that_refuses_the_text_is_a_link_alarm(engine: StartEngine) -> None:
    db = engine(
        'record(bo, "out") { field(ZNAM, "off") field(ONAM, "on") }\n'
        'record(scalcout, "s") { field(CALC, "\'maybe\'") field(OUT, "out") }'
    )
    db.put("s.PROC", 1)
    assert (db.get("s.SVAL"), db.get("out")) == ("maybe", 0)
    assert db.alarm("s") == ("INVALID", "LINK", "field OUT")


@pytest.mark.parametrize(
    ("ivoa", "written"), [("Continue normally", -1), ("Don't drive outputs", 5), ("Set output to IVOV", 7)]
)
def test_ivoa_decides_for_a_failed_calculation(engine: StartEngine, ivoa: str, written: float) -> None:
    db = engine(
        'record(ai, "out") { field(VAL, "5") }\n'
        f'record(scalcout, "s") {{ field(CALC, "1/A") field(IVOA, "{ivoa}") field(IVOV, "7") field(OUT, "out") }}'
    )
    db.put("s.PROC", 1)
    assert db.get("out") == written
    assert db.alarm("s") == ("INVALID", "CALC", "a division by zero")


def test_odly_delays_the_output_and_a_put_waits_for_it(engine: StartEngine) -> None:
    db = engine(
        'record(ai, "out") { field(VAL, "-1") }\n'
        'record(scalcout, "s") { field(CALC, "A") field(ODLY, "0.4") field(OUT, "out") }'
    )
    answer = db.begin_put("s.A", 5)
    db.advance(0.3)
    assert (db.get("s.DLYA"), db.get("s.PACT"), db.get("out")) == (1, 1, -1.0)
    db.advance(0.1)
    assert answer() is None
    assert (db.get("s.DLYA"), db.get("out")) == (0, 5.0)


@pytest.mark.parametrize(("wait", "waits"), [("Wait", True), ("NoWait", False)])
def test_wait_waits_for_what_a_ca_link_sets_off(engine: StartEngine, wait: str, waits: bool) -> None:
    db = engine(
        BUSY + f'record(scalcout, "s") {{ field(CALC, "1") field(OUT, "slow.PROC CA") field(WAIT, "{wait}")'
        ' field(FLNK, "after") }\nrecord(calc, "after") { field(CALC, "VAL+1") }'
    )
    answer = db.begin_put("s.PROC", 1)
    db.advance(0.5)
    assert db.get("after") == (0.0 if waits else 1.0)
    db.advance(0.2)
    assert answer() is None
    assert db.get("after") == 1.0


def test_ocal_computes_what_is_written(engine: StartEngine) -> None:
    db = engine(
        'record(stringin, "out") {}\n'
        'record(scalcout, "s") { field(CALC, "1") field(DOPT, "Use OCAL") field(OCAL, "SVAL+\'!\'") field(OUT, "out") }'
    )
    db.put("s.PROC", 1)
    db.put("s.PROC", 1)
    assert db.get("out") == "!!"  # SVAL of OCAL is OSV: what it came to before


def test_links_that_are_put_at_run_time(engine: StartEngine) -> None:
    db = engine('record(ai, "a") { field(VAL, "3") }\nrecord(scalcout, "s") { field(CALC, "A") field(A, "9") }')
    assert db.text("s.INAV") == "Constant"
    db.put("s.INPA", "a CA")
    assert db.text("s.INAV") == "Local PV"
    db.put("s.PROC", 1)
    assert db.get("s") == 3.0
    db.put("s.INPA", "nowhere")
    assert db.text("s.INAV") == "Ext PV NC"
    db.put("s.INPA", "5")
    assert (db.text("s.INAV"), db.get("s.A")) == ("Constant", 3.0)


def test_an_expression_that_is_none_is_taken_and_shown_by_clcv(
    engine: StartEngine, caplog: pytest.LogCaptureFixture
) -> None:
    db = engine('record(scalcout, "s") { field(CALC, "A") }')
    assert db.put("s.CALC", "A+*2") == "ok"
    assert (db.get("s.CALC"), db.get("s.CLCV")) == ("A+*2", -1)
    assert "s.CALC: a value or a function is expected, not '*2' (at character 3) in expression 'A+*2'" in caplog.text
    db.put("s.CALC", "A+2")
    assert (db.get("s.CLCV"), db.get("s")) == (0, 2.0)


def test_a_text_that_changes_while_val_stays_processes_what_watches_it(engine: StartEngine) -> None:
    db = engine('record(scalcout, "s") { field(CALC, "AA") }\nrecord(stringin, "seen") { field(INP, "s.SVAL CP") }')
    db.put("s.AA", "new")
    db.advance(0)
    assert db.get("seen") == "new"


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.5, " 1.50000000000000000e+00"), (1e300, "1.00000000000000005e+300"), (1e7, " 1.00000000000000000e+07")],
)
def test_a_precision_below_0_shows_17_digits(engine: StartEngine, number: float, text: str) -> None:
    db = engine('record(scalcout, "s") { field(CALC, "A") field(PREC, "-1") }')
    db.put("s.A", number)
    assert (db.get("s"), db.get("s.SVAL")) == (number, text)
