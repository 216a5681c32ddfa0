"""printf: a text made of a format and links."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine


@pytest.mark.parametrize(
    ("directive", "value", "text"),
    [
        ("%d", "-5", "-5"), ("%05d|", "42", "00042|"), ("%-5d|", "42", "42   |"), ("%+d", "5", "+5"),
        ("% d", "5", " 5"),
        ("%8.3d", "5", "     005"), ("%hhd", "-1", "-1"), ("%hu", "-5", "65531"), ("%u", "-5", "4294967291"),
        ("%llu", "-5", "18446744073709551611"), ("%#o", "8", "010"), ("%#x", "0", "0"), ("%#X", "255", "0XFF"),
        ("%5.2f", "3.14159", " 3.14"), ("%e", "1e10", "1.000000e+10"), ("%G", "1e-10", "1E-10"), ("%#.0f", "3", "3."),
        ("%c", "65", "A"), ("%8s|", "1.50", "    1.50|"), ("%.2s", "1.50", "1."), ("%%", "", "%"), ("100%", "", "100"),
        ("%ls", '["long"]', "long"), ("%d", "", "LNK"), ("%z", "1", "%z"),
        pytest.param("%hlld", "1", "%hlld", marks=pytest.mark.ours("EPICS adds a byte of its stack")),
    ],
)  # fmt: skip
def test_directives_are_those_of_c(engine: StartEngine, directive: Any, value: Any, text: str) -> None:
    inp = value if value.startswith("[") else f'"{value}"'
    db = engine(f'record(printf, "p") {{ field(FMT, "{directive}") field(INP0, {inp}) }}')
    db.process("p")
    assert db.get("p") == text
    assert db.get("p.LEN") == len(text) + 1


def test_star_takes_the_width_from_the_next_link(engine: StartEngine) -> None:
    db = engine(
        'record(printf, "p") { field(FMT, "%*d|%-*d|%.*f") field(INP0, "4") field(INP1, "1")'
        ' field(INP2, "-3") field(INP3, "2") field(INP4, "1") field(INP5, "0.55") }'
    )
    db.process("p")
    assert db.get("p") == "   1|2  |0.6"


def test_a_link_that_fails_shows_ivls(engine: StartEngine) -> None:
    db = engine('record(printf, "p") { field(FMT, "%d mm") field(INP0, "nowhere") field(IVLS, "?") }')
    db.process("p")
    assert (db.get("p"), db.alarm("p")[:2]) == ("? mm", ("INVALID", "LINK"))


def test_long_strings_are_taken_whole_and_val_is_cut_at_sizv(engine: StartEngine) -> None:
    db = engine(
        'record(lsi, "in") { field(SIZV, "100") field(INP, ["0123456789012345678901234567890123456789 and more"]) }'
        'record(printf, "p") { field(SIZV, "100") field(FMT, "<%ls>") field(INP0, "in.VAL$") field(OUT, "out PP") }'
        'record(printf, "q") { field(SIZV, "16") field(FMT, "<%ls>") field(INP0, "in.VAL$") }'
        'record(stringin, "out") {}'
    )
    db.process("p")
    db.process("q")
    assert db.get("p") == "<0123456789012345678901234567890123456789 and more>"
    assert (db.get("q"), db.get("q.LEN")) == ("<01234567890123", 16)
    assert db.get("out") == "<01234567890123456789012345678901234567"


@pytest.mark.parametrize(
    ("directive", "value", "text"),
    [
        ("%1000000000d", "65", " " * 40), ("%-1000000000d", "65", "65" + " " * 38), ("%01000000000d", "65", "0" * 40),
        ("%.1000000000d", "65", "0" * 40), ("%1000000000s", "1.50", " " * 40), ("%1000000000c", "65", " " * 40),
        ("%.1000000000f", "1.1", "1.10000000000000008881784197001252323389"), ("%1000000000ls", '["a"]', " " * 40),
        ("%.40d|", "65", "0" * 38 + "65"), ("%39d|", "65", " " * 37 + "65|"),
        (f"%{'9' * 60}d", "65", " " * 40),
    ],
)  # fmt: skip
def test_width_and_precision_make_no_more_than_sizv(engine: StartEngine, directive: str, value: str, text: str) -> None:
    inp = value if value.startswith("[") else f'"{value}"'
    db = engine(f'record(printf, "p") {{ field(SIZV, 41) field(FMT, "{directive}") field(INP0, {inp}) }}')
    db.process("p")
    assert (db.get("p"), db.get("p.LEN")) == (text, 41)
