"""Group PVs: completion, access, what is wrong with a definition, files of definitions."""

from __future__ import annotations

import logging
import queue
from pathlib import Path

import pytest
from p4p.client.raw import Context as RawContext

from pydevpva.errors import LoadError
from pydevpva.ioc import Ioc
from tests.ioc_process import PATIENCE
from tests.local_ioc import Serve, becomes

SLOW = """
record(longout, "first") { field(DTYP, "pydev") field(OUT, "@work('first', VAL)") field(FLNK, "then")
    info(Q:group, {"g": {"a": {+channel: "VAL", +type: "plain", +putorder: 2}}}) }
record(longout, "second") { field(DTYP, "pydev") field(OUT, "@work('second', VAL)")
    info(Q:group, {"g": {"b": {+channel: "VAL", +type: "plain", +putorder: 1}}}) }
record(longout, "then") { field(DTYP, "pydev") field(OUT, "@work('then', VAL)") }
record(longout, "last") { field(DTYP, "pydev") field(OUT, "@work('last', VAL)")
    info(Q:group, {"g": {"_last": {+type: "proc", +channel: "VAL", +putorder: 3}}}) }
"""
WORK = "import threading\nlog, gate = [], threading.Event()\ndef work(*words):\n    gate.wait()\n    log.append(words)"


def test_a_put_with_block_is_answered_when_all_records_it_reached_have_completed(serve: Serve) -> None:
    ioc = serve(SLOW, WORK)
    assert ioc.put("g", {"a": 7, "b": 8}) == "ok"  # without block nobody waits for Python
    assert ioc.ioc.run_python("log") == []
    ioc.ioc.run_python("gate.set()")
    becomes(lambda: ioc.ioc.run_python("len(log)"), 4, "what the first put set off")
    assert ioc.put("g", {"a": 1, "b": 2}, request="record[block=true]") == "ok"
    log = ioc.ioc.run_python("log[-4:]")
    assert isinstance(log, list)
    assert {tuple(entry) for entry in log} == {("second", 2), ("first", 1), ("last", 0), ("then", 0)}
    assert [entry[0] for entry in log if entry[0] != "then"] == ["second", "first", "last"]


@pytest.mark.parametrize("block", ["true", "false"])
def test_clients_have_the_update_of_a_group_before_the_answer_to_the_put_that_made_it(serve: Serve, block: str) -> None:
    ioc = serve('record(ao, "A") { info(Q:group, {"g": {"a": {+channel: "VAL", +type: "plain", +putorder: 0}}}) }')
    came: queue.SimpleQueue[str] = queue.SimpleQueue()
    monitor = RawContext.monitor(ioc.client, "g", lambda: came.put("update"))
    assert came.get(timeout=PATIENCE) == "update"
    while monitor.pop() is not None:
        pass
    put = RawContext.put(
        ioc.client,
        "g",
        lambda answer: came.put(f"answer {answer}"),
        builder=lambda structure: structure.__setitem__("a", 5.0),
        request=RawContext.makeRequest(f"field()record[block={block}]"),
        get=False,
    )
    assert [came.get(timeout=PATIENCE) for _ in range(2)] == ["update", "answer None"]
    assert monitor.pop().a == 5.0
    for operation in (put, monitor):
        operation.close()


def test_one_access_rule_that_refuses_a_field_refuses_the_whole_put(serve: Serve) -> None:
    ioc = serve(
        """record(ao, "open") { info(Q:group, {"g": {"a": {+channel: "VAL", +putorder: 0}}}) }
        record(ao, "shut") { field(ASG, "RO") info(Q:group, {"g": {"b": {+channel: "VAL", +putorder: 1}}}) }""",
        access="ASG(DEFAULT) { RULE(1, WRITE) } ASG(RO) { RULE(1, READ) }",
    )
    assert ioc.put("g", {"a.value": 1.0}) == "ok"
    assert "shut.VAL: access security does not let" in ioc.put("g", {"a.value": 2.0, "b.value": 2.0})
    assert ioc.record("open").VAL == 1.0


def test_a_group_s_put_processes_only_what_its_sender_may_write(serve: Serve) -> None:
    ioc = serve(
        """record(ao, "open") { info(Q:group, {"g": {"a": {+channel: "VAL", +putorder: 0}}}) }
        record(calc, "shut") { field(CALC, "VAL+1") field(ASG, "RO")
            info(Q:group, {"g": {"b": {+type: "proc", +channel: "VAL", +putorder: 1}}}) }""",
        access="ASG(DEFAULT) { RULE(1, WRITE) } ASG(RO) { RULE(1, READ) }",
    )
    assert "shut.PROC: access security does not let" in ioc.put("g", {"a.value": 2.0})
    assert (ioc.record("open").VAL, ioc.record("shut").VAL) == (0.0, 0.0)


