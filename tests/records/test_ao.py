"""ao: limits of what is driven, ramps, conversion to raw values, closed loop, what an invalid value does."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

RAW = 'record(longin, "raw") {{}} record(ao, "o") {{ field(DTYP, "Raw Soft Channel") field(OUT, "raw") {} }}'


@pytest.mark.parametrize(
    ("fields", "value", "raw"),
    [
        ("", 2.5, 3),
        ("", -2.5, -3),
        ("", 2.49, 2),
        ("", 3e9, 2147483647),
        ("", -3e9, -2147483648),
        ('field(ROFF, "10")', 7, -3),
        ('field(ASLO, "2") field(AOFF, "1")', 15, 7),
        ('field(ASLO, "0") field(AOFF, "1")', 8, 7),
        ('field(LINR, "SLOPE") field(ESLO, "0.5") field(EOFF, "-1")', 3, 8),
        ('field(LINR, "SLOPE") field(ESLO, "0")', 3, 0),
        ('field(LINR, "LINEAR") field(EGUL, "-1")', 7, 8),
    ],
)
def test_a_value_becomes_a_raw_one(engine: StartEngine, fields: str, value: float, raw: int) -> None:
    db = engine(RAW.format(fields))
    db.put("o", value)
    assert (db.get("o.RVAL"), db.get("raw")) == (raw, raw)


def test_a_breakpoint_table_converts_back(engine: StartEngine) -> None:
    db = engine("breaktable(typeKdegC) { 0 0 100 10 200 30 }" + RAW.format('field(LINR, "typeKdegC")'))
    db.put("o", 20)
    assert (db.get("raw"), db.alarm("o")[1]) == (150, "NO_ALARM")
    db.put("o", 40)
    assert (db.get("raw"), db.alarm("o")[1]) == (150, "SOFT")


@pytest.mark.parametrize(
    ("low", "high", "value", "driven"),
    [(0, 10, 12, 10.0), (0, 10, -1, 0.0), (0, 10, 5, 5.0), (0, 0, 99, 99.0), (10, 0, 99, 99.0)],
)
def test_drvl_and_drvh_limit_when_the_one_is_below_the_other(
    engine: StartEngine, low: float, high: float, value: float, driven: float
) -> None:
    db = engine(
        f'record(ai, "out") {{}} record(ao, "o") {{ field(DRVL, "{low}") field(DRVH, "{high}") field(OUT, "out") }}'
    )
    db.put("o", value)
    assert (db.get("o"), db.get("o.OVAL"), db.get("out")) == (driven, driven, driven)


def test_oroc_lets_oval_follow_by_so_much_each_time(engine: StartEngine) -> None:
    db = engine('record(ai, "out") {} record(ao, "o") { field(OROC, "3") field(OUT, "out") }')
    db.put("o", 7)
    seen = [(db.get("o"), db.get("o.OVAL"), db.get("out"))]
    for _ in range(3):
        db.process("o")
        seen.append((db.get("o"), db.get("o.OVAL"), db.get("out")))
    db.put("o", 5)
    assert seen == [(7.0, 3.0, 3.0), (7.0, 6.0, 6.0), (7.0, 7.0, 7.0), (7.0, 7.0, 7.0)]
    assert db.get("o.OVAL") == 5.0


def test_a_constant_dol_is_the_first_value(engine: StartEngine) -> None:
    db = engine('record(ao, "o") { field(DOL, "4.5") } record(ao, "none") {}')
    assert (db.get("o"), db.get("o.UDF"), db.get("o.PVAL")) == (4.5, 0, 4.5)
    assert (db.get("none"), db.get("none.UDF")) == (0.0, 1)


def test_incremental_adds_what_dol_gives(engine: StartEngine) -> None:
    db = engine(
        'record(ao, "step") { field(VAL, "3") }'
        'record(ao, "o") { field(OMSL, "closed_loop") field(OIF, "Incremental") field(DOL, "step")'
        ' field(DRVL, "0") field(DRVH, "7") }'
    )
    seen = []
    for _ in range(4):
        db.process("o")
        seen.append(db.get("o"))
    assert seen == [3.0, 6.0, 7.0, 7.0]


def test_a_dol_that_is_missing_is_a_link_alarm_and_leaves_val(engine: StartEngine) -> None:
    db = engine('record(ao, "o") { field(OMSL, "closed_loop") field(DOL, "nowhere") field(VAL, "2") field(UDF, "0") }')
    db.process("o")
    assert (db.get("o"), db.alarm("o")[:2]) == (2.0, ("INVALID", "LINK"))


def test_mdel_and_adel_say_what_is_posted(engine: StartEngine) -> None:
    db = engine('record(ao, "o") { field(MDEL, "2") field(ADEL, "4") }')
    db.put("o", 0)
    watch = db.watch("o")
    for value in (2, 2.5, 4.5, 5):
        db.put("o", value)
    assert [mask for field, mask in watch.changes if field is None] == [0, 1, 2, 1]


@pytest.mark.parametrize(("mode", "simulated"), [("YES", 7.4), ("RAW", 4.0)])
def test_simulation_writes_to_siol_and_not_to_out(engine: StartEngine, mode: str, simulated: float) -> None:
    db = engine(
        'record(ai, "out") {} record(ai, "sim") {}'
        f'record(ao, "o") {{ field(AOFF, "3") field(OUT, "out") field(SIMM, "{mode}") field(SIOL, "sim")'
        ' field(SIMS, "MINOR") }'
    )
    db.put("o", 7.4)
    assert (db.get("out"), db.get("sim"), db.alarm("o")[:2]) == (0.0, simulated, ("MINOR", "SIMM"))
