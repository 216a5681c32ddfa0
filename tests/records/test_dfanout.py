"""dfanout: one number to many links."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine

OUTS = 'record(ao, "a") {} record(ao, "p") {}'
LINKS = 'field(OUTA, "a") field(OUTP, "p")'


@pytest.mark.parametrize(
    ("selection", "written", "severity"),
    [
        ("", (3, 3), "NO_ALARM"),
        ('field(SELM, "Specified") field(SELN, "16")', (0, 3), "NO_ALARM"),
        ('field(SELM, "Specified") field(SELN, "0")', (0, 0), "NO_ALARM"),
        ('field(SELM, "Specified") field(SELN, "17")', (0, 0), "INVALID"),
        ('field(SELM, "Mask") field(SELN, "1")', (3, 0), "NO_ALARM"),
    ],
)
def test_selm_says_which_links(engine: StartEngine, selection: str, written: Any, severity: str) -> None:
    db = engine(OUTS + f'record(dfanout, "d") {{ {LINKS} {selection} }}')
    db.put("d", 3)
    assert ((db.get("a"), db.get("p")), db.text("d.SEVR")) == (written, severity)


@pytest.mark.parametrize(
    ("ivoa", "written"), [("Continue normally", 3), ("Don't drive outputs", 0), ("Set output to IVOV", 9)]
)
def test_ivoa_decides_for_an_invalid_value(engine: StartEngine, ivoa: str, written: Any) -> None:
    db = engine(
        OUTS + f'record(dfanout, "d") {{ {LINKS} field(HIHI, "1") field(HHSV, "INVALID") field(IVOA, "{ivoa}")'
        ' field(IVOV, "9") }'
    )
    db.put("d", 3)
    assert db.get("a") == written


def test_a_link_that_fails_is_an_alarm(engine: StartEngine) -> None:
    db = engine('record(dfanout, "d") { field(OUTB, "nowhere") }')
    db.put("d", 3)
    assert db.alarm("d") == ("INVALID", "LINK", "field OUTB")
