"""sCalc: what its operators and functions give, as the original gives it (synApps' calc 3.7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local_ioc import Engine, local_engine

FAILS = (-1.0, "***ERROR***")
CASES: dict[str, Any] = {  # expression -> VAL of a numeric one, SVAL of one with texts
    # precedence, from the loosest to the tightest; equals from left to right
    "2^3^2": 64.0,
    "-2^2": 4.0,
    "5-3-1": 1.0,
    "D|1+2": 15.0,
    "1|1=0": 1.0,
    "1||0&&0": 1.0,
    "A&&!C||C": 1.0,
    "3>2>1": 0.0,
    "1=1=1": 1.0,
    "A>?B<?D": 3.7,
    "8>>1+1": 2.0,
    "NOT 0 AND 15": 15.0,
    "ABS B+1": 3.0,
    "SQR 16": 4.0,
    "MAX(A,B,D)": 12.0,
    "MIN A": 3.7,
    # conditions, stores, loops
    "C?1:A?2:3": 2.0,
    "(A?2:3)+1": 3.0,
    "A>B?(B>C?1:2):(C?3:4)": 2.0,
    "I:=A;I*2": 7.4,
    "A:=(B:=3;B);A": 3.0,
    "@(7+1):=A;I": 3.7,
    "@3": 12.0,
    "@-1": 0.0,
    "M:=5;M": 0.0,  # a scalcout has A to L
    "I:=0;J:=UNTIL(I:=I+1;I>5);I": 6.0,
    "J:=UNTIL(I:=I+1;0);I": 1001.0,
    # numbers
    "1<<40": 1099511627776.0,
    "(-8>>1)+LEN('')": "-4.00000000",
    "~D": -13.0,
    "-D%5": -2.0,
    "INT(-E)": -3.0,
    "ATAN2(B,A)": 2.0663480002807253,
    "0x1F": 31.0,
    ".5e1": 5.0,
    "A=A+1e-12": 1.0,
    "FINITE(A,1)": 1.0,
    "ISNAN(A)": 0.0,
    # texts
    "'5'+'6'": "56",
    "STR(1/(ABS(-0)+1e300))": "0.00000000",
    # PRINTF, SSCANF and TR_ESC make 38 bytes at most, other texts have 39
    "$P('%s!','aaaaaaaaaabbbbbbbbbbccccccccccdddddddd')": "aaaaaaaaaabbbbbbbbbbccccccccccdddddddd",
    "$P('%50d',5)": " " * 38,
    "$S('aaaaaaaaaabbbbbbbbbbccccccccccddddddddd','%s')": "aaaaaaaaaabbbbbbbbbbccccccccccdddddddd",
    "$T('aaaaaaaaaabbbbbbbbbbccccccccccddddddddd')": "aaaaaaaaaabbbbbbbbbbccccccccccdddddddd",
    # integers that are too large are the largest there are, cut
    "$S('99999999999999999999','%d')": "-1.00000000",
    "$S('-99999999999999999999','%d')": "0.00000000",
    "$S('99999999999999999999','%ld')": " 9.22337204e+18",
    "$S('99999999999999999999','%u')": "4294967295.000",
    "$W('%f',1e39)": "\\0\\0\\x80\\x7f",  # infinite
    "$W('%%%d',3)": "\\x03\\0\\0\\0",
    "$P('%%%d',5)": "%5",
    "$S('%7','%%%d')": "7.00000000",
    "'5'+6": "11.00000000",
    "EE-'c'": "ababc",
    "EE|-'abc'": "abc",
    "EE|-'zz'": "abcabc",
    "AA>>2": "  hello world",
    "AA<<6": "world",
    "AA[0,4]": "hello",
    "AA[-5,-1]": "world",
    "AA['lo','wo']": " ",
    "AA[6,100]": "world",
    "AA[3,1]": "",
    "AA{'world','EPICS'}": "hello EPICS",
    "AA{'','x'}": "xhello world",
    "'a'<'b'": "1.00000000",
    "'10'<9": "0.00000000",
    "MAX('a','c','b')": "c",
    "MIN('2',10,5)": "2.00000000",
    "STR(1/3)": "0.33333333",
    "STR(1e20)": " 1.00000000e+20",
    "DBL('x-3')": "-3.00000000",
    "INT('12.7')": "13.00000000",
    "LEN(AA)": "11.00000000",
    "BYTE('AB')+1": "66.00000000",
    "@@1": "world",
    "@@(1+1):=BB;CC": "world",
    "CC:='';J:=UNTIL(CC:=CC+'x';LEN(CC)>3);CC": "xxxx",
    "LEN(AA)>5?'long':'short'": "long",
    "'unclosed": "unclosed",
    "AA[0,1": "he",
    # formats
    "$P('%5.2f|',A)": " 3.70|",
    "PRINTF('%d',A)": "4",
    "$P('%-6s|','ab')": "ab    |",
    "$P('%x',D)": "c",
    "$P('%05d',-7)": "-0007",
    "$P('100%% %d',D)": "100% 12",
    "$P('%5d|%%',7)": "%5d|%%",
    "$P('no arg',1)": "no arg",
    "$S('1 2 3','%*d %d')": "2.00000000",
    "$S(AA,'%*s %s')": "world",
    "$S(AA,'%[a-h]')": "he",
    "$S('x=-1.5e2','x=%lf')": "-150.00000000",
    "$S('ff','%x')": "255.00000000",
    "$S('0x10','%i')": "16.00000000",
    "$S('12345','%3d')": "123.00000000",
    "$W('%d',1)": "\\x01\\0\\0\\0",
    "$W('%hd',-2)": "\\xfe\\xff",
    "$R('\\x02\\x01','%hd')": "258.00000000",
    "$R('\\x02\\x01\\x05\\0','%*1hd%hd')": "5.00000000",
    "$R($W('%lf',E),'%lf')": "2.50000000",
    "$T('a\\tb')": "a\tb",
    "ESC($T('a\\x07'))": "a\\a",
    # check sums
    "MODBUS('\\x01\\x03\\x00\\x00\\x00\\x01')": "\\x01\\x03\\x00\\x00\\x00\\x01\\x84\\x0a",
    "AMODBUS('F7031389000A')": ":F7031389000A60",
    "ADD_XOR8('123')": "123\\x30",
    "XOR8('')": "",
}
BAD = (
    "A/C", "D%C", "LN(B)", "SQR('-1')", "NAN", "INF", "A;B", "A B", "A+", "A:B", "A:=", "foo", "ATAN2(1)", "(A:=5)+1",
    "A:=B:=3", "A:=A>3?10:20", "3|-2", "AA{1}", "LEN", "$Q('a')", "A?B", "(A", "A)", "A]", "A}", "A,B", "AA BB",
    "$S('nope','%d')", "$S(12,'%d')", "$S('a5','%n')", "$S('1 2','%d %d')", "$S('5%','%d%%')", "$W('none',1)",
    "$P('%s-%s','x')", "$P('%*d',3)", "$P(1,2)", "5%'0'", "MAX()", "UNTIL", ".", "1e",
)  # fmt: skip
FIELDS = (
    'field(PREC, "3") field(INPA, "3.7") field(INPB, "-2") field(INPC, "0") field(INPD, "12") field(INPE, "2.5")'
    ' field(AA, "hello world") field(BB, "world") field(EE, "abcabc")'
)


def _quoted(expression: str) -> str:
    return expression.replace("\\", "\\\\").replace('"', '\\"')


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("scalc")
    lines = [
        f'record(scalcout, "r{i}") {{ field(CALC, "{_quoted(text)}") {FIELDS} }}'
        for i, text in enumerate((*CASES, *BAD))
    ]
    with local_engine(folder, "\n".join(lines)) as running:
        yield running


@pytest.mark.parametrize(("i", "expression"), list(enumerate(CASES)), ids=list(CASES))
def test_expression(db: Engine, i: int, expression: str) -> None:
    db.put(f"r{i}.PROC", 1)
    wanted = CASES[expression]
    assert db.alarm(f"r{i}") == ("NO_ALARM", "NO_ALARM", "")
    if isinstance(wanted, str):
        assert db.get(f"r{i}.SVAL") == wanted
    else:
        assert db.get(f"r{i}") == pytest.approx(wanted, rel=1e-12)
        assert db.get(f"r{i}.SVAL") == f"{wanted:.3f}"


@pytest.mark.parametrize(("i", "expression"), list(enumerate(BAD, len(CASES))), ids=BAD)
def test_what_cannot_be_computed(db: Engine, i: int, expression: str) -> None:
    db.put(f"r{i}.PROC", 1)
    assert (db.get(f"r{i}"), db.get(f"r{i}.SVAL")) == FAILS
    severity, status, message = db.alarm(f"r{i}")
    assert (severity, status) == ("INVALID", "CALC")
    assert message, "the alarm says why"


def test_every_word_of_the_language_is_on_its_page() -> None:
    from pydevpva.records.shared.calc import languages

    page = Path(__file__).parents[2].joinpath("docs", "calc-languages.md").read_text().replace("\\|", "|")
    tables = (
        languages.STRING_OPERANDS, languages.STRING_OPERATORS, languages.ARRAY_OPERANDS, languages.ARRAY_OPERATORS,
    )  # fmt: skip
    variables = {*"ABCDEFGHIJKLMNOP", *(2 * x for x in "ABCDEFGHIJKL"), *"0123456789."}
    missing = {name for words in tables for name in words.names if name not in variables and f"`{name}`" not in page}
    assert not missing
