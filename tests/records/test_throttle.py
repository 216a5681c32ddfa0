"""throttle: values go out once in DLY seconds, the last of those between."""

from __future__ import annotations

import pytest

from tests.local_ioc import Serve, StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

DB = """
record(ao, "out") { field(VAL, "-1") }
record(calc, "n") { field(CALC, "VAL+1") }
record(throttle, "t") { field(OUT, "out PP") field(FLNK, "n") %s }
"""


def test_a_value_goes_out_at_once_and_the_next_after_the_delay(engine: StartEngine) -> None:
    db = engine(DB % 'field(DLY, "0.5")')
    assert db.put("t", 1) == "ok"
    for value in (2, 3):
        db.put("t", value, wait=False)
    assert (db.get("t"), db.get("t.SENT"), db.text("t.WAIT"), db.get("out"), db.get("n")) == (
        3.0,
        1.0,
        "True",
        1.0,
        1.0,
    )
    db.advance(0.5)
    assert (db.get("t.SENT"), db.text("t.WAIT"), db.text("t.STS"), db.get("out"), db.get("n")) == (
        3.0, "False", "Success", 3.0, 2.0,
    )  # fmt: skip


def test_a_put_that_waits_is_answered_when_its_value_goes_out(engine: StartEngine) -> None:
    db = engine(DB % 'field(DLY, "0.5")')
    db.put("t", 1)
    answer = db.begin_put("t", 2)
    db.advance(0.4)
    assert db.get("out") == 1.0
    db.advance(0.1)
    assert answer() is None
    assert db.get("out") == 2.0


@pytest.mark.parametrize(
    ("drvlc", "value", "shown", "sent", "state"),
    [
        ("Off", 12, 3.0, 3.0, "High Limit"),
        ("Off", -9, 3.0, 3.0, "Low Limit"),
        ("On", 12, 10.0, 10.0, "High Limit"),
        ("On", -9, -5.0, -5.0, "Low Limit"),
        ("On", 10, 10.0, 10.0, "Normal"),
    ],
)
def test_a_value_beyond_the_limits(
    engine: StartEngine, drvlc: str, value: float, shown: float, sent: float, state: str
) -> None:
    db = engine(DB % f'field(DRVLH, "10") field(DRVLL, "-5") field(DRVLC, "{drvlc}")')
    db.put("t", 3)
    db.advance(1)
    assert db.put("t", value) == "ok"  # also of one that is dropped, whose forward link never runs
    assert (db.get("t"), db.get("t.SENT"), db.text("t.DRVLS")) == (shown, sent, state)


def test_limits_that_are_put_tell_at_once_where_the_value_is(engine: StartEngine) -> None:
    db = engine(DB % "")
    db.put("t", 20)
    db.put("t.DRVLH", 10)
    assert db.text("t.DRVLS") == "High Limit"
    db.put("t.DRVLH", -1)  # below DRVLL: there are none
    assert db.text("t.DRVLS") == "Normal"


def test_without_an_output_nothing_is_sent(engine: StartEngine) -> None:
    db = engine('record(throttle, "t") {}')
    assert db.put("t", 3) == "ok"
    assert (db.get("t"), db.get("t.SENT"), db.text("t.STS"), db.text("t.WAIT")) == (3.0, 0.0, "Error", "False")


def test_an_output_that_cannot_be_written_leaves_its_message(engine: StartEngine) -> None:
    db = engine('record(stringin, "s") { field(DISP, "0") } record(throttle, "t") { field(OUT, "s.NAME") }')
    db.put("t", 3)
    assert (db.text("t.STS"), db.get("t.SENT"), db.alarm("t")) == ("Error", 0.0, ("NO_ALARM", "NO_ALARM", "field OUT"))
    db.put("t.OUT", "s")
    db.advance(0)
    db.put("t", 4)
    assert (db.text("t.STS"), db.alarm("t")) == ("Success", ("NO_ALARM", "NO_ALARM", ""))


def test_sync_takes_the_value_from_sinp_and_sends_nothing(engine: StartEngine) -> None:
    db = engine(DB % 'field(SINP, "out")')
    db.put("out", 7.5)
    db.put("t.SYNC", "Process")
    assert (db.get("t"), db.get("t.SENT"), db.text("t.SYNC"), db.text("t.STS")) == (7.5, 0.0, "Idle", "Success")


