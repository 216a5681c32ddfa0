"""p4p's clients in user code: an image they get must not end that code with a warning of numpy. Any thread.

p4p shapes an image by writing to `shape`, which numpy deprecates since 2.5; where warnings are errors, the get is never
answered.
"""

from __future__ import annotations

import numpy as np
from p4p.nt.ndarray import ntndarray


def allow_shape() -> None:
    """Let `shape` of p4p's images be written without a warning; there is nothing to do for an older numpy."""
    write = getattr(np.ndarray, "_set_shape", None)
    if write is not None:
        ntndarray.shape = property(np.ndarray.shape.__get__, write)
