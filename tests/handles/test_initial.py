"""info(pydev:init): an output begins where its device stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pydevpva.errors import LoadError
from pydevpva.ioc import Ioc
from tests.local_ioc import StartEngine, written

STAGE = "class stage: position = 12.5; moved = []; shutter = 'Open'; name = 'z'; path = [1, 2]"


@pytest.mark.parametrize(
    ("kind", "more", "init", "value"),
    [
        ("ao", 'field(DRVH, "100") field(PREC, "2")', "stage.position", 12.5),
        ("longout", "", "int(stage.position)", 12),
        ("int64out", "", "2**40", 2**40),
        ("bo", 'field(ZNAM, "Closed") field(ONAM, "Open")', "stage.shutter", 1),
        ("mbbo", 'field(ZRST, "a") field(ONST, "Open")', "stage.shutter", 1),
        ("stringout", "", "stage.name", "z"),
        ("lso", 'field(SIZV, "100")', "stage.name", "z"),
        ("aao", 'field(NELM, "5") field(FTVL, "DOUBLE")', "stage.path", [1.0, 2.0]),
    ],
)
def test_its_value_is_val_and_nothing_is_written(
    engine: StartEngine, kind: str, more: str, init: str, value: object
) -> None:
    ioc = engine(
        f'record({kind}, "I:Out") {{ field(DTYP, "pydev") field(OUT, "@stage.moved.append(VAL)") {more}\n'
        f'  info(pydev:init, "{init}") }}',
        STAGE,
    )
    assert ioc.get("I:Out") == value
    assert ioc.get("I:Out.UDF") == 0
    assert ioc.alarm("I:Out") == ("NO_ALARM", "NO_ALARM", "")
    assert ioc.ioc.evaluator.namespace["stage"].moved == []


def test_it_is_there_before_records_process(engine: StartEngine) -> None:
    ioc = engine(
        'record(ao, "I:Out") { field(DTYP, "pydev") field(OUT, "@stage.moved.append(VAL)") info(pydev:init, '
        '"stage.position") }\nrecord(ai, "I:In") { field(INP, "I:Out") field(PINI, "YES") }',
        STAGE,
    )
    assert ioc.get("I:In") == 12.5


def test_what_it_raises_is_told_and_the_record_stays_undefined(
    engine: StartEngine, caplog: pytest.LogCaptureFixture
) -> None:
    ioc = engine('record(ao, "I:Out") { info(pydev:init, "1/0") }')
    assert (ioc.get("I:Out"), ioc.get("I:Out.UDF")) == (0.0, 1)
    assert "I:Out: info(pydev:init): ZeroDivisionError: division by zero" in caplog.text


def test_what_does_not_fit_is_told(engine: StartEngine, caplog: pytest.LogCaptureFixture) -> None:
    engine('record(longout, "I:Out") { info(pydev:init, "\'twelve\'") }')
    assert "info(pydev:init) of I:Out.VAL: 'twelve' is not an integer" in caplog.text


@pytest.mark.parametrize("init", ["where()", "await where()", "round(await where(), 1)"])
def test_it_may_be_awaited(engine: StartEngine, init: str) -> None:
    code = ["async def where(): return 7.5"]
    assert engine(f'record(ao, "I:Out") {{ info(pydev:init, "{init}") }}', *code).get("I:Out") == 7.5


@pytest.mark.parametrize(
    ("init", "told"),
    [
        ("await asyncio.sleep(1000)", "TimeoutError: 0.1 s"),
        ("block.wait()", "0.1 s are over; the IOC starts without it, and its code goes on"),
    ],
)
def test_a_device_that_does_not_answer_holds_up_no_start(
    engine: StartEngine, caplog: pytest.LogCaptureFixture, init: str, told: str
) -> None:
    db = f'record(ao, "I:Out") {{ info(pydev:init, "{init}") info(pydev:timeout, "0.1") }}'
    ioc = engine(db, "import asyncio, threading; block = threading.Event()")
    assert ioc.get("I:Out.UDF") == 1
    assert f"I:Out: info(pydev:init): {told}" in caplog.text
    ioc.ioc.evaluator.namespace["block"].set()


@pytest.mark.parametrize(
    ("db", "error"),
    [
        (
            'record(ao, "I:O") { info(pydev:init, "x = 1") }',
            'I:O: info(pydev:init, "x = 1") must be an expression: Synt',
        ),
        (
            'record(ai, "I:I") { info(pydev:init, "1") }',
            "I:I: info(pydev:init) is for outputs; PINI processes an input",
        ),
        (
            'record(ao, "I:O") { field(DOL, "@stage.position") }',
            'I:O.DOL: Python code is not run here; info(pydev:init, "stage.position") runs it once at iocInit, and VAL '
            "begins with its value",
        ),
        ('record(ao, "I:O") { info(pydev:puterror, "yes") }', 'I:O: info(pydev:puterror, "yes") must be "YES" or "NO"'),
    ],
)
def test_mistakes_are_told_when_it_is_loaded(tmp_path: Path, db: str, error: str) -> None:
    with Ioc(serve=False) as ioc:
        with pytest.raises(LoadError) as raised:
            ioc.load_records(written(tmp_path / "x.db", db))
        assert error in str(raised.value)


# ---- info(pydev:puterror) ----

PUTS = """
record(ao, "P:Tells") { field(DTYP, "pydev") field(OUT, "@move(VAL)") info(pydev:puterror, "YES") }
record(ao, "P:Epics") { field(DTYP, "pydev") field(OUT, "@move(VAL)") }
record(ao, "P:Chain") { field(FLNK, "P:Pycalc") }
record(pycalc, "P:Pycalc") { field(CALC, "move(99)") info(pydev:puterror, "YES") }
"""
MOVE = "def move(to):\n    if to > 50: raise ValueError(f'{to:g} mm is too far')"


def test_a_put_with_completion_tells_what_the_code_raised(engine: StartEngine) -> None:
    ioc = engine(PUTS, MOVE)
    assert ioc.put("P:Tells", 60) == "P:Tells: ValueError: 60 mm is too far"
    assert ioc.put("P:Tells", 40) == "ok"
    assert ioc.put("P:Epics", 60) == "ok"
    assert ioc.put("P:Chain", 1) == "P:Pycalc: ValueError: 99 mm is too far"
    assert ioc.put("P:Tells", 60, wait=False) == "ok"


def test_var_pydev_put_errors_asks_it_of_all(engine: StartEngine) -> None:
    from pydevpva.shell.session import Shell

    ioc = engine(PUTS, MOVE)
    Shell(ioc.ioc).run_line("var pydevPutErrors 1")
    assert ioc.put("P:Epics", 60) == "P:Epics: ValueError: 60 mm is too far"
    Shell(ioc.ioc).run_line("var pydevPutErrors 0")
    assert ioc.put("P:Epics", 60) == "ok"


def test_a_client_of_pvaccess_gets_it(serve: Any) -> None:
    ioc = serve(PUTS, MOVE)
    assert "P:Tells: ValueError: 60 mm is too far" in ioc.put("P:Tells", 60, wait=True)
