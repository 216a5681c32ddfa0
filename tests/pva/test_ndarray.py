"""ndarray records over the wire: NTNDArray, its elements as an array, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from p4p.client.thread import Context

from pydevpva.records.core.record import NEVER
from tests.clients import Pvapy, value_of
from tests.local_ioc import Serve, Served, eventually, served_ioc

TYPES = ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "g", "q", "Q")
NEAREST = {"e": "f4", "g": "f8"}  # what PVAccess does not have
EVENT = """record(ndarray, "I") { field(DTYP, "pydev") field(SCAN, "I/O Intr") field(INP, "@pydev.iointr('image')") }"""
IMPORTS = "import numpy"


def processed(serve: Serve, db: str, python: str = "") -> Served:
    """An IOC whose record I has processed at its start."""
    served = serve(db, python)
    eventually(lambda: served.record("I").TIME != NEVER, "I has processed")
    return served


def image(inp: str, more: str = "") -> str:
    return f'record(ndarray, "I") {{ field(DTYP, "pydev") field(INP, "@{inp}") field(PINI, "YES") {more} }}'


def publish(served: Served, value: Any) -> Any:
    """Have the record take this array; the update a client gets."""
    with served.watch("I") as watch:
        before = watch.next()["timeStamp"].tolist()
        served.ioc.evaluator.events.publish("image", value)
        return watch.until(lambda update: update["timeStamp"].tolist() != before)


def has_number(number: int, update: Any) -> bool:
    return bool(update.uniqueId == number)


def attributes(update: Any) -> dict[str, Any]:
    return {entry.name: entry.value for entry in update.attribute}


def test_an_image_has_all_its_leaves(serve: Serve) -> None:
    served = serve(EVENT.replace("{ ", '{ field(DESC, "camera") ', 1))
    update = publish(served, np.arange(6, dtype="u2").reshape(2, 3))
    assert update.getID() == "epics:nt/NTNDArray:1.0"
    assert (update.value.dtype, update.value.tolist()) == (np.uint16, [0, 1, 2, 3, 4, 5])
    assert [side.todict() for side in update.dimension] == [
        {"size": 3, "offset": 0, "fullSize": 3, "binning": 1, "reverse": False},
        {"size": 2, "offset": 0, "fullSize": 2, "binning": 1, "reverse": False},
    ]
    assert (update.compressedSize, update.uncompressedSize, update.codec.name) == (12, 12, "")
    assert update.uniqueId == 1
    assert update.dataTimeStamp.tolist() == update.timeStamp.tolist()
    assert update.alarm.tolist() == [("severity", 0), ("status", 0), ("message", "")]
    first = served.get("I")
    assert (first.descriptor, first.display.description) == ("camera", "camera")


def test_the_first_update_marks_every_leaf(serve: Serve) -> None:
    served = serve(EVENT)
    with served.watch("I") as watch:
        marked = watch.next().changedSet(expand=True)
    assert {
        "value",
        "dimension",
        "attribute",
        "codec.name",
        "uniqueId",
        "alarm.severity",
        "display.precision",
    } <= marked


def test_every_update_says_all_but_the_alarm(serve: Serve) -> None:
    served = serve(EVENT)
    publish(served, np.zeros((2, 2)))  # no longer UDF
    marked = publish(served, np.zeros((2, 2))).changedSet()
    assert {"value", "dimension", "attribute", "compressedSize", "uncompressedSize", "uniqueId"} <= marked
    assert not {"alarm.severity", "alarm.message", "display.units", "display.description", "descriptor"} & marked


def test_attributes_number_and_time_are_the_arrays_own(serve: Serve) -> None:
    code = "pydev.NDArray(numpy.zeros((2, 3)), {'gain': 2, 'name': 'x', 'k': numpy.float32(0.5)}, 'Bayer', 7, (5, 6))"
    update = processed(serve, image(code), IMPORTS).get("I")
    assert update.uniqueId == 7
    assert attributes(update) == {"ColorMode": 1, "gain": 2, "name": "x", "k": 0.5}
    assert (update.dataTimeStamp.secondsPastEpoch, update.dataTimeStamp.nanoseconds) == (5, 6)
    assert update.timeStamp.secondsPastEpoch > 1e9


def test_device_time_is_the_arrays_time(serve: Serve) -> None:
    served = processed(serve, image("pydev.NDArray(numpy.zeros(2), timestamp=(5, 6))", 'field(TSE, "-2")'), IMPORTS)
    assert served.get("I").timeStamp.tolist()[:2] == [("secondsPastEpoch", 5), ("nanoseconds", 6)]


@pytest.mark.parametrize(
    ("shape", "mode"),
    [
        ((4, 5), 0),
        ((4, 5, 3), 2),
        ((4, 3, 5), 3),
        ((3, 4, 5), 4),
        ((3, 3, 3), 2),
        ((4, 5, 6), 0),
        ((7,), 0),
        ((1, 1, 1, 3), 0),
    ],
)
def test_the_colour_mode_is_found_from_the_shape(serve: Serve, shape: tuple[int, ...], mode: int) -> None:
    served = serve(EVENT)
    assert attributes(publish(served, np.zeros(shape, "u1"))) == {"ColorMode": mode}


def test_cmod_sets_the_colour_mode_and_refuses_what_does_not_fit(serve: Serve) -> None:
    served = serve(EVENT.replace("{ ", '{ field(CMOD, "RGB3") ', 1))
    assert attributes(publish(served, np.zeros((3, 3, 3)))) == {"ColorMode": 4}
    update = publish(served, np.zeros((4, 5)))
    assert (update.alarm.severity, update.alarm.message) == (3, "shape (4, 5) is not RGB3")
    assert update.uniqueId == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1.5", "1.5 is not an array"),
        ("'text'", "'text' is not an array"),
        ("numpy.zeros(2, 'c16')", "array is complex: use abs() or .real"),
        ("numpy.zeros(2, [('x', 'f8')])", "ndarray: {'x': [0.0, 0.0]} is not an array"),
        ("numpy.array(['a'])", "a numpy array of <U1 is not numeric"),
        ("numpy.array(5)", "ndarray: 5 is not an array"),
        ("numpy.zeros((1,) * 11)", "11 dimensions; 1 to 10 can be served"),
        ("numpy.zeros((10, 20), 'u2')", "400 bytes > MAXB 100 (uint16 10 x 20)"),
    ],
)
def test_what_is_no_image_is_an_alarm(serve: Serve, code: str, message: str) -> None:
    update = processed(serve, image(code, 'field(MAXB, "100")'), IMPORTS).get("I")
    assert (update.alarm.severity, update.alarm.status) == (3, 3)
    assert update.alarm.message == message[:39]
    assert update.uniqueId == 0


def test_fields_describe_the_array(serve: Serve) -> None:
    served = processed(serve, image("numpy.zeros((2, 3, 4), 'f2')"), IMPORTS)
    names = ("NDIM", "SIZ1", "SIZ2", "SIZ3", "SIZ4", "DTP", "NORD", "NBYT", "UNID", "CNT", "LOST", "ERRC")
    values = [served.get(f"I.{name}").value for name in names]
    assert values == [3, 4, 3, 2, 0, "float32", 24, 96, 1, 1, 0, 0]
    assert served.get("I.RCMD").value.choices[served.get("I.RCMD").value.index] == "RGB2"


def test_other_codecs_are_refused_at_load(serve: Serve) -> None:
    from pydevpva.errors import LoadError

    with pytest.raises(LoadError, match="lz4"):
        serve(image("0", 'field(CODC, "blosc")'))


def test_val_as_a_field_is_an_array_and_follows_the_type(serve: Serve) -> None:
    served = serve(EVENT)
    publish(served, np.arange(4, dtype="i2").reshape(2, 2))
    with served.watch("I.VAL") as watch:
        update = watch.next()
        assert update.getID() == "epics:nt/NTScalarArray:1.0"
        assert (update.value.dtype, update.value.tolist()) == (np.int16, [0, 1, 2, 3])
        publish(served, np.array([[1.5], [2.5]]))
        assert watch.until(lambda update: update.value.dtype == np.float64).value.tolist() == [1.5, 2.5]


def test_clients_cannot_write_an_image(serve: Serve) -> None:
    served = serve(EVENT)
    refused = "I: an ndarray is made by its code or its link; clients cannot write it"
    assert refused in served.put("I", {"value": ("ubyteValue", np.zeros(3, "u1"))})


def test_the_frames_that_did_not_come_are_counted(serve: Serve) -> None:
    served = serve(EVENT)
    nd: Any = served.ioc.run_python("pydev.NDArray")
    for number in (5, 6, 9, 9, 2, 3):
        publish(served, nd(np.zeros(2), unique_id=number))
    assert served.get("I.LOST").value == 2
    assert served.get("I.CNT").value == 6


def test_an_image_goes_from_record_to_record_with_all_that_belongs_to_it(serve: Serve) -> None:
    served = serve(
        EVENT
        + """
        record(ndarray, "Dark") { field(DTYP, "pydev") field(INP, "@A - B") field(INPA, "I CP") field(INPB, "10") }
        record(ndarray, "Copy") { field(INP, "Dark CP") }
        """
    )
    nd: Any = served.ioc.run_python("pydev.NDArray")
    sent = nd(np.full((2, 3), 30, "u2"), {"gain": 4}, unique_id=77, timestamp=(8, 9))
    served.put("Dark.PROC", 1, wait=True)  # it has processed once by itself: a CP link drops what comes meanwhile
    with served.watch("Copy") as watch:
        served.ioc.evaluator.events.publish("image", sent)
        got = value_of(watch.until(lambda update: update.uniqueId == 77))
    assert got.tolist() == [[20] * 3] * 2
    assert (got.attributes, got.unique_id, got.time_ns) == ({"gain": 4}, 77, 8_000_000_009)
    held = served.record("I").image
    assert np.shares_memory(held, sent)
    assert served.record("Dark").A is held
    assert np.shares_memory(served.record("Copy").image, served.record("Dark").image)


def test_a_record_reads_its_own_image(serve: Serve) -> None:
    served = processed(serve, image("VAL.sum(axis=0) + 1 if VAL.ndim == 2 else numpy.ones((2, 3))"), IMPORTS)
    served.put("I.PROC", 1)
    with served.watch("I") as watch:
        assert watch.until(lambda update: update.uniqueId == 2).value.tolist() == [3, 3, 3]


def test_an_average_has_the_number_of_its_newest_frame(serve: Serve) -> None:
    average = "VAL / 2 + A / 2 if VAL.shape == A.shape else A"
    served = serve(
        EVENT + f'record(ndarray, "Average") {{ field(DTYP, "pydev") field(INP, "@{average}") field(INPA, "I CP") }}'
    )
    nd: Any = served.ioc.run_python("pydev.NDArray")
    with served.watch("Average") as watch:
        for number in (4, 5):
            served.ioc.evaluator.events.publish("image", nd(np.full(2, 8.0 * number), unique_id=number))
            update = watch.until(partial(has_number, number))
    assert update.value.tolist() == [36, 36]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Pvapy]]:
    """One IOC and its p4p and pvapy clients for all examples of the property test."""
    with served_ioc(tmp_path_factory.mktemp("db"), EVENT) as served, closing(Pvapy(served.environment)) as pvapy:
        yield served, pvapy


@st.composite
def any_array(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    """Arrays of every type, order, stride, byte order, emptiness and dimension."""
    kind = draw(st.sampled_from(TYPES))
    dtype = np.dtype(kind)
    shape = draw(arrays.array_shapes(min_dims=1, max_dims=10, min_side=0, max_side=3))
    whole = np.arange(int(np.prod(shape)) or 0).reshape(shape).astype(dtype)
    made = np.asarray(whole, order=draw(st.sampled_from("CF")))
    if draw(st.booleans()) and dtype.itemsize > 1:
        made = made.astype(made.dtype.newbyteorder(draw(st.sampled_from("<>"))))
    if draw(st.booleans()):
        made = made[tuple(slice(None, None, draw(st.sampled_from((1, -1, 2)))) for _ in shape)]
    return made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=any_array())
def test_every_numeric_array_arrives_as_it_is(shared: tuple[Served, Pvapy], sent: np.ndarray[Any, Any]) -> None:
    served, pvapy = shared
    nd: Any = served.ioc.run_python("pydev.NDArray")
    number = served.record("I").CNT + 1
    served.ioc.evaluator.events.publish("image", nd(sent, unique_id=number))
    served.on_database(lambda: None)  # taken
    update = served.get("I")
    got = value_of(update)
    assert update.uniqueId == number
    expected = sent.astype(NEAREST.get(sent.dtype.char, sent.dtype.newbyteorder("=")))
    assert got.shape == sent.shape
    assert got.dtype == expected.dtype
    assert np.array_equal(got, expected)
    there = pvapy.get("I")
    assert [side["size"] for side in there["dimension"]] == list(reversed(sent.shape))
    assert there["uniqueId"] == number
    (pixels,) = there["value"][0].values()
    assert np.array_equal(np.asarray(pixels, expected.dtype), expected.reshape(-1))


def test_p4p_unwraps_it_in_the_iocs_process_also_where_warnings_are_errors(serve: Serve) -> None:
    served = serve(EVENT)
    publish(served, np.arange(6, dtype="f4").reshape(2, 3))
    with Context("pva", conf=served.environment, useenv=False) as client:
        got = client.get("I")
    assert got.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert got.attrib["ColorMode"] == 0
