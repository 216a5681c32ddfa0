"""Channel filters over PVAccess."""

from __future__ import annotations

import pytest

from tests.local_ioc import Serve

WAVE = 'record(waveform, "w") { field(FTVL, "LONG") field(NELM, "10") field(INP, [0,1,2,3,4,5]) }\n'


@pytest.mark.parametrize(
    ("name", "value"),
    [("w.[1:3]", [1, 2, 3]), ("w.VAL[:2:]", [0, 2, 4]), ('w.{"arr":{"s":-2}}', [4, 5]), ("w.[2]", 2)],
)
def test_parts_of_an_array(serve: Serve, name: str, value: object) -> None:
    found = serve(WAVE).get(name).value
    assert (found.tolist() if hasattr(found, "tolist") else found) == value


def test_a_deadband_of_the_client_s_own(serve: Serve) -> None:
    served = serve('record(ao, "a") { }')
    served.put("a", 0)
    with served.watch('a.{"dbnd":{"abs":1.5}}') as watch:
        first = watch.next().value
        for value in (1, 2, 3, 4):
            assert served.put("a", value) == "ok"
        assert [first, watch.next().value, watch.next().value] == [0, 2, 4]


def test_an_array_s_part_follows_the_array(serve: Serve) -> None:
    served = serve(WAVE)
    with served.watch("w.[1:2]") as watch:
        assert watch.next().value.tolist() == [1, 2]
        served.put("w", [7, 8, 9])
        assert watch.next().value.tolist() == [8, 9]


def test_the_time_as_a_value(serve: Serve) -> None:
    served = serve('record(ao, "a") { }')
    served.put("a", 5)
    shown = served.get('a.{"ts":{"num":"sec","epoch":"unix"}}')
    assert shown.value == shown.timeStamp.secondsPastEpoch
    assert served.get('a.{"ts":{"str":"epics"}}').value[:2] == "20"
