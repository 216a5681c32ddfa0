"""Waiting puts of tasks that a coroutine has made itself, with 1, 2 and 4 evaluator threads: none waits for ever."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import pydev
from tests.ioc_process import PATIENCE
from tests.local_ioc import LocalIoc, running

PYTHON = """
import asyncio
tasks = []
async def put(name, value=1):
    record, _, field = name.partition(".")
    await pydev.record(record).aput(value, field or "VAL")
    return 7
def put_plain(name):
    record, _, field = name.partition(".")
    pydev.record(record).put(1, field or "VAL", wait=True)
async def task(name): await asyncio.create_task(put(name))
async def gather(name): await asyncio.gather(put("T:Soft"), put(name))
async def wait(name):
    for done in (await asyncio.wait({asyncio.create_task(put("T:Soft")), asyncio.create_task(put(name))}))[0]:
        done.result()
async def wait_for(name): await asyncio.wait_for(put(name), 60)
async def shield(name): await asyncio.shield(put(name))
async def to_thread(name): await asyncio.to_thread(put_plain, name)
async def deep(name): await asyncio.wait_for(asyncio.gather(asyncio.shield(task(name)), gather("T:Soft")), 60)
async def group(name):
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(put("T:Soft"))
        tasks.create_task(put(name))
asked = []
class Task(asyncio.Task):
    _callbacks = property(lambda self: asked.append("_callbacks"))
class Told:
    def __call__(self, task): pass
    def __getattribute__(self, name): asked.append(name)
async def own_class(name):
    task = Task(put(name), loop=asyncio.get_running_loop())
    task.add_done_callback(Told())
    await task
@pydev.Program("inner")
async def inner(program, name): await put(name)
async def in_program(name): await asyncio.wrap_future(inner.start(name))
async def run(how, name):
    try:
        await how(name)
    except BaseException as error:  # of a TaskGroup
        raise getattr(error, "exceptions", [error])[0]
    return 7
@pydev.Program("program")
async def program(program, how, name): return await run(how, name)
async def beside(how, name):
    tasks.append(asyncio.current_task())
    await run(how, name)
async def started(how, name):
    pydev.start(beside(how, name))
    while not tasks: await asyncio.sleep(0)
    await tasks.pop()
async def unattended(name):
    tasks.append(asyncio.create_task(put(name)))
    await asyncio.sleep(0.6)
    return cancelled(tasks.pop())
async def first(name):
    ends = asyncio.FIRST_COMPLETED
    put_it = asyncio.create_task(put(name))
    await asyncio.wait({put_it, asyncio.create_task(asyncio.sleep(0.6))}, return_when=ends)
    return cancelled(put_it)
async def looks(name):
    put_it = asyncio.create_task(put(name))
    await asyncio.wait({put_it}, timeout=0.6)
    return cancelled(put_it)
async def first_of_two(name):
    puts = [asyncio.create_task(put(name)) for _ in range(2)]
    done, pending = await asyncio.wait(puts, return_when=asyncio.FIRST_COMPLETED)
    for one in pending: one.cancel()
    for one in done: one.result()
def cancelled(task): return 7 if task.cancel() else 0
"""
HOWS = ["task", "gather", "wait", "wait_for", "shield", "to_thread", "in_program", "deep"]
if sys.version_info >= (3, 11):
    HOWS.append("group")
CODES = {
    "Link": "run({how}, {target!r})",
    "Program": "program.start({how}, {target!r})",
    "Started": "started({how}, {target!r})",
    "Blocked": "asyncio.run_coroutine_threadsafe(run({how}, {target!r}), pydev.loop).result()",
    "OwnLoop": "asyncio.run(run({how}, {target!r}))",
}
ALONE = ("unattended", "first", "looks", "first_of_two", "own_class")


def _record(name: str, code: str) -> str:
    return f'record(longout, "{name}") {{ field(DTYP, "pydev") field(OUT, "@{code}") }}\n'


DB = (
    'record(longout, "T:Soft") { }\n'
    + _record("T:Code", "VAL")
    + "".join(
        _record(f"T:{who}:{how}{what}", code.format(how=how, target=target))
        for who, code in CODES.items()
        for how in HOWS
        for what, target in (("ToCode", "T:Code"), ("ToItself", f"T:{who}:{how}ToItself.PROC"))
    )
    + "".join(_record(f"T:{how}", f"{how}('T:{how}.PROC')") for how in ALONE)
)


pytestmark = pytest.mark.parametrize(
    "threads",
    [1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 4))],
    ids=lambda threads: f"{threads} threads",
    indirect=True,
)


@pytest.fixture
def ioc(tmp_path: Path, threads: int) -> Iterator[LocalIoc]:
    with running(tmp_path, DB, PYTHON) as ioc:
        yield LocalIoc(ioc)


def _processed(name: str) -> float:
    """The seconds until it has been."""
    began = time.monotonic()
    pydev.record(name).put(1, wait=True, timeout=PATIENCE)
    return time.monotonic() - began


@pytest.mark.parametrize("who", CODES)
def test_who_waits_for_its_own_record(ioc: LocalIoc, who: str, caplog: pytest.LogCaptureFixture) -> None:
    for how in HOWS:
        name = f"T:{who}:{how}ToItself"
        assert _processed(name) < 1, how
        what = "thread" if how == "to_thread" else "coroutine"
        told = f"{name}.PROC: would wait for itself: {name} ends only when the {what} that waits here has ended"
        assert f"PutError: {told}" in caplog.text


@pytest.mark.parametrize("who", CODES)
def test_who_waits_for_code(ioc: LocalIoc, threads: int, who: str, caplog: pytest.LogCaptureFixture) -> None:
    """Only with one evaluator thread, and where that is held up, does it wait for itself."""
    for how in HOWS:
        record = pydev.record(f"T:{who}:{how}ToCode")
        assert _processed(record.name) < 1, how
        if who in ("Blocked", "OwnLoop") and threads == 1:
            assert record.alarm.message == "PutError: T:Code: would wait for itself"[:39]
        else:
            assert (record.alarm.severity, "PutError" in caplog.text) == ("NO_ALARM", False), how


@pytest.mark.parametrize("how", ["unattended", "first", "looks"])
def test_whom_nobody_has_to_wait_for(ioc: LocalIoc, how: str, caplog: pytest.LogCaptureFixture) -> None:
    """No circle: the record's code goes on to its end, which cancels a put that waits for that."""
    _processed(f"T:{how}")
    record = pydev.record(f"T:{how}")
    assert (record.value, record.alarm.severity, caplog.text) == (7, "NO_ALARM", "")


def test_the_first_of_two_neither_of_which_ends(ioc: LocalIoc, caplog: pytest.LogCaptureFixture) -> None:
    assert _processed("T:first_of_two") < 1
    assert "T:first_of_two.PROC: would wait for itself" in caplog.text


def test_nothing_is_asked_of_an_object_of_a_users_class(ioc: LocalIoc, caplog: pytest.LogCaptureFixture) -> None:
    assert _processed("T:own_class") < 1
    assert "T:own_class.PROC: would wait for itself" in caplog.text
    assert ioc.ioc.evaluator.namespace["asked"] == []