def test_a_refused_put_says_why_and_changes_nothing(serve: Serve) -> None:
    ioc = serve(
        """record(ao, "a") { info(Q:group, {"g": {"a": {+channel: "VAL", +putorder: 0}}}) }
        record(bo, "b") { field(ZNAM, "no") field(ONAM, "yes")
            info(Q:group, {"g": {"b": {+channel: "VAL", +putorder: 1}, "c": {+channel: "DESC"}}}) }"""
    )
    assert ioc.put("g", {"a.value": 1.0, "b.value.index": 5}) == "b.VAL: 5 is none of its choices (0 no, 1 yes)"
    nothing = "g: nothing of this put can be written; fields that can: a, b"
    for leaves in ({"c.value": "x"}, {"a.alarm.severity": 1}, {"a.display.units": "mm"}):
        assert ioc.put("g", leaves) == nothing
    assert ioc.record("a").VAL == 0.0
    ioc.record("b").DISP = 1
    assert ioc.put("g", {"a.value": 1.0}) == "b.DESC: puts are disabled (DISP=1)"
    assert ioc.record("a").VAL == 0.0


def test_a_change_is_posted_after_the_chain_it_came_with(serve: Serve) -> None:
    ioc = serve(
        """record(ao, "a") { field(FLNK, "b") info(Q:group, {"g": {"a": {+channel: "VAL", +trigger: "a, b"}}}) }
        record(calc, "b") { field(INPA, "a") field(CALC, "A*2")
            info(Q:group, {"g": {"b": {+channel: "VAL", +type: "plain"}}}) }"""
    )
    with ioc.watch("g") as watch:
        watch.next()
        ioc.put("a", 3.0)
        update = watch.next()
        assert (update["a.value"], update["b"]) == (3.0, 6.0)


def test_groups_are_listed_with_their_members(serve: Serve) -> None:
    ioc = serve(
        'record(ao, "a") { info(Q:group, {"g": {"x": {+channel: "VAL"}, "": {+type: "meta", +channel: "VAL"}}}) }'
    )
    server = ioc.ioc.server
    assert server is not None
    assert server.names() == ["a", "g"]
    assert [member.shown() for member in server.groups["g"].members] == [
        "/\t<meta> chan=a.VAL has triggers",
        "x\t<scalar> chan=a.VAL has triggers",
    ]


WRONG = [
    ('{"g": {"a": {+chanel: "VAL"}}}', "group g, field a: no key +chanel; did you mean +channel?; choices: +type,"
     " +channel, +id, +trigger, +putorder, +const"),
    ('{"g": {"a": {+type: "plan", +channel: "VAL"}}}', 'group g, field a: no +type "plan"; did you mean plain?;'
     " choices: scalar, plain, any, meta, proc, structure, const"),
    ('{"g": {"a": {+channel: "VAL", +putorder: "x"}}}', "group g, field a: +putorder must be a whole number, not 'x'"),
    ('{"g": {"a[": {+channel: "VAL"}}}', 'group g, field a[: "a[" is no field name; they look like "value", "a.b" or'
     ' "attribute[0].value"'),
    ('{"g": {"+atomc": true}}', 'group g: +atomc: a field has an object, such as {+channel: "VAL"}; did you mean'
     " +atomic?; keys of the group itself: +id, +atomic"),
]  # fmt: skip


@pytest.mark.parametrize(("info", "message"), WRONG)
def test_what_is_wrong_with_an_info_is_said_when_it_is_loaded(tmp_path: Path, info: str, message: str) -> None:
    (tmp_path / "x.db").write_text(f'\nrecord(ai, "r") {{ info(Q:group, {info}) }}\n')
    with Ioc() as ioc, pytest.raises(LoadError) as caught:
        ioc.load_records(str(tmp_path / "x.db"))
    assert str(caught.value) == f"{tmp_path}/x.db:2:1: record r: info(Q:group): {message}"


