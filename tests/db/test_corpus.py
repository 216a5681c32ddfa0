"""Public databases load as in EPICS, or EPICS complains of the same, at the same line.

Our own examples, those that come with installed Python packages, and those under PYDEVPVA_CORPUS, a list of directories
(with the separator of PATH). `python -m tests.db.corpus DIRECTORY...` counts them.
"""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import pytest

from tests.db import real_epics
from tests.db.corpus import Case, Corpus, add_modules, cases, difference, link_all

EXAMPLES = Path(__file__).parents[2] / "examples"
INSTALLED = Path(sysconfig.get_paths()["purelib"])
OWN = [Path(place) for place in os.environ.get("PYDEVPVA_CORPUS", "").split(os.pathsep) if place]
CORPUS = Corpus([EXAMPLES, INSTALLED, *OWN])


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, list[Case]]:
    """The cases of each file, done by EPICS."""
    directory = tmp_path_factory.mktemp("corpus")
    link_all(CORPUS, directory)
    (directory / "dbd.results").mkdir()
    assert not add_modules(CORPUS, directory / "dbd.results")
    made = cases(CORPUS, CORPUS.files, directory)
    real_epics.run([case.job for case in made], CORPUS.dbd)
    return {path: [case for case in made if case.path == path] for path in CORPUS.files}


@pytest.mark.parametrize("path", CORPUS.files, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_loads_as_in_epics(path: Path, loaded: dict[Path, list[Case]]) -> None:
    for case in loaded[path]:
        verdict, how = difference(case, CORPUS.definitions)
        assert not how, f"{verdict} with {case.round} for macros"


def test_the_examples_are_loaded_by_both(loaded: dict[Path, list[Case]]) -> None:
    examples = [path for path in CORPUS.files if path.is_relative_to(EXAMPLES)]
    assert examples
    for path in examples:
        assert any(difference(case, CORPUS.definitions) == ("loaded", "") for case in loaded[path]), path
