"""examples/deploy: each file that starts the pump is tried with the tool it is for, where that is at hand."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, ROOT, free_ports, loopback
from tests.local_ioc import eventually

FOLDER = ROOT / "examples" / "deploy"
COMMAND = Path(sys.executable).with_name("pydevpva")
UNIT = (FOLDER / "pump.service").read_text()
CONTAINERFILE = (FOLDER / "Containerfile").read_text()
START = re.search(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
assert START is not None

pytestmark = pytest.mark.process


@pytest.fixture
def pump(tmp_path: Path) -> Path:
    """The folder as it is deployed, anywhere."""
    return Path(shutil.copytree(FOLDER, tmp_path / "pump"))


def with_paths(line: str, pump: Path) -> str:
    """A command line with this machine's paths in place of the pump's."""
    line = line.replace("/opt/pump/venv/bin/pydevpva", str(COMMAND))
    for folder in ("/run/pump", "/var/lib/pump"):
        line = line.replace(folder, str(pump))
    return line


@pytest.fixture
def run(pump: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], dict[str, str]]]]:
    """Starts a command in the pump's folder; its process and the variables that its clients need."""
    started: list[subprocess.Popen[str]] = []

    def begin(command: list[str], **more: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
        ports = loopback()
        with (pump / "out").open("w") as out:
            process = subprocess.Popen(
                command, cwd=pump, env={**os.environ, **ports, **more}, text=True,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        started.append(process)
        return process, ports

    yield begin
    for process in started:
        process.kill()
        process.wait()


def wait_for(path: Path, text: str) -> None:
    eventually(lambda: path.exists() and text in path.read_text(errors="replace"), f"{text!r} in {path}")


def test_the_unit_s_command_is_ready_logs_puts_and_stops_the_pump(
    pump: Path, run: Callable[..., tuple[subprocess.Popen[str], dict[str, str]]]
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(pump / "notify"))
        manager.settimeout(PATIENCE)
        assert START is not None
        command = shlex.split(with_paths(START[1], pump))
        process, ports = run(command, NOTIFY_SOCKET=str(pump / "notify"), WATCHDOG_USEC="30000000")
        assert manager.recv(4096).startswith(b"READY=1\n")
    with p4p_context(ports) as client:
        client.put("Deploy:Speed", {"value": 1200.0}, wait=True, get=False, timeout=PATIENCE)
        assert client.get("Deploy:Speed:RBV", timeout=PATIENCE)["value"] == 1200
    wait_for(pump / "puts.log", "\n")
    entry = json.loads((pump / "puts.log").read_text())
    assert (entry["pv"], entry["old"], entry["new"], entry["outcome"]) == ("Deploy:Speed", 0.0, 1200.0, "completed")
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert (pump / "out").read_text().endswith("pump: stopped\n")


def test_a_script_with_a_mistake_is_status_2_which_the_unit_does_not_restart(pump: Path) -> None:
    (pump / "pump.cmd").write_text((pump / "pump.cmd").read_text().replace("pump.db", "pmp.db"))
    ended = subprocess.run(
        [COMMAND, "-S", "pump.cmd"], cwd=pump, capture_output=True, timeout=30, env={**os.environ, **loopback()}
    )
    assert ended.returncode == 2
    assert "RestartPreventExitStatus=2\n" in UNIT


def test_a_unit_starts_an_ioc_anew_that_ended_with_status_0_as_by_a_reset() -> None:
    for unit in (UNIT, (ROOT / "pydevpva" / "new" / "template" / "NAME.service.txt").read_text()):
        assert re.findall(r"^Restart=(.*)$", unit, re.MULTILINE) == ["always"]  # on-failure leaves status 0 as it is


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not at hand")
def test_systemd_takes_the_unit(pump: Path) -> None:
    (pump / "pump.service").write_text(with_paths(UNIT, pump).replace("User=pump", "User=daemon"))
    verify = ["systemd-analyze", "verify", "--man=no", str(pump / "pump.service")]
    verified = subprocess.run(verify, capture_output=True, text=True, timeout=60)
    said = [line for line in (verified.stdout + verified.stderr).splitlines() if "pump.service" in line]
    assert (verified.returncode, said) == (0, [])


@pytest.mark.skipif(shutil.which("procServ") is None, reason="procServ is not at hand")
def test_procserv_has_a_console_and_stops_the_pump(
    pump: Path, run: Callable[..., tuple[subprocess.Popen[str], dict[str, str]]]
) -> None:
    port, _ = free_ports()
    more = {"PUMP": str(pump), "LOG": str(pump / "log"), "PORT": str(port), "PYDEVPVA": str(COMMAND), "TERM": "dumb"}
    run(["sh", str(pump / "procserv.sh")], **more)
    wait_for(pump / "log", "All initialization complete")
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as console:
        console.sendall(b"dbpf Deploy:Speed 300\n")
        wait_for(pump / "log", "DBF_DOUBLE:         300")
        console.sendall(b"\x14")  # ^T: it is not started again
        wait_for(pump / "log", "auto restart to OFF")
        console.sendall(b"\x18")  # ^X: it gets the signal of --killsig
        wait_for(pump / "log", "pump: stopped")


def test_what_the_container_copies_is_there_and_its_command_is_the_unit_s() -> None:
    for line in re.findall(r"^COPY (.*) \S+$", CONTAINERFILE, re.MULTILINE):
        assert [name for name in line.split() if not (ROOT / name).exists()] == []
    command = re.search(r"^CMD (\[.*\])$", CONTAINERFILE, re.MULTILINE)
    assert command is not None
    assert START is not None
    assert json.loads(command[1]) == ["pydevpva", *START[1].split()[1:]]


def _engine() -> str:
    """A container engine that runs here, or ""."""
    for name in ("podman", "docker"):
        if shutil.which(name) and not subprocess.run([name, "info"], capture_output=True).returncode:
            return name
    return ""


@pytest.mark.timeout(900)
def test_what_the_container_copies_is_all_that_is_needed_to_install_the_package(tmp_path: Path) -> None:
    for words in re.findall(r"^COPY (.*)$", CONTAINERFILE, re.MULTILINE):
        *sources, to = words.split()
        for source in sources if to.startswith("/src") else []:
            place = tmp_path / to.lstrip("/") / (source if to.endswith("/") else "")
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, place)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path),
        str(tmp_path / "src"),
    ]
    built = subprocess.run(pip, capture_output=True, text=True, timeout=110)
    assert built.returncode == 0, built.stderr[-2000:]
    assert list(tmp_path.glob("pydevpva-*.whl"))


def test_a_container_is_built_and_runs() -> None:
    if not (engine := _engine()):
        pytest.skip("no container engine runs here")
    build = [engine, "build", "-t", "pydevpva-test-pump", "-f", str(FOLDER / "Containerfile"), str(ROOT)]
    subprocess.run(build, check=True, timeout=800)
    ended = subprocess.run(
        [engine, "run", "--rm", "pydevpva-test-pump", "pydevpva-shell", "pump.cmd"],
        input="dbpr Deploy:Speed\n", capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Deploy:Speed" in ended.stdout
    assert ended.stdout.endswith("pump: stopped\n")
