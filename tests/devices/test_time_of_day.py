"""Time of Day and Sec Past Epoch of synApps' std."""

from __future__ import annotations

import time

import pytest

from pydevpva.records.core.record import NEVER
from tests.local_ioc import StartEngine


@pytest.mark.parametrize(("phas", "form"), [(0, "%b %d, %Y %H:%M:%S"), (1, "%m/%d/%y %H:%M:%S")])
def test_time_of_day(engine: StartEngine, phas: int, form: str) -> None:
    db = engine(f'record(stringin, "t") {{ field(DTYP, "Time of Day") field(PHAS, "{phas}") }}')
    db.process("t")
    stamp = db.call(lambda: db.record("t").TIME)
    assert db.get("t") == time.strftime(form, time.localtime(stamp // 10**9))


def test_sec_past_epoch(engine: StartEngine) -> None:
    fields = 'field(DTYP, "Sec Past Epoch") field(PHAS, '
    db = engine(f'record(ai, "whole") {{ {fields}"0") }} record(ai, "exact") {{ {fields}"1") }}')
    for name in ("whole", "exact"):
        db.process(name)
    stamps = [db.call(lambda name=name: db.record(name).TIME) - NEVER for name in ("whole", "exact")]
    assert (db.get("whole"), db.get("exact")) == (stamps[0] // 10**9, pytest.approx(stamps[1] / 1e9))


def test_where_no_record_uses_them_they_are_no_choices(engine: StartEngine) -> None:
    db = engine('record(ai, "x") {} record(stringin, "s") {}')
    shown = [*db.call(lambda: db.record("x").choices("DTYP")), *db.call(lambda: db.record("s").choices("DTYP"))]
    assert {"Time of Day", "Sec Past Epoch", "pydev"}.isdisjoint(shown)
