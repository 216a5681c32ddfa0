"""A screen without a monitor: Xvfb, whose pixels are a file that numpy reads, and PNG files written from them."""

from __future__ import annotations

import os
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np

WIDTH, HEIGHT = 1280, 1024
XWD_WORDS = 25  # of the header of an X window dump, see X11/XWDFile.h


class Screen:
    """An X server of its own, `name` is its DISPLAY. It listens on a local socket only."""

    def __init__(self, folder: Path) -> None:
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
        self._process = subprocess.Popen(
            [*command, "-noreset", "-nocursor", "-fbdir", str(folder)],
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stderr=(folder / "xvfb.log").open("wb"),
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError(f"Xvfb did not start:\n{(folder / 'xvfb.log').read_text()}")
        self.name = f":{number}"
        self._dump = folder / "Xvfb_screen0"

    def shot(self) -> np.ndarray:
        """What the screen shows now: height x width x (red, green, blue), uint8."""
        data = self._dump.read_bytes()
        header = struct.unpack(f">{XWD_WORDS}I", data[: 4 * XWD_WORDS])
        size, width, height, line, colours = header[0], header[4], header[5], header[12], header[19]
        pixels = np.frombuffer(data, np.uint8, line * height, size + 12 * colours)
        blue_first = header[7] == 0
        rgb = slice(2, None, -1) if blue_first else slice(1, 4)
        return pixels.reshape(height, line // 4, 4)[:, :width, rgb]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def write_png(path: Path, pixels: np.ndarray) -> None:
    """Write height x width x 3 pixels, in as many colours as a palette of 256 can hold."""
    height, width, _ = pixels.shape
    for levels in (256, 86, 52, 32, 18, 6):  # of each of red, green and blue; 6 x 6 x 6 is less than 256
        rounded = np.round(np.round(pixels / 255 * (levels - 1)) * (255 / (levels - 1))).astype(np.uint8)
        palette, index = np.unique(rounded.reshape(-1, 3), axis=0, return_inverse=True)
        if len(palette) <= 256:
            break
    lines = np.zeros((height, width + 1), np.uint8)  # a line begins with 0: it is not filtered
    lines[:, 1:] = index.reshape(height, width)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 3, 0, 0, 0))  # 8 bits, with a palette
        + chunk(b"PLTE", palette.tobytes())
        + chunk(b"IDAT", zlib.compress(lines.tobytes(), 9))
        + chunk(b"IEND", b"")
    )


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
