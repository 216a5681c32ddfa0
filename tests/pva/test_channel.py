"""What a client's monitor is told, leaf by leaf."""

from __future__ import annotations

from typing import Any

import pytest

from pydevpva.engine.processing import process
from tests.local_ioc import Serve, eventually

AI = """
record(ao, "A") {
    field(EGU, "mm") field(PREC, "3") field(HOPR, "10") field(LOPR, "-10") field(DESC, "a motor")
    field(HIHI, "8") field(HHSV, "MAJOR") field(MDEL, "0.5") field(ADEL, "-1")
}
"""
VALUE = {"value", "timeStamp.secondsPastEpoch", "timeStamp.nanoseconds", "timeStamp.userTag"}
ALARM = {"alarm.severity", "alarm.status", "alarm.message"}
PROPERTIES = {
    "display.limitLow", "display.limitHigh", "display.description", "display.units", "display.precision",
    "control.limitLow", "control.limitHigh",
    "valueAlarm.lowAlarmLimit", "valueAlarm.lowWarningLimit", "valueAlarm.highWarningLimit",
    "valueAlarm.highAlarmLimit",
}  # fmt: skip


def marks(update: Any) -> set[str]:
    return set(update.changedSet())


def leaves(value: Any, prefix: str = "") -> set[str]:
    """The names of all leaves of a p4p Value."""
    found: set[str] = set()
    for name, content in value.items():
        found |= leaves(content, f"{prefix}{name}.") if hasattr(content, "changedSet") else {prefix + name}
    return found


def test_the_first_update_marks_every_leaf(serve: Serve) -> None:
    served = serve(AI)
    for name in ("A", "A.EGU", "A.SCAN", "A.PREC", "A.FLNK", "A.DESC$"):
        with served.watch(name) as watch:
            first = watch.next()
            assert marks(first) == leaves(first), name


def test_a_value_is_posted_with_its_stamp_and_the_alarm_only_when_it_changed(serve: Serve) -> None:
    served = serve(AI)
    with served.watch("A") as watch:
        assert watch.next()["alarm.message"] == "UDF"
        served.put("A", 1.0)
        update = watch.next()
        assert marks(update) == VALUE | ALARM
        assert (update["alarm.severity"], update["alarm.status"], update["alarm.message"]) == (0, 0, "")
        served.put("A", 2.0)
        assert marks(watch.next()) == VALUE
        served.put("A", 9.0)
        update = watch.next()
        assert marks(update) == VALUE | ALARM
        assert (update["alarm.severity"], update["alarm.status"], update["alarm.message"]) == (2, 1, "HIHI")


def test_the_stamp_is_the_record_s(serve: Serve) -> None:
    served = serve(AI)
    before = served.get("A")["timeStamp"]
    assert (before.secondsPastEpoch, before.nanoseconds) == (631152000, 0)
    served.put("A", 1.0)
    after = served.get("A")["timeStamp"]
    assert after.secondsPastEpoch * 10**9 + after.nanoseconds == served.record("A").TIME


def test_mdel_decides_posts_of_the_main_channel(serve: Serve) -> None:
    served = serve(AI)

    def scanned(value: float) -> None:
        served.record("A").VAL = value
        process(served.record("A"))

    with served.watch("A") as watch:
        watch.next()
        for value in (1.0, 1.2, 1.4, 1.6):
            served.on_database(scanned, value)
        assert [watch.next().value, watch.next().value] == [1.0, 1.6]
        assert watch.pending() == 0


def test_a_first_processing_without_a_new_value_is_seen_by_its_stamp(serve: Serve) -> None:
    served = serve('record(ai, "A") { field(VAL, "0") field(UDFS, "NO_ALARM") field(MDEL, "100") }')
    with served.watch("A") as watch:
        assert watch.next()["timeStamp.secondsPastEpoch"] == 631152000
        served.put("A.PROC", 1)
        assert watch.next()["timeStamp.secondsPastEpoch"] > 631152000


def test_a_property_change_posts_the_property_leaves_without_a_stamp(serve: Serve) -> None:
    served = serve(AI)
    with served.watch("A") as watch:
        watch.next()
        for field, value, leaf in (
            ("EGU", "cm", "display.units"),
            ("PREC", 1, "display.precision"),
            ("HIHI", 7.5, "valueAlarm.highAlarmLimit"),
            ("DRVH", 5.0, "control.limitHigh"),
            ("DESC", "a pump", "display.description"),
        ):
            assert served.put(f"A.{field}", value, process="false") == "ok"
            update = watch.next()
            assert (field, marks(update), update[leaf]) == (field, PROPERTIES, value)


