"""docs/conformance.md says what the suite compares: each record type of EPICS base, and each rule."""

from __future__ import annotations

import re

from tests.conformance import ca_report
from tests.conformance.case import load_all
from tests.conformance.report import BEGIN, END, PAGE, base_record_types
from tests.conformance.rules import RULES


def written() -> str:
    text = PAGE.read_text()
    return text[text.index(BEGIN) : text.index(END)]


def test_every_record_type_has_a_row() -> None:
    rows = re.findall(r"^\| (\w+) \| [\d,-]+ \|", written(), re.MULTILINE)
    assert rows == base_record_types()


def test_every_rule_has_a_row() -> None:
    rows = [line for line in written().splitlines() if line.startswith("| ")]
    for rule in RULES:
        assert f"| {rule.what} | {rule.epics} | {rule.pydevpva} | {rule.why} |" in rows


def test_no_case_differs() -> None:
    assert "; 0 of them differ." in written()


def test_what_is_played_over_channel_access_is_said() -> None:
    text = PAGE.read_text()
    part = text[text.index(ca_report.BEGIN) : text.index(ca_report.END)]
    assert "; 0 of them differ." in part
    assert re.findall(r"^\| (\w+) \| [\d,]+ \|", part, re.MULTILINE) == base_record_types()


def test_every_record_type_has_a_case() -> None:
    played = {rtype for case in load_all() for rtype, _ in case.records}
    assert set(base_record_types()) <= played
