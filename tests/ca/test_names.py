"""Which names Channel Access has, and as what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ca.client import CHAR, DOUBLE, ENUM, LONG, SHORT, STRING
from tests.ca.served import Served
from tests.local_ioc import eventually

Serve = Callable[..., Served]
DB = """record(ao, "X:ao") { alias("X:other") field(DESC, "words") }
record(int64in, "X:big") {} record(bo, "X:bo") {} record(mbboDirect, "X:bits") {}
record(waveform, "X:wf") { field(NELM, 7) field(FTVL, USHORT) field(INP, [1, 2, 3, 4, 5]) }
record(lsi, "X:lsi") { field(SIZV, 200) }"""


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("X:ao", DOUBLE, 1), ("X:other", DOUBLE, 1), ("X:other.PREC", SHORT, 1), ("X:ao.DESC", STRING, 1),
        ("X:ao.DESC$", CHAR, 41), ("X:ao.FLNK", STRING, 1), ("X:ao.SCAN", ENUM, 1), ("X:ao.RTYP", STRING, 1),
        ("X:big", DOUBLE, 1), ("X:bo", ENUM, 1), ("X:bits", LONG, 1), ("X:wf", LONG, 7), ("X:wf.[1:2]", LONG, 2),
        ("X:lsi", STRING, 1), ("X:lsi.VAL$", CHAR, 200), ('X:ao.{"ts":{"num":"dbl"}}', DOUBLE, 1),
    ],
)  # fmt: skip
def test_a_name_has_the_type_and_the_elements_that_epics_gives_it(
    serve: Serve, name: str, kind: int, count: int
) -> None:
    channel = serve(DB).client.channel(name)
    assert (channel.type, channel.count) == (kind, count)


def test_filters_are_obeyed(serve: Serve) -> None:
    ioc = serve(DB)
    assert ioc.client.get("X:wf.[1:2]").values == [2, 3]
    ioc.client.put("X:ao", 0.0)
    each, some = (ioc.client.channel(name).watch() for name in ("X:ao", 'X:ao.{"dbnd":{"abs":2}}'))
    some.wait(lambda all: len(all) == 1)
    channel = ioc.client.channel("X:ao")
    for value in (1.0, 3.0, 4.0, 6.0):
        channel.put(value)
    each.wait(lambda all: all[-1].value == 6.0)
    assert some.values == [0.0, 3.0, 6.0]


@pytest.mark.long
def test_an_image_is_its_elements_and_its_sizes(serve: Serve) -> None:
    ioc = serve(
        """record(ndarray, "X:image") { field(DTYP, "pydev") field(INP, "@numpy.full((2, size), size, 'u1')") }""",
        "import numpy; size = 3",
    )
    ioc.client.put("X:image.PROC", 1)
    channel = ioc.client.channel("X:image.VAL")
    assert (channel.type, channel.count) == (CHAR, 6)
    assert channel.get().values == [3] * 6
    assert [ioc.client.get(f"X:image.SIZ{axis}").value for axis in (1, 2, 3)] == [3, 2, 0]
    updates = channel.watch()
    updates.wait(lambda all: len(all) == 1)
    ioc.ioc.run_python("size = 5")
    ioc.client.put("X:image.PROC", 1)
    channel.wait_lost()  # it has become larger than the client was told
    channel.wait_connected()
    assert channel.count == 10
    updates.wait(lambda all: all[-1].values == [5] * 10)


def test_a_record_that_nobody_asks_for_costs_nothing(serve: Serve) -> None:
    ioc = serve(DB)
    channel = ioc.client.channel("X:ao")
    channel.watch().wait(lambda all: len(all) == 1)
    assert ioc.record("X:bo").sinks is None
    channel.clear()
    eventually(lambda: ioc.record("X:ao").sinks is None, "nobody watches")
