"""Keeps the memory of one image for the next. Any thread."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # glibc: malloc.h
KEPT = 256 * 2**20


@cache
def keep_image_memory() -> None:
    """Have malloc keep freed memory of the size of images.

    glibc gives it back to the kernel, which clears each page again at the next image: a third of the cost of a
    2 MiB image. Other C libraries are left as they are.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 32 * 2**20)
        mallopt(M_TRIM_THRESHOLD, KEPT)
