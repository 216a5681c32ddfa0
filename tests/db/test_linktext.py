"""Link texts, taken apart as EPICS does."""

from __future__ import annotations

import pytest

from pydevpva.db.definitions import Definitions
from pydevpva.db.linktext import parse_link


@pytest.mark.parametrize(
    ("text", "kind", "target", "process", "severity"),
    [
        ("", "constant", "", "NPP", "NMS"),
        (" 0x10 ", "constant", "0x10", "NPP", "NMS"),
        ("[1, 2]", "constant", "[1, 2]", "NPP", "NMS"),
        ("a.EGU PP MS", "pv", "a.EGU", "PP", "MS"),
        ("a MSI CPP", "pv", "a", "CPP", "MSI"),
        ("a QQCPPXMSITT", "pv", "a", "CPP", "MSI"),
        ("a CP MSS", "pv", "a", "CP", "MSS"),
        ("a\tPP", "pv", "a\tPP", "NPP", "NMS"),
        ("1a", "pv", "1a", "NPP", "NMS"),
        ("@x = 1", "inst", "x = 1", "NPP", "NMS"),
        ("#C1 S2 @p q", "hardware", "p q", "NPP", "NMS"),
    ],
)
def test_input_links(text: str, kind: str, target: str, process: str, severity: str) -> None:
    link = parse_link(text, "INLINK")
    assert (link.kind, link.target, link.process, link.severity) == (kind, target, process, severity)


def test_output_and_forward_links_lose_what_they_cannot_use() -> None:
    assert parse_link("a CPP MS", "OUTLINK").process == "NPP"
    assert parse_link("a PP MS", "FWDLINK").severity == "NMS"
    assert parse_link("a CA", "FWDLINK").process == "CA"


def test_json_links_are_read() -> None:
    assert parse_link("{pva: {pv: 'x', Q: +0x10, list: [.5, NaN,],},}", "INLINK").json.keys() == {"pva"}  # type: ignore


def test_record_and_field_of_a_pv_link() -> None:
    link = parse_link("a:b.DESC$ PP", "INLINK")
    assert (link.record, link.field, link.process) == ("a:b", "DESC$", "PP")
    assert parse_link("a", "INLINK").field == "VAL"


@pytest.mark.parametrize(
    ("text", "choice", "message"),
    [
        ("a.b", "pydev", 'the link must be of the form "@..." for DTYP "pydev"'),
        (
            "@x",
            "Soft Channel",
            'the link must be a constant or a PV for DTYP "Soft Channel"; Python code needs field(DTYP, "pydev")',
        ),
    ],
)
def test_a_device_takes_only_its_own_kind(text: str, choice: str, message: str, base: Definitions) -> None:
    with pytest.raises(ValueError, match="the link must be") as caught:
        parse_link(text, "INLINK", base.devices("ai")[choice])
    assert str(caught.value) == message
