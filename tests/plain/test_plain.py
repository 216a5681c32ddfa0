"""What becomes of single values of every type, whose memory is shared and whose is not, and texts of errors."""

from __future__ import annotations

import dataclasses
import decimal
import fractions
import gc
import threading
import time
import weakref
from typing import Any

import numpy as np
import pytest

from pydevpva.evaluator.garbage import Collector
from pydevpva.plain.errors import describe, traceback_text
from pydevpva.plain.results import borrowed, plain
from pydevpva.plain.values import SIMPLE, Made, Masked, Refused
from pydevpva.records.results.array import array
from pydevpva.records.results.ndarray import NDArray
from pydevpva.records.results.scalar import ResultError, converted
from pydevpva.threads import DeepThread
from tests.plain.values_module import VALUES, Metres


def is_plain(value: Any) -> bool:
    """Exactly of the types that run nobody's code."""
    kind = type(value)
    if dataclasses.is_dataclass(kind):
        return all(is_plain(getattr(value, field.name)) for field in dataclasses.fields(kind))
    if isinstance(value, (list, tuple)) and kind in (list, tuple):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return kind is dict and all(is_plain(x) for item in value.items() for x in item)
    return kind in SIMPLE or kind is range or (kind in (np.ndarray, NDArray) and not value.dtype.hasobject)


