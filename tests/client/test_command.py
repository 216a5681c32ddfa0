"""pydevpva-client over PVAccess: what it prints, and its exit status. Client and IOC are in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pydevpva.client.command import run
from tests.local_ioc import Serve

DB = """
record(ai, "T:Temp") { field(INP, "21.5") field(PINI, "YES") field(EGU, "degC") field(HIGH, "20") field(HSV, "MINOR") }
record(bo, "T:Lamp") { field(ZNAM, "Off") field(ONAM, "On") }
record(longout, "T:Count") { field(DRVH, "10") }
record(stringout, "T:Text") { field(VAL, "a b") }
record(waveform, "T:Wave") { field(FTVL, "DOUBLE") field(NELM, "100") field(INP, [0,1,2,3,4,5,6,7,8,9,10,11,12]) }
record(waveform, "T:Bytes") { field(FTVL, "CHAR") field(NELM, "3") }
record(table, "T:Table") { field(DTYP, "pydev") field(INP, "@dict(x=[1.5, 2.5], name=['p', 'q'])") field(PINI, "YES") }
record(ndarray, "T:Image") { field(DTYP, "pydev") field(INP, "@frame") field(PINI, "YES") }
record(ao, "T:Left") { info(Q:group, {"T:Slit": {"left": {+channel: "VAL", +putorder: 0}}}) }
record(ao, "T:Right") { info(Q:group, {"T:Slit": {"right": {+channel: "VAL", +putorder: 1}}}) }
record(ao, "T:Bad") { field(DTYP, "pydev") field(OUT, "@1/0") }
"""
FRAME = "import numpy; frame = numpy.arange(12, dtype='u2').reshape(3, 4)"


@pytest.fixture
def client(serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """client(*words): what is printed; the exit status must be 0, or the `status` given, with what stderr says."""
    for name, value in serve(DB, FRAME).environment.items():
        monkeypatch.setenv(name, value)

    def ask(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        assert run(words) == status, capsys.readouterr()
        out, err = capsys.readouterr()
        return err if status else out

    return ask


def test_a_number_has_its_time_unit_and_alarm(client: Callable[..., str]) -> None:
    name, _day, _time, *rest = client("get", "T:Temp").split()
    assert (name, rest) == ("T:Temp", ["21.5", "degC", "MINOR", "HIGH"])


def test_names_stand_in_a_column_and_an_enum_is_its_label(client: Callable[..., str]) -> None:
    assert client("get", "T:Lamp", "T:Count").splitlines() == [
        "T:Lamp  <undefined> Off INVALID UDF",
        "T:Count <undefined> 0 INVALID UDF",
    ]


def test_terse_is_the_value_alone(client: Callable[..., str]) -> None:
    assert client("get", "-t", "T:Temp", "T:Lamp", "T:Text") == "21.5\nOff\na b\n"


def test_an_array_is_cut_unless_all_is_asked_for(client: Callable[..., str]) -> None:
    assert "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, ..., 11.0, 12.0] (13 elements)" in client("get", "T:Wave")
    assert "8.0, 9.0, 10.0, 11.0" in client("get", "--all", "T:Wave")


def test_a_table_is_a_table(client: Callable[..., str]) -> None:
    assert client("get", "T:Table").splitlines()[1:] == ["      x  name", "    1.5  p", "    2.5  q"]


def test_an_image_is_described_and_saved(client: Callable[..., str], tmp_path: Path) -> None:
    assert "image 3 x 4 uint16, from 0 to 11, mean 5.5, id 1" in client("get", "T:Image")
    npy, png = tmp_path / "x.npy", tmp_path / "x.png"
    assert client("get", "--save", str(npy), "T:Image") == f"{npy}: 3 x 4 uint16\n"
    assert np.load(npy).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    client("get", "--save", str(png), "T:Image")
    image = pytest.importorskip("PIL.Image")
    with image.open(png) as picture:
        assert np.asarray(picture).tolist() == np.load(npy).tolist()


def test_what_is_no_array_is_not_saved(client: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    why = client("get", "--save", str(path), "T:Temp", status=1)
    assert why == (
        f"pydevpva-client: {path}: --save is for images and arrays of numbers, and this is NTScalar double\n"
    )
    assert not path.exists()


def test_json_has_all_and_is_json(client: Callable[..., str]) -> None:
    lines = map(json.loads, client("get", "--json", "T:Temp", "T:Lamp", "T:Wave", "T:Slit").splitlines())
    temp, lamp, wave, slit = lines
    assert {k: temp[k] for k in ("value", "units", "severity", "message")} == {
        "value": 21.5, "units": "degC", "severity": "MINOR", "message": "HIGH",
    }  # fmt: skip
    assert (lamp["value"], lamp["index"], lamp["choices"]) == ("Off", 0, ["Off", "On"])
    assert wave["value"] == list(range(13))
    assert slit["value"]["left"]["value"] == 0


def test_a_name_that_nobody_has_is_status_1_and_the_others_are_shown(
    client: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["get", "-w", "0.3", "-t", "T:None", "T:Text"]) == 1
    assert capsys.readouterr() == (
        "a b\n",
        "pydevpva-client: T:None: no answer within 0.3 s: no server has it, or none is reached\n",
    )


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["T:Lamp", "On"], "T:Lamp", "On"),
        (["T:Lamp", "1"], "T:Lamp", "On"),
        (["T:Count", "0x0A"], "T:Count", "10"),
        (["T:Text", "two", "words"], "T:Text", "two words"),
        (["T:Text", "[1]"], "T:Text", "[1]"),
        (["T:Wave", "1", "2.5"], "T:Wave", "[1.0, 2.5]"),
        (["T:Wave", "[3, 4]"], "T:Wave", "[3.0, 4.0]"),
        (["T:Wave", "[]"], "T:Wave", "[]"),
        (["T:Slit", '{"left": 2, "right": 3}'], "T:Right", "3.0"),
        (["--no-wait", "T:Count", "7"], "T:Count", "7"),
    ],
)
def test_put(client: Callable[..., str], words: list[str], name: str, value: str) -> None:
    assert client("put", *words) == ""
    assert client("get", "-t", name) == f"{value}\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["T:Lamp", "Onn"], "'Onn' is none of the choices Off, On; did you mean On?"),
        (["T:Count", "ten"], "'ten' is not a number"),
        (["T:Count", "1.5"], "'1.5' is not a whole number"),
        (["T:Count", "3000000000"], "3000000000 is not between -2147483648 and 2147483647"),
        (["T:Bytes", "[300]"], "300 is not between -128 and 127"),
        (["T:Wave", "[1, 2"], "not JSON: Expecting ',' delimiter at character 6 of '[1, 2'"),
        (["T:Wave", '[{"a": 1}]'], '{"a": 1} is not a number'),
        (["T:Slit", "3"], "a table or a structure gets a JSON object, {\"member\": value}, not '3'"),
        (["T:Slit", '{"lefd": 3}'], "no member lefd; did you mean left?"),
        (["T:Image", "3"], "an image is not put from a command line"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_the_reason(
    client: Callable[..., str], words: list[str], why: str
) -> None:
    before = client("get", "-t", words[0])
    assert client("put", *words, status=1) == f"pydevpva-client: {words[0]}: {why}\n"
    assert client("get", "-t", words[0]) == before


def test_a_refusal_of_the_server_names_the_record_once(client: Callable[..., str]) -> None:
    why = client("put", "T:Temp.NAME", "x", status=1)
    assert why.count("T:Temp.NAME") == 1


def test_an_error_of_the_code_is_in_the_alarm(client: Callable[..., str]) -> None:
    assert client("put", "T:Bad", "1") == ""
    assert "INVALID ZeroDivisionError: division by zero" in client("get", "T:Bad")


def test_monitor_ends_after_so_many_updates(client: Callable[..., str]) -> None:
    assert {line.split()[0] for line in client("monitor", "--count", "2", "T:Temp", "T:Lamp").splitlines()} == {
        "T:Temp",
        "T:Lamp",
    }


def test_info(client: Callable[..., str]) -> None:
    shown = client("info", "T:Temp")
    assert "type: NTScalar double" in shown
    assert "valueAlarm.highWarningLimit: 20.0" in shown
    assert "choices: Off, On" in client("info", "T:Lamp")


@pytest.mark.long
def test_list_finds_the_server_and_its_names(client: Callable[..., str]) -> None:
    (server,) = client("list", "--servers").split()
    assert client("list").split() == client("list", server).split()
    assert client("list", "--match", "T:L*").split() == ["T:Lamp", "T:Left"]


def test_a_server_that_is_not_there(client: Callable[..., str]) -> None:
    assert client("list", "127.0.0.1:1", status=1) == "pydevpva-client: 127.0.0.1:1: Connection refused\n"


def test_a_command_line_that_is_none_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["got", "T:X"], ["get"]):
        with pytest.raises(SystemExit) as ended:
            run(words)
        assert ended.value.code == 2
    capsys.readouterr()
