"""The rooms that CONTRIBUTING and How it works show are those that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pydevpva
from tests.ioc_process import ROOT

PACKAGE = Path(pydevpva.__file__).parent


def rooms() -> set[str]:
    """Folders and files of the package, but for what is no room: __init__, __main__, _version."""
    files = {path.stem for path in PACKAGE.glob("*.py")}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return {name for name in files | folders if not name.startswith("_")}


def shown(page: Path) -> set[str]:
    """The names in the block that begins with cli: one a line with what it is, and at its end many in a row."""
    block = re.search(r"(?m)^    cli +the arguments.*\n(?:    .*\n)+", page.read_text())
    assert block is not None
    lines = [line.strip() for line in block[0].splitlines()]
    first = [re.split(r" {2,}", line)[0] for line in lines if "  " in line]
    in_a_row = [name for line in lines if "  " not in line for name in re.findall(r"\w+", line)]
    return {*first, *in_a_row}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/how-it-works.md"])
def test_a_page_shows_all_rooms_and_no_others(page: str) -> None:
    assert shown(ROOT / page) == rooms()
