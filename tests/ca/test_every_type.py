"""Every field of every record type as every DBR type: softIocPVX and pydevpva give the same answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ca import every_type
from tests.ca.client import ENUM, STRING, STSACK_STRING, base_of
from tests.ca.every_type import RECORDS
from tests.ca.told import told
from tests.ioc_process import ServerProcess, Starter

LONG = ("NAME", "DESC", "INP", "OUT", "FLNK", "EGU")  # read as REC.FIELD$ as well
KINDS = (*range(35), STSACK_STRING)
ARRAY = 3  # elements that are asked for, where there may be more than one

DIFFERENT = {
    "T:hist.SDLY": "EPICS shows it with 6 digits, ours with PREC",
}
"""Fields that are not the same on purpose, or not yet."""

Answers = dict[tuple[str, object], Any]


@pytest.fixture(scope="module")
def answers(start_once: Starter) -> tuple[Answers, Answers]:
    servers, fields = every_type.both(start_once), every_type.fields()
    names = [f"{name}.{field}" for rtype, name in RECORDS for field in fields[rtype]]
    names += [f"{name}.{field}$" for rtype, name in RECORDS for field in fields[rtype] if field in LONG]
    return _ask(servers[0], names), _ask(servers[1], names)


def _ask(server: ServerProcess, names: list[str]) -> Answers:
    found: Answers = {}
    with every_type.channels(server, names) as channels:
        for name, channel in channels.items():
            found[name, "channel"] = (channel.type, channel.count, channel.rights[-1])
            counts = (0, ARRAY) if channel.count > 1 else (0,)
            # EPICS, asked for a text as a state, puts the text to the record (cvt_st_e calls put_enum_str)
            kinds = [kind for kind in KINDS if channel.type != STRING or base_of(kind) != ENUM]
            asked = {(kind, count): channel.begin_get(kind, count) for kind in kinds for count in counts}
            for key, answer in asked.items():
                found[name, key] = told(answer())
    return found


@pytest.mark.parametrize("record", [name for _, name in RECORDS])
def test_the_answers_are_those_of_softiocpvx(answers: tuple[Answers, Answers], record: str) -> None:
    theirs, ours = answers
    differences = []
    for key, answer in theirs.items():
        name, what = key
        if name.split(".")[0] != record or name in DIFFERENT or ours[key] == answer:
            continue
        differences.append(f"{name} {what}: {str(answer)[:200]} and ours {str(ours[key])[:200]}")
    assert not differences
