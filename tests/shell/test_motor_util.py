"""motorUtilInit and listMovingMotors, as the scripts of synApps use them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydevpva.shell.session import Shell
from tests.local_ioc import Engine, StartEngine
from tests.shell.both import OURS, run

MOTORS = """
record(motor, "X:a") { field(STOO, "a:stopped.A PP") } record(calc, "a:stopped") { field(CALC, "VAL+1") }
record(motor, "X:b") { field(RINP, "steps") field(RTRY, "0") } record(longout, "steps") {}
"""
UTIL = """
record(bi, "X:alldone") { field(INP, "1") } record(longout, "X:moving") {}
record(waveform, "X:movingDiff") { field(NELM, "62") field(FTVL, "CHAR") }
"""
ALL_STOP = 'record(bo, "X:allstop") { field(ZNAM, "release") field(ONAM, "stop") }'


def told(db: Engine) -> tuple[int, int, str]:
    """alldone, moving, movingDiff."""
    db.advance(0)
    return db.get("X:alldone"), db.get("X:moving"), bytes(db.get("X:movingDiff")).split(b"\0")[0].decode()


@pytest.fixture
def db(engine: StartEngine) -> Engine:
    started = engine(MOTORS + UTIL + ALL_STOP)
    assert not Shell(started.ioc).run_line('motorUtilInit("X:")')
    return started


def test_how_many_move_and_which_began_or_ended_last(db: Engine) -> None:
    db.put("X:a", 3, wait=False)
    assert told(db) == (0, 1, "+X:a")
    db.put("X:b", 3, wait=False)
    assert told(db) == (0, 2, "+X:b")
    db.put("steps", 3)
    assert told(db) == (0, 1, "-X:b")


def test_the_last_that_stands_makes_alldone_1(db: Engine) -> None:
    db.put("X:b", 3, wait=False)
    assert told(db)[:2] == (0, 1)
    db.put("steps", 3)
    assert told(db) == (1, 0, "-X:b")


def test_allstop_stops_what_moves_and_is_released(db: Engine) -> None:
    db.put("X:a", 3, wait=False)
    db.advance(0)
    db.put("X:allstop", 1)
    db.advance(0)
    assert (db.get("a:stopped"), db.text("X:allstop")) == (1.0, "release")
    db.put("steps", 1)
    assert db.get("a:stopped") == 1.0


def test_motors_that_move_are_listed(tmp_path: Path) -> None:
    script = "dbLoadRecords m.db\niocInit\ndbpf X:a 3\nlistMovingMotors\n"
    assert run(OURS, script, tmp_path, {"m.db": MOTORS}).out[-2:] == ["The following motors are moving:", "X:a"]


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ('motorUtilInit("X:")\n', "motorUtilInit: only possible after iocInit; doAfterIocInit runs a line then"),
        (
            'dbLoadRecords m.db\niocInit\nmotorUtilInit("Y:")\n',
            "motorUtilInit: no record Y:alldone; did you mean X:alldone?; load motorUtil.db with P=Y:",
        ),
        ('dbLoadRecords m.db\niocInit\nmotorUtilInit("X:")\n', "motorUtilInit: no record X:allstop"),
        (
            'dbLoadRecords m.db\niocInit\nmotorUtilInit("X:")\nmotorUtilInit("X:")\n',
            "motorUtilInit: done already; it is for one prefix in an IOC",
        ),
    ],
)
def test_what_is_said_of_a_mistake(tmp_path: Path, script: str, complaint: str) -> None:
    err = run(OURS, script, tmp_path, {"m.db": MOTORS + UTIL}).err
    assert any(line.endswith(complaint) or complaint in line for line in err), err
