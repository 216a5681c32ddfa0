"""Channel filters, in names of fields and of links."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pydevpva.engine.filters.parse import Filter, Update, parse_filters, run
from pydevpva.engine.named_states import States
from pydevpva.errors import NotFound
from tests.local_ioc import local_ioc

WAVE = 'record(waveform, "w") { field(FTVL, "LONG") field(NELM, "10") field(INP, [0,1,2,3,4,5]) }\n'


class FakeRecord:
    """Alarm and time of a record that never changes."""

    NAME, SEVR, STAT, AMSG, TIME, UTAG = "r", 0, 0, "", 1_700_000_000 * 10**9 + 123456789, 0
    host = SimpleNamespace(now=lambda: 1_800_000_000 * 10**9)


def passed(text: str, values: list[float], states: States | None = None, mask: int = 1) -> list[float]:
    """The values of those updates that a chain lets through."""
    chain = parse_filters(text, states or States())
    updates = [run(chain, Update(FakeRecord, value, mask, True)) for value in values]  # type: ignore[arg-type]
    return [update.value for update in updates if update is not None]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("w.[1:3]", [1, 2, 3]),
        ("w.VAL[0:2:4]", [0, 2, 4]),
        ("w.[-2:]", [4, 5]),
        ("w.[:-5]", [0, 1]),
        ("w.[::3]", [0, 1, 2, 3]),
        ("w.[:3:]", [0, 3]),
        ('w.{"arr":{"s":1,"e":2}}', [1, 2]),
        ("w.{arr:{i:4}}", [0, 4]),
        ("w.[2:5]{arr:{s:1,e:1}}", 3),
        ("w.[2]", 2),
        ("w.[20:30]", []),
    ],
)
def test_ranges_of_an_array(tmp_path: Path, name: str, value: object) -> None:
    with local_ioc(tmp_path, WAVE) as ioc:
        found = ioc.get(name)
        assert (found.tolist() if hasattr(found, "tolist") else found) == value


@pytest.mark.parametrize(
    ("text", "values", "sent"),
    [
        ("{dbnd:{abs:1.5}}", [0, 1, 2, 3, 4], [0, 2, 4]),
        ("{dbnd:{d:1.5,m:'abs'}}", [0, 1, 2], [0, 2]),
        ("{dbnd:{rel:50}}", [10, 14, 16, 20, 25], [10, 16, 25]),
        ("{dbnd:{abs:0}}", [1, 1, 2, 2], [1, 2]),
        ("{dec:{n:3}}", [1, 2, 3, 4, 5], [1, 4]),
        ("{utag:{M:1,V:1}}", [1, 2], [1]),
        ("{dec:{n:2},dbnd:{abs:1}}", [1, 5, 2, 6, 4], [1, 4]),
    ],
)
def test_what_a_chain_sends(text: str, values: list[float], sent: list[float]) -> None:
    assert passed(text, values) == sent


def test_a_deadband_lets_alarms_pass() -> None:
    assert passed("{dbnd:{abs:5}}", [1, 2], mask=4) == [1, 2]


@pytest.mark.parametrize(
    ("mode", "sent"),
    [("before", [2]), ("first", [3]), ("last", [4]), ("after", [5]), ("while", [3, 4]), ("unless", [1, 2, 5, 6])],
)
def test_sync(mode: str, sent: list[float]) -> None:
    states = States()
    states.create("red")
    chain = parse_filters(f'{{sync:{{"{mode}":"red"}}}}', states)
    found = []
    for value in range(1, 7):
        states.set("red", value in (3, 4))
        update = run(chain, Update(FakeRecord, value, 1, True))  # type: ignore[arg-type]
        found += [] if update is None else [update.value]
    assert found == sent


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{ts:{num:'sec',epoch:'unix'}}", 1_700_000_000),
        ("{ts:{num:'nsec'}}", 123456789),
        ("{ts:{num:'sec'}}", 1_700_000_000 - 631152000),
        ("{ts:{num:'dbl',epoch:'unix'}}", 1700000000.1234567),
    ],
)
def test_ts_numbers(text: str, value: float) -> None:
    assert passed(text, [5]) == [pytest.approx(value)]


def test_ts_gives_other_types(tmp_path: Path) -> None:
    with local_ioc(tmp_path, WAVE) as ioc:
        names = ["w.{ts:{num:'ts'}}", "w.{ts:{str:'iso'}}", "w.{ts:{}}"]
        shapes = [(found.dbf, found.elements) for found in (ioc.call(ioc.ioc.database.find, name) for name in names)]
        assert shapes == [("ULONG", 2), ("STRING", 1), ("LONG", 10)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{dbn:{abs:1}}", 'no filter "dbn"; did you mean dbnd?; there are arr, dbnd, dec, sync, ts, utag'),
        ("{dbnd:{ab:1}}", 'dbnd has no argument "ab"; did you mean abs?; there are d, m, abs, rel'),
        ("{dbnd:{abs:'x'}}", 'dbnd: abs: "x" is not a number'),
        ("{dbnd:5}", "dbnd takes an object"),
        ("{dec:{}}", "dec needs n"),
        ("{dec:{n:0}}", "dec: n must be 1 or more"),
        ("{dec:{n:'2'}}", "dec: n: '2' is not an integer"),
        ("{sync:{while:'red'}}", 'sync: no state "red"'),
        ("{ts:{num:'x'}}", "ts: num: 'x' is not one of dbl, sec, nsec, ts"),
        ("[1;2]", "a range of elements is [start:end], [start:step:end] or [index]"),
        ("[1:2]x", '"x" is no filter'),
    ],
)
def test_what_is_refused_and_why(text: str, reason: str) -> None:
    with pytest.raises(NotFound) as caught:
        parse_filters(text, States())
    assert str(caught.value) == f"channel filter {text}: {reason}"


def test_links_have_filters(tmp_path: Path) -> None:
    db = (
        WAVE
        + """record(ai, "one") { field(INP, "w.[3]") }
    record(waveform, "some") { field(FTVL, "LONG") field(NELM, "10") field(INP, "w.[4:5]") }
    record(calc, "count") { field(CALC, "VAL+1") field(INPA, "src.{dec:{n:2}} CP") }
    record(ao, "src") { }"""
    )
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("one.PROC", 1)
        ioc.put("some.PROC", 1)
        assert (ioc.get("one"), ioc.get("some").tolist()) == (3.0, [4, 5])
        before = ioc.until("count", bool)
        for value in (1, 2, 3, 4):
            ioc.put("src", value)
            ioc.get("count")
        assert ioc.get("count") == before + 2


def test_every_filter_is_tested() -> None:
    assert sorted(Filter.kinds) == ["arr", "dbnd", "dec", "sync", "ts", "utag"]
