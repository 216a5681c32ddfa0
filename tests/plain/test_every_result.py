"""Every kind of result into every record type, by link, pydev.iointr and expression: what clients find is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from p4p.client.thread import Context

from tests.clients import p4p_context
from tests.ioc_process import ServerProcess, Starter
from tests.plain.values_module import VALUES

STATES = 'field(ZRST,"Off") field(ONST,"On") field(TWST,"Fault")'
TWO = 'field(ZNAM,"Off") field(ONAM,"On")'
TYPES = {
    "ai": "", "longin": "", "int64in": "", "bi": TWO, "mbbi": STATES, "mbbiDirect": "", "stringin": "", "lsi": "",
    "ao": "", "longout": "", "int64out": "", "bo": TWO, "mbbo": STATES, "mbboDirect": "", "stringout": "", "lso": "",
    "event": "", "printf": "", "calcout": "",
    "compress": 'field(ALG,"Circular Buffer") field(NSAM,"3")', "histogram": 'field(NELM,"5") field(ULIM,"5")',
    "subArray": 'field(FTVL,"DOUBLE") field(MALM,"5") field(NELM,"5")', "ndarray": "", "table": "",
}  # fmt: skip
ELEMENTS = ("DOUBLE", "FLOAT", "LONG", "UCHAR", "STRING")
OUTPUTS = {"ao", "longout", "int64out", "bo", "mbbo", "mbboDirect", "stringout", "lso", "printf", "calcout"}
OWN = re.compile(r'File "[^"]*/pydevpva/|internal error|Fatal|Segmentation')
# No single value: each of these is refused by what takes one number or text, and the message tells what it was
KINDS = {
    "function": "function", "method": "builtin_function_or_method", "async_generator": "async_generator", "set": "set",
    "generator": "generator", "Bare": "Bare", "Raises": "Raises", "datetime": "datetime", "Quantity": "Quantity",
    "masked": "MaskedConstant", "complex128": "complex128", "matrix": "matrix", "Own image": "Own", "deque": "deque",
    "module": "module", "class": "type", "dict": "dict", "recarray": "recarray", "Metres": "Metres",
    "nat": "datetime64", "structured": "ndarray", "namedtuple": "Pair", "tuple": "tuple", "list": "list",
    "bytes": "bytes", "timedelta64": "timedelta64", "masked float": "MaskedArray",
    "Framelike": "Framelike", "Serieslike": "Serieslike",
}  # fmt: skip


def records() -> dict[str, str]:
    """Their text by name; the part before the colon says by which way they get their value."""
    event, made = "@pydev.iointr('value')", {}
    for rtype, fields in TYPES.items():
        link = "OUT" if rtype in OUTPUTS else "SVL" if rtype == "histogram" else "INP"
        for way, code in (("link", "@give()"), ("event", event)):
            made[f"{way}:{rtype}"] = f'{rtype}, DTYP "pydev" {link} "{code}" {fields}'
    for rtype in ("waveform", "aai", "aao"):
        for dbf in ELEMENTS:
            link = "OUT" if rtype == "aao" else "INP"
            for way, code in (("link", "@give()"), ("event", event)):
                made[f"{way}:{rtype}:{dbf}"] = (
                    f'{rtype}, DTYP "pydev" {link} "{code}" field(FTVL,"{dbf}") field(NELM,"5")'
                )
    for dbf in ELEMENTS:
        for size in (1, 5):
            made[f"calc:pycalc:{dbf}:{size}"] = f'pycalc, CALC "give()" field(FTVL,"{dbf}") field(MEVL,"{size}")'
            made[f"sub:aSub:{dbf}:{size}"] = f'aSub, SNAM "assign" field(FTVA,"{dbf}") field(NOVA,"{size}")'
    made["sub:sub"] = 'sub, SNAM "result"'
    return made


def text(name: str, body: str) -> str:
    rtype, _, fields = body.partition(", ")
    fields = re.sub(r'(DTYP|INP|OUT|SVL|CALC|SNAM) "([^"]*)"', r'field(\1,"\2")', fields)
    scan = 'field(SCAN,"I/O Intr")' if name.startswith("event:") else ""
    return (
        f'record({rtype},"{name}") {{ {fields} {scan} field(FLNK,"{name}:n") }}\n'
        f'record(calc,"{name}:n") {{ field(CALC,"VAL+1") }}\n'
    )


MODULE = """
from values_module import *
import pydev
@pydev.subroutine
def assign(record): record.VALA = give()
@pydev.subroutine
def result(record): return give()
"""
DRIVE = """
record(stringout,"choose") { field(DTYP,"pydev") field(OUT,"@choose(VAL)") }
record(longout,"publish") { field(DTYP,"pydev") field(OUT,"@publish()") }
"""
PUBLISH = """
def publish():
    try: value = give()
    except BaseException: return 0
    assert pydev.iointr('value', value) is True
