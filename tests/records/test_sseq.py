"""sseq: numbers and texts to links, one after the other, with delays and waiting."""

from __future__ import annotations

from typing import Any

import pytest

from pydevpva.records.core.alarm import DBE_VALUE
from tests.local_ioc import StartEngine

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

COUNT = 'record(calc, "n") { field(CALC, "VAL+1") }\n'
OUTS = "".join(f'record(longout, "o{n}") {{}}\n' for n in (1, 2, 3, 4))
FOUR = " ".join(f'field(DO{n}, "{n}") field(LNK{n}, "o{n} PP")' for n in (1, 2, 3, 4))


def sseq(fields: str) -> str:
    return COUNT + f'record(sseq, "s") {{ field(FLNK, "n") {fields} }}\n'


@pytest.mark.parametrize(
    ("selection", "done", "alarm"),
    [
        ("", [1, 2, 3, 4], "NO_ALARM"),
        ('field(SELM, "Specified") field(SELN, "0")', [], "NO_ALARM"),
        ('field(SELM, "Specified") field(SELN, "3")', [3], "NO_ALARM"),
        ('field(SELM, "Specified") field(SELL, "2")', [2], "NO_ALARM"),
        ('field(SELM, "Specified") field(SELN, "11")', [], "SOFT"),
        ('field(SELM, "Mask") field(SELN, "5")', [1, 3], "NO_ALARM"),
        ('field(SELM, "Mask") field(SELL, "o4")', [], "NO_ALARM"),
    ],
)
def test_which_steps_are_done(engine: StartEngine, selection: str, done: list[int], alarm: str) -> None:
    db = engine(OUTS + sseq(FOUR + selection))
    assert db.put("s.PROC", 1) == "ok"
    assert [n for n in (1, 2, 3, 4) if db.get(f"o{n}") == n] == done
    assert (db.alarm("s")[1], db.get("s.BUSY"), db.get("n")) == (alarm, 0, 1.0)


TARGETS = """
record(ao, "number") {} record(stringout, "text") {} record(int64out, "whole") {}
record(bo, "two") { field(ZNAM, "off") field(ONAM, "on") }
record(mbbo, "many") { field(ZRST, "zero") field(ONST, "one") field(TWST, "two") }
record(waveform, "chars") { field(FTVL, "CHAR") field(NELM, "5") }
record(ao, "menu") {}
"""


@pytest.mark.parametrize(
    ("given", "target", "wanted"),
    [
        ('field(DO1, "2.5")', "number", 2.5),
        ('field(DO1, "2.5")', "text", "2.50"),
        ('field(STR1, "2.5 mm")', "number", 2.5),
        ('field(STR1, "hello")', "text", "hello"),
        ('field(STR1, "on")', "two", 1),
        ('field(STR1, "two")', "many", 2),
        ('field(STR1, "1.7")', "many", 1),
        ('field(DOL1, "7")', "number", 7.0),
        ('field(DO1, "9007199254740992")', "whole", 9007199254740992),
        ('field(STR1, "abcdefgh")', "chars", [97, 98, 99, 100, 101]),
        ('field(STR1, "ab")', "chars", [97, 98, 0, 0, 0]),
        ('field(STR1, "closed_loop")', "menu.OMSL", 1),
    ],
)
def test_what_is_written_depends_on_the_target(engine: StartEngine, given: str, target: str, wanted: Any) -> None:
    db = engine(TARGETS + sseq(f'field(PREC, "2") {given} field(LNK1, "{target} PP")'))
    db.put("s.PROC", 1)
    assert db.get(target) == wanted
    assert db.alarm("s")[0] == "NO_ALARM"


SOURCES = """
record(ai, "number") { field(VAL, "-3.25") field(PREC, "1") } record(stringin, "text") { field(VAL, "7.5 V") }
record(int64in, "whole") { field(VAL, "12") } record(mbbi, "many") { field(ONST, "one") field(VAL, "1") }
record(waveform, "chars") { field(FTVL, "CHAR") field(NELM, "60") field(INP, [56,46,50]) }
record(waveform, "floats") { field(FTVL, "FLOAT") field(NELM, "3") field(INP, [1.5, 2]) }
"""


@pytest.mark.parametrize(
    ("source", "number", "text"),
    [
        ("number", -3.25, "-3.25"),
        ("text", 7.5, "7.5 V"),
        ("whole", 12.0, "12.00"),
        ("many", 0.0, "one"),
        ("chars", 8.2, "8.2"),
        ("floats", 1.5, "1.50"),
        ("number.DESC", 0.0, ""),
        ("number.SCAN", 0.0, "Passive"),
    ],
)
def test_what_is_read_is_a_number_and_a_text(engine: StartEngine, source: str, number: float, text: str) -> None:
    db = engine(SOURCES + sseq(f'field(PREC, "2") field(STR1, "?") field(DOL1, "{source}")'))
    db.put("s.PROC", 1)
    assert (db.get("s.DO1"), db.get("s.STR1")) == (number, text)


