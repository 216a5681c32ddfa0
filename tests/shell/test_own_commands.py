"""The commands that softIocPVX does not have: Python, watching, following; and breakpoints step by step."""

from __future__ import annotations

from pathlib import Path

from tests.shell.both import OURS, Run, run

MODULE = """
class Device:
    def read(self):
        return 5
    def broken(self):
        return 1 / 0
device = Device()
"""
DB = """
record(ai, "P:in") { field(DTYP, "pydev") field(INP, "@device.read()") field(FLNK, "P:out") }
record(ao, "P:out") { field(DTYP, "pydev") field(OUT, "@device.broken()") }
record(longout, "P:send") { field(DTYP, "pydev") field(OUT, "@pydev.iointr('event', VAL)") }
record(longin, "P:got") { field(DTYP, "pydev") field(INP, "@pydev.iointr('event')") field(SCAN, "I/O Intr") }
record(calc, "P:sum") { field(INPA, "P:send CP") field(CALC, "A+1") field(FLNK, "P:in") }
"""
START = 'pydev("from user_device import device")\ndbLoadRecords p.db\niocInit\n'


def ours(script: str, folder: Path, start: str = START) -> Run:
    result = run(OURS, start + script, folder, {"p.db": DB, "user_device.py": MODULE})
    last = (start + script).splitlines().index(script.splitlines()[0])
    at = result.out.index((start + script).splitlines()[last])
    return Run(result.out[at:], result.err, result.status)


def test_python_may_go_on_over_several_lines(tmp_path: Path) -> None:
    script = 'pydev("\ndef f(x):\n    return x + 1\n\nprint(f(2))\n")\necho after\n'
    assert run(OURS, script, tmp_path).out[-3:] == ["3", "echo after", "after"]


def test_python_that_is_never_closed_is_an_error_of_its_line(tmp_path: Path) -> None:
    result = run(OURS, 'pydev("x = 1\necho after\n', tmp_path)
    assert result.err[0] == "ERROR st.cmd line 1: Unbalanced quote."
    assert result.out[-1] == "after"


def test_pydev_exec_is_the_same_as_pydev(tmp_path: Path) -> None:
    assert run(OURS, "pydevExec(\"print('x')\")\n", tmp_path).out[-1] == "x"


def test_the_table_of_the_evaluator_shows_what_is_slow_and_what_fails(tmp_path: Path) -> None:
    shown = ours("dbpf P:in.PROC 1\ndbpf P:send 7\nepicsThreadSleep 0.3\npydevShow\n", tmp_path).out
    text = "\n".join(shown)
    assert "Evaluator: 1 thread, 0 waiting" in text
    assert "<P:out.OUT>" in text
    assert "P:out: ZeroDivisionError: division by zero" in text
    assert "event = 7" in text


def test_the_python_of_a_record_is_shown_with_its_places_and_its_last_traceback(tmp_path: Path) -> None:
    text = "\n".join(ours("dbpf P:in.PROC 1\nepicsThreadSleep 0.3\ndbcalls P:out\n", tmp_path).out)
    assert "P:out.OUT: device.broken()" in text
    assert "written in p.db:3" in text
    assert f"device.broken is in {tmp_path / 'user_device.py'}:5" in text
    assert "    ZeroDivisionError: division by zero" in text


def test_code_put_at_run_time_is_shown_with_its_own_runs_and_event(tmp_path: Path) -> None:
    script = """dbpf P:in.PROC 1
dbpf P:in.PROC 1
epicsThreadSleep 0.3
dbpf P:in.INP "@device.read() + 1"
dbpf P:in.INP "@device.read("
dbpf P:in.PROC 1
dbpf P:got.INP "@pydev.iointr('other')"
epicsThreadSleep 0.3
dbgf P:in
dbcalls P:in
scanpiol
"""
    shown = ours(script, tmp_path)
    text = "\n".join(shown.out)
    assert "DBF_DOUBLE:         6" in text
    assert "P:in.INP: device.read() + 1\n    put since iocInit\n" in text
    assert "\n    1 runs, mean" in text
    assert "IO Event other: Priority Low\n    P:got" in text
    assert "IO Event event" not in text
    assert "SyntaxError: '(' was never closed" in "\n".join(shown.err)


