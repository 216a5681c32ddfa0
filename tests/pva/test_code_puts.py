"""Fields whose text becomes Python: clients and other records change them only where the site says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from p4p.client.thread import Context, RemoteError

from tests.ioc_process import PATIENCE, ServerProcess, Starter

DB = """
record(ao, "out") { field(DTYP, "pydev") field(OUT, "@VAL*2") }
record(ai, "in") { field(DTYP, "pydev") field(INP, "@1") alias("alias") }
record(calcout, "calcout") { field(DTYP, "pydev") field(OUT, "@VAL") field(CALC, "1") }
record(waveform, "wave") { field(DTYP, "pydev") field(INP, "@[1]") }
record(table, "table") { field(DTYP, "pydev") field(INP, "@{'a': [1]}") }
record(pycalc, "calc") { field(CALC, "1") }
record(sub, "sub") { field(SNAM, "plain") }
record(aSub, "asub") { field(SNAM, "plain") field(LFLG, "READ") field(SUBL, "name") }
record(stringin, "name") { field(VAL, "given") }
record(ai, "soft") { }
record(calc, "plain") { field(CALC, "1") field(INPA, "soft") }
record(stringout, "to:calc") { field(VAL, "6*7") field(OUT, "calc.CALC") }
record(stringout, "to:sub") { field(VAL, "plain") field(OUT, "sub.SNAM") }
record(stringout, "ca:out") { field(VAL, "@6*7") field(OUT, "out.OUT CA") }
record(stringout, "pva:out") { field(VAL, "@6*7") field(OUT, {pva: "out.OUT"}) }
record(aao, "letters") { field(FTVL, "CHAR") field(NELM, "20") field(OUT, "sub.SNAM") }
record(aao, "letters:long") { field(FTVL, "CHAR") field(NELM, "20") field(OUT, "sub.SNAM$") }
record(aao, "texts") { field(FTVL, "STRING") field(NELM, "20") field(OUT, "sub.SNAM") }
record(lso, "lso:calc") { field(SIZV, "50") field(OUT, "calc.CALC$") }
record(lso, "lso:out") { field(SIZV, "50") field(OUT, "out.OUT$") }
record(lso, "lso:sub") { field(SIZV, "50") field(OUT, "sub.SNAM$") }
record(ao, "number") { field(OUT, "sub.SNAM") }
record(sub, "three") { field(SNAM, "given")
    info(Q:group, {"names": {"any": {"+type": "any", "+channel": "SNAM", "+putorder": 0}, "long": {"+channel": "SNAM$", "+putorder": 1}}}) }
record(ai, "one") { info(Q:group, {"group": {"calc": {"+type": "plain", "+channel": "VAL"}}}) }
record(pycalc, "two") { field(CALC, "1") info(Q:group, {"group": {"code": {"+type": "plain", "+channel": "CALC", "+putorder": 0}}}) }
"""  # noqa: E501
FUNCTIONS = """
import pydev
@pydev.subroutine
def given(record):
    record.VALA = 2
def plain(record):
    record.VALA = 1
