"""Files that the C module wrote are restored, and saved again they are what it wrote, byte for byte but for dates."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydevpva.ioc import Ioc
from tests.keep.kept import RECORDED, Kept, kept

PASSES = (
    'set_pass0_restoreFile("auto_pos.sav", "P=AS:")',
    'set_pass0_restoreFile("auto_set.sav", "P=AS:")',
    'set_pass1_restoreFile("auto_set.sav", "P=AS:")',
    'set_pass1_restoreFile("other.sav")',
)
SETS = (
    'create_monitor_set("auto_pos.req", 5, "P=AS:")',
    'create_monitor_set("auto_set.req", 5, "P=AS:")',
    'create_triggered_set("trig.req", "AS:trig", "P=AS:")',
    'create_periodic_set("per.req", 5, "P=AS:")',
    'create_manual_set("man.req", "P=AS:,SAVENAMEPV=AS:namepv")',
    'create_monitor_set("info_settings.req", 5)',
)
# 64-bit integers, of which the C module keeps 14 digits, and what is only given from outside
WHOLE = {
    "AS:i64in.VAL": "9223372036854775807",
    "AS:i64.VAL": "-9223372036854775808",
    "AS:wfUINT64.VAL": "18446744073709551615",
    "AS:wfINT64.VAL": '@array@ { "9223372036854775807" "-1" }',
}


def database() -> tuple[str, set[str]]:
    """The recorded database without record types that are not here yet; and the names of records left out."""
    types = Ioc(False).definitions.record_type_names
    lines = (RECORDED / "as.db").read_text().replace("$(P)", "AS:").splitlines()
    out = [line for line in lines if (found := re.match(r"record\((\w+)", line)) and found[1] not in types]
    left = {match[1] for line in out if (match := re.search(r'"(AS:\w+)"', line))}
    return "\n".join(line for line in lines if line not in out), left


def recorded(name: str, without: set[str]) -> list[str]:
    """What the C module wrote, but for the date, the count of what is missing, and records that are not here."""
    lines = (RECORDED / name).read_text().splitlines()[1:]
    return [line for line in lines if not line.startswith("! ") and not _of(line, without)]


def _of(line: str, records: set[str]) -> bool:
    return re.split(r"[. ]", line.lstrip("#"))[0] in records


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[Kept]:
    """An IOC that began with the files that the C module wrote."""
    (tmp_path / "sav").mkdir()
    for path in RECORDED.glob("*.sav"):
        shutil.copy(path, tmp_path / "sav")
    for path in RECORDED.glob("*.req"):
        shutil.copy(path, tmp_path)
    with kept(tmp_path, database()[0], *PASSES[:3]) as ioc:
        yield ioc


def test_what_the_c_module_wrote_is_restored_and_written_as_it_was(restored: Kept) -> None:
    without = database()[1]
    for name, text in WHOLE.items():
        value = [int(word) for word in re.findall(r"-?\d+", text)]
        assert restored.put(name, value if "array" in text else value[0]) == "ok"
    assert restored.put("AS:aodol0", 9.25) == "ok"  # a constant DOL comes after pass 0, there as here
    restored.run(*SETS)
    restored.advance(12)
    restored.run('manual_save("man.req", "manual.sav")')
    restored.advance(1)
    for name in ("auto_pos.sav", "info_settings.sav", "trig.sav", "fromPV.sav", "auto_set.sav"):
        ours = [line for line in restored.lines(name) if not line.startswith("! ") and not _of(line, without)]
        theirs = [
            f"{word} {WHOLE[word]}" if (word := line.split(" ")[0]) in WHOLE else line
            for line in recorded(name, without)
        ]
        assert ours == theirs, name
    first = restored.path("auto_pos.sav").read_text().splitlines()[0]
    assert re.fullmatch(r"# autosave R5\.3\tAutomatically generated - DO NOT MODIFY - \d{6}-\d{6}", first)


def test_the_line_that_counts_what_is_missing_is_the_c_module_s(tmp_path: Path) -> None:
    with kept(tmp_path, 'record(ao, "A:x") { }', x="A:x.VAL\nA:x.NOSUCH\n") as ioc:
        ioc.run('create_monitor_set("x.req", 5)')
        ioc.advance(6)
        assert ioc.lines("x.sav") == [
            "! 1 channel(s) not connected - or not all gets were successful",
            "A:x.VAL 0",
            "#A:x.NOSUCH Search Issued",
            "<END>",
        ]


def test_request_files_are_made_from_the_infos_of_records_as_the_c_module_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text, without = database()
    with kept(tmp_path, text, "makeAutosaveFiles", 'makeAutosaveFileFromDbInfo("pass1", "autosaveFields_pass1")'):
        for name in ("info_settings.req", "info_positions.req"):
            theirs = (RECORDED / name).read_text().splitlines()
            ours = (tmp_path / name).read_text().splitlines()
            assert ours == [line for line in theirs if not _of(line, without)], name
        assert (tmp_path / "pass1.req").read_text() == "AS:lso.VAL$\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AS:ao", "0.333333333333"), ("AS:ao.UDF", "0"), ("AS:ao.STAT", "UDF"), ("AS:aodol", "-2.500"),
        ("AS:aodol0", "7.5"), ("AS:aopini", "4.75"), ("AS:mbbo", "two"), ("AS:ai.HHSV", "MAJOR"),
        ("AS:ai.SCAN", "2 second"), ("AS:ai.INP", "AS:ao NPP MS"), ("AS:ai.FLNK", "AS:cnt"), ("AS:ai.EGU", " mm "),
        ("AS:ai.DESC", 'say "hi" \\ it\'s'), ("AS:bi", "on"), ("AS:bo.ZNAM", "a b"), ("AS:mbbod", "37"),
        ("AS:mbbod.B2", "1"), ("AS:mbbod.B0", "1"), ("AS:li", "-2147483648"), ("AS:si", "  leading and trailing  "),
        ("AS:so", 'quote " back\\slash \t tab'), ("AS:soempty", ""), ("AS:wfbig.NORD", "150"),
        ("AS:calc.CALC", "A*2+B"), ("AS:calc", "6"), ("AS:calc.INPC", "AS:ao CP MS"), ("AS:calcout.OOPT", "When Zero"),
        ("AS:calcout.OUT", "AS:lo PP NMS"), ("AS:sel.A", "nan"), ("AS:seq.LNK1", "AS:ao PP NMS"),
        ("AS:comp.ALG", "Average"), ("AS:macro1.PREC", "0"), ("AS:macro2.PREC", "6"),
        # of the file that was written by hand
        ("AS:bi.ZNAM", " two  blanks "), ("AS:bo.ONAM", 'quote "x" A\n'), ("AS:mbbi.TWST", ""), ("AS:li.HIHI", "32"),
        ("AS:lo.HIHI", "0"), ("AS:ai.LOLO", "0"), ("AS:bo.HIGH", "0"), ("AS:mbbo.ONSV", "MAJOR"),
        ("AS:mbbo.TWSV", "NO_ALARM"), ("AS:ao.OIF", "Incremental"), ("AS:dfan.OUTB", ""),
    ],
)  # fmt: skip
def test_after_a_restart_fields_are_what_they_are_in_the_c_module(restored_all: Kept, name: str, text: str) -> None:
    found = restored_all.read(name)
    if isinstance(found, float):
        assert found == pytest.approx(float(text), nan_ok=True, rel=1e-11)
    else:
        assert text in (restored_all.text(name), str(found))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AS:wfFLOAT", [1, 2, 3, 4, 5, 6, 7, 8]), ("AS:wfLONG", [1, 22, 0, 4]), ("AS:wfULONG", [4294967295]),
        ("AS:wfSHORT", [77]), ("AS:wfCHAR", [-128, 65, 0, 127]), ("AS:wfUCHAR", [255, 1]),
        ("AS:wfSTRING", ['one "1"', "two", "33"]), ("AS:aao", []),
    ],
)  # fmt: skip
def test_after_a_restart_arrays_are_what_they_are_in_the_c_module(
    restored_all: Kept, name: str, value: list[object]
) -> None:
    assert restored_all.get(name) == value


@pytest.fixture(scope="module")
def restored_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """An IOC that began with all recorded files, the one written by hand too."""
    folder = tmp_path_factory.mktemp("restored")
    (folder / "sav").mkdir()
    for path in RECORDED.glob("*.sav"):
        shutil.copy(path, folder / "sav")
    with kept(folder, database()[0], *PASSES) as ioc:
        yield ioc


def test_a_long_string_with_what_looks_like_a_macro_is_kept(restored_all: Kept) -> None:
    """The C module makes $(MAC,undefined) of it, and does not restore a DESC with such a text."""
    assert restored_all.read("AS:lso.VAL$").startswith('long "quoted" string\nwith newline, $(MAC) é zzz')
    assert restored_all.get("AS:so.DESC") == "{brace} @array@ $(M) #x"


def test_an_array_that_was_empty_is_empty(restored_all: Kept) -> None:
    """The C module makes one element of it, 0."""
    assert restored_all.get("AS:wfDOUBLE.NORD") == 0
    assert restored_all.get("AS:aai.NORD") == 0


def test_the_report_is_that_of_the_c_module(tmp_path: Path) -> None:
    """But for times, folders, what is about to be saved, and the PVs of records that are not here yet."""
    for path in RECORDED.glob("*.req"):
        shutil.copy(path, tmp_path)
    text, without = database()
    here = [line for line in (RECORDED / "info_settings.req").read_text().splitlines() if not _of(line, without)]
    (tmp_path / "info_settings.req").write_text("\n".join(here))
    settings = ("save_restoreSet_status_prefix AS:", "save_restoreSet_SeqPeriodInSeconds 10")
    with kept(tmp_path, text, *settings, *PASSES) as ioc:
        ioc.run(*SETS)
        ioc.advance(16)
        ioc.put("AS:trig", 1)
        ioc.advance(1)
        ioc.run('manual_save("man.req", "manual.sav")')
        ioc.advance(11)
        ours, theirs = ioc.run("save_restoreShow 0"), (RECORDED / "show.txt").read_text()
        assert shape(ours) == shape(theirs.replace("/ioc/req/", f"{tmp_path}/").replace("/ioc/sav", f"{tmp_path}/sav"))


def shape(report: str) -> list[str]:
    """The lines of a report without what differs from run to run."""
    report = re.sub(r"[A-Z][a-z]{2} [A-Z][a-z]{2} .. \d\d:\d\d:\d\d \d{4}|\d{6}-\d{6}", "TIME", report)
    report = re.sub(r"save_state = 0x[01]\b", "save_state = 0x0", report)
    return re.sub(r"\d+ (values|channels) not", r"N \1 not", report).splitlines()
