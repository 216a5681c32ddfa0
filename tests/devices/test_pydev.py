"""DTYP pydev: what a user's code sees, what becomes of its result, of its errors, and of what others do meanwhile."""

from __future__ import annotations

import builtins
import logging
from pathlib import Path

import pytest

from pydevpva.evaluator.user import keep_terminal
from tests.local_ioc import local_ioc


def record(rtype: str, name: str, code: str, *fields: str) -> str:
    link = "INP" if rtype in ("ai", "bi", "longin", "mbbi", "stringin", "waveform", "lsi") else "OUT"
    return f'record({rtype},"{name}") {{ field(DTYP,"pydev") field({link},"@{code}") {" ".join(fields)} }}\n'


def test_field_values_are_seen_bare_in_percent_signs_and_inside_strings(tmp_path: Path) -> None:
    db = (
        record("stringout", "bare", "f'{NAME}={VAL}'")
        + record("ao", "percent", "%VAL%*2 + len('%EGU%')", 'field(EGU,"mm")')
        + record("stringout", "text", "'%NAME%=%VAL%'")
    )
    with local_ioc(tmp_path, db) as ioc:
        for name, value in (("bare", "a"), ("percent", 4), ("text", "b")):
            assert ioc.put(name, value) is None
        assert [ioc.get(n) for n in ("bare", "percent", "text")] == ["bare=a", 10.0, "text=b"]


def test_an_exception_is_an_invalid_alarm_with_its_text_and_the_next_success_clears_it(tmp_path: Path) -> None:
    with local_ioc(tmp_path, record("ao", "inv", "1/VAL")) as ioc:
        assert ioc.put("inv", 0) is None
        assert ioc.alarm("inv") == ("INVALID", "CALC", "ZeroDivisionError: float division by zero"[:39])
        assert ioc.put("inv", 4) is None
        assert ioc.alarm("inv") == ("NO_ALARM", "NO_ALARM", "")
        assert ioc.get("inv") == 0.25


