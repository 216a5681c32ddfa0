"""One display in Phoebus on a screen of its own, cut out of it pixel by pixel."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import numpy as np

from tests.displays.screen import Screen

FRAME = (18, 52, 86)  # a colour that no display has: around the display, to find it on the screen
MARGIN = 10
DISCONNECTED = (1, 230, 180)  # likewise: the border of a PV that is not connected, and no other colour near it
STARTING = 60.0  # seconds: a JVM on a loaded machine
STILL = 1.5  # seconds without a change: Phoebus shows new values at most every 0.25 s

# Phoebus talks to 127.0.0.1 only, and asks nobody for updates
SETTINGS = """\
org.phoebus.pv/default=pva
org.phoebus.pv.pva/epics_pva_addr_list=127.0.0.1
org.phoebus.pv.pva/epics_pva_auto_addr_list=false
org.phoebus.pv.pva/epics_pva_name_servers=
org.phoebus.pv.pva/epics_pva_broadcast_port={EPICS_PVA_BROADCAST_PORT}
org.phoebus.pv.pva/epics_pva_server_port={EPICS_PVA_SERVER_PORT}
org.csstudio.display.builder.model/color_files=examples:color.def,{colours}
org.phoebus.ui/splash=false
org.phoebus.applications.update/update_url=
"""
WRAPPER = """\
<?xml version="1.0" encoding="UTF-8"?>
<display version="2.0.0">
  <name>display</name>
  <width>{width}</width>
  <height>{height}</height>
  <background_color><color red="{frame[0]}" green="{frame[1]}" blue="{frame[2]}"></color></background_color>
  <grid_visible>false</grid_visible>
  <widget type="embedded" version="2.0.0">
    <name>display</name>
    <file>{file}</file>
    <resize>0</resize>
    <x>{margin}</x>
    <y>{margin}</y>
    <width>{inner[0]}</width>
    <height>{inner[1]}</height>
  </widget>
</display>
"""


class NotShown(Exception):
    """Phoebus did not show what it should; the text says what was missing."""


class Phoebus:
    """Phoebus with one display open, its settings in `folder`; `environment` are the variables of a PVA server."""

    def __init__(self, jar: Path, display: Path, screen: Screen, environment: Mapping[str, str], folder: Path) -> None:
        self._screen = screen
        self._size = size_of(display)
        self._log = folder / "phoebus.log"
        colours = folder / "color.def"
        colours.write_text("DISCONNECTED = {}, {}, {}\n".format(*DISCONNECTED))
        (folder / "settings.ini").write_text(SETTINGS.format(colours=colours, **environment))
        width, height = (side + 2 * MARGIN for side in self._size)
        wrapper = folder / "display.bob"
        wrapper.write_text(
            WRAPPER.format(
                width=width, height=height, frame=FRAME, margin=MARGIN, inner=self._size, file=escape(str(display))
            )
        )
        window = f"window@{width + 60}x{height + 100}+0+0"
        command = [
            *("java", f"-Dphoebus.user={folder}", f"-Djava.util.prefs.userRoot={folder}", "-Dprism.order=sw"),
            *("-Dfile.encoding=UTF-8", "-jar", str(jar), "-settings", str(folder / "settings.ini")),
            *("-resource", f"file:{wrapper}?app=display_runtime&target={window}"),
        ]
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **environment, "DISPLAY": screen.name},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def origin(self) -> tuple[int, int] | None:
        """Where on the screen the display begins, (x, y); None: it is not there."""
        frame = (self._screen.shot() == FRAME).all(axis=2)
        ys, xs = np.nonzero(frame)
        width, height = self._size
        if not len(xs) or np.ptp(xs) < width + 2 * MARGIN - 1 or np.ptp(ys) < height + 2 * MARGIN - 1:
            return None
        return int(xs.min()) + MARGIN, int(ys.min()) + MARGIN

    def picture(self) -> np.ndarray | None:
        """The display as it is shown now; None: it is not shown."""
        origin = self.origin()
        if origin is None:
            return None
        (x, y), (width, height) = origin, self._size
        return self._screen.shot()[y : y + height, x : x + width]

    def wait_connected(self) -> np.ndarray:
        """The picture once all widgets have values and nothing changes any more."""
        self._wait(lambda: self.picture() is not None, "the display opened")
        if "Cannot load colors" in self.log:
            raise NotShown(f"Phoebus does not take our colour of PVs that are not connected\n{self.log}")
        while True:  # again, as it may have stood still before the first border was drawn
            self._wait(lambda: connected(self.picture()), "all its PVs were connected")
            if connected(picture := self.wait_still()):
                return picture

    def wait_still(self) -> np.ndarray:
        """The picture once it did not change for a while."""
        last: np.ndarray | None = None
        since = time.monotonic()

        def still() -> bool:
            nonlocal last, since
            picture = self.picture()
            if picture is None or last is None or not np.array_equal(picture, last):
                last, since = picture, time.monotonic()
            return last is not None and time.monotonic() - since > STILL

        self._wait(still, "the display stood still")
        assert last is not None
        return last

    def _wait(self, happened: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + STARTING
        while not happened():
            try:
                status = self._process.wait(0.1)
            except subprocess.TimeoutExpired:
                status = None
            if status is not None:
                raise NotShown(f"Phoebus ended with {status} before {what}\n{self.log}")
            if time.monotonic() > end:
                raise NotShown(f"{STARTING:g} s passed before {what}\n{self.log}")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def connected(picture: np.ndarray | None) -> bool:
    """Does it show something, and no border of a PV that is not connected?"""
    if picture is None or (picture == picture[0, 0]).all():
        return False
    return not (picture == DISCONNECTED).all(axis=2).any()


def size_of(display: Path) -> tuple[int, int]:
    """Width and height in pixels."""
    root = ElementTree.parse(display).getroot()
    return int(root.findtext("width", "800")), int(root.findtext("height", "600"))
