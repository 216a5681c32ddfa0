"""A site's own menuScan decides the scan periods."""

from __future__ import annotations

from pathlib import Path

from pydevpva.ioc import Ioc
from tests.local_ioc import LocalIoc

MENU = """
menu(menuScan) {
  choice(menuScanPassive, "Passive") choice(menuScanEvent, "Event") choice(menuScanI_O_Intr, "I/O Intr")
  choice(menuScan1_second, "1 second") choice(menuScan50_Hz, "50 Hz")
}
"""


def test_records_scan_at_the_periods_of_a_sites_own_menu(tmp_path: Path) -> None:
    (tmp_path / "site.dbd").write_text(MENU)
    (tmp_path / "x.db").write_text('record(calc,"x") { field(CALC,"VAL+1") field(SCAN,"50 Hz") }')
    ioc = Ioc(serve=False)
    ioc.load_database(str(tmp_path / "site.dbd"))
    ioc.load_records(str(tmp_path / "x.db"))
    ioc.init()
    try:
        local = LocalIoc(ioc)
        local.until("x", lambda count: count > 5)
        assert local.put("x.SCAN", ".1 second") == (
            "x.SCAN: '.1 second' is not one of the choices; did you mean 1 second?"
        )
    finally:
        ioc.stop()
