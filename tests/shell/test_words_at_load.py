"""What a failing start says: warnings of loading, causes told once, what stands for the parts of well-known modules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ioc_process import Starter
from tests.shell.both import OURS, run

PYDEVPVA = [sys.executable, "-m", "pydevpva", "-S"]
ASYN = (
    "It belongs to asyn: Python talks to devices here (sockets, pyserial, the maker's package), called by records with "
    'field(DTYP, "pydev")'
)
SEQ = (
    "It belongs to seq: programs of the state notation language are C; write the sequence in Python, as a pydev.Program"
)
MOTOR = (
    'DTYP "asynMotor" belongs to motor: its record motor is there with DTYP "Soft Channel", and Python moves what is '
    'behind it: OUT to an ao, RDBL to an ai, both with field(DTYP, "pydev"); or leave it in its C IOC, and link to '
    "that over PVA"
)


LIFE = ("Starting iocInit", "PVAccess server", "Channel Access server", "iocRun: All")  # said of every start


def said(script: str, folder: Path, **files: str) -> list[str]:
    """Stderr of a start with these files: "a_db" is a.db."""
    named = {name.replace("_", "."): text for name, text in files.items()}
    err = run(OURS, script, folder, named).err
    return [line for line in err if not line.startswith(LIFE)]


def test_what_loading_warns_of_is_said_once_with_its_place(tmp_path: Path) -> None:
    db = 'record(ai, "-$(N)") { info(x, "$(Y)") }\nrecord("#", "none") { }\nrecord(ai, "g") { field(LINR, "15") }\n'
    templates = "file a.db { pattern { N, M } { 1, 2, 3 } }\n"
    assert said("dbLoadRecords a.db N=1\ndbLoadRecords a.db N=2\ndbLoadTemplate t.substitutions\n", tmp_path, a_db=db,
                t_substitutions=templates) == [
        "Warning: a.db:1:1: the name \"-1\" should not begin with '-'",
        'Warning: a.db:1:20: record "-1": info x has an undefined macro: "$(Y)"',
        'Warning: a.db:2:1: cannot delete record "none": there is none',
        "Warning: a.db:3:19: g.LINR: 15 is not the index of one of the 15 choices, NO CONVERSION to typeSdegC",
        "Warning: t.substitutions:1:38: more values than the 2 names of the pattern; ignored",
    ]  # fmt: skip


def test_what_iocinit_says_of_a_field_has_its_place(tmp_path: Path) -> None:
    db = """record(ai, "A") {
  field(DTYP, "pydev")
  field(INP, "@1+")
}
record(pycalc, "P") { field(CALC, "1+*") }
record(waveform, "W") { field(INP, "[1, 2,, 3]") }
record(sub, "S") { field(SNAM, "nope") }
"""
    err = said("dbLoadRecords a.db\niocInit\n", tmp_path, a_db=db)
    assert [line.partition(" ERROR ")[2] for line in err if " ERROR " in line] == [
        'a.db:6:25: W.INP: bad JSON at column 7: expected a value, found ","; the field has no link now',
        "a.db:3:3: A.INP: <A.INP>:1:3: SyntaxError: invalid syntax",
        'a.db:7:20: S.SNAM: no Python function "nope"; @pydev.subroutine names one',
        "a.db:5:23: P.CALC: <P.CALC>:1:3: SyntaxError: invalid syntax",
    ]


def test_an_index_of_a_dtyp_that_nobody_implements_is_an_error_with_the_choices(tmp_path: Path) -> None:
    dbd = 'device(ai, INST_IO, devAiNobody, "Nobody")\n'
    db = 'record(ai, "a") {\n  field(DTYP, "9")\n}\nrecord(ai, "b") { field(DTYP, "10") }\n'
    choices = "Soft Channel, Raw Soft Channel, Async Soft Channel, Soft Timestamp, General Time, "
    choices += "pydev, IOC stats, IOC stats clusts, Sec Past Epoch"
    assert said("dbLoadDatabase x.dbd\ndbLoadRecords a.db\ndbLoadRecords b.db\niocInit\n", tmp_path, x_dbd=dbd, a_db=db,
                b_db='record(ai, "c") { field(DTYP, "Nobody") }') == [
        f'ERROR: a.db:2:3: record a: there is no device support for DTYP "9", which is "Nobody"; choices: {choices}',
        f'ERROR: a.db:4:19: record b: there is no device support for DTYP "10"; choices: {choices}',
        "ERROR: Failed to load 'a.db'; line 2 of st.cmd",
        "ERROR: Failed to load 'b.db'; line 3 of st.cmd, as above: DTYP \"Nobody\" of ai",
        "st.cmd: 2 lines failed (2; DTYP \"Nobody\" of ai: 3); the IOC runs without them",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "column", "message"),
    [
        ('field(OUT, " @f()")', 19, 'x.OUT: the link must be a constant or a PV for DTYP "Soft Channel"; Python code '
         'needs field(DTYP, "pydev"); the field has no link now'),
        ('field(SIOL, "#C0 S0 @f()")', 19, "x.SIOL: the link must be a constant or a PV; the field has no link now"),
        ('field(DTYP, "pydev") field(OUT, "3")', 40, 'x.OUT: the link must be of the form "@..." for DTYP "pydev"; '
         "the field has no link now"),
    ],
)  # fmt: skip
def test_a_text_in_a_link_that_nobody_reads_there_is_a_warning(
    fields: str, column: int, message: str, tmp_path: Path
) -> None:
    script = f"dbLoadRecords a.db\niocInit\ndbgf x.{message[2:].split(':')[0]}\n"
    ours = run(OURS, script, tmp_path, {"a.db": f'record(ao, "x") {{ {fields} }}\n'})
    assert ours.err[0] == f"Warning: a.db:1:{column}: {message}"
    assert [line for line in ours.err if "the link must be" in line] == ours.err[:1]
    assert ours.out[-1] == 'DBF_STRING:         ""        '


def test_a_field_quoted_as_a_text_gets_a_hint_and_other_texts_do_not(tmp_path: Path) -> None:
    links = ["print('VAL')", 'dev.set(\\"NAME\\")', "d.get('VAL')", "dev.limit('HIGH')", "pydev.iointr('VAL')",
             "set('VAL', VAL)", "log('VAL') or VAL", "d['VAL']", "print('VALUE')", "print('%VAL%')"]  # fmt: skip
    db = "".join(
        f'record(longout, "x{i}") {{ field(DTYP,"pydev") field(OUT,"@{code}") }}\n' for i, code in enumerate(links)
    )
    assert said("dbLoadRecords a.db\n", tmp_path, a_db=db) == [
        "Warning: a.db:1:45: x0.OUT: print('VAL') passes the text VAL; the field's value is VAL or %VAL%",
        "Warning: a.db:2:45: x1.OUT: dev.set('NAME') passes the text NAME; the field's value is NAME or %NAME%",
    ]


def test_how_to_load_the_rest_of_a_file_is_told_once_and_only_where_that_would_load_it(tmp_path: Path) -> None:
    motor = 'record(motor, "m") { field(DTYP, "asynMotor") }\n'
    stream = 'record(ai, "s") { field(DTYP, "stream") }\n'
    script = "dbLoadRecords bad.db\ndbLoadRecords stream.db\ndbLoadRecords motor.db\n"
    err = said(
        script, tmp_path, bad_db=motor + 'record(ai, "x") { field(NIX, "1") }\n', stream_db=stream, motor_db=motor
    )
    how = "    pydevpva --skip-unsupported, or 'var pydevSkipUnsupported 1' before this line, loads its other records"
    assert [line for line in err if "Failed to load" in line or "--skip" in line] == [
        "ERROR: Failed to load 'bad.db'; line 1 of st.cmd",
        "ERROR: Failed to load 'stream.db'; line 2 of st.cmd",
        how,
        "ERROR: Failed to load 'motor.db'; line 3 of st.cmd, as above: records of motor",
    ]


def test_a_motor_start_script_is_told_by_its_causes(tmp_path: Path) -> None:
    """Forty lines of asyn, motor and seq; eight motors of a template; two files that want a module's folder."""
    lines = ["< envPaths", 'seq("one", "P=X:")', 'seq("two", "P=X:")']
    lines += [f'drvAsynIPPortConfigure("M{i}", "10.0.0.{i}:4001")' for i in range(10)]
    lines += [f'asynOctetSetInputEos("M{i}", 0, "\\r")' for i in range(10)]
    lines += [f'XPSCreateController("X{i}", "M{i}", 8)' for i in range(8)]
    lines += [
        "dbLoadTemplate motor.substitutions",
        'dbLoadRecords("$(MOTOR)/db/a.db")',
        'dbLoadRecords("$(MOTOR)/db/b.db")',
    ]
    lines += ["dbLoadTemplate other.substitutions", "seqShow a", "seqShow b"]
    lines += ["iocInit", "seqShow 1"]
    err = said(
        "\n".join(lines) + "\n",
        tmp_path,
        motor_db='record(motor, "$(P)m$(N)") { field(DTYP, "asynMotor") }\n',
        motor_substitutions="file motor.db { pattern { P, N } " + " ".join(f"{{ X:, {i} }}" for i in range(8)) + " }\n",
        other_substitutions='file "$(CALC)/db/c.db" { pattern { N } { 1 } { 2 } }\nfile motor.db { { P=Y:, N=1 } }\n',
    )
    assert err[1:] == [
        f"ERROR st.cmd line 2: Command 'seq' not registered. Line skipped, and others like it. {SEQ}",
        "ERROR st.cmd line 4: Command 'drvAsynIPPortConfigure' not registered. "
        f"Line skipped, and others like it. {ASYN}",
        "ERROR st.cmd line 24: Command 'XPSCreateController' not registered. "
        f"Line skipped, and others like it. It belongs to motor: {MOTOR.partition('to motor: ')[2]}",
        f"ERROR: motor.db:1:37: X:m0.DTYP: {MOTOR} (from motor.substitutions:1:34) (8 times)",
        "ERROR: Failed to load 'motor.substitutions'; line 32 of st.cmd",
        "    pydevpva --skip-unsupported, or 'var pydevSkipUnsupported 1' before this line, loads its other records",
        'macLib: macro MOTOR is undefined (expanding string dbLoadRecords("$(MOTOR)/db/a.db")); '
        'line not run (st.cmd line 33): set it first, epicsEnvSet("MOTOR", "..."), if its files are needed. '
        f"It belongs to motor: {MOTOR.partition('to motor: ')[2]}",
        'ERROR: $(CALC)/db/c.db: no file "$(CALC)/db/c.db": macro CALC is undefined; set it first, '
        'epicsEnvSet("CALC", "...") (from other.substitutions:1:40) (2 times)',
        "ERROR: Failed to load 'other.substitutions'; line 35 of st.cmd",
        "st.cmd: 37 lines failed (2, 4, 24, 32, 33, 35; seq: 3, 36, 37, 39; asyn: 5-23; motor: 25-31; "
        "macro MOTOR: 34); the IOC runs without them",
    ]


