"""The built site: it builds without a warning, and a browser shows all of it, on a screen, a tablet and a telephone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.browser import browser, seen
from tests.ioc_process import ROOT

pytestmark = pytest.mark.long
WORDS = {  # the page that explains it is among the first three
    "iointr": "/python/",
    "autosave": "/autosave/",
    "restart": "/autosave/",
    "Channel Access": "/channel-access/",
    "asyncio": "/asyncio/",
    "dbpf": "/shell/",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built pages; building fails at a page that is in no menu, and at a dead link or anchor."""
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)
    assert (built.returncode, built.stderr) == (0, "")
    return folder


def test_the_site_has_the_examples_with_their_files(site: Path) -> None:
    page = (site / "examples" / "device" / "index.html").read_text()
    assert "mydevice.py" in page
    assert "Demo:Position:RBV" in page


@pytest.mark.skipif(browser() is None, reason="no browser: chromium or google-chrome on PATH")
def test_nothing_is_cut_and_the_search_finds_what_is_looked_for(site: Path, tmp_path: Path) -> None:
    found = seen(site, tmp_path, widths=(1280, 900, 400), words=[*WORDS])
    assert found["wrong"] == []
    assert {word for word, page in WORDS.items() if page not in found["searched"][word][:3]} == set()
