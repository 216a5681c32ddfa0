"""Every example has a picture of its display, which `make displays` can take again."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.displays.phoebus import size_of
from tests.displays.scenes import BY_EXAMPLE
from tests.ioc_process import ROOT

DISPLAYS = sorted((ROOT / "examples").glob("*/*.bob"))


def test_each_display_has_a_scene() -> None:
    assert {path.stem for path in DISPLAYS} == set(BY_EXAMPLE)


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda path: path.stem)
def test_picture_has_the_size_of_the_display(display: Path) -> None:
    picture = (ROOT / "docs" / "pictures" / f"{display.stem}.png").read_bytes()
    assert struct.unpack(">2I", picture[16:24]) == size_of(display)


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda path: path.stem)
def test_page_shows_the_picture(display: Path) -> None:
    assert f"(../../docs/pictures/{display.stem}.png)" in (display.parent / "README.md").read_text()
