"""pydevpva.testing as a user has it: pytest in a folder of its own, that knows the plugin by its entry point alone."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.ioc_process import ROOT

OVEN_DB = """
record(ao, "$(P)Setpoint") { field(DTYP, "pydev") field(OUT, "@oven.set(VAL)") }
record(ai, "$(P)Temp") {
    field(DTYP, "pydev") field(INP, "@oven.read()") field(SCAN, "1 second")
    field(HIGH, "200") field(HSV, "MINOR") field(MDEL, "0.5")
}
record(bo, "$(P)Pulse") { field(HIGH, "3") field(ZNAM, "Off") field(ONAM, "On") }
record(waveform, "$(P)Row") { field(FTVL, "DOUBLE") field(NELM, "3") }
"""
OVEN_PY = """
class FakeOven:
    def __init__(self):
        self.goal = self.now = 20.0
    def set(self, goal):
        if goal > 500:
            raise ValueError("would melt")
        self.goal = goal
    def read(self):
        self.now += 0.5 * (self.goal - self.now)
        return self.now
"""
BEGIN = """
import pytest

@pytest.fixture
def oven(ioc):
    ioc.python("from oven import FakeOven")
    ioc.load("oven.db", P="T:")
    ioc.python("oven = FakeOven()")
    return ioc
"""


pytestmark = pytest.mark.process


class Folder:
    """A site's tests."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "oven.db").write_text(OVEN_DB)
        (path / "oven.py").write_text(OVEN_PY)

    def run(self, test: str, *options: str, env: dict[str, str] | None = None) -> tuple[int, str]:
        """Exit status and output of pytest."""
        (self.path / "test_site.py").write_text(BEGIN + textwrap.dedent(test))
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", *options, "test_site.py"],
            cwd=self.path, capture_output=True, text=True, timeout=100, env=env,
        )  # fmt: skip
        return ran.returncode, ran.stdout + ran.stderr

    def passes(self, test: str) -> str:
        status, output = self.run(test)
        assert status == 0, output
        return output

    def fails(self, test: str, *options: str) -> str:
        status, output = self.run(test, *options)
        assert status == 1, output
        return output


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_an_alarm_comes_when_time_goes_on(folder: Folder) -> None:
    folder.passes("""
    def test_alarm(oven):
        oven.start()
        oven.put("T:Setpoint", 250)
        assert oven.get("T:Temp.SEVR") == "INVALID"
        oven.advance(10)
        assert oven.get("T:Temp.SEVR") == "MINOR"
        assert oven.alarms()["T:Temp"] == ("MINOR", "HIGH", "")
        history = oven.history("T:Temp")
        assert [u.seconds for u in history[:3]] == [1, 2, 3]
        assert history[0].value == 135
        assert (history[1].severity, history[2].severity) == ("NO_ALARM", "MINOR")

    def test_states_are_text_and_arrays_are_lists(oven):
        oven.start()
        oven.put("T:Row", [1, 2])
        assert oven.get("T:Row") == [1, 2]
        oven.put("T:Pulse", "On")
        oven.advance(2.9)
        assert oven.get("T:Pulse") == "On"
        oven.advance(0.2)
        assert oven.get("T:Pulse") == "Off"

    def test_what_is_not_there_is_told_at_once(oven):
        from pydevpva import NotFound, PydevpvaError
        with pytest.raises(PydevpvaError, match=r"ioc.start\\(\\) comes first"):
            oven.get("T:Temp")
        oven.start()
        for call in (oven.get, oven.history, lambda name: oven.put(name, 1)):
            with pytest.raises(NotFound, match="T:Tmp"):
                call("T:Tmp")
        with pytest.raises(PydevpvaError, match=r"ioc.threads: not possible after ioc.start"):
            oven.threads(2, seed=1)
    """)


def test_an_unexpected_traceback_fails_the_test_and_an_expected_one_must_come(folder: Folder) -> None:
    test = """
    def test_melts(oven):
        oven.start()
        {}
        oven.put("T:Setpoint", {})
    """
    folder.passes(test.format('oven.expect("would melt")', 501))
    assert "ValueError: would melt" in folder.fails(test.format("", 501))
    assert "expected in the log, and it has not come: 'would melt'" in folder.fails(
        test.format('oven.expect("would melt")', 499)
    )


def test_an_unexpected_misuse_of_pydev_fails_the_test(folder: Folder) -> None:
    test = """
    def test_typo(oven):
        put = "pydev.record('T:Temp').put(VAL, 'VL')"
        oven.text('record(longout, "T:Typo") { field(DTYP, "pydev") field(OUT, "@%s") }' % put)
        oven.start()
        EXPECT
        oven.put("T:Typo", 1)
    """
    folder.passes(test.replace("EXPECT", 'oven.expect("NotFound")'))
    assert "T:Typo.OUT: NotFound: no field VL in" in folder.fails(test.replace("EXPECT", ""))


LEAK = """
def test_leak(oven):
    oven.python("import threading; end = threading.Event()")
    oven.python("threading.Thread(target=end.wait, args=(3,), name='my reader', daemon=DAEMON).start()")
    oven.start()
"""


