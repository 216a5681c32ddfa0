"""The console commands as processes: arguments, startup scripts, status, signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ioc_process import Starter, loopback

PYDEVPVA = [sys.executable, "-m", "pydevpva"]
SHELL = [sys.executable, "-c", "from pydevpva.cli import shell_main; shell_main()"]
AI = 'record(ai, "$(P=X:)ai") { field(VAL, "$(V=3.5)") }\n'


def run(
    *arguments: str | Path, cwd: Path, stdin: str | None = None, command: list[str] = PYDEVPVA
) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **loopback()},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=30,
    )


def shell(text: str, cwd: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Pipe lines into pydevpva-shell."""
    return run(*arguments, cwd=cwd, stdin=text, command=SHELL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a.db."""
    (tmp_path / "a.db").write_text(AI)
    return tmp_path


def test_v_prints_versions_without_loading_anything_heavy(folder: Path) -> None:
    code = "import sys; from pydevpva.cli import main\ntry: main(['-V'])\nfinally: print(*sorted(sys.modules))"
    ended = run(cwd=folder, command=[sys.executable, "-c", code])
    assert ended.stdout.startswith("pydevpva ")
    modules = set(ended.stdout.splitlines()[-1].split())
    assert not modules & {"p4p", "numpy", "pyparsing", "prompt_toolkit", "asyncio"}


@pytest.mark.parametrize("flags", [["-c", "dbl"], ["--log"]])
def test_what_is_for_an_attached_console_needs_attach(folder: Path, flags: list[str]) -> None:
    ended = run("-S", "-d", "a.db", *flags, cwd=folder)
    assert (ended.returncode, ended.stderr) == (2, f"{flags[0]} needs --attach path\n")


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_h_prints_the_arguments(folder: Path, flag: str) -> None:
    ended = run(flag, cwd=folder)
    assert ended.returncode == 0
    assert ended.stdout.startswith("Usage: pydevpva [-D file.dbd] [-m A=1,B=2]")


def test_a_bad_flag_is_status_2(folder: Path) -> None:
    ended = run("-q", cwd=folder)
    assert (ended.returncode, ended.stdout[:15]) == (2, "Usage: pydevpva")
    assert ended.stderr == "Unknown argument: option -q not recognized\n"


def test_s_with_nothing_to_run_is_status_1(folder: Path) -> None:
    ended = run("-S", cwd=folder)
    assert (ended.returncode, ended.stdout[:15], ended.stderr) == (1, "Usage: pydevpva", "Nothing to do!\n")


def test_a_failed_load_is_status_2_and_says_where(folder: Path) -> None:
    (folder / "bad.db").write_text('record(ai, "X") {\n  field(DRVHH, "1")\n}\n')
    ended = run("-S", "-d", "bad.db", cwd=folder)
    assert ended.returncode == 2
    assert "bad.db:2:" in ended.stderr
    assert ended.stderr.endswith("ERROR: Failed to load: bad.db\n")


def test_a_missing_script_is_status_2(folder: Path) -> None:
    ended = run("-S", "no.cmd", cwd=folder)
    assert (ended.returncode, ended.stderr) == (
        2,
        "Can't open no.cmd: No such file or directory\nERROR: Error in no.cmd\n",
    )


def test_a_script_that_breaks_is_status_2(folder: Path) -> None:
    (folder / "st.cmd").write_text("on error break\ndbLoadRecords no.db\n")
    ended = run("-S", "st.cmd", cwd=folder)
    assert ended.returncode == 2
    assert ended.stderr.endswith("iocsh Error: Break\nERROR: Error in st.cmd\n")


def test_d_after_d_of_records_is_too_late(folder: Path) -> None:
    ended = run("-d", "a.db", "-D", "x.dbd", cwd=folder)
    assert (ended.returncode, ended.stderr) == (
        2,
        "ERROR: -D specified too late: it must come before -d, -a, -x and -G\n",
    )


def test_each_m_replaces_the_macros_for_what_follows(folder: Path) -> None:
    ended = shell("dbl ai VAL\n", folder, "-m", "P=A:,V=1", "-d", "a.db", "-m", "P=B:", "-d", "a.db", "-v")
    assert '"1"' in ended.stdout
    shown = ("epics> A:", "B:", "dbLoad", "iocInit")
    assert [line for line in ended.stdout.splitlines() if line.startswith(shown)] == [
        'dbLoadRecords("a.db", "P=A:,V=1")',
        'dbLoadRecords("a.db", "P=B:")',
        "iocInit()",
        'epics> A:ai, "1"',
        'B:ai, "3.5"',
    ]


def test_the_last_m_is_also_for_the_script(folder: Path) -> None:
    (folder / "m.cmd").write_text('dbLoadRecords("a.db", "P=$(P)")\niocInit\n')
    ended = shell("dbl ai\n", folder, "-m", "P=M:", "m.cmd")
    assert "epics> M:ai" in ended.stdout.splitlines()
    assert "no effect" not in ended.stderr


def test_macros_that_nothing_uses_are_said(folder: Path) -> None:
    for words in (("-d", "a.db", "-m", "P=M:"), ("-m", "P=M:", "-m", "V=1", "-d", "a.db"), ("-m", "P=M:", "-x", "E")):
        said = "Warning: -m P=M: has no effect: it is for -d, -a and -G after it, and for a script"
        assert said in shell("", folder, *words).stderr.splitlines()


@pytest.mark.parametrize(
    ("name", "text", "advice"),
    [
        ("first.db", 'record(ai, "$(P)x") {}\n', "a database is loaded with: pydevpva -m \"P=...\" -d first.db"),
        ("a.text", '# of $(P)\n\ngrecord(ai,"x"){}', "a database is loaded with: pydevpva -m \"P=...\" -d a.text"),
        ("a.dbd", "device(ai, CONSTANT, x, \"y\")\n", "a .dbd file is loaded with: pydevpva -D a.dbd, before -d"),
        ("a.substitutions", 'file "a.db"\n{ pattern {P} {"X:"} }\n',
         'a startup script loads it: dbLoadTemplate("a.substitutions")'),
        ("a.acf", "ASG(DEFAULT) {}\n", "an access security file is loaded with: pydevpva -a a.acf, with -d"),
        ("poll.py", "import time\n", 'Python is run by a line of a startup script: pydev("import poll")'),
        ("a.json", '{"G": {}}', "a file of groups is loaded with: pydevpva -G a.json, with -d"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_script_is_named_and_how_it_is_loaded(
    name: str, text: str, advice: str, folder: Path
) -> None:
    (folder / name).write_text(text)
    ended = run(name, cwd=folder, stdin="exit\n")
    assert ended.stderr.splitlines()[-1] == f"{name} has not run iocInit: nothing is served; {advice}"


def test_the_shell_runs_what_is_piped_in_and_ends_with_it(folder: Path) -> None:
    ended = shell("dbgf X:ai\ndbpf X:ai 7\n", folder, "-d", "a.db")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-3:] == [
        "epics> DBF_DOUBLE:         3.5       ",
        "epics> DBF_DOUBLE:         7         ",
        "epics> ",
    ]


def test_without_ioc_init_in_the_script_records_of_d_are_started(folder: Path) -> None:
    (folder / "st.cmd").write_text("echo script\n")
    ended = shell("dbgf X:ai\n", folder, "-d", "a.db", "st.cmd")
    out = ended.stdout.splitlines()
    assert out.index("script") < out.index("epics> DBF_DOUBLE:         3.5       ")


def test_ioc_init_in_the_script_is_enough(folder: Path) -> None:
    (folder / "st.cmd").write_text("iocInit\n")
    ended = shell("dbgf X:ai\n", folder, "-d", "a.db", "st.cmd")
    assert ended.stderr.count("Starting iocInit") == 1
    assert "ERROR" not in ended.stderr


def test_a_startup_script_of_pydevice_runs_without_make(tmp_path: Path) -> None:
    boot = tmp_path / "iocBoot" / "ioctest"
    for directory in (boot, tmp_path / "db", tmp_path / "python"):
        directory.mkdir(parents=True)
    (tmp_path / "db" / "a.db").write_text(AI)
    (tmp_path / "python" / "mydev.py").write_text("value = 42\n")
    (boot / "st.cmd").write_text(
        "#!../../bin/linux-x86_64/pydevioc\n"
        "< envPaths\n"
        'epicsEnvSet("PYTHONPATH","$(TOP)/python")\n'
        "cd ${TOP}\n"
        'dbLoadDatabase "${TOP}/dbd/pydevioc.dbd"\n'
        "pydevioc_registerRecordDeviceDriver pdbbase\n"
        'dbLoadRecords("${TOP}/db/a.db", "P=$(IOC):")\n'
        "cd ${TOP}/iocBoot/${IOC}\n"
        'pydev("import mydev")\n'
        'pydev("print(mydev.value)")\n'
        'drvAsynSerialPortConfigure("L0", "/dev/ttyS0")\n'
        "iocInit\n"
    )
    ended = shell("dbl\npwd\n", boot, "st.cmd")
    assert ended.returncode == 0
    said = [
        line
        for line in ended.stderr.splitlines()
        if not line.startswith(("PVAccess server on", "Channel Access server on"))
    ]
    assert said == [
        f"Warning st.cmd line 2: envPaths is not there (make would have written it): using IOC=ioctest, TOP={tmp_path}",
        f"Warning st.cmd line 5: {tmp_path}/dbd/pydevioc.dbd is not there (make would have built it): "
        "going on with EPICS base's and PyDevice's own",
        "ERROR st.cmd line 11: Command 'drvAsynSerialPortConfigure' not registered. "
        "Line skipped, and others like it. It belongs to asyn: Python talks to devices here (sockets, pyserial, the "
        'maker\'s package), called by records with field(DTYP, "pydev")',
        "Starting iocInit",
        "iocRun: All initialization complete",
        "st.cmd: 1 line failed (11); the IOC runs without it",
    ]
    assert "42" in ended.stdout.splitlines()
    assert ended.stdout.splitlines()[-3:] == ["epics> ioctest:ai", f"epics> {boot}", "epics> "]


def test_python_that_fails_shows_its_traceback_and_the_script_goes_on(folder: Path) -> None:
    code = ["1/0", "x = = 1", "raise SystemExit"]
    (folder / "st.cmd").write_text("\n".join([*(f'pydev("{c}")' for c in code), "echo on\n"]))
    ended = shell("", folder, "st.cmd")
    assert "ZeroDivisionError: division by zero" in ended.stderr
    assert "x = = 1" in ended.stderr
    assert "on" in ended.stdout.splitlines()


def test_a_module_that_is_not_found_says_where_modules_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    missing = 'pydev("import nowhere")\n'
    (folder / "st.cmd").write_text(f'{missing}epicsEnvSet("PYTHONPATH", "py")\n{missing}')
    said = shell("", folder, "st.cmd").stderr.splitlines()
    assert [line.partition(":")[0].strip() for line in said if "PYTHONPATH" in line] == [
        "PYTHONPATH is not set",
        "PYTHONPATH is py",
    ]


def test_exit_in_python_leaves_the_prompt_as_it_is(folder: Path) -> None:
    (folder / "st.cmd").write_text("")
    ended = shell('pydev("exit()")\npydev("quit()")\npydev("6*7")\n', folder, "st.cmd")
    assert ended.returncode == 0
    assert ended.stderr.count("SystemExit") == 2
    assert "epics> 42\n" in ended.stdout


def test_a_value_is_shown_at_the_prompt_only(folder: Path) -> None:
    (folder / "st.cmd").write_text('pydev("6*6")\n')
    assert shell('pydev("6*7")\n', folder, "st.cmd").stdout.splitlines() == ['pydev("6*6")', "epics> 42", "epics> "]


def test_sigterm_ends_the_ioc_with_status_0(start: Starter) -> None:
    server = start.pydevpva(db=AI)
    assert server.terminate(timeout=2.0) == 0


def test_after_piped_commands_pydevpva_serves_on(start: Starter) -> None:
    server = start.pydevpva(db=AI, flags=())
    assert not server.ended(within=0.3)
    assert server.terminate(timeout=2.0) == 0


HANGING = {
    "in the evaluator": 'record(ao, "X") { field(DTYP, "pydev") field(OUT, "@hang()") field(PINI, "YES") }\n',
    "in a thread of its own": 'record(ai, "X") {}\n',
}


@pytest.mark.parametrize("where", HANGING)
def test_hanging_user_code_does_not_hold_up_the_end(start: Starter, where: str) -> None:
    lines = ['pydev("import threading, time\\ndef hang():\\n    while True: pass")']
    if where == "in a thread of its own":
        lines.append('pydev("threading.Thread(target=hang).start()")')
    server = start.pydevpva(db=HANGING[where], startup=lines)
    begun = time.monotonic()
    assert server.terminate(timeout=4.0) == 0
    assert time.monotonic() - begun < 2.2


def test_user_code_that_hangs_the_startup_script_does_not_hold_up_the_end(start: Starter, tmp_path: Path) -> None:
    (tmp_path / "st.cmd").write_text('pydev("""print(\'hanging\')""")\npydev("while True: pass")\n')
    server = start.pydevpva(tmp_path / "st.cmd", serving=False)
    server.wait_log("while True")
    assert server.terminate(timeout=2.5) == 0


def test_ctrl_c_ends_a_serving_ioc(start: Starter) -> None:
    server = start.pydevpva(db=AI)
    server.process.send_signal(signal.SIGINT)
    assert server.ended(within=2.0)
    assert server.process.returncode == 0


def test_the_exit_record_ends_the_ioc_with_what_is_put(folder: Path) -> None:
    for put, status in (("dbpf X:exit 0", 0), ("dbpf X:exit.A 1", 1), ("dbpf X:exit.PROC 1", 0)):
        ended = shell(f"dbgf X:exit\n{put}\nepicsThreadSleep 20\n", folder, "-x", "X")
        assert (put, ended.returncode) == (put, status)


def test_groups_are_read_from_a_file(folder: Path) -> None:
    (folder / "g.json").write_text('{"g": {"a": {"+chanel": "x.VAL"}}}')
    ended = run("-S", "-d", "a.db", "-G", "g.json", cwd=folder)
    assert ended.returncode == 2
    assert "g.json: group g, field a: no key +chanel; did you mean +channel?" in ended.stderr


def test_an_access_security_file_is_read_with_the_macros_before_it(folder: Path) -> None:
    (folder / "x.acf").write_text("UAG(ops) {$(WHO)}\nASG(DEFAULT) {RULE(1, WRITE) {UAG(ops)}}\n")
    assert shell("", folder, "-m", "WHO=me", "-a", "x.acf", "-d", "a.db").returncode == 0
    missing = run("-S", "-a", "x.acf", "-d", "a.db", cwd=folder)
    assert missing.returncode == 2
    assert f"{folder}/x.acf: macro WHO is undefined; set it with asSetSubstitutions" in missing.stderr
    absent = run("-S", "-a", "no.acf", "-d", "a.db", cwd=folder)
    assert absent.returncode == 2
    assert f"{folder}/no.acf: No such file or directory" in absent.stderr