"""


class Ioc:
    """The IOC with all of the records, and one client."""

    def __init__(self, server: ServerProcess, client: Context) -> None:
        self.server, self.client = server, client
        self.names = list(records())
        self.before: tuple[dict[str, Any], dict[str, Any]] | None = None
        self.driven = [name for name in self.names if not name.startswith("event:")]

    def give(self, value: str) -> None:
        """Process each record once with this value; published values have been taken in when this returns."""
        self.client.put("choose", {"value": value}, wait=True, get=False)
        puts = [f"{name}.PROC" for name in self.driven]
        self.client.put([*puts, "publish"], [{"value": 1}] * (len(puts) + 1), wait=True, get=False)

    def values(self, field: str = "") -> dict[str, Any]:
        found = self.client.get([name + field for name in self.names])
        return dict(zip(self.names, found, strict=True))


@pytest.fixture(scope="module")
def ioc(start_once: Starter) -> Iterator[Ioc]:
    folder = start_once.file("everything.py", MODULE + PUBLISH).parent
    start_once.file("values_module.py", Path(__file__).with_name("values_module.py").read_text())
    db = "".join(text(name, body) for name, body in records().items()) + DRIVE
    server = start_once.pydevpva(
        db=db, startup=[f'epicsEnvSet("PYTHONPATH","{folder}")', 'pydev("from everything import *")']
    )
    with closing(p4p_context(server.environment)) as client:
        yield Ioc(server, client)


def plain(value: Any) -> Any:
    """What can be compared, NaN with itself too."""
    if hasattr(value, "todict"):
        return str(value.todict())
    return repr(value.tolist()) if isinstance(value, np.ndarray) else repr(value)


@pytest.mark.parametrize("value", VALUES)
def test_every_record_takes_or_refuses_it_and_clients_see_which(ioc: Ioc, value: str) -> None:
    before, runs = ioc.before or (ioc.values(), ioc.values(":n"))
    ioc.give(value)
    expected = ioc.driven if value in RAISED else ioc.names
    now, after = ioc.before = ioc.values(), ioc.values(":n")
    severity, condition, message = ioc.values(".SEVR"), ioc.values(".STAT"), ioc.values(".AMSG")
    wrong = []
    for name in expected:
        found, rtype = now[name], name.split(":")[1]
        said, status = str(message[name].value), label(condition[name])
        refused = (label(severity[name]), status) == ("INVALID", "CALC")
        if found.alarm.severity != severity[name].value.index:
            wrong.append(f"{name}: the PV's severity is {found.alarm.severity}, the record's {label(severity[name])}")
        if found.alarm.message != (said or ("" if status == "NO_ALARM" else status)):
            wrong.append(f"{name}: the PV says {found.alarm.message!r}, the record {said!r}, {status}")
        if refused and rtype not in REMADE and plain(found.value) != plain(before[name].value):
            wrong.append(f"{name}: refused, but VAL changed from {before[name].value} to {found.value}")
        if "inf" in plain(found.value) and value not in ("inf", "none") and rtype != "compress":
            wrong.append(f"{name}: {found.value}")
        if refused and rtype in SINGLE and KINDS.get(value, "") not in said:
            wrong.append(f"{name}: {said!r} does not tell the type")
        if not refused and rtype in SINGLE and value in KINDS and (value != "bytes" or "string" not in rtype):
            wrong.append(f"{name}: {found.value} was made of it")
        if after[name].value <= runs[name].value:
            wrong.append(f"{name}: FLNK did not run")
    assert not wrong, "\n".join(wrong)
    assert not OWN.search(ioc.server.log), ioc.server.log[-3000:]


def label(choice: Any) -> str:
    return str(choice.value.choices[choice.value.index])


SINGLE = {"ai", "ao", "longin", "longout", "int64in", "int64out", "bi", "bo", "stringin", "stringout", "sub"}
REMADE = {"printf", "calcout", "aSub"}  # by FMT and CALC at each processing; VAL of aSub is its status
RAISED = {value for value in VALUES if "error" in value} | {"exit", "interrupt"}
