"""Structures and first values beside those of EPICS's own server, QSRV2 in softIocPVX."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from p4p.client.thread import Context

from pydevpva.ioc import Ioc
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, Starter, loopback

DB = """
record(ai, "ai") { field(EGU, "mm") field(HIHI, "10") field(HHSV, "MAJOR") field(DESC, "an ai") field(HOPR, "5")
    field(PREC, "2") field(INP, "ao CP MS") info(Q:form, "Hex") }
record(ao, "ao") { field(VAL, "1") field(PREC, "3") field(DRVH, "7") }
record(longin, "longin") { field(EGU, "V") field(HIGH, "3") field(HSV, "MINOR") }
record(longout, "longout") { field(VAL, "3") }
record(int64in, "int64in") { field(VAL, "-9223372036854775808") }
record(int64out, "int64out") { field(VAL, "9223372036854775807") field(HOPR, "5") }
record(calc, "calc") { field(CALC, "A+1") }
record(bi, "bi") { field(ZNAM, "off") field(ONAM, "on") }
record(bo, "bo") { field(ZNAM, "off") }
record(mbbo, "mbbo") { field(ZRST, "a") field(ONST, "b") field(TWST, "c") }
record(mbbi, "mbbi") { }
record(mbboDirect, "mbboDirect") { }
record(stringin, "stringin") { field(VAL, "hello") }
record(lso, "lso") { field(SIZV, "100") }
record(lsi, "lsi") { field(SIZV, "100") field(INP, ["a long string of more than forty characters, all of it"]) }
record(waveform, "DOUBLE") { field(FTVL, "DOUBLE") field(NELM, "10") field(INP, [1, 2, 3]) field(EGU, "A") }
record(waveform, "FLOAT") { field(FTVL, "FLOAT") field(NELM, "3") field(INP, [1, 2, 3]) field(PREC, "2") }
record(waveform, "CHAR") { field(FTVL, "CHAR") field(NELM, "3") field(INP, [1, -2, 3]) }
record(waveform, "UCHAR") { field(FTVL, "UCHAR") field(NELM, "3") field(INP, [1, 2, 255]) info(Q:form, "String") }
record(waveform, "SHORT") { field(FTVL, "SHORT") field(NELM, "3") field(HOPR, "9") }
record(waveform, "USHORT") { field(FTVL, "USHORT") field(NELM, "3") }
record(waveform, "LONG") { field(FTVL, "LONG") field(NELM, "3") }
record(waveform, "ULONG") { field(FTVL, "ULONG") field(NELM, "3") }
record(waveform, "INT64") { field(FTVL, "INT64") field(NELM, "3") field(INP, [-9223372036854775807]) }
record(waveform, "UINT64") { field(FTVL, "UINT64") field(NELM, "3") }
record(waveform, "STRING") { field(FTVL, "STRING") field(NELM, "3") field(INP, ["a", "", "c"]) }
record(waveform, "text") { field(FTVL, "CHAR") field(NELM, "20") info(Q:form, "String") }
record(waveform, "one") { field(FTVL, "DOUBLE") field(NELM, "1") }
record(compress, "compress") { field(NSAM, "5") field(ALG, "Circular Buffer") }
record(histogram, "histogram") { field(NELM, "5") field(ULIM, "10") }
"""
FIELDS = """
ai.NAME ai.NAME$ ai.DESC ai.DESC$ ai.SCAN ai.DTYP ai.STAT ai.SEVR ai.AMSG ai.PHAS ai.EVNT ai.DISP ai.TPRO ai.UDF
ai.PRIO ai.FLNK ai.FLNK$ ai.TSEL ai.SDIS ai.TSE ai.ACKS ai.ACKT ai.ASG ai.PACT ai.LCNT ai.EGU ai.EGU$ ai.INP ai.INP$
ai.HIHI ai.HHSV ai.PREC ai.RVAL ai.LINR ai.ROFF ai.MDEL ai.SMOO ao.DRVH ao.OMSL calc.CALC$ calc.A calc.INPA
DOUBLE.NORD DOUBLE.NELM DOUBLE.FTVL mbbo.ZRST mbbo.ZRVL mbbo.ZRSV int64in.HIHI longin.HIHI lso.VAL$ lso.LEN
stringin.VAL$ histogram.ULIM mbboDirect.B0
"""
NAMES = [line.split('"')[1] for line in DB.splitlines() if line.startswith("record")] + FIELDS.split()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, start_once: Starter) -> Iterator[tuple[Context, Context]]:
    """Clients of the real server and of ours."""
    path: Path = tmp_path_factory.mktemp("db") / "test.db"
    path.write_text(DB)
    real = start_once.softiocpvx(DB)
    with Ioc() as ioc:
        ioc.environment.update(loopback())
        ioc.load_records(str(path))
        ioc.init()
        with p4p_context(real.environment) as theirs, p4p_context(ioc.environment) as ours:
            yield theirs, ours


def plain(value: Any) -> Any:
    """A p4p Value as something that compares, NaN included."""
    if hasattr(value, "changedSet"):
        return {name: plain(content) for name, content in value.items()}
    return [str(value.dtype), value.tolist()] if isinstance(value, np.ndarray) else repr(value)


@pytest.mark.parametrize("name", NAMES)
def test_the_structure_and_what_is_in_it(both: tuple[Context, Context], name: str) -> None:
    theirs, ours = (client.get(name, timeout=PATIENCE) for client in both)
    assert ours.getID() == theirs.getID()
    assert ours.type().aspy() == theirs.type().aspy()
    want, got = plain(theirs), plain(ours)
    for answer in (want, got):
        stamp = answer.pop("timeStamp")
        answer["stamped"] = stamp["secondsPastEpoch"] != "631152000"
    assert got == want