def test_changed_state_strings_are_posted(serve: Serve) -> None:
    served = serve('record(bo, "B") { field(ZNAM, "off") field(ONAM, "on") }')
    with served.watch("B") as watch:
        assert watch.next()["value.choices"] == ["off", "on"]
        served.put("B.ZNAM", "shut")
        update = watch.next()
        assert marks(update) == {"value.choices", "display.description"}
        assert update["value.choices"] == ["shut", "on"]


def test_a_field_channel_follows_puts_and_processing(serve: Serve) -> None:
    served = serve('record(calc, "C") { field(CALC, "A:=A+1;7") field(MDEL, "100") }')
    with served.watch("C.A") as a, served.watch("C.B") as b:
        assert (a.next().value, b.next().value) == (0.0, 0.0)
        served.put("C.PROC", 1)
        update = a.next()
        assert update.value == 1.0
        assert marks(update) == VALUE | ALARM  # C is no longer undefined
        assert b.next().value == 0.0  # for the alarm
        served.put("C.PROC", 1)
        assert a.next().value == 2.0
        served.put("C.B", 3.0)
        assert b.next().value == 3.0


def test_nan_is_no_change_of_a_field(serve: Serve) -> None:
    served = serve('record(calc, "C") { field(CALC, "1") field(A, "nan") field(UDFS, "NO_ALARM") field(VAL, "1") }')
    with served.watch("C.A") as watch:
        watch.next()
        for _ in range(3):
            served.put("C.PROC", 1, wait=True)
        served.put("C.A", 5.0, wait=True)
        assert watch.until(lambda update: update.value == 5.0)
        assert watch.pending() <= 1  # the put's own post and that of the processing it caused


def test_nanosecond_bits_become_the_user_tag(serve: Serve) -> None:
    served = serve('record(ao, "A") { info(Q:time:tag, "nsec:lsb:20") }')
    served.put("A", 1.0)
    stamp = served.get("A")["timeStamp"]
    nanoseconds = served.record("A").TIME % 10**9
    assert stamp.nanoseconds & 0xFFFFF == 0
    assert stamp.nanoseconds | stamp.userTag == nanoseconds


def test_channels_are_open_only_while_somebody_is_there(serve: Serve) -> None:
    served = serve(AI)
    assert not served.record("A").sinks
    watch = served.watch("A")
    watch.next()
    assert served.on_database(lambda: len(served.record("A").sinks)) == 1  # in its turn: the channel follows after open
    watch.close()
    served.client.close()
    eventually(lambda: not served.record("A").sinks, "the channel is closed")


def test_integers_of_64_bits_are_exact(serve: Serve) -> None:
    served = serve('record(int64out, "I") { }')
    for value in (-(2**63), 2**63 - 1, 0):
        assert served.put("I", value, wait=True) == "ok"
        assert served.get("I").value == value


def test_an_alias_is_the_record(serve: Serve) -> None:
    served = serve(AI + 'alias("A", "OTHER")')
    served.put("OTHER", 3.0)
    assert served.get("A").value == 3.0
    assert served.get("OTHER.EGU").value == "mm"


def test_parts_of_the_structure_can_be_asked_for(serve: Serve) -> None:
    served = serve(AI)
    value = served.client.get("A", request="field(value,alarm.severity,display.units)")
    assert set(value.changedSet()) == {"value", "alarm.severity", "display.units"}


def test_a_histogram_that_counts_at_a_put_shows_it(serve: Serve) -> None:
    served = serve('record(histogram, "H") { field(NELM, "2") field(ULIM, "2") }')
    with served.watch("H") as watch:
        assert watch.next().value.tolist() == [0, 0]
        served.put("H.SGNL", 1.5)
        assert watch.until(lambda update: update.value.tolist() == [0, 1])


def test_an_array_of_another_length_is_posted_once(serve: Serve) -> None:
    served = serve('record(waveform, "W") { field(FTVL, "LONG") field(NELM, "5") }')
    with served.watch("W") as watch, served.watch("W.NORD") as nord:
        watch.next()
        assert nord.next().value == 0
        served.put("W", [1, 2], wait=True)
        served.put("W", [3, 4, 5], wait=True)
        assert [watch.next().value.tolist() for _ in range(2)] == [[1, 2], [3, 4, 5]]
        assert nord.until(lambda update: update.value == 3)
        assert watch.pending() == 0


def test_a_value_that_does_not_fit_is_an_error_of_ours_and_is_not_posted(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve('record(longout, "L") { }')
    with served.watch("L") as watch:
        watch.next()
        served.on_database(setattr, served.record("L"), "VAL", 2**31)
        served.on_database(served.record("L").post, 1)
        assert "L.VAL holds 2147483648, which is no integer from -2147483648 to 2147483647" in caplog.text
        assert served.put("L", 3) == "ok"
        assert watch.next().value == 3