NOT_SERVED = [
    ('"g": {"a": {+channel: "VALL"}}', "field a: +channel r.VALL: no field VALL in ai record r; did you mean VAL or"
     " SVAL or RVAL?"),
    ('"g": {"a": {+type: "plain"}}', 'field a: a +type:"plain" needs a +channel'),
    ('"g": {"a": {+channel: "INP"}}', "field a: +channel r.INP: a link cannot be a field of a group"),
    ('"g": {"a": {+channel: "VAL"}, "a.value.b": {+channel: "VAL"}}', "field a.value.b: value is said to be a structure"
     " and a value"),
    ('"g": {"": {+channel: "VAL"}}', 'field (top): only +type:"meta" can be at the top of a group'),
    ('"r": {"a": {+channel: "VAL"}}', "a record has that name"),
    ('"g": {"a": {+type: "const"}}', 'field a: +type:"const" needs a +const: a number or a text'),
]  # fmt: skip


@pytest.mark.parametrize(("info", "message"), NOT_SERVED)
def test_a_group_that_does_not_fit_the_records_is_not_served_and_said(
    serve: Serve, caplog: pytest.LogCaptureFixture, info: str, message: str
) -> None:
    with caplog.at_level(logging.ERROR):
        ioc = serve(f'record(ai, "r") {{ info(Q:group, {{{info}}}) }}')
    assert ioc.ioc.server is not None
    assert ioc.ioc.server.groups == {}
    assert caplog.messages[0].partition(": group ")[2][3:] == f"{message}; the group is not served"


def test_a_trigger_that_names_nothing_is_said(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        serve('record(ai, "r") { info(Q:group, {"g": {"abc": {+channel: "VAL", +trigger: "abd"}}}) }')
    assert caplog.messages[0].endswith(
        "group g, field abc: +trigger names no field abd; did you mean abc?; that one is left out"
    )


def test_a_field_that_two_records_give_is_the_later_one_s_as_in_qsrv2_and_said(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    ioc = serve(
        """record(ao, "one") { field(VAL, "1") info(Q:group, {"g": {"a": {+channel: "VAL", +putorder: 1}}}) }
        record(ao, "two") { field(VAL, "2") info(Q:group, {"g": {"a": {+channel: "VAL"}}}) }"""
    )
    assert caplog.messages[0].endswith(".db:2:9: group g, field a: two.VAL takes the place of one.VAL")
    assert ioc.get("g").a.value == 2
    assert ioc.put("g", {"a.value": 3.0}) == "ok"
    assert (ioc.record("one").VAL, ioc.record("two").VAL) == (1.0, 3.0)


def test_a_misspelled_info_is_said(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    serve('record(ai, "r") { info(Q:gruop, {"g": {"a": {+channel: "VAL"}}}) info(Q:form, "Hex") info(mine, "x") }')
    assert [m.partition(".db:")[2] for m in caplog.messages] == [
        "1:1: r: info(Q:gruop) means nothing; did you mean Q:group?"
    ]


def test_a_wrong_channel_is_told_with_the_place_of_its_record(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        serve(
            """record(ai, "one") { info(Q:group, {"g": {"a": {+channel: "VAL"}}}) }
            record(ai, "two") { info(Q:group, {"g": {"b": {+channel: "VALL"}}}) }"""
        )
    assert ".db:2:13: group g: field b: +channel two.VALL: no field VALL in ai record two" in caplog.messages[0]


def test_a_file_of_groups_is_read_with_its_macros_and_can_be_forgotten(serve: Serve, tmp_path: Path) -> None:
    group = tmp_path / "g.json"
    group.write_text('{"$(P)g": {"a": {"+channel": "$(P)r.VAL", "+type": "plain"}, // comment\n "+id": "some/NT:1.0"}}')
    with Ioc() as ioc:
        ioc.load_groups(str(group), {"P": "x"})
        ioc.load_groups(str(group), {"P": "y"})
        ioc.load_groups(f"-{group}", {"P": "x"})
        assert list(ioc.group_definitions.all(iter(()))) == ["yg"]
        ioc.load_groups("-*")
        assert list(ioc.group_definitions.all(iter(()))) == []


def test_a_mistake_in_a_file_of_groups_is_shown_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "g.json").write_text('{"g": {\n  "a": { "+channel" "r.VAL" }}}')
    with Ioc() as ioc, pytest.raises(LoadError) as caught:
        ioc.load_groups(str(tmp_path / "g.json"))
    assert str(caught.value) == (
        f'{tmp_path}/g.json:2:21: bad JSON: expected ":", found ""r.VAL""\n      "a": {{ "+channel" "r.VAL" }}}}}}\n'
        "                        ^"
    )


def test_a_group_is_read_anew_by_each_first_client(serve: Serve) -> None:
    ioc = serve('record(ao, "a") { info(Q:group, {"g": {"a": {+channel: "VAL", +type: "plain", +trigger: "a"}}}) }')
    ioc.put("a", 5.0)
    assert ioc.client.get("g", timeout=PATIENCE)["a"] == 5.0
