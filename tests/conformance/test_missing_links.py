"""Links of every field of every record type to a record that nobody has: the alarm that follows, as of softIocPVX."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from p4p.client.thread import Context

from pydevpva.db.definitions import Definitions
from tests.clients import p4p_context
from tests.ioc_process import Starter

LINKS = ("INLINK", "OUTLINK", "FWDLINK")
LEFT_OUT = {"sub"}  # needs a C function
TEXTS = ("NOPE", "NOPE CP MSS", '{"pva":"NOPE"}')
NEEDED = {  # for the link to be used at all
    "calc": {"CALC": "1"},
    "calcout": {"CALC": "1"},
    "printf": {"FMT": "%d" * 10},
    "lsi": {"SIZV": "50"},
    "lso": {"SIZV": "50"},
    **{key: {"NELM": "2"} for key in ("waveform", "aai", "aao", "subArray")},
}
NEEDED_BY = {"DOL": {"OMSL": "closed_loop"}, "SIOL": {"SIMM": "YES"}, "SELL": {"SELM": "Specified"}}
TIMES = 3
BATCH = 100


def records() -> Iterator[tuple[str, str]]:
    """(name, text) of a record for each link field and each text."""
    definitions = Definitions()
    for rtype in sorted(set(definitions.base_record_types) - LEFT_OUT):
        fields = definitions.record_type(rtype).fields
        for link in [field.name for field in fields.values() if field.type in LINKS]:
            needed = NEEDED_BY.get(link, {})
            others = {**NEEDED.get(rtype, {}), **{field: v for field, v in needed.items() if field in fields}}
            shown = "".join(f' field({field}, "{value}")' for field, value in {"UDF": "0", **others}.items())
            for number, text in enumerate(TEXTS):
                name = f"{rtype}:{link}:{number}"
                value = text if text.startswith("{") else f'"{text}"'
                yield name, f'record({rtype}, "{name}") {{{shown} field({link}, {value}) }}\n'


def alarms(client: Context, names: list[str]) -> dict[str, list[Any]]:
    """(severity, status, message) of each record after each of TIMES processings."""
    seen: dict[str, list[Any]] = {name: [] for name in names}
    for _ in range(TIMES):
        for first in range(0, len(names), BATCH):
            some = names[first : first + BATCH]
            client.put([f"{name}.PROC" for name in some], [{"value": 1}] * len(some), get=False, throw=False)
        for name in names:
            end = time.monotonic() + 20
            while name.startswith("seq:") and client.get(f"{name}.PACT")["value"]:
                assert time.monotonic() < end, f"{name} does not complete"
        for first in range(0, len(names), BATCH):
            some = names[first : first + BATCH]
            for name, value in zip(some, client.get([f"{name}.SEVR" for name in some]), strict=True):
                alarm = value["alarm"]
                message = alarm["message"] if alarm["severity"] else ""
                seen[name].append((alarm["severity"], alarm["status"], message))
    return seen


def test_the_alarm_of_a_link_that_leads_nowhere(start: Starter) -> None:
    texts = dict(records())
    db = "".join(texts.values())
    seen = []
    for server in (start.softiocpvx(db), start.pydevpva(db=db)):
        with p4p_context(server.environment) as client:
            seen.append(alarms(client, list(texts)))
    assert len(texts) > 1000
    different = {texts[name]: (seen[0][name], seen[1][name]) for name in texts if seen[0][name] != seen[1][name]}
    assert not different, "\n".join(f"{text}EPICS {want}, ours {got}" for text, (want, got) in different.items())


@pytest.mark.parametrize("rtype", ["pycalc", "ndarray", "table", "ai", "fanout"])
def test_a_forward_link_that_leads_nowhere_is_no_alarm(start: Starter, rtype: str) -> None:
    server = start.pydevpva(db=f'record({rtype}, "R") {{ field(FLNK, "NOPE") field(UDF, "0") }}\n')
    with p4p_context(server.environment) as client:
        for _ in range(TIMES):
            client.put("R.PROC", {"value": 1}, get=False, throw=False, wait=True)
        assert client.get("R.STAT")["value.index"] != 14  # LINK