"""
STARTUP = 'pydev("from functions import *")\ndbLoadRecords("{db}")\niocInit\n'
CODE = "this is Python, which clients and other records may not change; the shell may (dbpf), "
ADVICE = 'and a site that lets everybody says "var pydevCodePuts 1"'
Client = Callable[[ServerProcess], Context]


@pytest.fixture(scope="module")
def ioc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    starter = Starter(tmp_path_factory.mktemp("code"))
    starter.file("functions.py", FUNCTIONS)
    st_cmd = starter.file("st.cmd", STARTUP.format(db=starter.file("x.db", DB)))
    server = starter.shell(st_cmd)
    yield server
    starter.stop_all()


def refusal(client: Context, name: str, value: object) -> str:
    try:
        client.put(name, {"value": value}, get=False, timeout=PATIENCE)
    except RemoteError as error:
        return str(error)
    return "taken"


def letters(text: str) -> Any:
    """Text as clients send it where an array of characters is served."""
    return np.frombuffer(text.encode() + b"\0", np.int8)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("out.OUT", "@7"), ("in.INP", "@7"), ("alias.INP", "@7"), ("calcout.OUT", "@7"),
        ("wave.INP", "@[7]"), ("table.INP", "@{}"), ("calc.CALC", "7"), ("out.OUT", "soft"),
        ('calc.CALC{"ts":{}}', "7"),
        ("in.INP$", "@7"), ("out.OUT$", ""), ("wave.INP$", "@[7]"), ("table.INP$", "{const: 7}"),
        ("in.INP", "{const: 7}"), ("in.INP", "5"), ("out.OUT", '{"pva": {"pv": "soft"}}'), ("in.INP", ""),
        ('in.INP{"arr":{}}', "@7"),
        ("calc.CALC$", letters("7")),
    ],
)  # fmt: skip
def test_code_is_refused_to_clients(ioc: ServerProcess, p4p_client: Client, name: str, text: object) -> None:
    client = p4p_client(ioc)
    field = name.replace("alias", "in").partition("{")[0].removesuffix("$")
    before = client.get(field).value
    assert refusal(client, name, text) == f"{field}: {CODE}{ADVICE}"
    assert client.get(field).value == before


@pytest.mark.parametrize("record", ["sub", "asub"])
def test_clients_name_registered_functions_only(ioc: ServerProcess, p4p_client: Client, record: str) -> None:
    client = p4p_client(ioc)
    assert refusal(client, f"{record}.SNAM", "given") == "taken"
    for name in ("os.system", "plain", "print"):
        start = f'{record}.SNAM: "{name}" is not given to @pydev.subroutine, and clients'
        assert refusal(client, f"{record}.SNAM", name).startswith(start)
        assert refusal(client, f"{record}.SNAM$", letters(name)).startswith(start)
    assert client.get(f"{record}.SNAM").value == "given"


def test_a_name_that_comes_by_subl_is_a_registered_one_too(ioc: ServerProcess, p4p_client: Client) -> None:
    client = p4p_client(ioc)
    for name in ("given", "plain"):
        assert refusal(client, "name", name) == "taken"
        client.put("asub.PROC", {"value": 1}, wait=True, get=False)
        assert client.get("asub.VALA").value == 2
    assert 'asub.SNAM, from SUBL: "plain" is not given to @pydev.subroutine' in ioc.log


@pytest.mark.parametrize(
    ("writer", "target"),
    [("to:calc", "calc.CALC"), ("to:sub", "sub.SNAM"), ("ca:out", "out.OUT"), ("pva:out", "out.OUT")],
)
def test_links_of_other_records_do_not_write_code(
    ioc: ServerProcess, p4p_client: Client, writer: str, target: str
) -> None:
    client = p4p_client(ioc)
    before = client.get(target).value
    client.put(f"{writer}.PROC", {"value": 1}, wait=True, get=False)
    client.get("soft")
    assert client.get(target).value == before
    if writer.startswith("to:"):
        assert client.get(writer)["alarm.severity"] == 3


def test_a_group_does_not_either(ioc: ServerProcess, p4p_client: Client) -> None:
    client = p4p_client(ioc)
    with pytest.raises(RemoteError, match=r"two\.CALC: this is Python"):
        client.put("group", {"code": "6*7"}, get=False)
    assert client.get("two.CALC").value == "1"


def test_neither_do_long_texts_and_arrays_of_other_records(ioc: ServerProcess, p4p_client: Client) -> None:
    client = p4p_client(ioc)
    writers = {"letters": letters("plain"), "letters:long": letters("plain"), "texts": ["plain"], "number": 5.0}
    writers |= {"lso:calc": "6*7", "lso:out": "@6*7", "lso:sub": "plain"}
    before = [client.get(name).value for name in ("calc.CALC", "out.OUT", "sub.SNAM")]
    for name, value in writers.items():
        client.put(name, {"value": value}, wait=True, get=False)
        seen = client.get(name)
        assert (seen["alarm.severity"], seen["alarm.message"]) == (3, "field OUT"), name
    assert [client.get(name).value for name in ("calc.CALC", "out.OUT", "sub.SNAM")] == before
    for name in ("texts", "lso:sub"):
        client.put("sub.SNAM", {"value": ""}, wait=True, get=False)
        client.put(name, {"value": ["given"] if name == "texts" else "given"}, wait=True, get=False)
        assert client.get("sub.SNAM").value == "given"
    assert "Traceback" not in ioc.log


def test_a_group_names_registered_functions_only(ioc: ServerProcess, p4p_client: Client) -> None:
    client = p4p_client(ioc)
    for leaves in ({"any": "plain"}, {"long.value": letters("plain")}, {"any": np.array([1.0, 2.0])}):
        with pytest.raises(RemoteError, match=r"three\.SNAM: .* is not given to @pydev\.subroutine"):
            client.put("names", leaves, get=False)
        assert client.get("three.SNAM").value == "given"
    for leaves in ({"any": "given"}, {"long.value": letters("given")}):
        client.put("names", leaves, get=False)


def test_what_is_no_code_is_put_as_ever(ioc: ServerProcess, p4p_client: Client) -> None:
    client = p4p_client(ioc)
    for name, text in (("plain.CALC", "A+1"), ("plain.INPA", "soft NPP MS"), ("calcout.CALC", "2"), ("soft.INP", "5")):
        assert refusal(client, name, text) == "taken"
        assert client.get(name).value == text
    assert "a link has 4096 characters at most" in refusal(client, "plain.INPA", "x" * 5000)


def test_dtyp_does_not_become_pydev_or_anything_that_has_no_effect(ioc: ServerProcess, p4p_client: Client) -> None:
    client = p4p_client(ioc)
    choices = list(client.get("soft.DTYP")["value.choices"])
    for record, now, new in (("soft", "Soft Channel", "pydev"), ("in", "pydev", "Soft Channel")):
        with pytest.raises(RemoteError) as error:
            client.put(f"{record}.DTYP", {"value.index": choices.index(new)}, get=False)
        assert f'{record}.DTYP: "{now}" cannot become "{new}" while the IOC runs' in str(error.value)
    client.put("soft.DTYP", {"value.index": choices.index("Raw Soft Channel")}, get=False)
    client.put("soft.INP", {"value": "plain.B"}, get=False)
    client.put("plain.B", {"value": 4.0}, get=False)
    client.put("soft.PROC", {"value": 1}, get=False, wait=True)
    assert (client.get("soft.RVAL").value, client.get("soft").value) == (4, 4.0)


def test_the_shell_may_and_the_site_may_open_it(start: Starter, p4p_client: Client) -> None:
    start.file("functions.py", FUNCTIONS)
    st_cmd = start.file("st.cmd", STARTUP.format(db=start.file("x.db", DB)))
    ioc = start.shell(st_cmd)
    client = p4p_client(ioc)
    ioc.type('dbpf calc.CALC "3*3"')
    ioc.wait_log('"3*3"')
    assert client.get("calc.CALC").value == "3*3"
    assert "this is Python" in refusal(client, "calc.CALC", "4*4")
    ioc.type("var pydevCodePuts 1")
    ioc.type("var pydevCodePuts")
    ioc.wait_log("int pydevCodePuts = 1")
    assert refusal(client, "calc.CALC", "4*4") == "taken"
    assert refusal(client, "out.OUT", "@VAL*3") == "taken"
    client.put("out", {"value": 2.0}, wait=True, get=False)
    assert client.get("out").value == 6.0
    client.put("to:calc.PROC", {"value": 1}, wait=True, get=False)
    assert client.get("calc.CALC").value == "6*7"
    ioc.type("var pydevCodePuts 0")
    ioc.type("dbgf soft")
    ioc.wait_log("DBF_DOUBLE:")
    assert "this is Python" in refusal(client, "calc.CALC", "5*5")
