"""A pvapy server of NTNDArrays by pvapy's own AdImageUtility; tests/pva/test_codecs.py starts it.

Sim:lz4 holds 2 x 3 uint16 as lz4; Sim:<codec> for each codec among the arguments claims to be compressed with that.
"""

from __future__ import annotations

import sys
import threading

import lz4.block
import numpy as np
from pvaccess import PvaServer
from pvapy.utility.adImageUtility import AdImageUtility

PIXELS = np.arange(6, dtype="u2")


def main() -> None:
    server = PvaServer()
    packed = np.frombuffer(lz4.block.compress(PIXELS.tobytes(), store_size=False), "u1")
    for codec in ("lz4", *sys.argv[1:]):
        server.addRecord(f"Sim:{codec}", AdImageUtility.generateNtNdArray2D(7, packed, 3, 2, "uint16", codec), None)
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
