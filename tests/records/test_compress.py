"""compress: a history, or N values to one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_ioc import StartEngine

COUNTER = 'record(calc, "c") { field(CALC, "VAL+1") }\n'
SOURCE = 'record(waveform, "w") { field(FTVL, "DOUBLE") field(NELM, "5") field(INP, [5, 2, 3, 1, 4]) }\n'


@pytest.mark.parametrize(("balg", "expected"), [("FIFO Buffer", [3, 4, 5]), ("LIFO Buffer", [5, 4, 3])])
def test_a_circular_buffer_keeps_the_last_nsam(engine: StartEngine, balg: str, expected: Any) -> None:
    db = engine(
        COUNTER + f'record(compress, "h") {{ field(ALG, "Circular Buffer") field(BALG, "{balg}")'
        f' field(NSAM, "3") field(INP, "c PP") }}'
    )
    for _ in range(5):
        db.process("h")
    assert db.get("h") == expected


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("N to 1 Low Value", [2, 1]),
        ("N to 1 High Value", [5, 3]),
        ("N to 1 Average", [3.5, 2]),
        ("N to 1 Median", [5, 3]),
    ],
)
def test_n_elements_of_an_array_become_one(engine: StartEngine, algorithm: str, expected: Any) -> None:
    db = engine(
        SOURCE + f'record(compress, "h") {{ field(ALG, "{algorithm}") field(N, "2") field(NSAM, "4") field(INP, "w") }}'
    )
    db.process("h")
    assert db.get("h") == expected


def test_pbuf_takes_the_rest_too(engine: StartEngine) -> None:
    db = engine(SOURCE + 'record(compress, "h") { field(N, "2") field(NSAM, "4") field(PBUF, "YES") field(INP, "w") }')
    db.process("h")
    assert db.get("h") == [2, 1, 4]


@pytest.mark.ours("EPICS lets the put wait for ever")
def test_n_scalars_become_one_and_each_put_is_answered(engine: StartEngine) -> None:
    db = engine(
        COUNTER + 'record(compress, "h") { field(ALG, "N to 1 Average") field(N, "3") field(NSAM, "4")'
        ' field(INP, "c PP") }'
    )
    seen = []
    for _ in range(4):
        assert db.put("h.PROC", 1) == "ok"
        seen.append(db.get("h"))
    assert seen == [[], [], [2.0], [2.0]]


def test_average_sums_one_after_the_other(engine: StartEngine) -> None:
    db = engine(
        'record(waveform, "w") { field(FTVL, "DOUBLE") field(NELM, "3") }'
        'record(compress, "h") { field(ALG, "N to 1 Average") field(N, "3") field(NSAM, "1") field(INP, "w") }'
    )
    db.put("w", [1e16, 1, -1e16])
    db.process("h")
    assert db.get("h") == 0.0


def test_average_is_element_by_element_over_n_arrays(engine: StartEngine) -> None:
    db = engine(
        SOURCE + 'record(compress, "h") { field(ALG, "Average") field(N, "2") field(NSAM, "3") field(INP, "w") }'
    )
    db.process("h")
    db.put("w", [7, 4, 5])
    db.process("h")
    assert db.get("h") == [6, 3, 4]


def test_res_forgets_all(engine: StartEngine) -> None:
    db = engine(COUNTER + 'record(compress, "h") { field(ALG, "Circular Buffer") field(NSAM, "3") field(INP, "c PP") }')
    db.process("h")
    db.put("h.RES", 1)
    assert (db.get("h"), db.get("h.NUSE"), db.get("h.RES")) == ([], 0, 0)


@pytest.mark.parametrize(("field", "value"), [("RES", 1), ("N", 3), ("BALG", 1), ("PBUF", 1)])
def test_what_forgets_all_ends_the_alarm(engine: StartEngine, field: str, value: int) -> None:
    db = engine('record(compress, "h") { field(ALG, "Circular Buffer") field(NSAM, "3") field(INP, "nowhere") }')
    db.process("h")
    assert db.get("h.SEVR") == 3
    db.put(f"h.{field}", value)
    assert (db.get("h.SEVR"), db.get("h.STAT")) == (0, 0)


def test_without_data_it_is_a_link_alarm(engine: StartEngine) -> None:
    db = engine('record(compress, "h") { field(ALG, "Circular Buffer") field(NSAM, "3") }')
    db.process("h")
    assert db.alarm("h")[:2] == ("INVALID", "LINK")


def test_user_python_may_be_compressed(engine: StartEngine) -> None:
    db = engine(
        'record(compress, "h") { field(DTYP, "pydev") field(INP, "@[4, 2, 6, 8]") field(N, "2") field(NSAM, "4") }'
    )
    assert db.put("h.PROC", 1) == "ok"
    assert db.get("h") == [2, 6]