@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("seq", "seq"), ("asynSetTraceMask", "asyn"), ("luash", "lua"), ("ld", "vxWorks"),
        ("devIocStatsRegister", "iocStats"), ("drvAsynMotorConfigure", "motor"), ("streamReload", "StreamDevice"),
        ("saveData_Init", "sscan"), ("NDStdArraysConfigure", "areaDetector"), ("simDetectorConfig", "areaDetector"),
        ("drvModbusAsynConfigure", "modbus"), ("s7plcConfigure", "s7plc"), ("devSnmpSetParam", "snmp"),
        ("drvEtherIP_define_PLC", "ether_ip"), ("save_restoreDebug=1", "vxWorks"),
        ("startPVAServer", "pvAccess server of EPICS 7"), ("vxCall", "std"),
        ("configMenuSub", "autosave"), ("acalcTotalAllocatedMemory", "calc"), ("USBCTRConfig", "measComp"),
        ("drvTetrAMMConfigure", "quadEM"), ("initSoftGlue", "softGlue"), ("AdsOpen", "ADS"),
        ("abConfigNlinks", "allenBradley"), ("ecmcConfigOrDie", "EtherCAT"), ("regDevInstallHooks", "regDev"),
    ],
)  # fmt: skip
def test_a_command_of_a_well_known_module_is_named_with_it(command: str, module: str) -> None:
    from pydevpva.db.modules import of_command

    found = of_command(command)
    assert found is not None
    assert found.name == module


