"""dbpf and dbgf beside EPICS's own iocsh: what is typed, into fields and arrays of every type, and what they print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.shell.both import both

TYPES = ("STRING", "CHAR", "UCHAR", "SHORT", "USHORT", "LONG", "ULONG", "INT64", "UINT64", "FLOAT", "DOUBLE", "ENUM")
# EPICS's parser does not clear errno: a number that does not fit makes it refuse the largest that does, ever after.
ARRAYS = (
    "", "[]", "[1]", "[1,2,3]", "[1,2,]", "1", "5.7", "-3", "[-1]", "[9223372036854775807]", "['a','b']",
    '["a","b"]', '["1","2"]', "[.5]", "[5.]", "[+3]", "[0x10]", "[-0x10]", "[NaN]", "[Infinity]", "[-Infinity]",
    "[1e400]", "[99999999999999999999]", "[-9223372036854775808]", "[9223372036854775808]", "[1.9,-1.9]",
    "[300,-300,70000]", "[1,2,3,4,5,6]", "[true,false]", "[null]", "[1,null]", "[[1],[2]]", "{}", "[{}]", "{a:1}",
    "nope", "'text'", '"text"', "[1 2]", "[1,,2]", "[,]", "[1", "1]", "[1]]", " [1] ", "/*c*/[1]", "[1]//c", "[1] x",
    "['']", "['0x10','010']", "['1e3']", "['nan']", "['x',1]", "[1,'x']", "[1,'2']", "['a b']", "['éü']",
    r"['\\x41']", r"['\\u00e9']", r"['\\n']", "1e3", "0x10", "NaN", "true", "null", "[1e39,-1e39]", "[1e-400]",
    "[1e-46]", "[4294967296]", "[2147483648]", "[-2147483649]", "[0.1]", "[1.5e0]", f"['{'0123456789' * 4}ABC']",
    "1,2,3", "1 2 3", "[ 1 , 2 ]", "[01]", "[-01]", "[00.5]", "[0.50]", "[0x]", "[1_0]", "['1 ']", "['1x']", "[255]",
    "[128]", "[-128]", "[256]", "[65535]", "[65536]", "[32768]", "[", " ",
)  # fmt: skip
SCALARS = (
    "", "1", "-1", "1.5", "abc", "0x10", "010", "1e3", "NaN", "inf", "[1]", "['a']", '"q"', "99999999999999999999",
    "9223372036854775808", "300", "-129", "70000", "4294967296", " 5 ", "5x", "true", "zero", "one", "0",
)  # fmt: skip
RECORDS = """
record(ao, "ao") { }
record(longout, "longout") { }
record(int64out, "int64out") { }
record(bo, "bo") { field(ZNAM, "zero") field(ONAM, "one") }
record(mbbo, "mbbo") { field(ZRST, "zero") field(ONST, "one") }
record(stringout, "stringout") { }
record(lso, "lso") { }
record(aao, "aao") { field(NELM, "3") }
record(aai, "aai") { field(NELM, "3") }
record(subArray, "sub") { field(NELM, "3") field(MALM, "3") }
record(compress, "cmp") { field(NSAM, "3") }
record(histogram, "his") { field(NELM, "3") }
record(aSub, "as") { field(FTA, "STRING") field(NOA, "3") field(NOB, "3") field(NOVA, "3") }
"""
FIELDS = ("SCAN", "DESC", "PREC", "HOPR", "OUT", "FLNK", "DISP", "PHAS", "TSE", "UDF", "OUT$", "DESC$", "PINI", "DTYP")
OTHERS = (
    ("four:STRING.VAL$", "abc"), ("four:STRING.VAL$", ""), ("four:DOUBLE.NORD", "3"), ("four:LONG.NELM", "3"),
    ("four:LONG[1:2]", "[7,8]"), ("aao", "[1,2]"), ("aai", "[1,2]"), ("sub", "[1,2]"), ("cmp", "[1,2,3]"),
    ("cmp", "1"), ("his", "[1]"), ("as.A", "[1]"), ("as.A", "['x']"), ("as.A$", "text"), ("as.B", "[1]"),
    ("as.NEA", "1"), ("as.VALA", "[1,2,3]"), ("lso", "x" * 60),
)  # fmt: skip


def commands() -> Iterator[tuple[str, str]]:
    """(name, text) of each dbpf."""
    for dbf in TYPES:
        yield from ((f"four:{dbf}", text) for text in ARRAYS)
        yield from ((f"one:{dbf}", text) for text in SCALARS)
    for name in ("ao", "longout", "int64out", "bo", "mbbo", "stringout", "lso", *(f"ao.{field}" for field in FIELDS)):
        yield from ((name, text) for text in SCALARS)
    yield from OTHERS


def printed(out: list[str]) -> list[list[str]]:
    """What each command printed, without the lines that repeat it."""
    found: list[list[str]] = []
    for line in out:
        if line.startswith("@@"):
            found.append([])
        elif found and not line.startswith(("dbpf ", "dbgf ", "echo ")):
            found[-1].append(line)
    return found


def test_dbpf_and_dbgf_print_what_epics_prints(tmp_path: Path) -> None:
    arrays = (("four", 4), ("one", 1))
    db = RECORDS + "".join(
        f'record(waveform, "{name}:{dbf}") {{ field(FTVL, "{dbf}") field(NELM, "{room}") }}\n'
        for dbf in TYPES
        for name, room in arrays
    )
    typed = list(commands())
    assert len(typed) > 1000
    lines = ['dbLoadRecords("t.db")', "iocInit"]
    for name, text in typed:
        quoted = text.replace('"', r"\"")
        lines += ['echo "@@"', f'dbpf "{name}" "{quoted}"', f'dbgf "{name}"']
    theirs, ours = both("\n".join(lines) + "\n", tmp_path, {"t.db": db})
    assert "Traceback" not in "\n".join(ours.err)
    for command, want, got in zip(typed, printed(theirs.out), printed(ours.out), strict=True):
        assert got == want, command
