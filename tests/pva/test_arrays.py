"""Arrays and text over the wire."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np
import pytest

from tests.clients import Pvapy
from tests.local_ioc import Serve


def waveform(ftvl: str, nelm: int = 5, more: str = "") -> str:
    return f'record(waveform, "W") {{ field(FTVL, "{ftvl}") field(NELM, "{nelm}") {more} }}'


@pytest.mark.parametrize(
    ("ftvl", "values"),
    [
        ("DOUBLE", [1.5, float("inf"), -0.0]),
        ("FLOAT", [0.5, 1e30]),
        ("CHAR", [-128, 127]),
        ("UCHAR", [0, 255]),
        ("SHORT", [-32768, 32767]),
        ("USHORT", [65535]),
        ("LONG", [-(2**31), 2**31 - 1]),
        ("ULONG", [2**32 - 1]),
        ("INT64", [-(2**63), 2**63 - 1]),
        ("UINT64", [2**64 - 1, 0]),
    ],
)
def test_numbers_go_there_and_back(serve: Serve, ftvl: str, values: list[float]) -> None:
    served = serve(waveform(ftvl))
    dtype = served.get("W").value.dtype
    assert served.put("W", np.array(values, dtype)) == "ok"
    got = served.get("W").value
    assert got.dtype == dtype
    assert got.tolist() == pytest.approx(values, rel=1e-6) if ftvl == "FLOAT" else got.tolist() == values


def test_an_empty_array_goes_there_and_back(serve: Serve) -> None:
    served = serve(waveform("LONG"))
    served.put("W", [1, 2])
    with served.watch("W") as watch:
        watch.next()
        assert served.put("W", np.empty(0, np.int32)) == "ok"
        assert watch.next().value.tolist() == []


def test_what_does_not_fit_is_cut(serve: Serve) -> None:
    served = serve(waveform("LONG", 3))
    assert served.put("W", [1, 2, 3, 4]) == "ok"
    assert served.get("W").value.tolist() == [1, 2, 3]


def test_an_update_is_not_changed_by_later_ones(serve: Serve) -> None:
    served = serve(waveform("LONG"))
    with served.watch("W") as watch:
        watch.next()
        served.put("W", [1, 2])
        first = watch.next()
        served.put("W", [3, 4])
        assert watch.next().value.tolist() == [3, 4]
        assert first.value.tolist() == [1, 2]


def test_strings(serve: Serve) -> None:
    served = serve(waveform("STRING"))
    assert served.put("W", ["a", "", "über " * 3, "x" * 50]) == "ok"
    assert served.get("W").value == ["a", "", "über " * 3, "x" * 39]


@pytest.mark.parametrize(("sent", "kept"), [("hello", "hello"), ("", ""), ("grün", "grün"), ("x" * 30, "x" * 19)])
def test_a_char_array_of_form_string_is_text(serve: Serve, sent: str, kept: str) -> None:
    served = serve(waveform("CHAR", 20, 'info(Q:form, "String")'))
    served.put("W", "something longer")
    assert served.put("W", sent) == "ok"
    assert served.get("W").value == kept


def test_a_char_array_of_form_string_that_is_no_utf8_is_served_as_utf8(serve: Serve) -> None:
    served = serve(waveform("CHAR", 20, 'info(Q:form, "String")'))
    sent = np.frombuffer(b"25 \xb0C\0", np.int8)
    served.on_database(lambda: served.ioc.database.find("W").put(sent))
    assert served.get("W").value == "25 \ufffdC"


def test_dollar_gives_and_takes_characters(serve: Serve) -> None:
    served = serve('record(ao, "A") { field(DESC, "before") }')
    assert served.get("A.DESC$").value.tobytes() == b"before\0"
    assert served.put("A.DESC$", np.frombuffer(b"new\0rest", np.int8)) == "ok"
    assert served.get("A.DESC").value == "new"


def test_bytes_that_are_no_utf8_are_served_as_they_are(serve: Serve) -> None:
    served = serve('record(ao, "A") { }')
    unit = b"\xb0C".decode("utf-8", "surrogateescape")
    served.on_database(lambda: served.ioc.database.find("A.EGU").put(unit))
    assert served.get("A.EGU$").value.tobytes() == b"\xb0C\0"
    assert served.client.get("A", request="field(value)").value == 0.0


def test_pvapy_reads_writes_and_monitors(serve: Serve) -> None:
    served = serve(waveform("DOUBLE") + 'record(bo, "B") { field(ZNAM, "off") field(ONAM, "on") }')
    with closing(Pvapy(served.environment)) as pvapy:
        pvapy.put("W", [1.5, 2.5], "record[block=true,process=true]field(value)")
        update: dict[str, Any] = pvapy.monitor("W", 1)[0]
        assert update["value"] == [1.5, 2.5]
        assert update["display"]["form"]["choices"][0] == "Default"
        pvapy.put("B", "on")
        assert pvapy.get("B")["value"] == {"index": 1, "choices": ["off", "on"]}