def test_a_put_makes_number_and_text_agree(engine: StartEngine) -> None:
    db = engine(sseq('field(PREC, "2")'))
    seen = []
    for field, value in (("DO1", 1 / 3), ("STR1", "12 mm"), ("STR1", "abc"), ("STR1", "x" * 50)):
        db.put(f"s.{field}", value)
        seen.append((db.get("s.DO1"), db.get("s.STR1")))
    assert seen == [(1 / 3, "0.33"), (12.0, "12 mm"), (0.0, "abc"), (0.0, "x" * 39)]


def test_delays_are_kept_and_the_record_is_busy(engine: StartEngine) -> None:
    db = engine(OUTS + sseq(FOUR + 'field(DLY2, "0.1") field(DLY4, "0.2")'))
    answer = db.begin_put("s.PROC", 1)
    db.advance(0)
    seen = [[db.get(f"o{n}") for n in (1, 2, 3, 4)]]
    for _ in range(3):
        db.advance(0.1)
        seen.append([db.get(f"o{n}") for n in (1, 2, 3, 4)])
    assert seen == [[1, 0, 0, 0], [1, 2, 3, 0], [1, 2, 3, 0], [1, 2, 3, 4]]
    assert answer() is None
    assert (db.get("s.BUSY"), db.get("s.PACT"), db.get("n")) == (0, 0, 1.0)


@pytest.mark.parametrize(
    ("wait", "link", "before", "ends"),
    [
        ("NoWait", "busy CA", [2, 3, 4], 0),
        ("Wait", "busy CA", [0, 0, 0], 0.5),
        ("After1", "busy CA", [0, 0, 0], 0.5),
        ("After2", "busy CA", [2, 0, 0], 0.5),
        ("After3", "busy CA", [2, 3, 0], 0.5),
        ("AfterA", "busy CA", [2, 3, 4], 0.5),
        ("Wait", "busy PP", [2, 3, 4], 0),
    ],
)
def test_steps_wait_for_what_an_earlier_one_set_off(
    engine: StartEngine, wait: str, link: str, before: list[int], ends: float
) -> None:
    busy = 'record(busy, "busy") { field(HIGH, "0.5") }'
    rest = " ".join(f'field(DO{n}, "{n}") field(LNK{n}, "o{n} PP")' for n in (2, 3, 4))
    db = engine(OUTS + busy + sseq(f'field(DO1, "1") field(LNK1, "{link}") field(WAIT1, "{wait}") {rest}'))
    db.process("s")
    db.advance(0.4)
    waits = ends > 0.4
    assert [db.get(f"o{n}") for n in (2, 3, 4)] == before
    assert (db.get("busy"), db.get("s.WTG1"), db.get("s.BUSY")) == (1, int(waits), int(waits))
    db.advance(0.1)
    assert [db.get(f"o{n}") for n in (2, 3, 4)] == [2, 3, 4]
    assert (db.get("busy"), db.get("s.WTG1"), db.get("s.BUSY"), db.get("n")) == (0, 0, 0, 1.0)


def test_a_link_that_cannot_be_waited_for_is_told(engine: StartEngine) -> None:
    db = engine(OUTS + sseq('field(LNK1, "o1 PP")'))
    seen = []
    for wait in ("Wait", "NoWait"):
        db.put("s.WAIT1", wait)
        db.advance(0.5)
        seen.append(db.get("s.WERR1"))
    db.put("s.LNK1", "o1 CA")
    db.put("s.WAIT1", "Wait")
    db.advance(0.5)
    assert [*seen, db.get("s.WERR1")] == [1, 0, 0]


# ---- ABORT ----


def test_abort_ends_a_delay_and_runs_the_forward_link(engine: StartEngine) -> None:
    db = engine(OUTS + sseq(FOUR + 'field(DLY3, "100")'))
    answer = db.begin_put("s.PROC", 1)
    db.advance(1)
    assert db.put("s.ABORT", 1) == "ok"
    assert answer() is None
    assert [db.get(f"s.{field}") for field in ("ABORT", "ABORTING", "BUSY", "PACT")] == [0, 0, 0, 0]
    assert (db.get("o2"), db.get("o3"), db.get("n")) == (2, 0, 1.0)


def test_abort_waits_for_puts_and_a_second_one_does_not(engine: StartEngine) -> None:
    busy = 'record(busy, "busy") {}'
    db = engine(OUTS + busy + sseq('field(DO1, "1") field(LNK1, "busy CA") field(WAIT1, "Wait") field(LNK2, "o2 PP")'))
    db.process("s")
    db.advance(0)
    db.put("s.ABORT", 1)
    assert (db.get("s.ABORTING"), db.get("s.BUSY"), db.get("s.WTG1")) == (1, 1, 1)
    db.put("s.ABORT", 1)
    assert (db.get("s.ABORTING"), db.get("s.BUSY"), db.get("s.WTG1"), db.get("n")) == (0, 0, 0, 1.0)
    db.put("busy", 0, wait=False)
    db.advance(0)
    assert db.get("n") == 1.0


