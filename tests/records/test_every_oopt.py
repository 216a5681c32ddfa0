"""What the records that write what they have computed have in common: OOPT says when."""

from __future__ import annotations

import pytest

from tests.local_ioc import StartEngine

SYNAPPS = pytest.mark.ours("softIocPVX has no synApps")
WRITTEN = {
    "Every Time": [0, 3, 3, 0],
    "On Change": [-1, 3, 3, 0],
    "When Zero": [0, 0, 0, 0],
    "When Non-zero": [-1, 3, 3, 3],
    "Transition To Zero": [-1, -1, -1, 0],
    "Transition To Non-zero": [-1, 3, 3, 3],
    "Never": [-1, -1, -1, -1],
}


LINKS = {"calcout": "OUT", "scalcout": "OUT", "acalcout": "OUT", "swait": "OUTN"}
CASES = [
    pytest.param(rtype, option, marks=[] if rtype == "calcout" else SYNAPPS)
    for rtype in LINKS
    for option in WRITTEN
    if (rtype, option) != ("calcout", "Never")  # it has no such choice
]


@pytest.mark.parametrize(("rtype", "option"), CASES)
def test_oopt(engine: StartEngine, rtype: str, option: str) -> None:
    db = engine(
        'record(ai, "out") { field(VAL, "-1") } record(calc, "n") { field(CALC, "VAL+1") }\n'
        f'record({rtype}, "r") {{ field(CALC, "A") field(OOPT, "{option}") field({LINKS[rtype]}, "out")'
        ' field(FLNK, "n") }'
    )
    seen = []
    for value in (0, 3, 3, 0):
        db.put("r.A", value)
        seen.append(db.get("out"))
    assert seen == WRITTEN[option]
    assert db.get("n") == 4.0