@pytest.mark.parametrize(
    ("choice", "module"),
    [
        ("asynOctetRead", "asyn"), ("Fast Epid", "std"), ("VMIC 4100", "vme"), ("XYCOM-240", "vme"),
        ("AB-1771OFE", "allenBradley"), ("Soft Channel Motor", "motor"), ("Asyn Scaler", "scaler"),
        ("VX stats", "iocStats"), ("regDev", "regDev"), ("exec", "exec"),
    ],
)  # fmt: skip
def test_a_dtyp_of_a_well_known_module_is_named_with_it(choice: str, module: str) -> None:
    from pydevpva.db.modules import of_dtyp

    found = of_dtyp(choice)
    assert found is not None
    assert found.name == module


def test_no_dtyp_or_record_type_of_ours_is_taken_for_one_of_a_module() -> None:
    from pydevpva.db.definitions import Definitions
    from pydevpva.db.modules import of_dtyp, of_record_type
    from pydevpva.devices.registry import own_devices

    definitions = Definitions(own_devices)
    choices = {choice for rtype in definitions.record_type_names for choice in definitions.devices(rtype)}
    assert [choice for choice in choices if of_dtyp(choice) is not None] == []
    assert [rtype for rtype in definitions.record_type_names if of_record_type(rtype) is not None] == []