def test_abort_of_nothing_is_refused(engine: StartEngine) -> None:
    db = engine(sseq(""))
    assert db.put("s.ABORT", 1) == "s.ABORT: no sequence runs that could be aborted"
    assert db.get("s.ABORT") == 0
    assert db.put("s.ABORTING", 1) == "s.ABORTING: only tells; put 1 to ABORT"


# ---- links ----


def test_states_and_types_of_the_links(engine: StartEngine) -> None:
    db = engine(OUTS + sseq('field(DOL1, "o1") field(LNK1, "o2 PP") field(DOL2, "5")'))
    assert [db.text(f"s.{f}") for f in ("DOL1V", "LNK1V", "DOL2V", "LNK2V")] == [
        "Local PV",
        "Local PV",
        "Constant",
        "Constant",
    ]
    assert [db.get(f"s.{f}") for f in ("DT1", "LT1", "DT2", "LT2")] == [5, 5, 17, -1]
    db.put("s.DOL1", "nowhere")
    db.put("s.LNK1", "s.STR3 CA")
    assert (db.text("s.DOL1V"), db.get("s.DT1"), db.text("s.LNK1V"), db.get("s.LT1")) == (
        "Ext PV NC",
        -1,
        "Local PV",
        0,
    )


def test_types_are_those_of_the_channel_once_the_links_were_looked_at(engine: StartEngine) -> None:
    db = engine(OUTS + sseq('field(DOL1, "nowhere") field(LNK1, "o1.OMSL") field(LNK2, "o1.DOL")'))
    told = db.posts("s")
    assert [db.get(f"s.{f}") for f in ("LT1", "LT2")] == [12, 14]  # menu, link
    db.advance(1)
    assert [db.get(f"s.{f}") for f in ("LT1", "LT2")] == [11, 0]
    told.wait_for(("LT1", DBE_VALUE))
    db.put("s.DOL3", "o2")
    told.wait_for(("DT3", DBE_VALUE))


@pytest.mark.parametrize(("put", "kinds"), [("o2 PP", (-1, -1, 11)), ("5", (17, 17, 12))])
def test_a_new_link_has_all_of_them_looked_at(engine: StartEngine, put: str, kinds: tuple[int, int, int]) -> None:
    db = engine(OUTS + sseq('field(DOL2, "5") field(DOL3, "o1.OMSL")'))
    db.put("s.LNKA", put)
    db.advance(0.5)
    assert tuple(db.get(f"s.{f}") for f in ("DT1", "DT2", "DT3")) == kinds


def test_a_link_to_nothing_is_passed_over(engine: StartEngine) -> None:
    db = engine(OUTS + sseq('field(DOL1, "nowhere") field(LNK1, "nowhere") field(LNK2, "o2 PP") field(DO2, "2")'))
    assert db.put("s.PROC", 1) == "ok"
    assert (db.get("o2"), db.alarm("s")[0]) == (2, "NO_ALARM")


def test_a_target_that_refuses_is_an_alarm_and_the_rest_is_done(engine: StartEngine) -> None:
    db = engine(
        TARGETS + OUTS + sseq('field(STR1, "maybe") field(LNK1, "two PP") field(LNK2, "o2 PP") field(DO2, "2")')
    )
    db.put("s.PROC", 1)
    assert (db.alarm("s"), db.get("o2")) == (("INVALID", "LINK", "field LNK1"), 2)


def test_a_sequence_that_starts_itself_ends(engine: StartEngine) -> None:
    db = engine(OUTS + sseq('field(LNK1, "s.PROC PP") field(DO1, "1") field(LNK2, "o2 PP") field(DO2, "2")'))
    assert db.put("s.PROC", 1) == "ok"
    assert (db.get("o2"), db.get("s.BUSY")) == (2, 0)


@pytest.mark.parametrize("delay", ["nan", "inf", "1e300", "-1"])
def test_a_delay_that_is_none_does_no_harm(engine: StartEngine, delay: str) -> None:
    db = engine(OUTS + sseq(FOUR + f'field(DLY1, "{delay}")'))
    db.process("s")
    db.advance(0)
    if db.get("s.BUSY"):
        assert db.put("s.ABORT", 1) == "ok"
    assert db.get("s.BUSY") == 0


@pytest.mark.parametrize(("delay", "kept"), [(0.126, 0.13), (float("inf"), -(2.0**63) * 0.01), (1e10, 1e10)])
def test_a_delay_is_rounded_as_a_64_bit_integer(engine: StartEngine, delay: float, kept: float) -> None:
    db = engine(sseq(""))
    db.put("s.DLY1", delay)
    assert db.get("s.DLY1") == pytest.approx(kept)
