"""An IOC from a script: `from pydevpva import Ioc`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pydevpva import Ioc, LoadError, NotFound, PutError, PydevpvaError
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, loopback
from tests.local_ioc import eventually


def test_records_made_in_python_are_served() -> None:
    ioc = Ioc()
    ioc.environment.update(loopback())
    ioc.record("ai", "X:T", DTYP="pydev", INP="@21.5", EGU="C", SCAN="1 second", PREC=2, PINI="YES")
    ioc.record("calc", "X:Double", INPA={"pva": {"pv": "X:T", "proc": "CP"}}, CALC="A*2")
    with ioc:
        ioc.init()
        with p4p_context(ioc.environment) as client:
            eventually(lambda: client.get("X:Double", timeout=PATIENCE)["value"] == 43.0, "both have processed")
            assert client.get("X:T", timeout=PATIENCE)["display.units"] == "C"


def test_text_get_and_put() -> None:
    with Ioc(serve=False) as ioc:
        ioc.load_text('record(ao, "$(P)Set") { field(DRVH, "$(MOST=10)") }', {"P": "X:"})
        ioc.record("waveform", "X:Wave", FTVL="DOUBLE", NELM=4)
        ioc.init()
        ioc.put("X:Set", 4, wait=True)
        assert ioc.get("X:Set") == 4.0
        assert ioc.get("X:Set.DRVH") == 10.0
        ioc.put("X:Wave", np.arange(3))
        assert ioc.get("X:Wave").tolist() == [0, 1, 2]
        with pytest.raises(PutError, match=r"X:Set\.VAL: 'x' is not a number"):
            ioc.put("X:Set", "x")
        with pytest.raises(NotFound, match="no field DRVHH in ao"):
            ioc.get("X:Set.DRVHH")


def test_errors_of_a_text_have_its_label_and_line() -> None:
    with Ioc(serve=False) as ioc:
        with pytest.raises(LoadError) as raised:
            ioc.load_text('record(ao, "X:A") { }\nrecord(ao, "X:B") { field(DRVHH, "1") }', label="setup.py")
        assert 'setup.py:2:21: record "X:B": no field DRVHH in ao; did you mean DRVH or DRVL?' in str(raised.value)
        assert not ioc.instances


def test_errors_of_a_record_have_the_line_of_the_script() -> None:
    with Ioc(serve=False) as ioc:
        line = sys._getframe().f_lineno + 2
        with pytest.raises(LoadError) as raised:
            ioc.record("ao", "X:B", DRVHH=1)
        assert str(raised.value).startswith(
            f'{__file__}:{line}: record "X:B": no field DRVHH in ao; did you mean DRVH or DRVL?'
        )
        with pytest.raises(PydevpvaError, match=r"X:B\.VAL: a field is a text or a number.*, not bytes"):
            ioc.record("ao", "X:B", VAL=b"1")


def test_infos_are_given_as_a_dict() -> None:
    with Ioc(serve=False) as ioc:
        ioc.record("waveform", "X:W", info={"pydev:array": "numpy"}, NELM=3)
        assert ioc.instances["X:W"].infos == {"pydev:array": "numpy"}


def test_after_init_nothing_is_loaded() -> None:
    with Ioc(serve=False) as ioc:
        ioc.init()
        with pytest.raises(PydevpvaError, match="load_text: not possible after iocInit"):
            ioc.load_text("")
        with pytest.raises(PydevpvaError, match="record: not possible after iocInit"):
            ioc.record("ai", "X:A")


def test_the_pydev_of_each_iocs_code_is_its_own() -> None:
    with Ioc(serve=False) as one, Ioc(serve=False) as two:
        for number, ioc in enumerate((one, two)):
            ioc.record("longin", "X:Event", DTYP="pydev", INP="@pydev.iointr('tick')", SCAN="I/O Intr")
            ioc.record("longout", "X:Tick", DTYP="pydev", OUT="@pydev.iointr('tick', VAL) and VAL")
            ioc.record("longin", "X:Read", DTYP="pydev", INP="@pydev.record('X:Tick').value")
            ioc.init()
            ioc.put("X:Tick", number + 1, wait=True)
        for number, ioc in enumerate((one, two)):
            ioc.put("X:Read.PROC", 1, wait=True)
            assert [ioc.get("X:Event"), ioc.get("X:Read")] == [number + 1] * 2


def test_what_python_offers_at_a_terminal_stays() -> None:
    before = input, exit
    with Ioc(serve=False) as ioc:
        ioc.init()
        assert (input, exit) == before


def test_where_an_asyncio_loop_runs_as_in_a_notebook() -> None:
    async def cell() -> float:
        with Ioc(serve=False) as ioc:
            ioc.record("ao", "X:Set", DTYP="pydev", OUT="@VAL * 2")
            ioc.init()
            ioc.put("X:Set", 3, wait=True)
            await asyncio.sleep(0)
            return float(ioc.get("X:Set"))

    assert asyncio.run(cell()) == 6.0


def test_a_script_ends_by_itself(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from pydevpva import Ioc\n"
        "ioc = Ioc(serve=False)\n"
        "ioc.record('ao', 'X:Set')\n"
        "ioc.init()\n"
        "ioc.put('X:Set', 2)\n"
        "print(ioc.get('X:Set'))\n"
    )
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True)
    assert (ran.stdout, ran.stderr) == ("2.0\n", "")
