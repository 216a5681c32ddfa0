"""casr and dbel show the clients of Channel Access."""

from __future__ import annotations

import re
from collections.abc import Callable

from pydevpva.ca.report import report
from tests.ca.client import DOUBLE, VALUE
from tests.ca.served import Served

Serve = Callable[..., Served]


def test_without_clients(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") {}')
    assert report(ioc.server, 0) == ["Channel Access Server V4.13", "No clients connected."]


def test_each_level_shows_more(serve: Serve) -> None:
    ioc = serve('record(ao, "X:ao") {}')
    port, repeater = (ioc.environment[f"EPICS_CA_{name}_PORT"] for name in ("SERVER", "REPEATER"))
    channel = ioc.client.channel("X:ao")
    channel.watch(DOUBLE, VALUE).wait(lambda all: len(all) == 1)
    ioc.client.channel("X:ao.DESC$")
    assert report(ioc.server, 0)[1] == "1 client connected."
    lines = report(ioc.server, 1)
    assert lines[1] == "1 client connected:"
    assert re.fullmatch(r"    TCP client at 127.0.0.1:\d+ '.+':", lines[2])
    assert re.fullmatch(r"\tUser '.+', V4.13, Priority = 20, 2 Channels", lines[3])
    assert lines[4:] == [
        f"CAS-TCP server on 127.0.0.1:{port} with",
        f"    CAS-UDP name server on 127.0.0.1:{port}",
        "Sending CAS-beacons to 1 address:",
        f"    127.0.0.1:{repeater}",
    ]
    assert report(ioc.server, 2)[4:6] == ["        Channel: 'X:ao.VAL'", "        Channel: 'X:ao.DESC$'"]
    assert report(ioc.server, 3)[5] == "            # on eventq=1, access=rw"
    assert any("secs since last receive" in line for line in report(ioc.server, 4))
