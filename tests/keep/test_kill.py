"""kill -9 at any moment, while records change: each restart finds every value, none older than two seconds.

PYDEVPVA_KILLS=200 kills so often.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pydevpva.keep.safe_files import is_good, read_text
from pydevpva.keep.sav_text import parse
from tests.ioc_process import PATIENCE, loopback

KILLS = int(os.environ.get("PYDEVPVA_KILLS", "8"))
pytestmark = [pytest.mark.process, pytest.mark.timeout(60 + 20 * KILLS)]
RECORDS = 500
LONGEST = 4.0  # seconds that an IOC lives: from its start, or two times out of three from when it runs
PERIOD, LATE = 1.0, 1.0  # seconds between two saves, and what else is allowed
STEP = 0.01  # seconds between two looks
EPICS_EPOCH = 631152000
DB = 'record(ai, "K:now") { field(DTYP, "Soft Timestamp") field(INP, "@") field(SCAN, ".1 second") field(PHAS, "0") }\n'
DB += "".join(
    f'record(ao, "K:{number}") {{ field(DOL, "K:now") field(OMSL, "closed_loop") field(SCAN, ".1 second") '
    'field(PHAS, "1") field(PREC, "3") }\n'
    for number in range(RECORDS)
)
COMMAND = [sys.executable, "-m", "pydevpva", "-S", "--save", "kept", "-d", "kill.db"]
RUNS = "iocRun: All initialization complete"


class Victim:
    """An IOC that is killed; when it began to run, and when it ended, in seconds since 1970."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                COMMAND, cwd=folder, env={**os.environ, **loopback()}, stdout=log, stderr=subprocess.STDOUT
            )
        self.ran = self.ended = 0.0
        self.starved = 0.0  # seconds for which the machine has let nobody of us work

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def live(self, seconds: float) -> None:
        """Let it live so much longer."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.ran and RUNS in self.log:
                self.ran = time.time()
            began = time.monotonic()
            time.sleep(min(left, STEP))
            self.starved = max(self.starved, time.monotonic() - began - STEP)

    def wait_running(self) -> None:
        end = time.monotonic() + PATIENCE
        while RUNS not in self.log:
            assert time.monotonic() < end, self.log
            time.sleep(STEP)
        self.ran = self.ran or time.time()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self.ended = time.time()


def saved(folder: Path) -> dict[str, float]:
    """The saved times, as seconds since 1970; the file and its backup are whole."""
    path = folder / "kept" / "pydevpva.sav"
    good = [str(p) for p in (path, Path(f"{path}B")) if is_good(str(p))]
    existing = [p for p in (path, Path(f"{path}B")) if p.exists()]
    assert len(good) == len(existing), "a file is torn"
    if not path.exists():
        return {}
    found = parse(read_text(str(path)))
    assert found.broken + found.odd + found.missing == []
    return {entry.name: float(str(entry.value)) + EPICS_EPOCH for entry in found.entries}


def test_nothing_is_lost_whenever_the_ioc_is_killed(tmp_path: Path, tell: Callable[[str], None]) -> None:
    (tmp_path / "kill.db").write_text(DB)
    moments = random.Random(os.environ.get("PYDEVPVA_SEED", time.time_ns()))
    before: dict[str, float] = {}
    oldest, judged = 0.0, 0
    for number in range(KILLS):
        victim = Victim(tmp_path)
        try:
            if number == 0 or moments.random() < 2 / 3:
                victim.wait_running()
            victim.live(moments.uniform(0.2, LONGEST) if number else LONGEST)
        finally:
            victim.kill()
        values = saved(tmp_path)
        assert set(values) >= set(before), f"kill {number}: there are fewer PVs"
        assert all(values[name] >= time_ for name, time_ in before.items()), f"kill {number}: older values"
        assert "not restored" not in victim.log
        if number and RUNS in victim.log:
            assert f"{RECORDS} values restored in pass 1" in victim.log, f"kill {number}: {victim.log}"
        if victim.ran and victim.ended - victim.ran - victim.starved > PERIOD + LATE:
            assert len(values) == RECORDS
            age = victim.ended - min(values.values()) - victim.starved
            oldest, judged = max(oldest, age), judged + 1
            assert age <= PERIOD + LATE, f"kill {number}: a value was {age:.2f} s old"
        before = values
    assert judged, "no IOC lived long enough to be judged"
    tell(f"{KILLS} kills, {RECORDS} records: the oldest saved value was {oldest:.2f} s old, in {judged} that ran")
