"""Constants of links, plain and JSON, beside record types: what softIocPVX makes of them at the start, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from p4p.client.thread import Context

from tests.clients import p4p_context
from tests.ioc_process import Starter

NUMBERS = (
    "5", "5.7", "0x10", " 7 ", "300", "70000", "[1,2.5,3]", "[.5]", "[0x10]", "[5]", "{const:5}", "{const:5.7}",
    "{const:[1,2.5]}", "{const:true}", "{const:0x10}", "{const:-300}", "{const:.5}", "{const:[]}",
    "{const:[1,2,3,4,5,6]}", "{}", "-1e10", "1e10", "NaN", "nan", "inf", "Infinity", "010", "-5", "4294967295", "1e3",
    "99999999999", "{const:-1e10}", "{const:NaN}", "{const:Infinity}", "[NaN]", "[-1e10]", "1.",
)  # fmt: skip
TEXTS = ("['a','b']", "['12']", "{const:'text'}", "{const:'12'}", "{const:['a','b']}", "{const:['1','2']}")
CRASHES = ("bi", "mbbi")  # softIocPVX, of a text
TYPES = ("STRING", "CHAR", "SHORT", "LONG", "DOUBLE")
CASES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    *((rtype, "INP", "", ("VAL", "UDF")) for rtype in
      ("ai", "bi", "longin", "int64in", "mbbi", "mbbiDirect", "stringin", "lsi", "event")),
    *((rtype, "SIOL", 'field(SIMM, "YES")', ("SVAL",)) for rtype in ("ai", "longin", "stringin")),
    *((rtype, "DOL", "", ("VAL", "UDF")) for rtype in
      ("ao", "bo", "longout", "int64out", "mbbo", "mbboDirect", "stringout", "lso", "dfanout")),
    ("calc", "INPA", 'field(CALC, "A")', ("A",)), ("calcout", "INPL", 'field(CALC, "A")', ("L",)),
    ("sel", "INPA", "", ("A",)), ("sel", "NVL", "", ("SELN",)), ("seq", "DOL1", "", ("DO1",)),
    ("seq", "SELL", "", ("SELN",)), ("fanout", "SELL", "", ("SELN",)), ("histogram", "SVL", "", ("SGNL",)),
    *((rtype, "INP", f'field(FTVL, "{dbf}") field(NELM, "4")', ("VAL", "NORD", "UDF")) for dbf in TYPES
      for rtype in ("waveform", "aai")),
    *(("aao", "DOL", f'field(FTVL, "{dbf}") field(NELM, "4")', ("VAL", "NORD")) for dbf in TYPES),
    *(("aSub", "INPA", f'field(FTA, "{dbf}") field(NOA, "4")', ("A", "NEA")) for dbf in TYPES),
)  # fmt: skip


def is_forgiven(rtype: str, others: str, text: str) -> bool:
    """What the page lists: text that is no number in an array of numbers, numbers that are none for 32 bits; and 010,
    which to EPICS's parser of arrays is an error after a 0.
    """
    if rtype in ("mbbiDirect", "mbboDirect") and text != "{}":
        return text in ("-1e10", "1e10", "NaN", "nan", "inf", "Infinity")
    if text == "{}":  # fails when it is read, without an alarm
        return rtype in ("bi", "longin", "int64in", "mbbi", "mbbiDirect")
    if text == "010" and rtype == "aSub" and "STRING" in others:
        return True
    is_array = rtype in ("waveform", "aai", "aao", "aSub") and '"STRING"' not in others
    return is_array and text in ("{const:'text'}", "{const:['a','b']}")


def cases() -> Iterator[tuple[str, list[str]]]:
    """(record, names to read)."""
    for row, (rtype, link, others, fields) in enumerate(CASES):
        for column, text in enumerate(NUMBERS if rtype in CRASHES else NUMBERS + TEXTS):
            if is_forgiven(rtype, others, text):
                continue
            name = f"{row}:{column}"
            value = text if text[0] == "{" else f'"{text}"'
            yield f'record({rtype}, "{name}") {{ {others} field({link}, {value}) }}\n', [f"{name}.{f}" for f in fields]


def shown(value: Any) -> Any:
    content = value["value"]
    if hasattr(content, "changedSet"):
        return content["index"]
    return repr(content.tolist() if hasattr(content, "tolist") else content)  # NaN too is the same


def read(client: Context, names: list[str]) -> list[Any]:
    """What each shows now."""
    values = [v for at in range(0, len(names), 200) for v in client.get(names[at : at + 200], timeout=20)]
    return list(map(shown, values))


def test_constants_of_links_at_the_start_and_after_processing(start: Starter) -> None:
    table = list(cases())
    names = [name for _, more in table for name in more]
    assert len(names) > 1500
    texts = {name: text for text, more in table for name in more}
    db = "".join(text for text, _ in table)
    seen = []
    for server in (start.softiocpvx(db), start.pydevpva(db=db)):
        with p4p_context(server.environment) as client:
            started = read(client, names)
            processed = [name.partition(".")[0] + ".PROC" for _, (name, *_) in table]
            for at in range(0, len(processed), 200):
                some = processed[at : at + 200]
                client.put(some, [{"value": 1}] * len(some), get=False, throw=False, timeout=20)
            seen.append(started + read(client, names))
    both = [*names, *(f"{name} after processing" for name in names)]
    texts |= {f"{name} after processing": text for name, text in texts.items()}
    different = [(texts[name], name, want, got) for name, want, got in zip(both, *seen, strict=True) if want != got]
    assert not different, "\n".join(f"{text}{name}: EPICS {want}, ours {got}" for text, name, want, got in different)
