"""While user's objects sleep in whatever is asked of them, or never answer, puts beside them do not wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from p4p.client.thread import Context

from tests.clients import p4p_context
from tests.ioc_process import ServerProcess, Starter
from tests.plain.hostile_module import CODES, NAP

MOST = 1.0  # seconds that a put may take on a loaded machine; an object that is asked on the wrong thread takes NAP
TYPES = {
    "ai": "", "longin": "", "stringin": "", "mbbi": 'field(ONST,"a")',
    "waveform": 'field(FTVL,"DOUBLE") field(NELM,"9")',
    "compress": 'field(NSAM,"9")', "ndarray": "", "table": "",
}  # fmt: skip
MODULE = (
    "import pydev\nfrom hostile_module import *\n@pydev.subroutine\ndef assign(record):\n    record.VALA = Sleepy()\n"
)


def database() -> str:
    texts = ['record(longout,"soft") {}']
    for kind, code in CODES.items():
        for rtype, fields in TYPES.items():
            if code.startswith("List") and rtype in ("ndarray", "table"):
                continue  # there L is a field
            texts.append(f'record({rtype},"{kind}:{rtype}") {{ field(DTYP,"pydev") field(INP,"@{code}") {fields} }}')
        texts.append(f'record(pycalc,"{kind}:pycalc") {{ field(CALC,"{code}") }}')
    for rtype, fields in TYPES.items():
        link = 'field(INP,"@pydev.iointr(\'event\')") field(SCAN,"I/O Intr")'
        texts.append(f'record({rtype},"event:{rtype}") {{ field(DTYP,"pydev") {link} {fields} }}')
    texts.append('record(aSub,"object:aSub") { field(SNAM,"assign") }')
    return "\n".join(texts)


def started(start: Starter, db: str, threads: int) -> ServerProcess:
    source = Path(__file__).with_name("hostile_module.py").read_text()
    folder = start.file("hostile_module.py", source).parent
    start.file("hostile.py", MODULE)
    setup = [f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from hostile import *; import numpy as np")']
    return start.pydevpva(db=db, startup=setup, env={"PYDEV_NUM_THREADS": str(threads)})


def test_puts_beside_them_do_not_wait(start: Starter) -> None:
    server = started(start, database(), threads=40)
    names = [line.split('"')[1] for line in database().split("\n") if "I/O Intr" not in line and '"soft"' not in line]
    with p4p_context(server.environment) as client, p4p_context(server.environment) as other:
        client.get("soft")
        driver = threading.Thread(target=other.put, args=([f"{name}.PROC" for name in names], [1] * len(names)),
                                  kwargs={"wait": False, "get": False, "timeout": 60})  # fmt: skip
        driver.start()
        longest, end = 0.0, time.monotonic() + 2 * NAP
        while time.monotonic() < end:
            begin = time.monotonic()
            client.put("soft", {"value": 1}, wait=True, get=False)
            longest = max(longest, time.monotonic() - begin)
        driver.join()
    assert longest < MOST
    assert "internal error" not in server.log


def test_the_end_does_not_wait_either(start: Starter, p4p_client: Callable[[ServerProcess], Context]) -> None:
    db = 'record(longout,"endless") { field(DTYP,"pydev") field(OUT,"@Endless()") }\nrecord(longout,"soft") {}'
    server = started(start, db, threads=1)
    client = p4p_client(server)
    errors: list[BaseException] = []

    def put() -> None:
        try:
            client.put("endless", {"value": 1}, wait=True, get=False, timeout=30)
        except Exception as error:
            errors.append(error)

    client.get("soft")
    waiting = threading.Thread(target=put)
    waiting.start()
    while client.get("endless.PACT")["value"] != 1:
        pass
    for _ in range(20):
        begin = time.monotonic()
        client.put("soft", {"value": 1}, get=False)
        assert time.monotonic() - begin < MOST
    begin = time.monotonic()
    assert server.terminate() == 0
    assert time.monotonic() - begin < 5
    waiting.join()
    assert "shutting down" in str(errors[0])
