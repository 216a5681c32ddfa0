"""A file's values put into the running IOC, and compared with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keep.kept import kept

DB = """
record(ao, "A:x") { field(FLNK, "A:n") }
record(calc, "A:n") { field(CALC, "VAL+1") }
record(mbbo, "A:m") { field(ZRST, "a") field(ONST, "b") }
record(waveform, "A:w") { field(FTVL, "LONG") field(NELM, "4") }
record(stringout, "A:s") { }
"""
HEAD = "# autosave R5.3\tAutomatically generated - DO NOT MODIFY - 261128-200758\n"


def test_fdbrestore_puts_as_clients_do(tmp_path: Path) -> None:
    text = HEAD + 'A:x.VAL 4\nA:m.VAL 1\nA:w @array@ { "1" "2" }\nA:s a\\tb\nA:x.NONE 3\n'
    text += 'A:x.HHSV 2\nA:s.DESC say \\"hi\\"\n<END>\n'
    with kept(tmp_path, DB) as ioc:
        ioc.path("x.sav").write_text(text)
        said = ioc.run('fdbrestore("x.sav")')
        path = ioc.path("x.sav")
        assert f"{path} line 6: A:x.NONE: no field NONE in ao record A:x; it is not restored" in said
        assert f"{path}: 6 values restored, 1 could not be" in said
        assert [ioc.get(name) for name in ("A:x", "A:n", "A:m", "A:w", "A:s", "A:x.HHSV", "A:s.DESC")] == [
            4, 2, 1, [1, 2], "a\tb", 2, 'say "hi"'
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "value", "saved"),
    [
        ('waveform, "A:a") { field(FTVL, "DOUBLE") field(NELM, "3")', [], ""),
        ('waveform, "A:a") { field(FTVL, "STRING") field(NELM, "3")', [], ""),
        ('waveform, "A:a") { field(FTVL, "STRING") field(NELM, "3")', [""], '@array@ { "" }'),
        ('aao, "A:a") { field(FTVL, "LONG") field(NELM, "3")', [7], "7"),
    ],
)
def test_arrays_of_few_elements_come_back_as_they_were(
    tmp_path: Path, record: str, value: list[object], saved: str
) -> None:
    db = f"record({record} }}\n"
    other = [""] if "STRING" in record else [1]
    with kept(tmp_path, db, 'create_monitor_set("a.req", 5)', a="A:a\n") as ioc:
        ioc.put("A:a", other)
        ioc.put("A:a", value)
        ioc.advance(6)
        assert ioc.lines("a.sav") == [f"A:a {saved}", "<END>"]
        ioc.put("A:a", other if value != other else [])
        assert "1 values restored, 0 could not be" in ioc.run('fdbrestore("a.sav")')
        assert (ioc.get("A:a"), ioc.get("A:a.NORD")) == (value, len(value))
    with kept(tmp_path, db, 'set_pass1_restoreFile("a.sav")') as ioc:
        assert (ioc.get("A:a"), ioc.get("A:a.NORD")) == (value, len(value))


def test_fdbrestore_takes_the_backup_of_a_damaged_file(tmp_path: Path) -> None:
    with kept(tmp_path, DB) as ioc:
        ioc.path("x.sav").write_text(HEAD + "A:x.VAL 4\n")
        ioc.path("x.savB").write_text(HEAD + "A:x.VAL 5\n<END>\n")
        ioc.run('fdbrestore("x.sav")')
        assert ioc.get("A:x") == 5


def test_fdbrestorex_takes_any_file_with_macros(tmp_path: Path) -> None:
    with kept(tmp_path, DB) as ioc:
        ioc.path("by_hand").write_text("$(P)x 7\n$(Q)x 8\n")
        said = ioc.run('fdbrestoreX("by_hand", "P=A:")')
        assert ioc.get("A:x") == 7
        assert 'line 2: "$(Q)x": a macro has no value: passed over' in said


def test_asverify_shows_what_differs_and_writes_what_is(tmp_path: Path) -> None:
    with kept(tmp_path, DB) as ioc:
        ioc.path("x.sav").write_text(HEAD + 'A:x 4\nA:s text\nA:w @array@ { "1" "2" }\nA:gone 1\nA:m 0\n<END>\n')
        ioc.put("A:w", [1, 3])
        ioc.put("A:s", "text")
        said = ioc.run(f'asVerify("x.sav", 0, "{tmp_path / "now.sav"}")').splitlines()
        assert said == [
            "    PVname saved_value live_value",
            "    =============================",
            f"*** {'A:x':<25} {'4':<25} 0",
            f"*** {'A:w':<25} (array) 1 diff",
            "asVerify: *** 'A:gone' not connected.  Saved value='1'",
            "2 PVs differed.  (5 PVs checked; 1 PV not connected)",
        ]
        assert (tmp_path / "now.sav").read_text().splitlines()[1:] == [
            "! 1 channel(s) not connected - or not all gets were successful",
            "A:x 0", "A:s text", 'A:w @array@ { "1" "3" }', "#A:gone Search Issued", "A:m 0", "<END>",
        ]  # fmt: skip


def test_request_files_can_be_built_from_the_databases_that_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "motor.db").write_text('record(ao, "$(P)m$(N)") { }\n')
    (tmp_path / "motor_settings.req").write_text("$(P)m$(N).VAL\n")
    template = f'file "{tmp_path / "motor.db"}" {{ pattern {{ P, N }} {{ C:, 1 }} {{ C:, 2 }} }}\n'
    (tmp_path / "motor.substitutions").write_text(template)
    built = tmp_path / "built.req"
    before = (
        f'autosaveBuild("{built}", "_settings.req", 1)',
        f'dbLoadRecords("{tmp_path / "motor.db"}", "P=B:,N=1")',
        f'dbLoadTemplate("{tmp_path / "motor.substitutions"}")',
        f'autosaveBuild("{built}", "*", 0)',
        f'dbLoadRecords("{tmp_path / "motor.db"}", "P=B:,N=2")',
        f'appendToFile("{built}", "A:x")',
        'create_monitor_set("built.req", 5)',
    )
    with kept(tmp_path, DB, *before) as ioc:
        assert built.read_text() == (
            "file motor_settings.req P=B:,N=1\n"
            "file motor_settings.req P=C:,N=1\nfile motor_settings.req P=C:,N=2\nA:x\n"
        )
        ioc.advance(6)
        assert ioc.lines("built.sav") == ["B:m1.VAL 0", "C:m1.VAL 0", "C:m2.VAL 0", "A:x 0", "<END>"]
        ioc.run(f'eraseFile("{built}")')
        assert built.read_text() == ""
