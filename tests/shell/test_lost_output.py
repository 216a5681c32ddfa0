"""What cannot be written, to a file, a pipe or a terminal, ends no IOC and no startup script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.ioc_process import PATIENCE, loopback
from tests.shell.both import OURS, run

DB = 'record(ai, "X:ai") {}\nrecord(lso, "X:out") { field(DTYP, "stdio") field(OUT, "@stdout") field(SIZV, "40") }\n'
SHELL = [sys.executable, "-c", "from pydevpva.cli import shell_main; shell_main()"]
NO_SPACE = "No space left on device"
SCRIPT = """
dbLoadRecords a.db
dbl > /dev/full
iocInit
dbpf X:out text
pydev("import sys; print('user'); sys.stdout.close(); sys.stderr.write('done ' + str(1 + 1) + chr(10))")
"""


def test_a_redirection_that_fails_is_an_error_of_its_line_and_the_script_goes_on(tmp_path: Path) -> None:
    script = 'dbLoadRecords a.db\ndbl > /dev/full\n< more.cmd > /dev/full\niocInit\necho "$(TOLD)"\n'
    ours = run(OURS, script, tmp_path, {"a.db": DB, "more.cmd": 'epicsEnvSet("TOLD", "goes on")\n'})
    assert ours.out[-1] == "goes on"
    assert ours.err[:2] == [f"ERROR st.cmd line {n}: Can't write '/dev/full': {NO_SPACE}" for n in (2, 3)]
    assert ours.err[-1] == "st.cmd: 2 lines failed (2, 3); the IOC runs without them"


def test_on_error_break_holds_for_it(tmp_path: Path) -> None:
    ours = run(OURS, "on error break\necho a > /dev/full\necho not reached\n", tmp_path)
    assert "iocsh Error: Break" in ours.err
    assert "not reached" not in ours.out


@pytest.mark.parametrize(
    ("how", "told"),
    [(">/dev/full", f"stdout: {NO_SPACE}: what is printed there is lost"), (">&-", ""), ("| true", ""), ("<&-", "")],
)
def test_an_ioc_starts_whatever_becomes_of_its_output(how: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text(DB)
    (tmp_path / "st.cmd").write_text(SCRIPT)
    ended = subprocess.run(
        ["/bin/bash", "-c", f'set -o pipefail; "$@" </dev/null {how}', "bash", *SHELL, "st.cmd"],
        cwd=tmp_path,
        env={**os.environ, **loopback()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert told in ended.stderr
    assert "iocRun: All initialization complete" in ended.stderr
    assert "done 2" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("flag", ["-h", "-V"])
def test_help_and_versions_that_cannot_be_printed_are_an_error(flag: str) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run([*SHELL, flag], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (1, f"stdout: {NO_SPACE}\n")


def test_at_the_prompt_and_when_the_terminal_is_gone_the_ioc_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text(DB)
    folder = tmp_path / "folder"
    folder.mkdir()
    environment = {
        **os.environ,
        **loopback(),
        "TERM": "xterm",
        "NO_COLOR": "1",
        "EPICS_IOCSH_HISTFILE": f"{folder}/history",
    }
    words = ["-c", f"trap '' HUP; exec \"$@\" 2>{tmp_path}/err", "bash", *SHELL, "-d", "a.db", "--console", "c.sock"]
    child = pexpect.spawn(
        "/bin/bash", words, cwd=tmp_path, env=environment, encoding="utf-8", timeout=PATIENCE, dimensions=(24, 120)
    )
    child.expect("epics>")
    shutil.rmtree(folder)
    child.send("dbl > /dev/full\r")
    child.expect("epics>")
    child.send("dbgf X:ai\r")
    child.expect("DBF_DOUBLE")
    assert f"Can't write '/dev/full': {NO_SPACE}" in (tmp_path / "err").read_text()
    os.close(child.child_fd)
    attach = subprocess.run(
        [*SHELL, "--attach", "c.sock", "-c", "dbgf X:ai"], cwd=tmp_path, capture_output=True, text=True, timeout=30
    )
    assert (attach.returncode, attach.stdout) == (0, "DBF_DOUBLE:         0         \n")
    os.kill(child.pid, 15)
    assert os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1]) == 0
    child.closed, child.child_fd = True, -1
    assert "no more lines can be read" in (tmp_path / "err").read_text()
