"""The documentation is true: its IOCs start, its commands run, its links lead somewhere."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from p4p.client.thread import Context, RemoteError

from pydevpva.db.definitions import Definitions
from pydevpva.devices.registry import own_devices
from pydevpva.records.core.factory import behaviour
from tests.clients import Watch
from tests.ioc_process import ROOT, ServerProcess, Starter, free_ports
from tests.local_ioc import local_ioc

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
EXAMPLE_PAGES = sorted(page.with_name("README.md") for page in ROOT.glob("examples/*/st.cmd"))  # deploy has no st.cmd
P4pClient = Callable[[ServerProcess], Context]


def files(page: Path) -> dict[str, str]:
    """The files that a page shows: "`name`:" ends a paragraph, and a block follows, fenced or indented."""
    block = r"(?:```\w*\n(?P<fenced>.*?)^```|(?P<indented>(?:    [^\n]+\n|\n)+))"
    found = re.finditer(rf"(?ms)`(?P<name>[\w.]+)`:\n\n{block}", page.read_text())
    return {match["name"]: match["fenced"] or textwrap.dedent(match["indented"]).rstrip() + "\n" for match in found}


def commands(page: Path, prompt: str) -> list[str]:
    """The lines of a page's indented blocks that begin with this prompt, without it; no monitors, they do not end."""
    lines = re.findall(rf"(?m)^    {re.escape(prompt)} (.*)$", page.read_text())
    return [line for line in lines if not line.startswith("monitor ")]