@pytest.mark.parametrize("value", [v for v in VALUES if "error" not in v and v not in ("exit", "interrupt")])
def test_whatever_comes_is_plain_or_refused(value: str) -> None:
    assert is_plain(plain(VALUES[value]()))


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (np.float64(1.5), 1.5), (np.bool_(True), True), (np.str_("a"), "a"), (bytearray(b"a"), b"a"),
        (decimal.Decimal("1.5"), 1.5), (decimal.Decimal(2**60 + 1), 2**60 + 1), (fractions.Fraction(1, 4), 0.25),
        (fractions.Fraction(8, 2), 4), (np.array(2.5), 2.5), ((1, 2), (1, 2)), ([1, [np.int8(2)]], [1, [2]]),
        ({1: [2]}, {"1": [2]}),
    ],
)  # fmt: skip
def test_values_by_type(value: object, made: object) -> None:
    found = plain(value)
    assert isinstance(found, Made)
    assert (found.value, type(found.value)) == (made, type(made))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (decimal.Decimal("1e999999999"), "Decimal: out of range for DOUBLE"),
        (fractions.Fraction(10**400, 3), "Fraction: out of range for DOUBLE"),
        (np.longdouble("1e400"), "longdouble: out of range for DOUBLE"),
        (np.array(["1e400"], "g"), "ndarray: out of range for DOUBLE"),
        (np.ma.masked, "MaskedConstant: no value (masked)"),
        (np.ma.array(["a"], mask=[True]), "element 0 is masked: no value"),
        (np.zeros(3).view(Metres), "Metres: has the unit m: give the number, as .to_value(...) or .magnitude"),
        (np.datetime64("NaT", "s"), "datetime64: no value (NaT)"),
        ([1, object()], "element 1: object: no number, text or array"),
        ({"x": {1}}, "column x: set: write list(...)"),
        (len, "builtin_function_or_method len: call it, len()"),
        (int, "type int: make one, int()"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_type_and_says_what_to_write(value: object, reason: str) -> None:
    assert plain(value) == Refused(reason)


def test_a_coroutine_is_closed_and_said_to_be_one() -> None:
    async def read() -> int:
        return 1

    assert plain(read()) == Refused("coroutine read: await it, `await read()`")


def test_a_masked_element_keeps_no_value() -> None:
    found = plain(np.ma.array([1, 2], mask=[False, True]))
    assert isinstance(found, Made)
    assert isinstance(found.value, Masked)
    assert (found.value.data.tolist(), found.value.first()) == ([1, 0], 1)
    assert np.isnan(found.value.filled()).tolist() == [False, True]


def test_images_share_their_memory_and_one_dimension_is_copied() -> None:
    image, row = np.zeros((3, 4)), np.zeros(4)
    assert np.shares_memory(image, plain(image).value)  # type: ignore[attr-defined]
    assert not np.shares_memory(row, plain(row).value)  # type: ignore[attr-defined]
    assert np.shares_memory(row, borrowed(row).value)  # type: ignore[attr-defined]


def test_memory_that_a_users_object_keeps_is_copied() -> None:
    class Frame(np.ndarray[Any, Any]):
        pass

    watched = np.zeros((3, 4))
    weakref.finalize(watched, print)
    image = NDArray(np.zeros((3, 4)), attributes={"owner": object()}, unique_id=7)
    for value in (np.zeros((3, 4)).view(Frame), np.zeros((3, 4)).view(Frame)[1:], watched, image.copy()):
        assert not np.shares_memory(value, plain(value).value)  # type: ignore[attr-defined]


def test_an_image_keeps_what_belongs_to_it() -> None:
    attributes: Any = {"exposure": np.float32(0.5), "owner": Metres, 5: "x"}
    number: Any = np.int64(7)
    image = NDArray(np.zeros((3, 4)), attributes, "Mono", number, (1, 2))
    found: Any = plain(image)
    made = found.value
    assert type(made) is NDArray
    assert np.shares_memory(made, image)
    assert (made.unique_id, made.time_ns, made.color_mode) == (7, 1_000_000_002, 0)
    assert made.attributes["exposure"] == 0.5
    assert type(made.attributes["owner"]) is type(made.attributes["5"]) is str


def test_texts_are_cut_before_they_are_formatted() -> None:
    large = "x" * 50_000_000
    for error in (ValueError(large), KeyError(large), ValueError(1, large), OSError(2, large), ValueError([large] * 9)):
        begin = time.perf_counter()
        assert len(describe(error)) <= 1000
        assert len(traceback_text(error)) < 5000
        assert time.perf_counter() - begin < 0.05
    assert describe(ValueError(large)).startswith("ValueError: xxx")


def test_what_cannot_be_written_in_utf_8_is_shown_escaped() -> None:
    assert describe(ValueError("a\udcff")) == "ValueError: a\\udcff"
    assert traceback_text(KeyError("\ud800")) == "KeyError: '\\ud800'"


@pytest.mark.usefixtures("deep")
def test_an_endless_recursion_is_told_in_a_few_lines() -> None:
    found: list[str] = []

    def recursive() -> None:
        recursive()

    def run() -> None:
        try:
            recursive()
        except RecursionError as error:
            found.append(traceback_text(error))

    thread = DeepThread(target=run)
    thread.start()
    thread.join()
    assert len(found[0].split("\n")) < 60
    assert "in run\n" in found[0]
    assert found[0].endswith("RecursionError: maximum recursion depth exceeded")


def test_garbage_in_circles_goes_on_a_thread_of_its_own() -> None:
    where: list[str] = []
    gone = threading.Event()

    class Ring:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            where.append(threading.current_thread().name)
            gone.set()

    gc.collect()
    collector = Collector()
    collector.start()
    try:
        gc.enable()  # as code does that has disabled it for a while
        end = time.monotonic() + 10
        while gc.isenabled():
            assert time.monotonic() < end
        Ring()
        kept = [[] for _ in range(2000)]  # type: ignore[var-annotated]
        assert gone.wait(10)
        assert not gc.isenabled()
    finally:
        collector.stop()
    assert where == ["collector"]
    assert gc.isenabled()
    assert len(kept) == 2000


def test_a_long_list_of_floats_is_an_array_of_them() -> None:
    made = borrowed([i / 7 for i in range(1000)])
    assert isinstance(made, Made)
    assert isinstance(made.value, np.ndarray)
    assert made.value.tolist() == [i / 7 for i in range(1000)]


class Celsius(float):
    """A float that is more than one."""


@pytest.mark.parametrize(
    "odd",
    [
        "1.5",
        b"12345678",
        None,
        1j,
        7,
        True,
        decimal.Decimal(2),
        float("nan"),
        np.ma.masked,
        np.float32(2),
        np.timedelta64(1, "s"),
        Celsius(3),
        [1.0],
        10**400,
    ],
)
def test_an_odd_element_of_a_long_list_is_what_it_is_in_a_short_one(odd: object) -> None:
    def outcome(made: object) -> object:
        try:
            return list(converted(made, lambda value: array(value, "DOUBLE", 1000))[0])[:3]
        except ResultError as error:
            return str(error)

    listed: list[object] = [0.5, odd, 0.5]
    assert repr(outcome(borrowed(listed + [0.5] * 1000))) == repr(outcome(borrowed(listed)))
