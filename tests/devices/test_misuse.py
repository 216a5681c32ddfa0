"""What pydevpva itself raises to a record: one line where the link says all, a traceback where a user's file does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pydev
from tests.ioc_process import PATIENCE
from tests.local_ioc import LocalIoc, running

PYTHON = """
import pydev
@pydev.Program("scan")
async def scan(program): pass
def pause(): scan.pause()
async def put(name, value): await pydev.record(name).aput(value)
"""
CODES = {
    "Pause": "misused.scan.pause()",
    "Async": "pydev.record('M:Number').aput('text')",
    "Await": "await pydev.record('M:Number').aput('text')",
    "Field": "pydev.record('M:Number').get('NONE')",
    "List": "[misused.scan.pause() for _ in range(1)]",
    "Deep": "misused.pause()",
    "Later": "misused.put('M:Number', 'text')",
}
DB = """
record(longout, "M:Number") { }
record(longout, "M:Both") { field(DTYP, "pydev") field(OUT, "@misused.scan.pause() if VAL else 1 / 0") }
""" + "".join(
    f'record(longin, "M:{name}") {{ field(DTYP, "pydev") field(INP, "@{code}") }}\n' for name, code in CODES.items()
)
NO_INTEGER = "PutError: M:Number.VAL: 'text' is not an integer"


@pytest.fixture
def ioc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalIoc]:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "misused.py").write_text(PYTHON)
    with running(tmp_path, DB, "import misused") as ioc:
        yield LocalIoc(ioc)
    sys.modules.pop("misused")


def _told(name: str, caplog: pytest.LogCaptureFixture) -> str:
    pydev.record(f"M:{name}").process(wait=True, timeout=PATIENCE)
    return "\n".join(entry.getMessage() for entry in caplog.records)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Pause", "program scan is idle: there is nothing to pause"),
        ("Async", NO_INTEGER),
        ("Await", NO_INTEGER),
        ("Field", "NotFound: no field NONE in longout record M:Number"),
        ("List", "program scan is idle: there is nothing to pause"),
    ],
)
def test_of_a_link_the_message_and_the_code_are_told(
    ioc: LocalIoc, name: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert _told(name, caplog) == f"M:{name}.INP: {text}\n  code: {CODES[name]}"
    assert pydev.record(f"M:{name}").alarm == ("INVALID", "CALC", text[:39])


@pytest.mark.parametrize(("name", "line"), [("Deep", "def pause(): scan.pause()"), ("Later", "async def put")])
def test_a_line_of_a_users_file_is_shown(ioc: LocalIoc, name: str, line: str, caplog: pytest.LogCaptureFixture) -> None:
    told = _told(name, caplog)
    assert "Traceback (most recent call last):" in told
    assert line in told


def test_after_it_the_error_from_before_is_shown_again(ioc: LocalIoc, caplog: pytest.LogCaptureFixture) -> None:
    for value in (0, 1, 1, 0):
        pydev.record("M:Both").put(value, wait=True, timeout=PATIENCE)
    told = ["Traceback" in entry.getMessage() for entry in caplog.records]
    assert told == [True, False, True], "each time that another begins"
