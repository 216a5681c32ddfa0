"""More scans than the machine can do: whole passes are skipped and said, and clients are answered."""

from __future__ import annotations

from collections.abc import Callable

from p4p.client.thread import Context

from tests.clients import Watch
from tests.ioc_process import ServerProcess, Starter

MENU = """
menu(menuScan) {
  choice(menuScanPassive, "Passive") choice(menuScanEvent, "Event") choice(menuScanI_O_Intr, "I/O Intr")
  choice(menuScan_1_second, ".1 second") choice(menuScan500_Hz, "500 Hz")
}
"""
COUNT = 3_000  # asked for 1,500,000 processings a second
DB = (
    "".join(f'record(calc,"x{i}") {{ field(CALC,"VAL+1") field(SCAN,"500 Hz") }}\n' for i in range(COUNT))
    + """record(longin,"skipped") { field(DTYP,"pydev") field(INP,"@pydev.overruns('500 Hz')") field(SCAN,".1 second") }
record(longin,"all") { field(DTYP,"pydev") field(INP,"@pydev.overruns()") }
record(longin,"wrong") { field(DTYP,"pydev") field(INP,"@pydev.overruns('.3 second')") }
record(calc,"uneven") { field(CALC,"A-B") field(INPA,"x0") field(INPB,"x2999") }
record(ao,"python") { field(DTYP,"pydev") field(OUT,"@VAL*2") }
"""
)


def test_scans_that_cannot_keep_up_skip_whole_passes_and_say_so(
    start: Starter, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    menu = start.file("site.dbd", MENU)
    ioc = start.pydevpva(db=DB, startup=[f'dbLoadDatabase("{menu}")'])
    client = p4p_client(ioc)
    watch = Watch(client, "skipped")
    assert watch.until(lambda value: value["value"] > 20)
    assert ioc.log.count('scan "500 Hz" cannot keep up: 3000 records, ') == 1
    client.put("python", {"value": 4.0}, wait=True, get=False)
    assert client.get("python")["value"] == 8.0
    client.put("uneven.PROC", {"value": 1}, wait=True, get=False)
    assert abs(client.get("uneven")["value"]) <= 1
    before = client.get("skipped")["value"]
    client.put("all.PROC", {"value": 1}, wait=True, get=False)
    assert client.get("all")["value"] >= before
    client.put("wrong.PROC", {"value": 1}, wait=True, get=False)
    wrong = client.get("wrong")["alarm"]
    assert wrong["severity"] == 3
    assert 'no period is called ".3 second"; choices: ".1 second", "500 Hz"' in ioc.log


SLOW = "".join(
    f'record(ai,"x{i}") {{ field(DTYP,"pydev") field(INP,"@time.sleep(0.01) or VAL+1") field(SCAN,"1 second") }}\n'
    for i in range(400)
)  # four seconds of Python, asked for every second


def test_a_put_does_not_wait_for_the_scans_that_are_behind(
    start: Starter, p4p_client: Callable[[ServerProcess], Context]
) -> None:
    python = 'record(ao,"python") { field(DTYP,"pydev") field(OUT,"@VAL*2") field(FLNK,"next") }\n'
    python += 'record(ai,"next") { field(DTYP,"pydev") field(INP,"@VAL+1") }\n'
    ioc = start.pydevpva(db=SLOW + python, startup=['pydev("import time")'])
    client = p4p_client(ioc)
    watch = Watch(client, "x10")
    assert watch.until(lambda value: value["value"] == 1)
    client.put("python", {"value": 4.0}, wait=True, get=False)
    assert client.get("next")["value"] == 1
    assert client.get("x390")["value"] == 0, "all scanned records went before the put"