FAILING = """
import asyncio

def test_refused(oven):
    oven.start()
    oven.put("T:Pulse", "Neither")

def test_melting(oven):
    async def melt():
        oven.python("oven.set(1000)")
    asyncio.run(melt())
"""
INSIDE = r"(?m)^\S*(?:pydevpva|asyncio)/.*\.py:\d+"


def test_a_failing_test_shows_its_own_lines_and_those_of_the_device(folder: Folder) -> None:
    printed = folder.fails(FAILING)
    assert re.search(r"""(?m)^>       oven.put\("T:Pulse", "Neither"\)\nE       .*PutError: T:Pulse.VAL: """, printed)
    assert re.search(r"""(?m)^>           raise ValueError\("would melt"\)""", printed)
    assert re.findall(INSIDE, printed) == []
    assert re.findall(INSIDE, folder.fails(FAILING, "--full-trace"))


def test_a_leaked_thread_is_named_and_fails_the_test_when_it_is_no_daemon(folder: Folder) -> None:
    text = "threads that the test has left running: my reader"
    assert text in folder.fails(LEAK.replace("DAEMON", "False"))
    assert f"LeftThreads: daemon {text}" in folder.passes(LEAK.replace("DAEMON", "True"))


def test_users_code_sleeps_by_the_clock(folder: Folder) -> None:
    folder.passes("""
    import time

    def test_sleep(oven):
        oven.user_time()
        oven.python("import time")
        oven.text('record(longout, "T:Wait") { field(DTYP, "pydev") field(OUT, "@time.sleep(VAL)") }'
                  'record(ai, "T:Now") { field(DTYP, "pydev") field(INP, "@time.time()") }')
        oven.start()
        began = time.perf_counter()
        oven.put("T:Now.PROC", 1)
        first = oven.get("T:Now")
        oven.put("T:Wait", 3000, wait=False)
        oven.advance(2999)
        assert oven.get("T:Wait.PACT") == 1
        oven.advance(2)
        assert oven.get("T:Wait.PACT") == 0
        time.sleep(99)
        oven.put("T:Now.PROC", 1)
        assert oven.get("T:Now") - first == 3100
        with pytest.raises(TimeoutError, match="wait=False"):
            oven.put("T:Wait", 5, timeout=0.1)
        assert time.perf_counter() - began < 20
    """)


ORDER = """
def test_order(ioc):
    THREADS
    ioc.python("order = []")
    for n in range(30):
        ioc.text('record(longin, "$(N)") { field(DTYP, "pydev") field(INP, "@order.append($(N)) or 1")'
                 'field(SCAN, "1 second") field(FLNK, "F$(N)") }'
                 'record(longin, "F$(N)") { field(DTYP, "pydev") field(INP, "@order.append(-$(N)) or 1") }', N=n)
    ioc.start()
    ioc.advance(3)
    order = ioc.python("order")
    assert len(order) == 180
    assert sorted(order[:60]) == sorted([*range(30), *(-n for n in range(30))])
    open("order.txt", "a").write(repr(order) + chr(10))
"""


def test_the_order_is_the_same_in_each_run_and_a_seed_decides(folder: Folder) -> None:
    for threads in ("", "", "ioc.threads(4, seed=1)", "ioc.threads(4, seed=1)", "ioc.threads(4, seed=2)"):
        folder.passes(ORDER.replace("THREADS", threads))
    a, again, one, one_again, two = (folder.path / "order.txt").read_text().splitlines()
    assert a == again
    assert one == one_again
    assert len({a, one, two}) == 3


def test_real_clients_where_a_test_wants_them(folder: Folder) -> None:
    folder.passes("""
    def test_served(oven):
        served = oven.served()
        served.client.put("T:Setpoint", 120)
        oven.advance(1)
        assert served.client.get("T:Temp") == 70
    """)


def test_ten_thousand_seconds_of_the_device_take_a_few(folder: Folder) -> None:
    output = folder.passes(f"""
    import sys, time
    def test_device(ioc):
        sys.path.insert(0, {str(ROOT / "examples/device")!r})
        ioc.user_time()
        ioc.python("from mydevice import Stage, Oven")
        ioc.python("stage, oven = Stage('stage'), Oven('oven')")
        ioc.load({str(ROOT / "examples/device/device.db")!r}, P="D:")
        ioc.start()
        ioc.put("D:Setpoint", 250)
        ioc.put("D:Heater", "On")
        began = time.process_time()
        ioc.advance(10_000)
        assert ioc.get("D:Temperature.SEVR") == "MINOR"
        assert ioc.history("D:Temperature")[-1].seconds < 100
        assert time.process_time() - began < 4
    """)
    assert "LeftThreads" not in output  # at the end of the IOC the sleep of the oven's thread ends it


def test_the_tests_of_the_documentation_pass(folder: Folder) -> None:
    whole, inside = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "testing.md").read_text(), re.DOTALL)
    folder.passes(whole + "\ndef test_move(ioc):\n" + textwrap.indent(inside, "    "))
