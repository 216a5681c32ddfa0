"""Puts of every DBR type to every record type and kind of field: softIocPVX and pydevpva store the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from epicscorelibs.ca.cadef import CAException

from tests.ca import every_type
from tests.ca.client import CHAR, DOUBLE, ENUM, FLOAT, LONG, SHORT, STRING, STS, Channel
from tests.ca.every_type import RECORDS
from tests.ca.told import told
from tests.ioc_process import ServerProcess, Starter

FIELDS = ("VAL", "DESC", "PREC", "PHAS", "HIGH", "HHSV", "DISV", "EGU", "ONAM", "ZRVL", "OMSL", "PRIO", "ADEL", "TPRO")
UNANSWERED = ("T:sub.", "T:comp", "T:hist")  # EPICS answers no put with completion that ends such a record early
SENT: list[tuple[int, Any]] = [
    *(
        (STRING, text)
        for text in ("1", "-2.6", "0x11", "MINOR", "closed_loop", "", "words", "1e3", " 3 ", "99999999999")
    ),
    *((SHORT, number) for number in (0, -3, 300)),
    *((FLOAT, number) for number in (2.5, -1e30, 1e-40)),
    *((ENUM, number) for number in (0, 1, 3, 99)),
    *((CHAR, number) for number in (0, 65, 200)),
    *((LONG, number) for number in (5, -70000, 2**31 - 1)),
    *((DOUBLE, number) for number in (1.75, -2.0, 1e10, float("nan"))),
    *((kind, [1, 2]) for kind in (SHORT, ENUM, LONG, DOUBLE)),
    (STRING, ["1", "2"]),
]

DIFFERENT = (  # on purpose; see docs/conformance.md
    r"\S+\.PRIO (-3|300|3|99|65|200|5|-70000|2147483647|-2.0) as ",  # no such state
    r"\S+ '-2.6' as 0",  # to an unsigned field
    r"\S+ -1e\+30 as 2",  # a FLOAT as a text
    r"T:wff\.VAL ('99999999999'|1e-40|2147483647|10000000000.0) as ",
    r"T:hist\.(DESC|EGU) ",  # with how many digits
    r"T:comp\.VAL ",  # EPICS shows elements that it has not filled
)

Answers = dict[tuple[str, str], Any]


@pytest.fixture(scope="module")
def answers(start_once: Starter) -> tuple[Answers, Answers]:
    servers, fields = every_type.both(start_once), every_type.fields()
    names = [
        f"{name}.{field}" for rtype, name in RECORDS for field in FIELDS if field == "VAL" or field in fields[rtype]
    ]
    return _put_all(servers[0], names), _put_all(servers[1], names)


def _put_all(server: ServerProcess, names: list[str]) -> Answers:
    found: Answers = {}
    with every_type.channels(server, names) as channels:
        for name, channel in channels.items():
            for kind, value in SENT:
                found[name, f"{value!r} as {kind}"] = _put(channel, kind, value)
    return found


def _put(channel: Channel, kind: int, value: Any) -> Any:
    """The status, and what is read then."""
    try:
        if channel.name.startswith(UNANSWERED):
            channel.put(value, kind, wait=False)
            return told(channel.get(STS + channel.type))
        ended = channel.begin_put(value, kind)
        read = [channel.begin_get(as_) for as_ in (STS + channel.type, STRING)]
        return ended().status, *(told(answer()) for answer in read)
    except CAException as error:  # libca itself refuses
        return str(error)


def _may_differ(put: str) -> bool:
    return any(re.match(pattern, put) for pattern in DIFFERENT)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("record", [name for _, name in RECORDS])
def test_what_is_stored_is_that_of_softiocpvx(answers: tuple[Answers, Answers], record: str) -> None:
    theirs, ours = answers
    differences = [
        f"{name} {what}: {str(answer)[:200]} and ours {str(ours[name, what])[:200]}"
        for (name, what), answer in theirs.items()
        if name.split(".")[0] == record and ours[name, what] != answer and not _may_differ(f"{name} {what}")
    ]
    assert not differences, "\n".join(differences)
