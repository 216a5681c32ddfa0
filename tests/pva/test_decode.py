"""NTNDArray and NTTable of other servers as Python gets them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from p4p import Type, Value
from p4p.nt import NTNDArray, NTScalar, NTTable

from pydevpva.pva.types.image import IMAGE, MEMBERS
from pydevpva.records.results.ndarray import COLOR_MODES
from tests.clients import value_of


def ntndarray(
    sizes: list[int], mode: object = None, member: str = "ushortValue", kind: Any = IMAGE.type, **leaves: Any
) -> Value:
    """An NTNDArray of counting pixels; sizes as on the wire, the fastest axis first."""
    pixels = np.arange(int(np.prod(sizes)) if sizes else 4, dtype="u2")
    attributes = [] if mode is None else [{"name": "ColorMode", "value": mode}]
    made = {"value": (member, pixels), "dimension": [{"size": n} for n in sizes], "attribute": attributes}
    return Value(kind, made | leaves)


@pytest.mark.parametrize(
    ("sizes", "mode", "shape", "color_mode"),
    [
        ([4, 2], ("i", 0), (2, 4), 0),  # mono: x is dimension[0], the last axis
        ([4, 2], ("i", 1), (2, 4), 1),  # Bayer
        ([3, 4, 2], ("i", 2), (2, 4, 3), 2),  # RGB1 [3, x, y]
        ([4, 3, 2], ("i", 3), (2, 3, 4), 3),  # RGB2 [x, 3, y]
        ([4, 2, 3], ("i", 4), (3, 2, 4), 4),  # RGB3 [x, y, 3]
        ([4, 2], ("l", 0), (2, 4), 0),  # p4p's own: int64
        ([4, 2], None, (2, 4), None),
        ([4, 2], ("i", 2), (2, 4), None),  # says RGB1 and is not
        ([4, 2], ("i", 5), (2, 4), None),  # YUV444
        ([4, 2], ("s", "Mono"), (2, 4), None),
        ([5], ("i", 0), (5,), 0),
        ([], None, (4,), None),  # no dimension at all
        ([4, 0], ("i", 0), (0, 4), 0),
        ([1, 2, 1, 2], ("i", 0), (2, 1, 2, 1), 0),
    ],
)
def test_shape_and_colour_mode(sizes: list[int], mode: object, shape: tuple[int, ...], color_mode: int | None) -> None:
    got = value_of(ntndarray(sizes, mode))
    assert (got.shape, got.color_mode) == (shape, color_mode)
    assert got.reshape(-1).tolist() == list(range(got.size))


def test_a_mode_that_we_do_not_know_stays_an_attribute() -> None:
    assert value_of(ntndarray([4, 2], ("i", 5))).attributes == {"ColorMode": 5}
    assert value_of(ntndarray([4, 2], ("i", 1))).attributes == {}


@pytest.mark.parametrize(("dtype", "member"), MEMBERS.items())
def test_every_member_of_the_union(dtype: str, member: str) -> None:
    got = value_of(Value(IMAGE.type, {"value": (member, np.ones(3, dtype)), "dimension": [{"size": 3}]}))
    assert (got.dtype, got.tolist()) == (dtype, [1, 1, 1])


@pytest.mark.parametrize(
    ("data", "time", "expected"),
    [((5, 6), (7, 8), 5_000_000_006), ((0, 0), (7, 8), 7_000_000_008), ((0, 0), (0, 0), None)],
)
def test_the_time_of_a_frame(data: tuple[int, int], time: tuple[int, int], expected: int | None) -> None:
    def stamp(pair: tuple[int, int]) -> dict[str, int]:
        return {"secondsPastEpoch": pair[0], "nanoseconds": pair[1]}

    assert value_of(ntndarray([4], dataTimeStamp=stamp(data), timeStamp=stamp(time))).time_ns == expected


def test_an_empty_union_is_an_empty_image() -> None:
    got = value_of(Value(IMAGE.type, {"uniqueId": 3}))
    assert (got.tolist(), got.unique_id) == ([], 3)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (ntndarray([4], codec={"name": "lz4"}), "codec lz4: the type is not told"),
        (ntndarray([4, 2], dimension=[{"size": 5}]), "an image of 5 has 8 pixels"),
    ],
)
def test_what_cannot_be_decoded_is_said(image: Value, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        value_of(image)


def test_the_pixels_are_not_copied_and_not_written() -> None:
    got = value_of(ntndarray([4]))
    assert got.base is not None
    with pytest.raises(ValueError, match="read-only"):
        got[0] = 1


def test_the_image_of_p4p_itself() -> None:
    got = value_of(NTNDArray().wrap(np.arange(12, dtype="u1").reshape(2, 2, 3)))
    assert (got.shape, COLOR_MODES[got.color_mode]) == ((2, 2, 3), "RGB1")


def test_a_table_is_its_columns_by_label() -> None:
    table = NTTable([("x", "d"), ("s", "s"), ("n", "i")]).wrap([{"x": 1.5, "s": "a", "n": 2}])
    table.labels = ["x [mm]", "name", "n"]
    got = value_of(table)
    assert list(got) == ["x [mm]", "name", "n"]
    assert (got["x [mm]"].tolist(), list(got["name"]), got["n"].dtype) == ([1.5], ["a"], np.int32)


def test_a_table_without_labels_and_rows_has_the_types_of_its_columns() -> None:
    kind = Type([("labels", "as"), ("value", ("S", "", [("x", "ah"), ("s", "as")]))], id="epics:nt/NTTable:1.0")
    got = value_of(Value(kind, {}))
    assert (got["x"].dtype, got["s"]) == (np.int16, [])


def test_other_types_are_their_value() -> None:
    assert value_of(NTScalar("d").wrap(1.5)) == 1.5
