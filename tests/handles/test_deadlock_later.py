"""Waiting puts of coroutines, programs and other threads, with 1, 2 and 4 evaluator threads: none waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pydev
from tests.ioc_process import PATIENCE
from tests.local_ioc import LocalIoc, running

PYTHON = """
import asyncio, concurrent.futures
pool = concurrent.futures.ThreadPoolExecutor(4)
@pydev.Program("program")
async def program(program, name, value=1):
    await program.step("put")
    await put(name, value)
    return 7
async def put(name, value):
    record, _, field = name.partition(".")
    await pydev.record(record).aput(value, field or "VAL")
    return 7
def put_plain(name, value):
    record, _, field = name.partition(".")
    pydev.record(record).put(value, field or "VAL", wait=True)
    return 7
def put_in_thread(name, value): return pool.submit(put_plain, name, value)
"""
CODES = {
    "coroutine": "put({0!r}, 1)",
    "program": "program.start({0!r})",
    "thread": "put_in_thread({0!r}, 1)",
    "blockedOnCoroutine": "asyncio.run_coroutine_threadsafe(put({0!r}, 1), pydev.loop).result()",
    "blockedOnProgram": "program.start({0!r}).result()",
    "blockedOnThread": "put_in_thread({0!r}, 1).result()",
}
DB = 'record(longout, "L:Code") { field(DTYP, "pydev") field(OUT, "@VAL") }\n' + "".join(
    f'record(longout, "L:{how}To{what}") {{ field(DTYP, "pydev") field(OUT, "@{code.format(target)}") }}\n'
    for how, code in CODES.items()
    for what, target in (("Code", "L:Code"), ("Itself", f"L:{how}ToItself.PROC"))
)


@pytest.fixture
def ioc(tmp_path: Path, threads: int) -> Iterator[LocalIoc]:
    with running(tmp_path, DB, PYTHON) as ioc:
        yield LocalIoc(ioc)


@pytest.mark.parametrize("how", CODES)
def test_who_waits_for_code(ioc: LocalIoc, threads: int, how: str, caplog: pytest.LogCaptureFixture) -> None:
    """Only with one evaluator thread, and where that is held up, does it wait for itself."""
    record = pydev.record(f"L:{how}ToCode")
    record.put(1, wait=True, timeout=PATIENCE)
    if how.startswith("blocked") and threads == 1:
        what = "thread" if how.endswith("Thread") else "coroutine"
        assert record.alarm.message == "PutError: L:Code: would wait for itself"[:39]
        assert f"the code of L:Code needs the evaluator thread, which waits for this {what}; " in caplog.text
    else:
        assert (record.value, record.alarm.severity, caplog.text) == (7, "NO_ALARM", "")


@pytest.mark.parametrize("how", CODES)
def test_who_waits_for_its_own_record(ioc: LocalIoc, threads: int, how: str, caplog: pytest.LogCaptureFixture) -> None:
    name, what = f"L:{how}ToItself", "thread" if how.lower().endswith("thread") else "coroutine"
    pydev.record(name).put(1, wait=True, timeout=PATIENCE)
    assert pydev.record(name).alarm.severity == "INVALID"
    text = f"PutError: {name}.PROC: would wait for itself: {name} ends only when the {what} that waits here has ended"
    assert text in caplog.text
