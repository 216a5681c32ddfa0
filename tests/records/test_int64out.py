"""int64out: a 64-bit integer that is written."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

BIG = 2**53 + 1  # no DOUBLE is that


@pytest.mark.parametrize("value", [BIG, -BIG, 2**63 - 1, -(2**63)])
def test_all_64_bits_go_through_a_link(engine: StartEngine, value: int) -> None:
    db = engine('record(int64in, "out") {} record(int64out, "o") { field(OUT, "out") }')
    db.put("o", value)
    assert (db.get("o"), db.get("out")) == (value, value)


@pytest.mark.parametrize(
    ("low", "high", "value", "driven"), [(0, BIG, BIG + 1, BIG), (-BIG, 0, -BIG - 1, -BIG), (0, 0, BIG, BIG)]
)
def test_drvl_and_drvh_limit(engine: StartEngine, low: int, high: int, value: int, driven: int) -> None:
    db = engine(f'record(int64out, "o") {{ field(DRVL, "{low}") field(DRVH, "{high}") }}')
    db.put("o", value)
    assert db.get("o") == driven


def test_in_closed_loop_the_value_comes_from_dol(engine: StartEngine) -> None:
    db = engine(
        f'record(int64in, "in") {{ field(VAL, "{BIG}") }}'
        'record(int64out, "o") { field(OMSL, "closed_loop") field(DOL, "in") }'
    )
    db.put("o", 9)
    assert db.get("o") == BIG


def test_a_constant_dol_is_the_first_value(engine: StartEngine) -> None:
    db = engine(f'record(int64out, "o") {{ field(DOL, "{BIG}") }} record(int64out, "none") {{}}')
    assert (db.get("o"), db.get("o.UDF")) == (BIG, 0)
    assert (db.get("none"), db.get("none.UDF")) == (0, 1)


@pytest.mark.parametrize(
    ("ivoa", "written", "value"),
    [("Continue normally", BIG, BIG), ("Don't drive outputs", 1, BIG), ("Set output to IVOV", 5, 5)],
)
def test_ivoa_decides_for_an_invalid_value(engine: StartEngine, ivoa: str, written: int, value: int) -> None:
    db = engine(
        'record(int64in, "out") { field(VAL, "1") }'
        f'record(int64out, "o") {{ field(HIHI, "{BIG}") field(HHSV, "INVALID") field(IVOA, "{ivoa}") field(IVOV, "5")'
        ' field(OUT, "out") }'
    )
    db.put("o", BIG)
    assert (db.get("out"), db.get("o"), db.alarm("o")[:2]) == (written, value, ("INVALID", "HIHI"))


def test_user_code_gets_all_64_bits(engine: StartEngine) -> None:
    db = engine('record(int64out, "o") { field(DTYP, "pydev") field(OUT, "@seen.append(VAL)") }', "seen = []")
    assert db.put("o", BIG) == "ok"
    assert db.ioc.evaluator.namespace["seen"] == [BIG]
