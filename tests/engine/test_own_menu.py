"""A site's own menuScan decides the scan periods."""

from __future__ import annotations

from pathlib import Path

from tests.local_ioc import local_ioc

MENU = """
menu(menuScan) {
  choice(menuScanPassive, "Passive") choice(menuScanEvent, "Event") choice(menuScanI_O_Intr, "I/O Intr")
  choice(menuScan1_second, "1 second") choice(menuScan50_Hz, "50 Hz")
}
"""


def test_records_scan_at_the_periods_of_a_sites_own_menu(tmp_path: Path) -> None:
    db = 'record(calc,"x") { field(CALC,"VAL+1") field(SCAN,"50 Hz") }'
    with local_ioc(tmp_path, db, dbd=MENU) as ioc:
        ioc.advance(2.0)
        assert ioc.get("x") == 100
        assert ioc.put("x.SCAN", ".1 second") == (
            "x.SCAN: '.1 second' is not one of the choices; did you mean 1 second?"
        )