def test_the_tree_follows_cp_links_forward_links_and_events(tmp_path: Path) -> None:
    shown = ours("dbtree P:send\n", tmp_path).out
    assert shown[1:] == [
        "P:send (longout)",
        "    CP in INPA -> P:sum (calc)",
        "        FLNK -> P:in (ai)",
        "            FLNK -> P:out (ao)",
        "    pydev.iointr('event') -> P:got (longin, SCAN I/O Intr)",
    ]


def test_a_reloaded_module_replaces_what_was_imported_from_it(tmp_path: Path) -> None:
    changed = MODULE.replace("return 5", "return 6").replace("\n", "\\n")
    script = f"""pydev("open('user_device.py', 'w').write('''{changed}''' + '# longer')")
pydevReload user_device
pydev("print(device.read())")
pydevReload nosuch
"""
    result = ours(script, tmp_path)
    assert result.out[-2:] == ["6", "pydevReload nosuch"]
    failure = 'pydevReload: nosuch has not been imported; pydev("import nosuch") does so'
    assert f"ERROR st.cmd line 7: {failure}" in result.err


def test_watching_is_for_a_terminal(tmp_path: Path) -> None:
    assert "it is for a terminal, not for a script" in "\n".join(ours("dbwatch P:in\n", tmp_path).err)


def test_a_breakpoint_stops_before_its_record_and_only_its_lock_set(tmp_path: Path) -> None:
    db = 'record(calc, "B:a") { field(CALC, "VAL+1") field(FLNK, "B:b") }\nrecord(calc, "B:b") { field(CALC, "1") }\n'
    db += 'record(calc, "B:other") { field(CALC, "VAL+1") }\n'
    script = """dbLoadRecords b.db
iocInit
dbb B:b
dbpf B:a.PROC 1
epicsThreadSleep 0.2
dbpf B:other.PROC 1
dbgf B:other
dbgf B:b
dbc
epicsThreadSleep 0.2
dbgf B:b
dbd B:b
epicsThreadSleep 0.2
dbpf B:a.PROC 1
dbgf B:a
"""
    out = run(OURS, script, tmp_path, {"b.db": db}).out
    assert "   BKPT> Stopped at:  B:b  within Entrypoint:  B:a" in out
    values = [out[i + 1].split()[-1] for i, line in enumerate(out) if line.startswith("dbgf")]
    assert values == ["1", "0", "1", "2"]
    assert any(line.startswith("   BKPT> End debug of lockset") for line in out)


def test_do_after_ioc_init_runs_a_line_when_ioc_init_is_through(tmp_path: Path) -> None:
    script = """doAfterIocInit "echo 'it runs'"\niocInit\ndoAfterIocInit "echo late"\n"""
    result = run(OURS, script, tmp_path)
    assert result.out[-4:-1] == ["afterIocRunning: echo 'it runs'", "it runs", 'doAfterIocInit "echo late"']
    assert result.out[-1] == "WARNING afterIocRunning: can only be used before 'iocInit'"


def test_a_line_for_later_that_fails_is_told_with_its_place_and_counted(tmp_path: Path) -> None:
    script = """echo first\ndoAfterIocInit "create_monitor_set('none.req', 5)"\ndoAfterIocInit "echo next"\niocInit\n"""
    result = run(OURS, script, tmp_path)
    failure = 'save_restore:readReqFile: unable to open file none.req. Exiting. no request file "none.req"'
    assert f"ERROR st.cmd line 2: create_monitor_set: {failure}" in result.err
    assert "st.cmd: 1 line failed (2); the IOC runs without it" in result.err
    assert "next" in result.out


def test_what_our_own_commands_refuse_is_told_with_the_place_and_the_name(tmp_path: Path) -> None:
    err = run(OURS, "iocInit\nsave_restoreSet_CallbackTimeout(3)\n", tmp_path).err
    assert "ERROR st.cmd line 2: save_restoreSet_CallbackTimeout: 3 is not possible: 4 or more, or negative" in err