def test_sync_waits_for_the_value_that_has_to_go_out(engine: StartEngine) -> None:
    db = engine(DB % 'field(SINP, "out") field(DLY, "1")')
    db.put("t", 1)
    db.put("t", 2, wait=False)
    db.put("t.SYNC", 1)
    assert (db.get("t"), db.text("t.SYNC")) == (2.0, "Process")
    db.put("out", 9, process=False)
    db.advance(1)
    assert (db.get("t"), db.get("out"), db.text("t.SYNC")) == (2.0, 2.0, "Idle")


def test_a_new_delay_counts_from_now(engine: StartEngine) -> None:
    db = engine(DB % 'field(DLY, "1000")')
    db.put("t", 1)
    db.put("t", 2, wait=False)
    db.put("t.DLY", -3)
    assert db.get("t.DLY") == 0.0
    db.advance(0)
    assert db.get("out") == 2.0


def test_states_of_the_links(engine: StartEngine) -> None:
    db = engine(DB % "")
    assert (db.text("t.OV"), db.text("t.SIV")) == ("Local PV", "Constant")
    db.put("t.SINP", "out CA")
    db.put("t.OUT", "nowhere")
    assert (db.text("t.OV"), db.text("t.SIV")) == ("Ext PV NC", "Local PV")


def test_a_limit_that_is_nan_is_none_and_the_other_counts(engine: StartEngine) -> None:
    db = engine('record(throttle, "t") { field(DRVLH, "5") field(DRVLL, "0") field(DRVLC, "On") }')
    db.put("t.DRVLL", "nan")
    db.put("t", -3)
    assert (db.get("t"), db.text("t.DRVLS")) == (-3.0, "Normal")
    db.put("t", 9)
    assert (db.get("t"), db.text("t.DRVLS")) == (5.0, "High Limit")


def test_a_loop_of_links_ends(engine: StartEngine) -> None:
    db = engine(
        'record(throttle, "t") { field(OUT, "a PP") } record(ao, "a") { field(OUT, "b PP") }'
        'record(ao, "b") { field(OUT, "t PP") }'
    )
    assert db.put("t", 2) == "ok"
    assert (db.get("a"), db.get("b"), db.get("t.SENT")) == (2.0, 2.0, 2.0)


def test_code_is_called_once_in_the_delay(engine: StartEngine) -> None:
    db = engine(
        'record(throttle, "t") { field(DTYP, "pydev") field(OUT, "@powers.append(VAL)") field(DLY, "1") }',
        "powers = []",
    )
    for value in (1, 2, 3):
        db.put("t", value, wait=value == 1)
    assert (db.ioc.run_python("powers"), db.get("t.SENT")) == ([1.0], 1.0)
    db.advance(1)
    db.advance(0)
    assert (db.ioc.run_python("powers"), db.get("t.SENT"), db.text("t.WAIT")) == ([1.0, 3.0], 3.0, "False")


def test_code_that_fails_is_an_error_with_an_alarm(engine: StartEngine) -> None:
    db = engine('record(throttle, "t") { field(DTYP, "pydev") field(OUT, "@1/0") }')
    db.put("t", 1)
    assert (db.text("t.STS"), db.alarm("t")[:2]) == ("Error", ("INVALID", "CALC"))


@pytest.mark.parametrize(("digits", "shown"), [(4, 4), (-1, 15), (100, 15)])
def test_dprec_is_the_precision_of_dly(serve: Serve, digits: int, shown: int) -> None:
    ioc = serve('record(throttle, "t") {}')
    assert ioc.get("t.DLY")["display.precision"] == 0
    ioc.put("t.DPREC", digits)
    assert ioc.get("t.DLY")["display.precision"] == shown


@pytest.mark.parametrize(("put", "kept"), [("-1", "0.0"), ("nan", "nan"), ("2.5", "2.5")])
def test_a_delay_below_0_is_none(engine: StartEngine, put: str, kept: str) -> None:
    db = engine('record(throttle, "t") {}')
    db.put("t.DLY", put)
    assert repr(db.get("t.DLY")) == kept


def test_the_alarm_of_a_value_that_failed_late_lasts_until_the_delay_is_over(engine: StartEngine) -> None:
    db = engine('record(throttle, "t") { field(OUT, "nowhere") field(DLY, "1") }')
    db.put("t", 1, wait=False)
    db.put("t", 2, wait=False)
    db.advance(1)
    assert db.alarm("t") == ("INVALID", "LINK", "field OUT")
    db.advance(1)
    assert db.alarm("t")[0] == "NO_ALARM"
