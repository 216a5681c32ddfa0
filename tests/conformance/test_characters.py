"""Texts as characters, REC.FIELD$: links of every record type, arrays of strings, filters behind them; and REC.TIME.

As softIocPVX serves them, but for a range of a link's text that does not begin at its first character.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from p4p.client.thread import Context

from pydevpva.db.definitions import Definitions
from tests.clients import p4p_context
from tests.ioc_process import PATIENCE, Starter

LINKS = ("INLINK", "OUTLINK", "FWDLINK")
TEXTS = ("HERE.DESC PP MS", "NOPE", "", "5", "@code", "#C0 S1 @x", '{"bad', '{"const":5}', "{const:5", "[1,2]")
REFUSED_BY_EPICS = {f"calc.INP{letter}$" for letter in "MNOPQRSTU"}  # calcRecord.c forgets them
OTHERS = """
record(ai, "ai") { field(DESC, "abcdef") field(INP, "HERE") field(FLNK, "HERE") field(TSE, "-2") }
record(ao, "HERE") { }
record(lsi, "lsi") { field(TSE, "-2") field(SIZV, "40") field(INP, {const: "long text"}) field(PINI, "YES") }
record(lso, "lso") { }
record(printf, "pf") { field(PINI, "YES") }
record(aSub, "as") { field(FTA, "STRING") field(NOA, "3") field(FTB, "STRING") field(FTVA, "STRING") field(NOVA, "2") }
record(waveform, "WF") { field(FTVL, "STRING") field(NELM, "4") }
record(aai, "AAI") { field(FTVL, "STRING") field(NELM, "4") }
record(subArray, "SUB") { field(FTVL, "STRING") field(NELM, "4") field(MALM, "4") }
record(waveform, "ONE") { field(FTVL, "STRING") field(NELM, "1") }
record(waveform, "CHARS") { field(FTVL, "CHAR") field(NELM, "4") }
"""
RANGES = ("", "[0:1]", "[1:3]", "[0:0]", "[2:2]", "[0:100]", "[-2:-1]", "[0:2:4]", "[7:9]", '{"ts":{"num":"sec"}}')
NAMES = [
    *(f"{name}${part}" for name in ("ai.DESC", "ai.NAME", "ai.EGU", "lsi.VAL", "lsi.OVAL") for part in RANGES),
    'AAI.VAL$[1:2]',
    *(f"{name}$" for name in ("as.A", "as.B", "as.C", "as.VALA", "as.SNAM", "WF.VAL", "AAI.VAL", "SUB.VAL", "ONE.VAL")),
    *(f"{name}$" for name in ("lso.VAL", "pf.VAL", "CHARS.VAL", "ai", "ai.SCAN", "ai.VAL", "ai.RTYP", "HERE.OUT")),
    "as.A$[0:0]", "as.A$[0:1]", "ai.INP$[0:1]", "ai.INP[0:1]", "ai.FLNK$[0:2]", 'ai.INP${"ts":{"str":"iso"}}',
    "ai.TIME", "ai.TIME$", 'ai.TIME{"dbnd":{"abs":1}}', "ai.TIME[0:1]", 'ai.TIME{"ts":{}}',
    *(f'ai.TIME{{"ts":{{"{key}":"{kind}"}}}}' for key, kind in
      (("num", "dbl"), ("num", "sec"), ("num", "nsec"), ("num", "ts"), ("str", "iso"), ("str", "epics"))),
]  # fmt: skip


def text(value: str) -> Any:
    return np.frombuffer(value.encode(), np.int8)


PUTS = [
    ("as.A$", text("hello\0")), ("as.VALA$", text("hello\0")), ("as.A", ["one", "two"]), ("as.A$", text("")),
    ("WF.VAL$", text("xyz\0")), ("WF", ["ab", "cd"]), ("WF.VAL$", text("q")), ("AAI.VAL$", text("xyz\0")),
    ("ai.DESC$[0:1]", text("zz\0")), ("ai.DESC$", text("x" * 99)), ("ai.DESC$", text("")), ("ai.FLNK$[0:1]", "HE"),
    ("lsi.VAL$", text("other\0")), ("lso.VAL$", text("other\0")), ("ONE", "ab"),
]  # fmt: skip
AFTER = ("as.A$", "as.A", "as.NEA", "as.VALA$", "as.VALA", "WF", "WF.VAL$", "WF.NORD", "AAI", "AAI.VAL$", "ai.DESC",
         "ai.DESC$", "ai.FLNK", "ai.FLNK$[0:1]", "lsi.VAL$", "lso.VAL$", "lso.LEN", "ONE.VAL$", "ONE")  # fmt: skip


def shown(value: Any) -> Any:
    if isinstance(value, Exception):
        return "none"
    content = value["value"]
    if isinstance(content, np.ndarray):
        return value.getID(), str(content.dtype), bytes(content) if content.dtype == np.int8 else content.tolist()
    return value.getID(), content


def link_fields() -> Iterator[tuple[str, str]]:
    """(record type, field) of all links of the record types that EPICS has."""
    definitions = Definitions()
    for rtype in sorted(set(definitions.base_record_types) - {"sub"}):
        for field in definitions.record_type(rtype).fields.values():
            if field.type in LINKS:
                yield rtype, field.name


@pytest.fixture(scope="module")
def clients(start_once: Starter) -> Iterator[list[Context]]:
    """One of softIocPVX, one of ours."""
    needed = {"calc": 'field(CALC, "1")', "calcout": 'field(CALC, "1")'}
    types = dict.fromkeys(rtype for rtype, _ in link_fields())
    db = "".join(f'record({rtype}, "{rtype}") {{ {needed.get(rtype, "")} }}\n' for rtype in types if rtype != "ai")
    servers = (start_once.softiocpvx(db + OTHERS), start_once.pydevpva(db=db + OTHERS))
    both = [p4p_context(server.environment) for server in servers]
    yield both
    for client in both:
        client.close()


def test_texts_and_arrays_of_strings_as_characters(clients: list[Context]) -> None:
    want, got = (list(map(shown, client.get(NAMES, throw=False, timeout=2.5))) for client in clients)
    assert dict(zip(NAMES, got, strict=True)) == dict(zip(NAMES, want, strict=True))


def test_characters_that_are_put(clients: list[Context]) -> None:
    for name, value in PUTS:
        results = []
        for client in clients:
            refused = client.put(name, {"value": value}, get=False, throw=False, timeout=PATIENCE)
            after = client.get(list(AFTER), throw=False, timeout=PATIENCE)
            results.append((refused is None, *map(shown, after)))
        for what, want, got in zip(("put", *AFTER), *results, strict=True):
            assert got == want, (name, value, what)


@pytest.mark.parametrize("end", ["$", ""])
def test_a_text_put_to_any_link(clients: list[Context], end: str) -> None:
    names = [f"{rtype}.{field}{end}" for rtype, field in link_fields() if f"{rtype}.{field}$" not in REFUSED_BY_EPICS]
    assert len(names) > 300
    for put in TEXTS:
        answers = []
        for client in clients:
            refused = client.put(names, [{"value": put}] * len(names), get=False, throw=False, timeout=PATIENCE)
            values = client.get(names, timeout=PATIENCE)
            answers.append([(why is None, value["value"]) for why, value in zip(refused, values, strict=True)])
        for name, want, got in zip(names, *answers, strict=True):
            assert got == want, (name, put)
