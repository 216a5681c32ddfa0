"""Widgets of every kind, on the same records served by us and by EPICS's own IOC: Phoebus must show the same."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np

from tests.displays.phoebus import NotShown, Phoebus
from tests.displays.screen import Screen, write_png
from tests.ioc_process import Starter

HERE = Path(__file__).parent
EDGE = 16  # of 255: a rounded edge that is drawn once more may be up to 3 darker or lighter
SERVERS = {"pydevpva": Starter.pydevpva, "softIocPVX": Starter.softiocpvx}


def compare(jar: Path, folder: Path, failed: Path) -> None:
    """NotShown where a pixel differs; the two pictures are in `failed` then."""
    pictures = {name: widgets_of(name, jar, folder / name) for name in SERVERS}
    ours, theirs = pictures.values()
    different = int((np.abs(ours.astype(int) - theirs).max(axis=2) > EDGE).sum())
    if different:
        failed.mkdir(parents=True, exist_ok=True)
        for name, picture in pictures.items():
            write_png(failed / f"widgets-{name}.png", picture)
        raise NotShown(f"{different} pixels are not as with softIocPVX; both pictures are in {failed}")


def widgets_of(name: str, jar: Path, folder: Path) -> np.ndarray:
    """widgets.bob on one of the servers."""
    folder.mkdir()
    start = Starter(folder)
    try:
        server = SERVERS[name](start, db=(HERE / "widgets.db").read_text())
        with (
            closing(Screen(folder)) as screen,
            closing(Phoebus(jar, HERE / "widgets.bob", screen, server.environment, folder)) as phoebus,
        ):
            return phoebus.wait_connected()
    finally:
        start.kill_all()
