"""busy: whoever puts 1 and waits is answered when it is 0 again."""

from __future__ import annotations

import pytest

from pydevpva.engine.put import CANCELLED
from tests.local_ioc import Serve, StartEngine, eventually

pytestmark = pytest.mark.ours("softIocPVX has no synApps")

COUNT = 'record(calc, "n") { field(CALC, "VAL+1") }\n'
BUSY = COUNT + 'record(busy, "b") { field(FLNK, "n") %s }'


def test_a_put_that_waits_is_answered_when_the_record_is_0_again(engine: StartEngine) -> None:
    db = engine(BUSY % "" + 'record(bo, "end") { field(DOL, "0") field(OMSL, "closed_loop") field(OUT, "b PP") }')
    answer = db.begin_put("b", 1)
    db.advance(10)
    assert (db.text("b"), db.get("n")) == ("Busy", 0.0)
    db.process("end")
    assert answer() is None
    assert (db.text("b"), db.get("n")) == ("Done", 1.0)


def test_a_put_that_waits_sees_the_end_that_high_makes(engine: StartEngine) -> None:
    db = engine(BUSY % 'field(HIGH, "0.5")')
    answer = db.begin_put("b", 1)
    db.advance(0.4)
    assert (db.get("b"), db.get("n")) == (1, 0.0)
    db.advance(0.1)
    assert answer() is None
    assert (db.get("b"), db.get("n")) == (0, 1.0)


def test_a_0_that_comes_before_high_is_over_does_not_stop_its_clock(engine: StartEngine) -> None:
    db = engine(BUSY % 'field(HIGH, "0.5")')
    db.put("b", 1, wait=False)
    db.put("b", 0)
    assert db.get("n") == 1.0
    db.advance(0.5)
    assert db.get("n") == 2.0


def test_a_client_that_leaves_does_not_block_those_behind_it(engine: StartEngine) -> None:
    db = engine(BUSY % "")
    left: list[str | None] = []

    def begin() -> object:
        return db.ioc.database.puts.put(db.ioc.database.find("b"), 1, None, True, left.append)

    put = db.call(begin)
    behind = db.begin_put("b", 0)
    db.call(put.cancel)
    assert left == [CANCELLED]
    assert behind() is None
    assert (db.get("b"), db.get("n")) == (0, 1.0)


def test_processing_while_busy_runs_no_forward_link(engine: StartEngine) -> None:
    db = engine(BUSY % "")
    db.put("b", 1, wait=False)
    db.put("b.PROC", 1, wait=False)
    assert db.get("n") == 0.0


def test_a_client_may_put_an_index_that_has_no_name(serve: Serve) -> None:
    ioc = serve(BUSY % "")
    assert ioc.put("b", {"value.index": 2}, wait=False) == "ok"
    assert ioc.get("b")["value.index"] == 2


@pytest.mark.parametrize(
    ("dtyp", "mask", "written"), [("Soft Channel", 4, 1), ("Raw Soft Channel", 4, 4), ("Raw Soft Channel", 0, 1)]
)
def test_what_goes_to_out(engine: StartEngine, dtyp: str, mask: int, written: int) -> None:
    db = engine(BUSY % f'field(DTYP, "{dtyp}") field(MASK, "{mask}") field(OUT, "o PP")' + 'record(longin, "o") {}')
    db.put("b", 1, wait=False)
    assert (db.get("o"), db.get("b.RVAL")) == (written, mask or 1)


def test_in_closed_loop_any_number_is_taken(engine: StartEngine) -> None:
    db = engine(BUSY % 'field(OMSL, "closed_loop") field(DOL, "d")' + 'record(longout, "d") { field(VAL, "3") }')
    db.process("b")
    assert (db.get("b"), db.get("b.RVAL"), db.get("b.UDF"), db.get("n")) == (3, 3, 0, 0.0)


def test_a_link_that_cannot_be_read_leaves_the_record_undefined(engine: StartEngine) -> None:
    db = engine(BUSY % 'field(OMSL, "closed_loop") field(DOL, "d.NAME")' + 'record(longout, "d") {}')
    db.process("b")
    assert (db.alarm("b"), db.get("b.UDF"), db.get("n")) == (("INVALID", "LINK", "field DOL"), 1, 1.0)


def test_alarms_are_those_of_the_state_and_its_change(engine: StartEngine) -> None:
    db = engine(BUSY % 'field(OSV, "MAJOR") field(COSV, "MINOR")')
    db.put("b", 1, wait=False)
    assert db.alarm("b")[:2] == ("MAJOR", "STATE")
    db.put("b", 0)
    assert db.alarm("b")[:2] == ("MINOR", "COS")