def python(server: ServerProcess, *words: str, cwd: Path | None = None) -> str:
    """What a Python program beside the server prints."""
    environment = {**os.environ, **server.environment}
    done = subprocess.run(
        [sys.executable, *words], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ask(server: ServerProcess, line: str) -> str:
    return python(server, "-m", "pydevpva.client.command", *shlex.split(line))


def typed(server: ServerProcess, line: str) -> None:
    """Type a dbpf and return when it has printed the new value."""
    before = server.log.count("DBF_")
    server.type(line)
    server.wait_for(lambda: server.log.count("DBF_") > before, f"answer to {line}")


def start_page(page: Path, folder: Path, start: Starter) -> ServerProcess:
    for name, text in files(page).items():
        (folder / name).write_text(text)
    return start.shell("st.cmd", cwd=folder)


def test_first_ioc_of_the_readme(tmp_path: Path, start: Starter, p4p_client: P4pClient) -> None:
    page = ROOT / "README.md"
    assert set(files(page)) == {"first.db", "point.py", "st.cmd"}
    server = start_page(page, tmp_path, start)
    with Watch(p4p_client(server), "First:X") as watch:
        for line in commands(page, "epics>"):
            typed(server, line)
        watch.until(lambda update: update.value == pytest.approx(0.5))
    (get,) = commands(page, "pydevpva-client")
    assert "0.5" in ask(server, get)


def test_tutorial(tmp_path: Path, start: Starter, p4p_client: P4pClient) -> None:
    page = ROOT / "docs" / "tutorial.md"
    assert set(files(page)) == {"mydevice.py", "stage.db", "st.cmd"}
    server = start_page(page, tmp_path, start)
    assert python(server, "mydevice.py", cwd=tmp_path) == "at 25 mm\n"

    move, too_far = commands(page, "epics>")
    with Watch(p4p_client(server), "Tut:Position:RBV") as readback:
        typed(server, move)
        readback.until(lambda update: update.value == 40)
        elsewhere, look = commands(page, "pydevpva-client")
        assert ask(server, elsewhere) == ""
        readback.until(lambda update: update.value == 20)

    (script,) = re.findall(r"(?ms)^```python\n(import time\nfrom p4p.*?)^```", page.read_text())
    took = re.fullmatch(r"there after ([\d.]+) s\n", python(server, "-c", script))
    assert took
    assert float(took[1]) > 1.0

    with Watch(p4p_client(server), "Tut:Position") as position:
        typed(server, too_far)
        position.until(lambda update: update["alarm.severity"] == 3)
    assert "ValueError: 101 mm is outside 0..100 mm" in ask(server, look)


def test_coming_from_synapps(tmp_path: Path, start: Starter, p4p_client: P4pClient) -> None:
    page = ROOT / "docs" / "synapps.md"
    assert {"lab.db", "lab.py", "st.cmd"} <= set(files(page))
    server = start_page(page, tmp_path, start)
    client = p4p_client(server)
    for line in commands(page, "epics>"):
        typed(server, line)
    with Watch(client, "Lab:Line.BUSY") as busy:  # a line has begun it
        busy.until(lambda update: update.value == 0)
    assert client.get("Lab:Line.BCPT", timeout=20)["value"] == 21
    assert client.get("Lab:Stage.RBV", timeout=20)["value"] == pytest.approx(0.3)  # the peak
    client.put("Lab:Scan", {"value.index": 1}, wait=True, get=False, timeout=20)  # answered when the scan is over
    assert client.get("Lab:Scan", timeout=20)["value.index"] == 0
    client.put("Lab:Stage", 2.5, wait=True, get=False, timeout=20)  # when it stands there
    assert [client.get(f"Lab:Stage.{field}", timeout=20)["value"] for field in ("RBV", "DMOV")] == [2.5, 1]
    with Watch(client, "Lab:Said") as said:
        said.until(lambda update: update.value == "at 3 W")
    with Watch(client, "Lab:Oven") as oven:
        oven.until(lambda update: 55 < update.value < 65)
    assert re.fullmatch(r"\d\d-[A-Z]\w\w-\d{4} \d\d:\d\d:\d\d", client.get("Lab:Clock", timeout=20)["value"])


def test_the_average_of_coming_from_synapps(tmp_path: Path) -> None:
    db = 'record(sub, "a") { field(INAM, "initSubAve") field(SNAM, "SubAve") field(A, "2") }'
    with local_ioc(tmp_path, db) as ioc:
        seen: list[float] = []
        ioc.put("a.PROC", 1)  # the first processing takes no value
        for value in (1, 2, 4):
            ioc.put("a.B", value)
            seen.append(ioc.get("a"))
        assert (seen, ioc.get("a.E")) == ([1.0, 1.5, 3.0], 2.0)


@pytest.mark.parametrize("page", EXAMPLE_PAGES, ids=lambda page: page.parent.name)
def test_commands_of_an_example_page(page: Path, start: Starter) -> None:
    instrument_port, _ = free_ports()
    server = start.shell("st.cmd", cwd=page.parent, env={"INSTRUMENT_PORT": str(instrument_port)})
    puts, gets = commands(page, "epics>"), commands(page, "pydevpva-client")
    assert puts
    for line in puts:
        typed(server, line)
    for line in commands(page, "python -c"):
        python(server, "-c", *shlex.split(line))
    for line in gets:
        assert ask(server, line)
    server.type("exit")
    assert server.ended(within=10)
    assert server.process.returncode == 0


def test_the_index_leads_to_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def test_conformance_lists_the_record_types_that_there_are() -> None:
    (listed,) = re.findall(r"(?ms)^## Record types\n\n(.*?)\n\n", (ROOT / "docs" / "conformance.md").read_text())
    names = set(re.findall(r"\w+(?=[ .\n]|$)", re.sub(r"\b[A-Z][^:.]*:", "", listed)))
    definitions = Definitions(own_devices)
    assert names == set(definitions.record_type_names)
    assert all(behaviour(name) for name in names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing


def test_security(tmp_path: Path, start: Starter, p4p_client: P4pClient) -> None:
    page = ROOT / "docs" / "security.md"
    texts = files(page)
    assert set(texts) == {"site.acf", "site.db", "st.cmd"}

    def served(operators: str, experts: str) -> tuple[ServerProcess, Context]:
        """The page's IOC, and a client of it, when this account is an operator, or an expert, or neither."""
        folder = tmp_path / f"{operators}.{experts}"
        folder.mkdir()
        for name, text in texts.items():
            (folder / name).write_text(text.replace("{olga", "{" + operators).replace("{eve", "{" + experts))
        server = start.shell("st.cmd", cwd=folder)
        return server, p4p_client(server)

    def writes(client: Context) -> list[str]:
        found = []
        for name, leaf in (
            ("Setpoint", "value"),
            ("Setpoint.HIHI", "value"),
            ("Voltage", "value"),
            ("Machine:On", "value.index"),
        ):
            with contextlib.suppress(RemoteError):
                client.put(name, {leaf: 0}, get=False)
                found.append(name)
        return found

    me = getpass.getuser()
    assert writes(served("olga", "eve")[1]) == []
    assert writes(served(me, "eve")[1]) == ["Setpoint"]
    server, expert = served("olga", me)
    assert writes(expert) == ["Setpoint", "Setpoint.HIHI"]
    server.type("dbpf Machine:On 0")
    server.wait_for(lambda: expert.get("Machine:On")["value.index"] == 0, "the machine to be off")
    assert writes(expert) == ["Setpoint", "Setpoint.HIHI", "Voltage"]


def test_asyncio_and_processes(tmp_path: Path, start: Starter, p4p_client: P4pClient) -> None:
    page = ROOT / "docs" / "asyncio.md"
    assert {"lab.db", "lab.py", "st.cmd"} <= set(files(page))
    server = start_page(page, tmp_path, start)
    client = p4p_client(server)
    assert commands(page, "pydevpva-client") == [
        "put Lab:Setpoint 0.2", "get Lab:Temperature", "put Lab:Primes 1000", "get Lab:Primes",
        "put Lab:Setpoint 30", "get Lab:Setpoint", "put Lab:Crash 1", "get Lab:Crash",
    ]  # fmt: skip

    def put(name: str, value: float) -> tuple[float, str]:
        client.put(name, {"value": value}, wait=True, get=False, timeout=30)
        after = client.get(name)
        return after["value"], after["alarm.message"]

    assert put("Lab:Setpoint", 0.2) == (0.2, "")
    assert client.get("Lab:Temperature")["value"] == 0.2
    assert put("Lab:Primes", 1000) == (168, "")
    assert put("Lab:Setpoint", 30)[1] == "TimeoutError: 0.5 s"
    assert put("Lab:Crash", 1)[1].startswith("WorkerDied: crash ended its process")
    assert put("Lab:Primes", 10) == (4, "")
    with Watch(client, "Lab:Heartbeat") as beats:
        beats.until(lambda update: update.value > 3)
    server.type("pydevShow")
    server.wait_log("task heartbeat for ")
    server.type("exit")
    assert server.ended(within=10)
    assert "the heartbeat ended" in server.log