def test_the_console_hears_of_an_error_once_until_it_changes_and_each_time_with_tpro(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with local_ioc(tmp_path, record("ao", "x", "[][int(VAL)] if VAL < 5 else nothing")) as ioc:
        with caplog.at_level(logging.ERROR):
            for value in (1, 2, 6, 7):
                ioc.put("x", value)
            assert [r.getMessage().split("\n")[0] for r in caplog.records] == [
                "x.OUT: IndexError: list index out of range",
                "x.OUT: NameError: name 'nothing' is not defined",
            ]
            ioc.put("x.TPRO", 1)
            ioc.put("x", 8)
            ioc.put("x", 9)
        errors = [r for r in caplog.records if r.levelno == logging.ERROR]
        assert len(errors) == 4


def test_a_statement_leaves_the_value_of_an_output_and_is_an_error_for_an_input(tmp_path: Path) -> None:
    db = record("ao", "out", "kept = VAL") + record("ai", "inp", "kept = 3")
    with local_ioc(tmp_path, db) as ioc:
        assert ioc.put("out", 2.5) is None
        assert (ioc.get("out"), ioc.alarm("out")[0]) == (2.5, "NO_ALARM")
        assert ioc.ioc.evaluator.namespace["kept"] == 2.5
        ioc.put("inp.PROC", 1)
        assert ioc.alarm("inp")[:2] == ("INVALID", "CALC")


@pytest.mark.parametrize("code", ["2**40", "float('nan')", "'12abc'", "b'12'", "[1]", "{}", "1j"])
def test_what_is_no_long_is_refused_and_the_value_kept(tmp_path: Path, code: str) -> None:
    with local_ioc(tmp_path, record("longout", "x", code)) as ioc:
        assert ioc.put("x", 7) is None
        assert (ioc.get("x"), ioc.alarm("x")[:2]) == (7, ("INVALID", "CALC"))


def test_states_take_labels_and_numbers(tmp_path: Path) -> None:
    names = 'field(ZNAM,"Off") field(ONAM,"On")'
    multi = 'field(ZRST,"zero") field(ONST,"ten") field(ONVL,"10")'
    db = (
        record("bo", "bo", "'On'", names)
        + record("bi", "bi", "'1'", names)
        + record("mbbi", "mbbi", "'ten'", multi)
        + record("mbbi", "raw", "10", multi)
        + record("mbbo", "mbbo", "'ten'", multi)
    )
    with local_ioc(tmp_path, db) as ioc:
        for name in ("bo.PROC", "bi.PROC", "mbbi.PROC", "raw.PROC", "mbbo.PROC"):
            assert ioc.put(name, 1) is None
        assert [ioc.text(n) for n in ("bo", "bi", "mbbi", "raw", "mbbo")] == ["On", "On", "ten", "ten", "ten"]
        assert ioc.get("bo.RVAL") == 1


def test_arrays_are_lists_of_the_elements_in_use_or_read_only_numpy(tmp_path: Path) -> None:
    shape = 'field(FTVL,"LONG") field(NELM,"5")'
    db = record("aao", "list", "[type(VAL).__name__ == 'list', len(VAL)]", shape) + record(
        "aao", "numpy", "[VAL.flags.writeable, VAL.sum()]", shape, 'info(pydev:array,"numpy")'
    )
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("list", [4, 5, 6])
        ioc.put("numpy", [4, 5, 6])
        assert ioc.get("list").tolist() == [1, 3]
        assert ioc.get("numpy").tolist() == [0, 15]


def test_a_put_while_the_code_runs_is_seen_at_once_kept_and_run_with_afterwards(tmp_path: Path) -> None:
    setup = "import threading; gate = threading.Event(); seen = []"
    db = record("ao", "x", "(seen.append(VAL), gate.wait(5), VAL * 100)[2]")
    with local_ioc(tmp_path, db, setup) as ioc:
        first = ioc.begin_put("x", 1, wait=True)
        ioc.until("x.PACT", lambda pact: pact == 1)
        assert ioc.put("x", 2, wait=False) is None
        assert ioc.get("x") == 2
        assert ioc.get("x.RPRO") == 1
        ioc.ioc.evaluator.namespace["gate"].set()
        assert first() is None
        assert ioc.until("x", lambda value: value == 200) == 200
        assert ioc.ioc.evaluator.namespace["seen"] == [1.0, 2.0]


def test_iointr_brings_each_value_to_every_record_of_that_name_even_from_before_init(tmp_path: Path) -> None:
    scan = 'field(SCAN,"I/O Intr")'
    db = (
        record("longin", "a", "pydev.iointr('n')", scan, 'field(FLNK,"count")')
        + record("stringin", "b", "pydev.iointr('n')", scan)
        + record("stringin", "read", "pydev.iointr('early')")
        + 'record(calc,"count") { field(CALC,"VAL+1") }'
    )
    with local_ioc(tmp_path, db, "pydev.iointr('early', 5)") as ioc:
        assert ioc.ioc.run_python("[pydev.iointr('n', i) for i in range(1000)]") == [True] * 1000
        assert ioc.until("count", lambda n: n == 1000) == 1000
        assert (ioc.get("a"), ioc.get("b")) == (999, "999")
        assert ioc.ioc.run_python("pydev.iointr('n')") == 999
        assert ioc.ioc.run_python("pydev.iointr('never')") is None
        ioc.put("read.PROC", 1)
        assert ioc.get("read") == "5"


def test_an_input_in_io_intr_keeps_its_alarm_when_the_published_value_does_not_fit(tmp_path: Path) -> None:
    db = record("longin", "a", "pydev.iointr('n')", 'field(SCAN,"I/O Intr")')
    with local_ioc(tmp_path, db) as ioc:
        ioc.ioc.run_python("pydev.iointr('n', 3)")
        ioc.ioc.run_python("pydev.iointr('n', 'x')")
        ioc.until("a.SEVR", lambda sevr: sevr == 3)
        assert ioc.get("a") == 3


def test_user_code_that_raises_systemexit_ends_nothing(tmp_path: Path) -> None:
    db = record("ao", "x", "exit(3)") + record("ao", "y", "VAL+1")
    with local_ioc(tmp_path, db) as ioc:
        assert ioc.put("x", 1) is None
        assert ioc.alarm("x")[2] == "SystemExit: 3"
        assert ioc.put("y", 1) is None
        assert ioc.get("y") == 2


def test_after_an_error_that_drives_nothing_the_next_put_runs_the_code(tmp_path: Path) -> None:
    db = record("ao", "x", "seen.append(VAL) or 1/(VAL-1)", 'field(IVOA,"Don\'t drive outputs")')
    with local_ioc(tmp_path, db, "seen = []") as ioc:
        for value in (1, 2, 1, 3):
            assert ioc.put("x", value) is None
        assert ioc.ioc.evaluator.namespace["seen"] == [1.0, 2.0, 1.0, 3.0]
        assert ioc.alarm("x")[0] == "NO_ALARM"


def test_simulation_switched_on_while_the_code_runs_swallows_no_later_put(tmp_path: Path) -> None:
    setup = "import threading; gate = threading.Event(); seen = []"
    db = record("ao", "x", "(seen.append(VAL), gate.wait(5), VAL)[2]", 'field(SIOL,"s")') + 'record(ao,"s") {}'
    with local_ioc(tmp_path, db, setup) as ioc:
        first = ioc.begin_put("x", 1)
        ioc.until("x.PACT", bool)
        assert ioc.put("x.SIMM", "YES", wait=False) is None
        ioc.ioc.evaluator.namespace["gate"].set()
        assert first() is None
        assert ioc.put("x.SIMM", "NO") is None
        assert ioc.put("x", 2) is None
        assert ioc.ioc.evaluator.namespace["seen"] == [1.0, 2.0]


def test_one_buffer_that_the_code_fills_again_and_again_gives_each_record_its_own_data(tmp_path: Path) -> None:
    size = 'field(FTVL,"DOUBLE") field(NELM,"100")'
    calc = 'field(FTVL,"DOUBLE") field(MEVL,"100")'
    names = [f"w{n}" for n in range(20)] + [f"c{n}" for n in range(20, 40)] + [f"s{n}" for n in range(40, 60)]
    db = "".join(record("waveform", f"w{n}", f"fill({n})", size) for n in range(20))
    db += "".join(f'record(pycalc,"c{n}") {{ field(CALC,"fill({n})") {calc} }}\n' for n in range(20, 40))
    db += "".join(
        f'record(aSub,"s{n}") {{ field(SNAM,"sub") field(A,"{n}") field(INPA,"{n}") field(NOVA,"100") }}\n'
        for n in range(40, 60)
    )
    code = """import numpy
buffer = numpy.zeros(100)
def fill(n):
    buffer[:] = n
    return buffer
def sub(record):
    record.VALA = fill(record.A)"""
    with local_ioc(tmp_path, db.replace(' field(A,"', ' info(A,"'), code) as ioc:
        records = ioc.ioc.database.records
        ioc.call(lambda: [records[name].host.process(records[name]) for name in names])
        for n, name in enumerate(names):
            ioc.until(f"{name}.PACT", lambda pact: pact == 0)
            assert set(ioc.get(f"{name}.VALA" if name[0] == "s" else name).tolist()) == {float(n)}, name


def test_an_array_that_was_published_may_be_written_to_again(tmp_path: Path) -> None:
    db = (
        record("waveform", "w", "pydev.iointr('b')", 'field(FTVL,"LONG") field(NELM,"3")', 'field(SCAN,"I/O Intr")')
        + 'record(compress,"all") { field(INP,"w") field(ALG,"Circular Buffer") field(NSAM,"30") }'
    ).replace('"I/O Intr")', '"I/O Intr") field(FLNK,"all")')
    code = """buffer = [0, 0, 0]
for n in range(10):
    buffer[:] = [n] * 3
    pydev.iointr('b', buffer)"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.ioc.run_python(code)
        ioc.until("all.NUSE", lambda used: used == 30)
        assert ioc.get("all").tolist() == [n for n in range(10) for _ in range(3)]


def test_an_error_without_a_readable_text_and_a_callable_without_a_name_end_no_thread(tmp_path: Path) -> None:
    db = record("ao", "x", "fail()") + record("ao", "y", "VAL+1") + 'record(aSub,"s") { field(SNAM,"odd") }'
    code = """class Mute(Exception):
    def __str__(self): raise SystemExit
class Odd:
    def __call__(self, record): pass
    def __repr__(self): raise SystemExit
odd = Odd()
def fail(): raise Mute"""
    with local_ioc(tmp_path, db, code) as ioc:
        assert [ioc.put(name, 1) for name in ("x", "s.PROC", "y")] == [None] * 3
        assert ioc.alarm("x") == ("INVALID", "CALC", "Mute: (no text: its __str__ raised)")
        assert ioc.get("y") == 2


def test_input_is_refused_because_what_is_typed_belongs_to_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("input", "exit", "quit"):
        monkeypatch.setattr(builtins, name, getattr(builtins, name))  # what they are comes back
    keep_terminal()  # as a process does that is an IOC
    with local_ioc(tmp_path, record("stringout", "x", "input('name? ')")) as ioc:
        assert ioc.put("x", "a") is None
        assert ioc.alarm("x")[2].startswith("EOFError: there is no terminal")


def test_code_put_at_run_time_is_what_runs_next(tmp_path: Path) -> None:
    functions = "def f1(value): return value + 1\ndef f2(value): return value * 10"
    size = 'field(FTVL,"LONG") field(NELM,"3")'
    db = record("ao", "out", "f1(VAL)") + record("ai", "inp", "1") + record("waveform", "wave", "[1]", size)
    db += 'record(ndarray,"image") { field(DTYP,"pydev") field(INP,"@[[1]]") }\n'
    with local_ioc(tmp_path, db, functions) as ioc:
        assert ioc.put("out", 2) is None
        new = {"out.OUT": "f2(VAL)", "inp.INP": "f1(4)", "wave.INP": "[7]", "image.INP": "[[5, 6]]"}
        for name, code in new.items():
            assert ioc.put(name, f"@{code}") is None
            assert ioc.get(name) == f"@{code}"
            assert ioc.put(f"{name.partition('.')[0]}.PROC", 1) is None
        assert (ioc.get("out"), ioc.get("inp"), ioc.get("wave").tolist()) == (30.0, 5.0, [7])
        assert ioc.call(lambda: ioc.record("image").native("VAL").tolist()) == [[5, 6]]


def test_code_that_does_not_compile_is_refused_and_the_old_code_stays(tmp_path: Path) -> None:
    with local_ioc(tmp_path, record("ao", "x", "VAL + 1")) as ioc:
        assert ioc.put("x.OUT", "@VAL +") == "<x.OUT>:1:6: SyntaxError: invalid syntax\n    VAL +\n         ^"
        assert ioc.get("x.OUT") == "@VAL + 1"
        assert ioc.put("x", 1) is None
        assert ioc.get("x") == 2


def test_code_put_while_the_old_code_runs_leaves_that_run_as_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    setup = "import threading; gate = threading.Event()"
    with local_ioc(tmp_path, record("longout", "x", "gate.wait(5) / 0"), setup) as ioc:
        first = ioc.begin_put("x", 1)
        ioc.until("x.PACT", bool)
        assert ioc.put("x.OUT", "@VAL * 7") is None
        with caplog.at_level(logging.ERROR):
            ioc.ioc.evaluator.namespace["gate"].set()
            assert first() is None
        assert "code: gate.wait(5) / 0" in caplog.text
        assert '"<x.OUT>", line 1, in link\n    gate.wait(5) / 0' in caplog.text
        assert ioc.get("x") == 1
        assert ioc.put("x", 2) is None
        assert ioc.get("x") == 14
        assert [(s.label, s.count) for s in ioc.ioc.evaluator.slowest()] == [("<x.OUT>", 1)]


def test_a_record_in_io_intr_moves_to_the_event_of_its_new_link_or_becomes_passive(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with local_ioc(tmp_path, record("longin", "x", "pydev.iointr('a')", 'field(SCAN,"I/O Intr")')) as ioc:
        assert ioc.put("x.INP", "@pydev.iointr('b')") is None
        ioc.ioc.run_python("pydev.iointr('a', 1), pydev.iointr('b', 2), pydev.iointr('a', 3)")
        assert ioc.until("x", bool) == 2
        with caplog.at_level(logging.ERROR):
            assert ioc.put("x.INP", "@pydev.iointr(lia.trace)") is None
        assert caplog.messages == [
            'x.SCAN "I/O Intr": INP is "pydev.iointr(lia.trace)", which is not pydev.iointr(\'name\');'
            " the record is Passive now"
        ]
        assert ioc.text("x.SCAN") == "Passive"


@pytest.mark.parametrize("rtype", ["mbbi", "mbbo"])
def test_a_text_that_is_no_state_is_told_the_label_that_is_near(tmp_path: Path, rtype: str) -> None:
    names = 'field(ZRST,"Red") field(ONST,"Green")'
    db = record(rtype, "x", "'Gren'", names) + record("mbbi", "y", "pydev.iointr('n')", names, 'field(SCAN,"I/O Intr")')
    with local_ioc(tmp_path, db) as ioc:
        message = "'Gren' is neither a state's label nor a number; did you mean Green?"
        ioc.put("x", 0)
        assert ioc.alarm("x") == ("INVALID", "CALC", message[:39])
        ioc.ioc.run_python("pydev.iointr('n', 'Gren')")
        ioc.until("y.AMSG", lambda text: text == message[:39])


def test_a_result_that_does_not_fit_says_so_from_the_first_character(tmp_path: Path) -> None:
    size = 'field(FTVL,"DOUBLE") field(NELM,"3")'
    db = record("waveform", "mixed", "[1, 'a', 3]", size) + record("waveform", "complex", "numpy.ones(3) * 1j", size)
    db += record("ai", "raised", "int('a')")
    with local_ioc(tmp_path, db, "import numpy") as ioc:
        for name in ("mixed", "complex", "raised"):
            ioc.put(f"{name}.PROC", 1)
        assert ioc.alarm("mixed")[2] == "element 1 is 'a': text and other values"
        assert ioc.alarm("complex")[2] == "array is complex: use abs() or .real"
        assert ioc.alarm("raised")[2] == "ValueError: invalid literal for int() w"
