"""lz4 and jpeg of arrays: what comes back, what is refused, and what damaged data come to."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pydevpva.errors import UnreadableImage
from pydevpva.records.results import codecs
from pydevpva.records.results.image import image

pytest.importorskip("lz4", reason="lz4 is not installed")
pytest.importorskip("PIL", reason="pillow is not installed")
GREY = image(np.add.outer(np.arange(40), np.arange(50)).astype("u1"), 0, None)
COLOUR = image(np.stack([GREY, GREY + 20, GREY + 40], axis=-1), 0, None)


@given(
    st.sampled_from(list(codecs.TYPE_NUMBERS)).flatmap(
        lambda dtype: arrays.arrays(dtype, arrays.array_shapes(max_dims=4, max_side=6))
    )
)
def test_lz4_gives_back_every_array(sent: np.ndarray[Any, Any]) -> None:
    packed = codecs.compress("lz4", image(sent, 0, None), 85)
    got = codecs.decompress("lz4", packed, codecs.TYPE_NUMBERS[sent.dtype.name], sent.shape)
    assert got.dtype == ("u1" if sent.dtype == "?" else sent.dtype)
    assert got.shape == sent.shape
    assert got.tobytes() == sent.tobytes()


@pytest.mark.parametrize("sent", [GREY, COLOUR], ids=["grey", "colour"])
def test_jpeg_gives_back_nearly_the_image(sent: Any) -> None:
    got = codecs.decompress("jpeg", codecs.compress("jpeg", sent, 100), 5, sent.shape)
    assert got.shape == sent.shape
    assert np.abs(got.astype(int) - sent).max() < 10


def test_quality_trades_size_for_truth() -> None:
    sizes = [codecs.compress("jpeg", GREY, quality).size for quality in (-5, 1, 50, 100, 1000)]
    assert sizes[0] == sizes[1] < sizes[2] < sizes[3] == sizes[4]


@pytest.mark.parametrize(
    ("array", "what"),
    [
        (np.zeros((4, 5)), "float64 (4, 5)"),
        (np.zeros((4, 5), "?"), "bool (4, 5)"),
        (np.zeros(5, "u1"), "uint8 (5,)"),
        (np.zeros((3, 4, 5), "u1"), "uint8 (3, 4, 5)"),
        (np.zeros((4, 3, 5), "u1"), "uint8 (4, 3, 5)"),
        (np.zeros((1, 70000), "u1"), "uint8 (1, 70000)"),
    ],
)
def test_jpeg_says_what_it_takes(array: Any, what: str) -> None:
    expected = f"no jpeg of {what}; it takes uint8 (y, x), and (y, x, 3) as RGB1, up to 65500 a side"
    assert codecs.refusal("jpeg", image(array, 0, None)) == expected
    assert codecs.refusal("lz4", image(array, 0, None)) == ""


LZ4 = codecs.compress("lz4", GREY, 85)
JPEG = codecs.compress("jpeg", GREY, 85)


@pytest.mark.parametrize(
    ("codec", "data", "number", "shape", "message"),
    [
        ("blosc", LZ4, 5, GREY.shape, "codec blosc is none of lz4, jpeg"),
        ("lz4", LZ4, None, GREY.shape, "codec lz4: the type is not told"),
        ("lz4", LZ4, 11, GREY.shape, "codec lz4: the type is not told"),
        ("lz4", LZ4.astype("u2"), 5, GREY.shape, "codec lz4: the data are no bytes"),
        ("lz4", LZ4, 5, (41, 50), "codec lz4: 2000 bytes, not 2050"),
        ("lz4", LZ4, 5, (2**31 - 1, 2**31 - 1), f"codec lz4: {LZ4.size} bytes for 4611686014132420609"),
        ("lz4", LZ4[:20], 5, GREY.shape, "codec lz4: Decompression failed"),
        ("lz4", None, 5, GREY.shape, "codec lz4: 0 bytes for 2000"),
        ("jpeg", JPEG, 6, GREY.shape, "codec jpeg of uint16"),
        ("jpeg", JPEG, 5, (50, 41), r"codec jpeg: L \(40, 50\), not \(50, 41\)"),
        ("jpeg", JPEG[: JPEG.size // 2], 5, GREY.shape, "codec jpeg: .*[Tt]runcated"),
        ("jpeg", LZ4, 5, GREY.shape, "codec jpeg: not a JPEG file"),
    ],
)
def test_what_cannot_be_expanded_is_said(codec: str, data: Any, number: Any, shape: Any, message: str) -> None:
    with pytest.raises(UnreadableImage, match=message):
        codecs.decompress(codec, data, number, shape)


@pytest.mark.parametrize(("codec", "module", "package"), [("lz4", "lz4.block", "lz4"), ("jpeg", "PIL", "pillow")])
def test_a_missing_package_is_said_with_the_way_to_get_it(
    codec: str, module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(module)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)  # Python's own way to have an import fail
    message = f"codec {codec} needs: pip install {package}"
    assert codecs.missing(codec) == codecs.refusal(codec, GREY) == message
    with pytest.raises(UnreadableImage, match=message):
        codecs.decompress(codec, LZ4, 5, GREY.shape)
