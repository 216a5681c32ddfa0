"""JSON links: const, calc, state, debug and trace."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from pydevpva.engine.links.json_kinds import refused_link
from pydevpva.errors import LoadError
from tests.local_ioc import local_ioc


@pytest.mark.parametrize(
    ("rtype", "const", "value"),
    [
        ("ai", "5.25", 5.25),
        ("stringin", "5.25", "5.250000"),
        ("stringin", "7", "7"),
        ("longin", '"0x10"', 16),
        ("longin", "3.99", 3),
        ("longin", "true", 1),
        ("ai", "[4,5]", 4.0),
        ("lsi", '"a long string"', "a long string"),
    ],
)
def test_const(tmp_path: Path, rtype: str, const: str, value: object) -> None:
    with local_ioc(tmp_path, f'record({rtype}, "r") {{ field(INP, {{const:{const}}}) }}') as ioc:
        assert ioc.get("r") == value
        assert ioc.get("r.INP") == f"{{const:{const}}}"


def test_calc_over_states_and_calcs(tmp_path: Path) -> None:
    db = """record(ai, "r") { field(INP, {calc: {expr: "A+B*C", args: [{state: "red"}, {calc: {expr: "2"}}, 5]}}) }
    record(bo, "set") { field(OUT, {state: "red"}) }"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("r.PROC", 1)
        assert ioc.get("r") == 10.0
        ioc.put("set", 1)
        ioc.put("r.PROC", 1)
        assert ioc.get("r") == 11.0


def test_calc_writes_what_its_expression_makes(tmp_path: Path) -> None:
    db = """record(ao, "r") { field(OUT, {calc: {expr: "VAL>3", out: {state: "!red"}}}) }
    record(bi, "red") { field(INP, {state: "red"}) }"""
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("r", 2)
        ioc.put("red.PROC", 1)
        assert ioc.get("red") == 1


def test_calc_alarms(tmp_path: Path) -> None:
    db = 'record(ai, "r") { field(INP, {calc: {expr: "A", args: 3.5, major: "A>4", minor: "A>3"}}) }'
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("r.PROC", 1)
        assert ioc.alarm("r") == ("MINOR", "LINK", "post_minor error")


def test_calc_tells_units_and_precision(tmp_path: Path) -> None:
    db = 'record(calc, "r") { field(INPA, {calc: {expr: "2", units: "mm", prec: 3}}) field(PREC, "1") }'
    with local_ioc(tmp_path, db) as ioc:
        ioc.put("r.PROC", 1)
        assert ioc.text("r.A") == "2.000"


@pytest.mark.parametrize(
    ("link_type", "text", "reason"),
    [
        ("OUTLINK", "{const: 5}", "const works with input links only"),
        ("INLINK", '{const: [1, "a"]}', "const: text and numbers are mixed in one array"),
        ("INLINK", "{const: null}", "const takes a number, a text, or an array of these"),
        ("INLINK", "{calc: {args: [3]}}", "calc needs an expression, the key expr"),
        ("INLINK", '{calc: {expr: "A+"}}', "calc: Incomplete expression, operand missing in expr, 'A+'"),
        ("INLINK", '{calc: {expr: "A", argz: 1}}', 'calc has no key "argz"; did you mean args?'),
        ("INLINK", '{calc: {expr: "A", args: ["x"]}}', "calc: args takes numbers and links, not 'x'"),
        ("INLINK", '{calc: {expr: "A", time: "z"}}', "calc: time takes a letter from A to L, not 'z'"),
        ("OUTLINK", '{calc: {expr: "A"}}', "calc in an output link needs the key out"),
        ("INLINK", "{state: 5}", 'state takes a name: {"state": "red"}'),
        ("FWDLINK", '{state: "red"}', "state does not work with forward links"),
        ("INLINK", "{trace: {state: 5}}", 'state takes a name: {"state": "red"}'),
    ],
)
def test_what_is_refused_and_why(link_type: str, text: str, reason: str) -> None:
    assert refused_link(text, link_type) == reason


def test_a_bad_json_link_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    db = 'record(ai, "r") { field(INP, {calc: {expr: "A+"}}) }'
    with pytest.raises(LoadError, match="Incomplete expression"), local_ioc(tmp_path, db):
        pass


def test_trace_says_what_is_asked(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    db = 'record(ai, "r") { field(INP, {trace: {calc: {expr: "6"}}}) }'
    with caplog.at_level(logging.INFO), local_ioc(tmp_path, db) as ioc:
        ioc.put("r.PROC", 1)
        assert ioc.get("r") == 6.0
    assert "Link trace: r.INP: get('DOUBLE') -> 6.0" in caplog.messages


def test_a_json_link_set_at_run_time(tmp_path: Path) -> None:
    with local_ioc(tmp_path, 'record(longin, "r") { }') as ioc:
        assert ioc.put("r.INP", '{calc: {expr: "A+1", args: [1]}}') is None
        ioc.put("r.PROC", 1)
        assert ioc.get("r") == 2
        assert ioc.put("r.INP", "{state: 5}") == 'r.INP: state takes a name: {"state": "red"}'
