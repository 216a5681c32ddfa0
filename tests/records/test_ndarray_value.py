"""pydev.NDArray: a numpy array that keeps what belongs to it through arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pydevpva.records.results.ndarray import NDArray


def frame(**more: Any) -> NDArray:
    return NDArray(np.arange(12.0).reshape(3, 4), {"gain": 2}, unique_id=7, timestamp=(5, 6), **more)


@pytest.mark.parametrize(
    "computed",
    [
        lambda a: a * 2,
        lambda a: a - np.ones((3, 4)),
        lambda a: np.ones((3, 4)) - a,
        lambda a: NDArray(np.ones((3, 4))) - a,
        lambda a: a[1:],
        lambda a: a.T,
        lambda a: a.sum(axis=0),
        lambda a: a.astype("u2"),
        lambda a: np.sqrt(a),
        lambda a: NDArray(a),
    ],
)
def test_a_result_belongs_to_its_frame(computed: Any) -> None:
    result = computed(frame())
    assert (result.unique_id, result.time_ns) == (7, 5_000_000_006)


def test_a_result_has_attributes_of_its_own() -> None:
    first = frame()
    second: Any = first + 1
    second.attributes["gain"] = 3
    assert first.attributes == {"gain": 2}


@pytest.mark.parametrize("computed", [np.sum, np.mean, np.median, np.max, np.argmax, lambda a: a[0, 0]])
def test_single_numbers_are_plain(computed: Any) -> None:
    assert not isinstance(computed(frame()), np.ndarray)


def test_a_colour_mode_goes_when_the_shape_no_longer_has_it() -> None:
    image: Any = NDArray(np.zeros((4, 5, 3)), color_mode="RGB1")
    assert (image[1:].color_mode, image[:, :, 0].color_mode) == (2, None)


def test_the_memory_is_the_arrays() -> None:
    pixels = np.zeros((2, 2))
    assert np.shares_memory(NDArray(pixels), pixels)


def test_times_are_seconds_or_seconds_and_nanoseconds() -> None:
    assert NDArray([1], timestamp=1.5).time_ns == 1_500_000_000
    assert frame().timestamp == pytest.approx(5.000000006)
    assert NDArray([1]).timestamp is None


@pytest.mark.parametrize("mode", ["RGB9", 7, -1])
def test_unknown_colour_modes_are_refused(mode: Any) -> None:
    with pytest.raises(ValueError, match="is none of 0 Mono, 1 Bayer, 2 RGB1, 3 RGB2, 4 RGB3"):
        NDArray([1], color_mode=mode)


def test_it_is_there_outside_an_ioc() -> None:
    import pydev

    assert pydev.NDArray is NDArray
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        pydev.nothing  # noqa: B018
