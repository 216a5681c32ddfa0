"""pydevpva --new and --example: what is written works, nothing is written over, and the examples are installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pydevpva.check.command import check
from pydevpva.errors import PydevpvaError
from pydevpva.new import examples
from pydevpva.new.project import create
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, ROOT, Starter

FILES = {"README.md", "device.bob", "device.db", "device.py", "st.cmd", "test_device.py", "oven-2.service"}


def pydevpva(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pydevpva", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_the_tests_of_a_new_ioc_pass_whatever_ports_the_site_has_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EPICS_PVAS_SERVER_PORT", "29175")
    monkeypatch.setenv("EPICS_PVAS_BROADCAST_PORT", "29176")
    made = pydevpva("--new", "oven-2", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert {path.name for path in (tmp_path / "oven-2").iterdir()} == FILES
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path / "oven-2", capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_the_script_of_a_new_ioc_starts(tmp_path: Path, start: Starter) -> None:
    create(str(tmp_path / "oven-2"))
    server = start.pydevpva("st.cmd", cwd=tmp_path / "oven-2")
    with p4p_context(server.environment) as client:
        client.put("Oven-2:Position", 10, wait=True, timeout=PATIENCE)
        assert client.get("Oven-2:Position:RBV", timeout=PATIENCE).value == 10


def test_names_stand_everywhere(tmp_path: Path) -> None:
    create(str(tmp_path / "oven-2"))
    texts = [path.read_text() for path in (tmp_path / "oven-2").iterdir()]
    assert [text for text in texts if "@NAME@" in text or "@PREFIX@" in text] == []
    assert "User=oven-2" in (tmp_path / "oven-2" / "oven-2.service").read_text()
    assert '"P", "Oven-2:"' in (tmp_path / "oven-2" / "st.cmd").read_text()


def test_a_new_ioc_is_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(str(tmp_path / "oven"))
    monkeypatch.chdir(tmp_path / "oven")
    assert check(["st.cmd"]) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "st.cmd").write_text("mine")
    with pytest.raises(PydevpvaError, match=r"is there already, and is not an empty folder: nothing is written"):
        create(str(tmp_path / "mine"))
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["st.cmd"]
    (tmp_path / "file").write_text("")
    with pytest.raises(PydevpvaError, match="is there already"):
        create(str(tmp_path / "file"))


@pytest.mark.parametrize("name", ["1oven", "my oven", "öfen", "a" * 32])
def test_a_name_that_records_and_units_cannot_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PydevpvaError, match="is no name for an IOC"):
        create(str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


def test_refusals_have_status_2_and_no_traceback(tmp_path: Path) -> None:
    refused = pydevpva("--new", "1oven", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        'pydevpva: --new 1oven: "1oven" is no name for an IOC: letters, digits, - and _, 31 at most, a letter first\n'
    )
    unknown = pydevpva("--example", "devise", cwd=tmp_path)
    assert unknown.returncode == 2
    assert unknown.stderr.startswith('pydevpva: --example devise: no example "devise"; did you mean device?; there are')


def test_the_examples_are_listed_one_a_line(tmp_path: Path) -> None:
    listed = pydevpva("--example", "list", cwd=tmp_path)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert listed.stdout.splitlines() == sorted(path.parent.name for path in (ROOT / "examples").glob("*/st.cmd"))


def test_an_example_starts_from_anywhere(tmp_path: Path, start: Starter) -> None:
    server = start.pydevpva("--example", "device", cwd=tmp_path)
    with p4p_context(server.environment) as client:
        assert client.get("Demo:Position", timeout=PATIENCE).value == 0


def test_every_file_of_the_examples_is_installed() -> None:
    rows = re.findall(r'^"share/pydevpva/(.*?)" = (\[.*\])$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    listed = {
        (place, path.name)
        for place, patterns in rows
        for pattern in json.loads(patterns)
        for path in ROOT.glob(pattern)
    }
    there = {
        (path.parent.relative_to(ROOT).as_posix(), path.name)
        for path in (ROOT / "examples").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert there - listed == set()


def test_examples_that_are_started_are_those_with_a_script() -> None:
    assert "device" in examples.names()
    assert examples.find("device") == ROOT / "examples" / "device"
