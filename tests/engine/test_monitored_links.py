"""CP and CPP links: when they process their record."""

from __future__ import annotations

from pathlib import Path

from tests.local_ioc import local_ioc

COUNTS = """record(ao, "src") { field(EGU, "mm") }
record(calc, "val") { field(INPA, "src CP") field(CALC, "VAL+1") }
record(calc, "hihi") { field(INPA, "src.HIHI CP") field(CALC, "VAL+1") }
record(calc, "scanned") { field(INPA, "src CPP") field(CALC, "VAL+1") field(SCAN, "10 second") }
record(ao, "out") { field(OUT, "tgt CP") field(FLNK, "count") }
record(ao, "tgt") { }
record(calc, "count") { field(CALC, "VAL+1") }
"""


def test_a_link_to_another_field_is_not_bothered_by_the_alarm(tmp_path: Path) -> None:
    with local_ioc(tmp_path, COUNTS) as ioc:
        assert (ioc.until("val", bool), ioc.until("hihi", bool)) == (1, 1)
        ioc.put("src", 3)  # UDF goes: an alarm change
        assert ioc.until("val", lambda value: value > 1) == 2
        assert ioc.get("hihi") == 1
        ioc.put("src.HIHI", 5)
        assert ioc.until("hihi", lambda value: value > 1) == 2


def test_cpp_leaves_a_scanned_record_alone(tmp_path: Path) -> None:
    with local_ioc(tmp_path, COUNTS) as ioc:
        ioc.put("src", 3)
        ioc.until("val", lambda value: value > 1)
        assert ioc.get("scanned") == 0


def test_cp_means_nothing_in_an_output_link(tmp_path: Path) -> None:
    with local_ioc(tmp_path, COUNTS) as ioc:
        assert ioc.get("out.OUT") == "tgt NPP NMS"
        ioc.put("out", 1)
        assert (ioc.get("tgt"), ioc.get("count")) == (1, 1)
        ioc.put("tgt", 2)
        assert ioc.get("count") == 1