def test_no_command_of_ours_is_taken_for_one_of_a_module() -> None:
    from pydevpva.db.modules import of_command
    from pydevpva.shell.language import registry

    assert [name for name in registry.names() if of_command(name) is not None] == []


def test_at_a_console_each_line_is_told_and_a_script_run_there_is_summed_up(tmp_path: Path) -> None:
    (tmp_path / "more.cmd").write_text("foo\nfoo\nfoo\n")
    text = "foo\nfoo\n< more.cmd\n"
    ended = subprocess.run(OURS, input=text, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    unknown = (
        "Command 'foo' not registered. "
        "Line skipped; it configures a C driver, or is misspelled: 'help' lists the commands there are"
    )
    assert ended.stderr.splitlines() == [
        unknown, unknown,
        f"ERROR more.cmd line 1: {unknown}",
        "more.cmd: 3 lines failed (1; foo: 2, 3)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["-d", "a.db"], 'macros get their values by -m "P=...,R=..." before -d a.db'),
        (["-m", "R=1", "-d", "a.db"], 'macros get their values by -m "R=1,P=..." before -d a.db'),
    ],
)
def test_a_macro_without_a_value_is_told_once_with_how_to_give_one(
    arguments: list[str], hint: str, tmp_path: Path
) -> None:
    (tmp_path / "a.db").write_text('record(ai, "$(P)a") {}\nrecord(ai, "$(P)b") { field(DESC, "${R}") }\n')
    ended = subprocess.run([*PYDEVPVA, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    lines = ended.stderr.splitlines()
    assert lines[0] == 'ERROR: a.db:1:1: the name "$(P)a" has an undefined macro (also in line 2)'
    assert lines[-3:] == ["ERROR: Failed to load 'a.db'", f"    {hint}", "ERROR: Failed to load: a.db"]


def test_a_second_file_without_the_same_macro_is_named(tmp_path: Path) -> None:
    err = said("dbLoadRecords a.db\ndbLoadRecords b.db\n", tmp_path, a_db='record(ai, "$(P)a") {}\n',
               b_db='record(ai, "$(P)b") {}\n')  # fmt: skip
    assert err[-2:] == [
        "ERROR: Failed to load 'b.db'; line 2 of st.cmd, as above: macro P",
        "st.cmd: 2 lines failed (1; macro P: 2)",
    ]


def test_in_a_script_macros_are_given_to_dbloadrecords(tmp_path: Path) -> None:
    err = said("dbLoadRecords a.db R=1\n", tmp_path, a_db='record(ai, "$(P)a") {}\n')
    assert err[-2] == '    macros get their values by dbLoadRecords("a.db", "R=1,P=...")'


def test_a_database_given_as_a_script_is_told_its_macros(start: Starter, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text('# $(NOT)\nrecord(ai, "$(P)a") {\n  field(DESC, "$(D=x)")\n}\n')
    server = start.pydevpva("a.db", cwd=tmp_path, serving=False)
    how = 'pydevpva -m "P=..." -d a.db'
    server.wait_log(f"a.db has not run iocInit: nothing is served; a database is loaded with: {how}\n")
    assert len(server.log.splitlines()) == 1


def test_a_record_that_cannot_be_made_stops_the_start_and_no_half_of_it_runs(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text('record(subArray, "w") { field(MALM, "4294967295") field(FTVL, "DOUBLE") }\n')
    (tmp_path / "st.cmd").write_text("dbLoadRecords a.db\niocInit\niocInit\n")
    little = ["sh", "-c", 'ulimit -v 8000000; exec "$0" "$@"']  # kB of memory
    command = [*little, *OURS, "st.cmd"]
    ended = subprocess.run(command, cwd=tmp_path, input="", capture_output=True, text=True, timeout=30)
    assert [line for line in ended.stderr.splitlines() if not line.startswith("Starting")] == [
        "ERROR st.cmd line 2: iocInit: record w cannot be made: MemoryError: Unable to allocate 32.0 GiB for an array "
        "with shape (4294967295,) and data type float64",
        "iocInit: this IOC has been stopped: put right what is said above, and start it anew",
        "st.cmd: 2 lines failed (2, 3)",
    ]


SKIPPED = """record(motor, "M:m") { field(DTYP, "asynMotor") }
record(ao, "M:a") { field(VAL, "4") field(OUT, "M:m PP") }
"""
LEFT_OUT = f'Warning: a.db:1:24: record "M:m" is left out: {MOTOR}'


def test_with_skip_unsupported_the_rest_is_loaded_and_served(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text(SKIPPED)
    text = "dbpr M:a\nexit\n"
    command = [*OURS, "--skip-unsupported", "-d", "a.db"]
    ended = subprocess.run(command, input=text, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ended.stderr.splitlines()[0] == LEFT_OUT
    assert 'M:a.OUT is LINK/INVALID: record M:m is left out (DTYP "asynMotor")' in ended.stderr
    assert "VAL: 4" in ended.stdout


def test_a_script_may_ask_for_it_and_take_it_back(tmp_path: Path) -> None:
    script = "var pydevSkipUnsupported 1\ndbLoadRecords a.db\nvar pydevSkipUnsupported 0\ndbLoadRecords b.db\n"
    assert said(script, tmp_path, a_db=SKIPPED, b_db=SKIPPED.replace("M:", "N:"))[:2] == [
        LEFT_OUT,
        f"ERROR: b.db:1:36: N:m.DTYP: {MOTOR}",
    ]
