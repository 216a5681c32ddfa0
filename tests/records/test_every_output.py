"""What the outputs of one number have in common: limits of what is driven, DOL, IVOA, simulation."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

OUTPUTS = pytest.mark.parametrize(("rtype", "target"), [("ao", "ai"), ("longout", "longin"), ("int64out", "int64in")])


@OUTPUTS
@pytest.mark.parametrize(
    ("low", "high", "value", "driven"),
    [(0, 10, 12, 10), (0, 10, -1, 0), (0, 10, 5, 5), (0, 0, 99, 99), (10, 0, 99, 99)],
)
def test_drvl_and_drvh_limit_when_the_one_is_below_the_other(
    engine: StartEngine, rtype: str, target: str, low: int, high: int, value: int, driven: int
) -> None:
    db = engine(
        f'record({target}, "out") {{}}'
        f'record({rtype}, "o") {{ field(DRVL, "{low}") field(DRVH, "{high}") field(OUT, "out") }}'
    )
    db.put("o", value)
    assert (db.get("o"), db.get("out")) == (driven, driven)


@OUTPUTS
def test_in_closed_loop_the_value_comes_from_dol(engine: StartEngine, rtype: str, target: str) -> None:
    db = engine(
        f'record({target}, "in") {{ field(VAL, "3") }}'
        f'record({rtype}, "o") {{ field(OMSL, "closed_loop") field(DOL, "in") }}'
    )
    db.put("o", 9)
    assert db.get("o") == 3
    db.put("o.OMSL", 0)
    db.put("o", 9)
    assert db.get("o") == 9


@OUTPUTS
def test_a_constant_dol_is_the_first_value(engine: StartEngine, rtype: str, target: str) -> None:
    db = engine(f'record({rtype}, "o") {{ field(DOL, "0x10") }} record({rtype}, "none") {{}}')
    assert (db.get("o"), db.get("o.UDF")) == (16, 0)
    assert (db.get("none"), db.get("none.UDF")) == (0, 1)


@OUTPUTS
@pytest.mark.parametrize(
    ("ivoa", "written", "value"),
    [("Continue normally", 7, 7), ("Don't drive outputs", 1, 7), ("Set output to IVOV", 5, 5)],
)
def test_ivoa_decides_for_an_invalid_value(
    engine: StartEngine, rtype: str, target: str, ivoa: str, written: int, value: int
) -> None:
    db = engine(
        f'record({target}, "out") {{ field(VAL, "1") }}'
        f'record({rtype}, "o") {{ field(HIHI, "6") field(HHSV, "INVALID") field(IVOA, "{ivoa}") field(IVOV, "5")'
        ' field(OUT, "out") }'
    )
    db.put("o", 7)
    assert (db.get("out"), db.get("o"), db.alarm("o")[:2]) == (written, value, ("INVALID", "HIHI"))


@OUTPUTS
def test_simulation_writes_to_siol_and_not_to_out(engine: StartEngine, rtype: str, target: str) -> None:
    db = engine(
        f'record({target}, "out") {{}} record({target}, "sim") {{}}'
        f'record({rtype}, "o") {{ field(OUT, "out") field(SIMM, "YES") field(SIOL, "sim") field(SIMS, "MINOR") }}'
    )
    db.put("o", 7)
    assert (db.get("out"), db.get("sim"), db.alarm("o")[:2]) == (0, 7, ("MINOR", "SIMM"))


@OUTPUTS
def test_an_out_that_is_missing_is_a_link_alarm(engine: StartEngine, rtype: str, target: str) -> None:
    db = engine(f'record({rtype}, "o") {{ field(OUT, "nowhere") }}')
    db.put("o", 7)
    assert (db.get("o"), db.alarm("o")[:2]) == (7, ("INVALID", "LINK"))
