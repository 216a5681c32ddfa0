"""What people read of code that gives no value: in the alarm, and once on the console."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.local_ioc import local_ioc

SETUP = """
class Device:
    def read(self): return 1
dev = Device()
"""


def ai(name: str, code: str, *fields: str) -> str:
    return f'record(ai,"{name}") {{ field(DTYP,"pydev") field(INP,"{code}") {" ".join(fields)} }}\n'


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("@dev.read", "method read: call it, read()"),
        ("@Device", "type Device: make one, Device()"),
        ("@dev", "Device: no number, text or array"),
        ("@(i for i in ())", "generator <genexpr>: write list(<genexpr>)"),
        ("@x = 1", "no value: an input needs an expression that gives one"),
        ("@", "INP is empty: write @ and an expression"),
        ("", "INP is empty: write @ and an expression"),
        ("@pydev.iointr('x')", "nothing published yet: 'x'"),
    ],
)
def test_it_is_said_what_it_was_and_what_to_write(tmp_path: Path, code: str, message: str) -> None:
    with local_ioc(tmp_path, ai("a", code), SETUP) as ioc:
        ioc.put("a.PROC", 1)
        assert ioc.alarm("a") == ("INVALID", "CALC", message[:39])


def test_many_records_that_wait_for_a_first_value_are_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    db = "".join(ai(f"r{n}", "@pydev.iointr('x')", 'field(PINI,"YES") field(SCAN,"I/O Intr")') for n in range(99))
    with local_ioc(tmp_path, db) as ioc, caplog.at_level(logging.ERROR):
        ioc.advance(1.0)  # in which they are gathered
        lines = [record.getMessage() for record in caplog.records]
        ioc.ioc.run_python("pydev.iointr('x', 5)")
        ioc.until("r98", lambda value: value == 5)
        assert ioc.alarm("r98")[0] == "NO_ALARM"
    first = "99 records read pydev.iointr values that nobody has published yet: r0, r1, r2, r3, r4 and 94 more"
    assert lines == [first]


def test_a_published_none_is_said_to_be_one(tmp_path: Path) -> None:
    with local_ioc(tmp_path, ai("a", "@pydev.iointr('x')", 'field(SCAN,"I/O Intr")')) as ioc:
        ioc.ioc.run_python("pydev.iointr('x', None)")
        message = ioc.until("a.AMSG", bool)
    assert message == "no value: None was published for 'x'"[:39]


STATES = 'field(ZRST,"Off") field(ONST,"On") field(TWST,"Fault")'


@pytest.mark.parametrize(
    ("result", "fields", "value", "raw"),
    [
        ("'Fault'", "", 2, 0),
        ("'On'", 'field(ZRVL,"4") field(ONVL,"4")', 1, 4),
        ("'Fault'", 'field(TWVL,"3") field(SHFT,"2")', 2, 12),
        ("8", 'field(TWVL,"2") field(SHFT,"2")', 2, 8),
        ("0", "", 0, 0),
    ],
)
def test_the_label_of_a_state_is_that_state_whatever_its_value(
    tmp_path: Path, result: str, fields: str, value: int, raw: int
) -> None:
    db = f'record(mbbi,"m") {{ field(DTYP,"pydev") field(INP,"@{result}") {STATES} {fields} }}'
    db += 'record(mbbi,"e") { field(DTYP,"pydev") field(INP,"@pydev.iointr(\'e\')") field(SCAN,"I/O Intr")'
    with local_ioc(tmp_path, f"{db} {STATES} {fields} }}") as ioc:
        ioc.put("m.PROC", 1)
        ioc.ioc.run_python(f"pydev.iointr('e', {result})")
        ioc.until("e.UDF", lambda udf: udf == 0)
        for name in ("m", "e"):
            assert (ioc.get(name), ioc.get(f"{name}.RVAL"), ioc.alarm(name)[0]) == (value, raw, "NO_ALARM")


def test_a_number_for_states_without_values_is_refused(tmp_path: Path) -> None:
    db = f'record(mbbi,"m") {{ field(DTYP,"pydev") field(INP,"@2") {STATES} field(VAL,"1") }}'
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("m.PROC", 1)
        assert ioc.alarm("m") == ("INVALID", "CALC", "2: no state has a value; give the label"[:39])
        assert ioc.get("m") == 1


def test_a_second_error_of_an_asub_reaches_its_clients(tmp_path: Path) -> None:
    code = "def f(record): [][1] if record.A[0] else 1 / 0"
    db = 'record(aSub,"s") { field(SNAM,"f") field(NOA,"2") }'
    with local_ioc(tmp_path, db, code) as ioc:
        seen: list[tuple[int, str]] = []

        class Sink:
            def changed(self, record: object, mask: int, field: str | None) -> None:
                if field is None:
                    seen.append((mask & 5, record.AMSG))  # type: ignore[attr-defined]

        ioc.call(lambda: ioc.ioc.database.records["s"].attach(Sink()))
        ioc.put("s.PROC", 1)
        ioc.put("s.A", [1.0, 0.0])
        ioc.put("s.PROC", 1)
    assert seen == [(5, "ZeroDivisionError: division by zero"), (4, "IndexError: list index out of range")]
