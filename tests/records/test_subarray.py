"""subArray: a part of an array."""

from __future__ import annotations

from tests.local_ioc import StartEngine

SOURCE = 'record(waveform, "w") { field(FTVL, "LONG") field(NELM, "6") field(INP, [10, 11, 12, 13, 14]) }\n'


def test_nelm_elements_from_indx_on(engine: StartEngine) -> None:
    db = engine(
        SOURCE + 'record(subArray, "s") { field(FTVL, "LONG") field(MALM, "6") field(NELM, "2")'
        ' field(INDX, "1") field(INP, "w") }'
    )
    db.process("s")
    assert (db.get("s"), db.get("s.NORD")) == ([11, 12], 2)
    db.put("s.INDX", 4)
    assert db.get("s") == [14]


def test_beyond_the_data_it_is_empty_and_undefined(engine: StartEngine) -> None:
    db = engine(
        SOURCE + 'record(subArray, "s") { field(FTVL, "LONG") field(MALM, "6") field(NELM, "2")'
        ' field(INDX, "5") field(INP, "w") }'
    )
    db.process("s")
    assert (db.get("s"), db.get("s.UDF")) == ([], 1)
    assert db.alarm("s")[:2] == ("INVALID", "UDF")


def test_without_inp_each_processing_cuts_what_is_there(engine: StartEngine) -> None:
    db = engine('record(subArray, "s") { field(FTVL, "LONG") field(MALM, "5") field(NELM, "3") field(INDX, "1") }')
    db.put("s", [1, 2, 3, 4])
    assert db.get("s") == [2, 3, 4]
    db.process("s")
    assert db.get("s") == [3, 4]
