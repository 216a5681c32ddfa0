"""Device support of devSoft.dbd besides Soft Channel: async, time, environment, console, states."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pydevpva.records.shared.timetext import formatted
from tests.local_ioc import local_ioc

SLOW = 'record(calcout, "slow") { field(CALC, "A*2") field(ODLY, "0.05") }'


def test_an_async_output_over_ca_waits_for_what_it_set_off(tmp_path: Path) -> None:
    db = 'record(ao, "o") { field(DTYP, "Async Soft Channel") field(OUT, "slow.A CA") }'
    with local_ioc(tmp_path, SLOW + db) as ioc:
        answer = ioc.begin_put("o", 3.0)
        ioc.advance(0)
        assert (ioc.get("slow.DLYA"), ioc.get("o.PACT")) == (1, 1)
        ioc.advance(0.05)
        assert answer() is None
        assert ioc.get("slow") == 6.0
        assert ioc.get("slow.DLYA") == 0


def test_an_async_output_over_a_database_link_does_not_wait(tmp_path: Path) -> None:
    db = 'record(ao, "o") { field(DTYP, "Async Soft Channel") field(OUT, "slow.A PP") }'
    with local_ioc(tmp_path, SLOW + db) as ioc:
        assert ioc.put("o", 3.0, wait=False) is None
        assert ioc.get("o.PACT") == 0


def test_an_async_input_processes_its_source_and_waits_for_it(tmp_path: Path) -> None:
    db = 'record(ai, "i") { field(DTYP, "Async Soft Channel") field(INP, "slow MS") field(TSE, "-2") }'
    with local_ioc(tmp_path, SLOW.replace("A*2", "VAL+1") + db) as ioc:
        answer = ioc.begin_put("i.PROC", 1)
        ioc.advance(0.05)
        assert answer() is None
        assert (ioc.get("i"), ioc.get("i.INP")) == (1.0, "slow MS")
        assert ioc.alarm("i") == ("NO_ALARM", "NO_ALARM", "")


def test_an_async_input_that_cannot_convert_is_a_read_alarm(tmp_path: Path) -> None:
    db = """record(stringin, "s") { field(VAL, "abc") }
    record(longin, "i") { field(DTYP, "Async Soft Channel") field(INP, "s") }"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("i.PROC", 1)
        assert ioc.alarm("i") == ("INVALID", "READ", "")


STAMP = 1_700_000_000 * 10**9 + 123_456_789


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("%06f", "123457"),
        ("%3f.%9f", "123.123456789"),
        ("%f", "123456789"),
        ("%%f", "%f"),
        ("%012f", "123456789"),
        ("x" * 38 + "%03f", "x" * 38 + "*"),
        ("x" * 30 + "%01f" + "y" * 20, "x" * 30 + "1"),
        ("", ""),
    ],
)
def test_a_timestamp_s_format(text: str, shown: str) -> None:
    assert formatted(STAMP, text, 39) == shown


def test_soft_timestamps(tmp_path: Path) -> None:
    db = """record(ai, "t") { field(DTYP, "Soft Timestamp") }
    record(stringin, "s") { field(DTYP, "Soft Timestamp") field(INP, "@%Y-%m-%d %H:%M:%S.%03f") }"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("t.PROC", 1)
        ioc.put("s.PROC", 1)
        assert ioc.get("t") > 1e9
        assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", ioc.get("s"))


def test_an_unset_variable_is_udf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHERE", "x" * 50)
    db = """record(stringin, "s") { field(DTYP, "getenv") field(INP, "@WHERE") }
    record(lsi, "l") { field(DTYP, "getenv") field(INP, "@WHERE") field(SIZV, "100") }"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("s.PROC", 1)
        ioc.put("l.PROC", 1)
        assert ioc.get("s") == "x" * 39
        assert (ioc.get("l"), ioc.get("l.LEN")) == ("x" * 50, 51)
        ioc.put("s.INP", "@NOWHERE_AT_ALL")
        ioc.put("s.PROC", 1)
        assert (ioc.get("s"), ioc.alarm("s")) == ("", ("INVALID", "UDF", "No such ENV"))


def test_stdio_writes_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = """record(stringout, "o") { field(DTYP, "stdio") field(OUT, "@stdout") }
    record(lso, "e") { field(DTYP, "stdio") field(OUT, "@stderr") }"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("o", "hello")
        ioc.put("e", "world")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("hello\n", "world\n")


def test_two_records_share_a_named_state(tmp_path: Path) -> None:
    db = """record(bo, "set") { field(DTYP, "Db State") field(OUT, "@red") }
    record(bi, "get") { field(DTYP, "Db State") field(INP, "@red") }"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("get.PROC", 1)
        assert ioc.get("get") == 0
        ioc.put("set", 1)
        ioc.put("get.PROC", 1)
        assert ioc.get("get") == 1
        assert ioc.ioc.database.states.all() == {"red": True}


def test_general_time(tmp_path: Path) -> None:
    db = """record(stringin, "top") { field(DTYP, "General Time") field(INP, "@toptcp") }
    record(stringin, "best") { field(DTYP, "General Time") field(INP, "@BESTTEP") }
    record(longin, "errors") { field(DTYP, "General Time") field(INP, "@GETERRCNT") }"""
    with local_ioc(tmp_path, db) as ioc:
        for name in ("top", "best", "errors"):
            ioc.put(f"{name}.PROC", 1)
        assert (ioc.get("top"), ioc.get("errors")) == ("OS Clock", 0)
        assert (ioc.get("best"), ioc.alarm("best")[:2]) == ("No working providers", ("MAJOR", "READ"))