@pytest.mark.parametrize(
    ("ivoa", "written", "shown"),
    [("Continue normally", 1, 1), ("Don't drive outputs", 7, 1), ("Set output to IVOV", 0, 0)],
)
def test_ivoa_decides_what_an_invalid_1_writes(engine: StartEngine, ivoa: str, written: int, shown: int) -> None:
    out = 'record(longin, "o") { field(VAL, "7") }'
    db = engine(BUSY % f'field(OSV, "INVALID") field(IVOA, "{ivoa}") field(IVOV, "0") field(OUT, "o PP")' + out)
    db.put("b", 1, wait=False)
    assert (db.get("o"), db.get("b"), db.get("b.OVAL")) == (written, shown, 1)


def test_in_simulation_the_value_goes_to_siol(engine: StartEngine) -> None:
    simulated = 'field(SIML, "sim") field(SIOL, "s") field(SIMS, "MINOR") field(OUT, "o PP")'
    db = engine(
        BUSY % simulated + 'record(bo, "sim") { field(VAL, "1") } record(longout, "s") {} record(longin, "o") {}'
    )
    db.put("b", 1, wait=False)
    assert (db.get("s"), db.get("o"), db.alarm("b")[:2]) == (1, 0, ("MINOR", "SIMM"))


# ---- DTYP pydev ----

STAGE = """
import threading
class Stage:
    def __init__(self):
        self.go, self.moves = threading.Event(), 0
    def move(self):
        self.moves += 1
        self.go.wait(20)
        self.go.clear()
stage = Stage()
"""
PYTHON = BUSY % 'field(DTYP, "pydev") field(OUT, "@stage.move()")'


def test_it_is_busy_as_long_as_its_code_runs(engine: StartEngine) -> None:
    db = engine(PYTHON, STAGE)
    posts = db.posts("b")
    answer = db.begin_put("b", 1)
    posts.wait_for_value(1)
    assert (db.text("b"), db.get("b.PACT"), db.get("n")) == ("Busy", 1, 0.0)
    db.ioc.run_python("stage.go.set()")
    assert answer() is None
    assert (db.text("b"), db.get("b.UDF"), db.get("n")) == ("Done", 0, 1.0)


def test_a_0_runs_no_code(engine: StartEngine) -> None:
    db = engine(PYTHON, STAGE)
    db.put("b", 0)
    assert (db.ioc.run_python("stage.moves"), db.get("n")) == (0, 1.0)


def test_a_1_that_comes_while_the_code_runs_runs_it_again(engine: StartEngine) -> None:
    db = engine(PYTHON, STAGE)
    answer = db.begin_put("b", 1)
    db.until("b.PACT", bool)
    db.put("b", 1, wait=False)
    db.ioc.run_python("stage.go.set()")
    db.until("b.RPRO", lambda rpro: not rpro)
    eventually(lambda: db.ioc.run_python("stage.moves") == 2, "the second run")
    assert db.get("b") == 1
    db.ioc.run_python("stage.go.set()")
    assert answer() is None
    assert (db.get("b"), db.get("n")) == (0, 1.0)


def test_code_that_fails_is_over_too_with_an_alarm(engine: StartEngine) -> None:
    db = engine(BUSY % 'field(DTYP, "pydev") field(OUT, "@1/0")')
    db.put("b", 1)
    assert (db.get("b"), db.get("n")) == (0, 1.0)
    assert db.alarm("b") == ("INVALID", "CALC", "ZeroDivisionError: division by zero")


def test_a_new_name_of_a_state_is_shown(serve: Serve) -> None:
    ioc = serve(BUSY % "")
    assert ioc.get("b")["value.choices"] == ["Done", "Busy"]
    ioc.put("b.ONAM", "moving")
    assert ioc.get("b")["value.choices"] == ["Done", "moving"]


@pytest.mark.parametrize(("ivoa", "failed"), [("Continue normally", False), ("Don't drive outputs", True)])
def test_a_dol_that_fails_fails_the_put_when_nothing_is_written(engine: StartEngine, ivoa: str, failed: bool) -> None:
    db = engine(
        f"""record(stringin, "text") {{ field(VAL, "abc") }}
        record(busy, "b") {{ field(OMSL, "closed_loop") field(DOL, "text") field(IVOA, "{ivoa}") }}"""
    )
    assert (db.put("b.PROC", 1, wait=False) != "ok") == failed
    assert db.alarm("b") == ("INVALID", "LINK", "field DOL")
