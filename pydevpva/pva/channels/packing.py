"""Packing: the compression of one image, on threads of its own, so that no record waits for it.

Made and told of on the database thread.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from pydevpva.records.core.values import Numbers
from pydevpva.records.results.codecs import TYPE_NUMBERS, compress

log = logging.getLogger(__name__)

MOST_THREADS = 4  # the libraries let go of the interpreter: several cameras are compressed at the same time


@cache
def codec_threads() -> ThreadPoolExecutor:
    """The threads that compress and decompress."""
    return ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1), "codec")


class Packing:
    """One image that is being compressed; `done` gets it back by `submit`, unless it was cancelled."""

    __slots__ = ("_done", "_quality", "codec", "image", "packed", "type_number")

    def __init__(
        self, codec: str, image: Numbers, quality: int, done: Callable[[Packing], None], submit: Callable[..., None]
    ) -> None:
        self.codec, self.image, self._quality = codec, image, quality
        self.packed: Numbers | None = None  # None at the end: it failed, which it should not
        self.type_number = TYPE_NUMBERS[image.dtype.name]
        self._done: Callable[[Packing], None] | None = done
        codec_threads().submit(self._run, submit)

    def cancel(self) -> None:
        """Nobody wants it any more."""
        self._done = None

    def _run(self, submit: Callable[..., Any]) -> None:
        """On a thread of the pool."""
        try:
            self.packed = compress(self.codec, self.image, self._quality)
        except Exception:
            log.exception("internal error: %s of %s %s", self.codec, self.image.dtype, self.image.shape)
        submit(self._finished)

    def _finished(self) -> None:
        if self._done is not None:
            self._done(self)
