"""What users' code raises ends neither the evaluator's thread nor its record, whatever the exception is made of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from p4p.client.thread import Context

from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, Starter
from tests.plain.hostile_errors_module import CODES

MOST = 1.0  # seconds
TYPES = {"ai": "INP", "stringout": "OUT", "aao": "OUT"}
TRACED = ("settrace", "setprofile")


def database() -> Iterator[str]:
    for kind, code in CODES.items():
        for rtype, link in TYPES.items():
            yield f'record({rtype},"{kind}:{rtype}") {{ field(DTYP,"pydev") field({link},"@{code}") }}'
        yield f'record(pycalc,"{kind}:pycalc") {{ field(CALC,"{code}") }}'
    for name in TRACED:
        yield f'record(longin,"{name}") {{ field(DTYP,"pydev") field(INP,"@traced(sys.{name})") }}'
    yield 'record(aSub,"odd") { field(SNAM,"by_odd_names") }'
    code = "numbered(time_ns=10**30 if %DESC% else None)"
    yield f'record(ndarray,"image") {{ field(TSE,"-2") field(DTYP,"pydev") field(INP,"@{code}") }}'
    yield 'record(longin,"alive") { field(DTYP,"pydev") field(INP,"@VAL+1") }'


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """One IOC with one evaluator thread, for all of them."""
    start = Starter(tmp_path_factory.mktemp("ioc"))
    source = Path(__file__).with_name("hostile_errors_module.py")
    folder = start.file(source.name, source.read_text()).parent
    setup = [f'epicsEnvSet("PYTHONPATH","{folder}")', f'pydev("import sys; from {source.stem} import *")']
    server = start.pydevpva(db="\n".join(database()), startup=setup, env={"PYDEV_NUM_THREADS": "1"})
    try:
        with p4p_context(server.environment) as context:
            yield context
        assert "internal error" not in server.log
    finally:
        start.stop_all()


def process(client: Context, name: str) -> None:
    client.put(f"{name}.PROC", {"value": 1}, wait=True, get=False, timeout=PATIENCE)


@pytest.mark.parametrize("kind", CODES)
def test_the_record_says_what_was_raised_and_the_next_code_runs(client: Context, kind: str) -> None:
    begin = time.monotonic()
    for rtype in (*TYPES, "pycalc"):
        name = f"{kind}:{rtype}"
        process(client, name)
        alarm = client.get(name)["alarm"]
        assert (alarm["severity"], alarm["message"] != "") == (3, True), name
    process(client, "alive")
    assert time.monotonic() - begin < 10 * MOST


@pytest.mark.parametrize("name", TRACED)
def test_a_trace_function_that_raises_does_not_end_the_thread(client: Context, name: str) -> None:
    process(client, name)
    before = client.get("alive")["value"]
    process(client, "alive")
    process(client, "alive")
    assert client.get("alive")["value"] > before


def test_a_subroutine_may_assign_by_names_of_a_class_of_its_own(client: Context) -> None:
    process(client, "odd")
    assert client.get("odd.VALA")["value"] == 5
    assert client.get("odd")["alarm"]["severity"] == 0


def test_a_time_beyond_all_is_refused_and_the_image_is_still_sent(client: Context) -> None:
    client.put("image.DESC", {"value": "x"}, get=False)
    process(client, "image")
    assert client.get("image")["alarm"]["message"] == "NDArray: time_ns is out of range"
    client.put("image.DESC", {"value": ""}, get=False)
    process(client, "image")
    assert list(client.get("image")["value"]) == [1, 2, 3, 4]
