"""Compressed images as areaDetector's NDPluginCodec makes them: lz4 and jpeg. Pure functions, for any thread.

lz4 is one raw LZ4 block of the elements, little-endian; jpeg is a JPEG file. Both packages are optional, and imported
when a codec is first asked for.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from pydevpva.errors import UnreadableImage
from pydevpva.records.core.values import Numbers

# pvData's ScalarType of the elements, which tells a reader what to make of the bytes; a bool goes as a uint8
_TYPES = ("", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")
TYPE_NUMBERS = {name: number for number, name in enumerate(_TYPES) if name} | {"bool": 5}
_LZ4_MOST = 0x7E000000  # bytes in a block (lz4.h: LZ4_MAX_INPUT_SIZE)
_LZ4_RATIO = 255  # no block is smaller by more than that
_JPEG_SIDE = 65500  # jmorecfg.h: JPEG_MAX_DIMENSION


@dataclass(frozen=True)
class Codec:
    """One way to compress. `refusal` says why not, or ""; `expand` gets the bytes, and the type and shape expected."""

    package: str
    module: str
    refusal: Callable[[Numbers], str]
    compress: Callable[[Numbers, int], bytes]
    expand: Callable[[Numbers, np.dtype[Any], tuple[int, ...]], Numbers]


def missing(name: str) -> str:
    """How to install what this codec needs; "": all there, or no codec."""
    codec = CODECS.get(name)
    if codec is None:
        return ""
    try:
        import_module(codec.module)
    except ImportError:
        return f"codec {name} needs: pip install {codec.package}"
    return ""


def refusal(name: str, image: Numbers) -> str:
    """Why this array cannot be compressed so; "": it can, or is empty and goes as it is."""
    return missing(name) or (CODECS[name].refusal(image) if image.size else "")


def compress(name: str, image: Numbers, quality: int) -> Numbers:
    """The compressed bytes of an array that is not refused. quality: of jpeg, 1 to 100."""
    return np.frombuffer(CODECS[name].compress(image, quality), "u1")


def decompress(name: str, data: Any, number: Any, shape: tuple[int, ...]) -> Numbers:
    """An array of the elements; number: their ScalarType. A colour jpeg has its own shape, (y, x, 3).

    Raises UnreadableImage.
    """
    if name not in CODECS:
        raise UnreadableImage(f"codec {name} is none of {', '.join(CODECS)}")
    if reason := missing(name):
        raise UnreadableImage(reason)
    if type(number) is not int or not 0 < number < len(_TYPES):
        raise UnreadableImage(f"codec {name}: the type is not told")
    packed = np.asarray(data if data is not None else np.zeros(0, "u1"))
    if packed.itemsize != 1:
        raise UnreadableImage(f"codec {name}: the data are no bytes")
    try:
        return CODECS[name].expand(packed, np.dtype(_TYPES[number]), shape)
    except UnreadableImage:
        raise
    except Exception as error:  # each library has exceptions of its own for damaged data
        raise UnreadableImage(f"codec {name}: {error}") from error


# ---- lz4 ----


def _lz4_refusal(image: Numbers) -> str:
    return f"no lz4 of {image.nbytes} bytes; it takes up to {_LZ4_MOST}" if image.nbytes > _LZ4_MOST else ""


def _lz4_compress(image: Numbers, quality: int) -> bytes:
    little = np.ascontiguousarray(image, image.dtype.newbyteorder("<"))
    return bytes(import_module("lz4.block").compress(little.reshape(-1).view("u1"), store_size=False))


def _lz4_expand(data: Numbers, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Numbers:
    size = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if size > min(_LZ4_RATIO * (data.size + 1), _LZ4_MOST):
        raise UnreadableImage(f"codec lz4: {data.size} bytes for {size}")
    plain = import_module("lz4.block").decompress(data, uncompressed_size=size)
    if len(plain) != size:
        raise UnreadableImage(f"codec lz4: {len(plain)} bytes, not {size}")
    return np.frombuffer(plain, dtype.newbyteorder("<")).astype(dtype, copy=False).reshape(shape)


# ---- jpeg ----


def _jpeg_refusal(image: Numbers) -> str:
    shape = image.shape
    is_image = len(shape) == 2 or (len(shape) == 3 and shape[2] == 3 and getattr(image, "color_mode", 2) == 2)
    if image.dtype == np.uint8 and is_image and max(shape) <= _JPEG_SIDE:
        return ""
    return f"no jpeg of {image.dtype} {shape}; it takes uint8 (y, x), and (y, x, 3) as RGB1, up to {_JPEG_SIDE} a side"


def _jpeg_compress(image: Numbers, quality: int) -> bytes:
    file = io.BytesIO()
    picture = import_module("PIL.Image").fromarray(np.asarray(image))
    picture.save(file, "JPEG", quality=min(max(quality, 1), 100))
    return file.getvalue()


def _jpeg_expand(data: Numbers, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Numbers:
    if dtype.itemsize != 1:
        raise UnreadableImage(f"codec jpeg of {dtype}")
    picture = import_module("PIL.JpegImagePlugin").JpegImageFile(io.BytesIO(data.tobytes()))
    told = (picture.height, picture.width) if picture.mode == "L" else (picture.height, picture.width, 3)
    if picture.mode not in ("L", "RGB") or sorted(told) != sorted(shape):  # RGB2 and RGB3 keep their dimensions
        raise UnreadableImage(f"codec jpeg: {picture.mode} {told}, not {shape}")
    return np.asarray(picture).view(dtype)


CODECS = {
    "lz4": Codec("lz4", "lz4.block", _lz4_refusal, _lz4_compress, _lz4_expand),
    "jpeg": Codec("pillow", "PIL.JpegImagePlugin", _jpeg_refusal, _jpeg_compress, _jpeg_expand),
}
NAMES = ("", *CODECS)  # by CODC
