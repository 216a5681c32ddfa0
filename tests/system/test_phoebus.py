"""Phoebus's own PVA client, org.phoebus:core-pva, against our IOC and against EPICS's. Needs Java and Maven."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ioc_process import ServerProcess, Starter

HERE = Path(__file__).parent / "phoebus"
SOFT_DB = """
record(ao, "A") { field(VAL, "1.5") field(EGU, "mm") field(PREC, "2") field(PINI, "YES")
                field(HIGH, "5") field(HSV, "MINOR") }
record(longout, "L") { field(VAL, "7") field(PINI, "YES") }
record(bo, "B") { field(ZNAM, "off") field(ONAM, "on") field(PINI, "YES") }
record(waveform, "W") { field(FTVL, "DOUBLE") field(NELM, "4") field(INP, [1, 2]) field(PINI, "YES") }
record(stringout, "S") { field(VAL, "hello") field(PINI, "YES") }
"""
PYDEV_DB = """
record(ao, "Slow") { field(DTYP, "pydev") field(OUT, "@[time.sleep(1.5), VAL][1]") field(FLNK, "After") }
record(longin, "After") { field(DTYP, "pydev") field(INP, "@VAL + 1") }
record(ao, "Bad") { field(DTYP, "pydev") field(OUT, "@1/0") }
record(ao, "Shut") { field(DISP, "1") }
"""


@pytest.fixture(scope="module")
def classpath(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The jars that Client.java needs; skips, and says what is missing, where there are none."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: Phoebus's PVA client was not tried")
    path = tmp_path_factory.mktemp("maven") / "classpath"
    command = [
        "mvn",
        "-q",
        "-B",
        "-f",
        str(HERE / "pom.xml"),
        "dependency:build-classpath",
        f"-Dmdep.outputFile={path}",
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    except subprocess.SubprocessError as error:
        pytest.skip(f"Maven could not resolve org.phoebus:core-pva, Phoebus's PVA client was not tried: {error}")
    return path.read_text()


def dialogue(classpath: str, server: ServerProcess, *lines: str) -> list[str]:
    """What the client printed for each line."""
    done = subprocess.run(
        ["java", "-cp", classpath, str(HERE / "Client.java")],
        input="".join(f"{line}\n" for line in lines),
        env={**os.environ, **server.environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return re.findall(r"(?ms)^(.*?(?:done|error .*?)\n)", done.stdout)


def agree(ours: str, theirs: str) -> bool:
    """Line by line the same, but for times and for what QSRV2 leaves unmarked: Phoebus shows that as NaN or null."""
    lines = list(zip(ours.splitlines(), theirs.splitlines(), strict=False))
    of_time = re.compile(r" *(time_t|long secondsPastEpoch|int nanoseconds|int userTag) ")
    unmarked = re.compile(r".* (NaN|null)")
    return ours.count("\n") == theirs.count("\n") and all(
        our == their or of_time.match(their) or unmarked.fullmatch(their) for our, their in lines
    )


def test_finds_what_it_finds_at_softiocpvx(classpath: str, start: Starter) -> None:
    lines = [
        *(f"get {name}" for name in "ALBWS"),
        *("put A 6.25", "putwait L 8", "put B 1", "put W [3,4,5]", "put S world"),
        *(f"get {name}" for name in "ALBWS"),
        *("get A.EGU", "get A.SCAN", "monitor A 1"),
    ]
    ours, theirs = (
        dialogue(classpath, server, *lines) for server in (start.pydevpva(db=SOFT_DB), start.softiocpvx(SOFT_DB))
    )
    assert len(ours) == len(lines)
    different = [pair for pair in zip(ours, theirs, strict=True) if not agree(*pair)]
    assert not different


def test_put_waits_only_when_asked_and_alarms_tell_the_reason(classpath: str, start: Starter) -> None:
    server = start.pydevpva(db=PYDEV_DB, startup=['pydev("import time")'])
    waited, after, sent, at_once, put_bad, bad, shut = dialogue(
        classpath,
        server,
        "putwait Slow 1",
        "get After",
        "put Slow 2",
        "get After",
        "putwait Bad 1",
        "get Bad",
        "put Shut 1",
    )
    assert (waited, sent, put_bad) == ("done\n",) * 3
    assert "int value 1\n" in after
    assert "int value 1\n" in at_once
    assert "int severity 3" in bad
    assert "string message ZeroDivisionError: division by zero" in bad
    assert shut.startswith("error ")
    assert "Shut" in shut


def test_monitor_sees_each_put(classpath: str, start: Starter) -> None:
    server = start.pydevpva(
        db='record(calc, "Count") { field(CALC, "VAL+1") field(SCAN, ".1 second") field(PINI, "YES") }'
    )
    (updates,) = dialogue(classpath, server, "monitor Count 3")
    first, second, third = (float(text) for text in re.findall(r"double value (.*)", updates))
    assert (second - first, third - second) == (1, 1)
