"""Docstrings, comments and pages name what is there: engine/links/searched.py, engine.services.Services."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pydevpva
from tests.ioc_process import ROOT

PACKAGE = Path(pydevpva.__file__).parent
FILES = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
ROOMS = {name.split("/")[0].removesuffix(".py") for name in FILES}
ELSEWHERE = {"device.py", "pydev.py"}  # of users, and beside the package
_PATH = re.compile(r"\b((?:\w+/)*\w+\.py)\b")
_IN_A_FOLDER = re.compile(r"(?<![\w/.-])((?:\w+/)+\w+\.py)\b")
_NAME = re.compile(r"\b([a-z_0-9]+(?:\.[a-z_0-9]+)+)\.([A-Z]\w+)")


def words(path: Path) -> Iterator[tuple[int, str]]:
    """Strings and comments of a file with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            yield token.start[0], token.string


def is_there(module: str, name: str) -> bool:
    file = FILES.get(f"{module.replace('.', '/')}.py")
    return file is not None and re.search(rf"(?m)^ *(class {name}\b|{name} *[:=])", file.read_text()) is not None


def test_files_that_are_named_are_there() -> None:
    lost = [
        f"{path}:{line}: {found}"
        for path in FILES.values()
        for line, text in words(path)
        for found in _PATH.findall(text)
        if found not in ELSEWHERE and not any(name == found or name.endswith(f"/{found}") for name in FILES)
    ]
    assert not lost


def test_classes_that_are_named_are_there() -> None:
    named = [
        (f"{path}:{line}", module.removeprefix("pydevpva."), name)
        for path in FILES.values()
        for line, text in words(path)
        for module, name in _NAME.findall(text)
        if module.removeprefix("pydevpva.").split(".")[0] in ROOMS
    ]
    assert len(named) > 20
    assert not [one for one in named if not is_there(*one[1:])]


def test_files_that_pages_name_are_there() -> None:
    pages = [ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
    named = [(page, found) for page in pages for found in _IN_A_FOLDER.findall(page.read_text())]
    assert len(named) > 50
    there = {*FILES} | {name.split("/", 1)[-1] for name in FILES}
    assert not [one for one in named if one[1].removeprefix("pydevpva/") not in there and not (ROOT / one[1]).exists()]
