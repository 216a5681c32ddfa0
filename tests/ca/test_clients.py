"""Clients that others wrote, each in a process: pyepics (libca from Python), caproto's threading client, JCA.

All get, put with completion, watch, see alarms, units, states and arrays, and come back after a restart. JCA is what
Phoebus has; it is asked where a Java and its jar are at hand: in JCA_JAR, or where Maven keeps it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ioc_process import ROOT, ServerProcess, Starter

pytestmark = pytest.mark.process

ELEMENTS = 1 << 19  # of 8 bytes: 4 MiB
RESTART = 15.0  # seconds in which a client is back
PATIENCE = 60
DB = f"""
record(ao, "X:ao") {{
  field(VAL, "1") field(EGU, "mm") field(PREC, "2") field(HIGH, "50") field(HSV, "MINOR") field(HOPR, "99")
}}
record(bo, "X:bo") {{ field(ZNAM, "out") field(ONAM, "in") }}
record(waveform, "X:wf") {{ field(FTVL, "DOUBLE") field(NELM, "{ELEMENTS}") }}
record(ao, "X:move") {{ field(DTYP, "pydev") field(OUT, "@slow(VAL)") field(FLNK, "X:moved") }}
record(calc, "X:moved") {{ field(CALC, "VAL+1") }}
"""
CODE = ['pydev("import time")', 'pydev("def slow(v): time.sleep(0.5)")']
PROGRAMS = Path(__file__).with_name("programs")

WANTED = {
    "value": 1.0,
    "units": "mm",
    "precision": 2,
    "upper": 99.0,
    "alarm": [60.0, 1],  # value and severity
    "states": ["out", "in"],
    "state": 1,
    "waited": True,  # as long as the record's code takes
    "chain": 1.0,  # what the record behind it shows when the put has completed
    "monitored": [1.0, 60.0, 7.0],
}


def begin(program: str, server: ServerProcess) -> subprocess.Popen[str]:
    """The program prints what it saw as JSON, waits for a restart, and prints the value it reads then."""
    command = [sys.executable] if program.endswith(".py") else ["java", "-cp", jca()]
    return subprocess.Popen(
        [*command, PROGRAMS / program],
        cwd=ROOT,
        env={
            **server.environment,
            "PATH": "/usr/bin:/bin",
            "PYEPICS_LIBCA": libca(),
            "EPICS_CA_MAX_ARRAY_BYTES": "9000000",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def libca() -> str:
    from epicscorelibs.path import get_lib

    return str(get_lib("ca"))


def jca() -> str:
    jars = sorted(Path.home().glob(".m2/repository/org/epics/jca/*/jca-*.jar"))
    jar = os.environ.get("JCA_JAR") or str(jars[-1] if jars else "")
    if not jar or shutil.which("java") is None:
        pytest.skip("no Java, or no JCA_JAR")
    return jar


def line(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


@pytest.mark.parametrize(
    ("program", "elements"),
    [("pyepics_client.py", ELEMENTS), ("caproto_client.py", 1000), ("JcaClient.java", ELEMENTS)],
)
def test_a_client_sees_all_and_comes_back_after_a_restart(start: Starter, program: str, elements: int) -> None:
    server = start.pydevpva(db=DB, startup=CODE)
    process = begin(program, server)
    try:
        assert line(process) == {**WANTED, "array": [elements, elements - 1.0]}  # how many, and the last
        assert server.terminate() == 0
        assert line(process) == "lost"
        again = start.pydevpva(db=DB, startup=CODE, env=server.environment, serving=False)
        again.wait_log("iocRun: All initialization complete")
        seconds, value = line(process)
        assert seconds < RESTART
        assert value == 1.0
    finally:
        process.kill()
        process.communicate()
