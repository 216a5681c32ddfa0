"""What a package index shows of the project is README.md, and nothing in it leads to a file that is not there."""

from __future__ import annotations

import email
import re
import subprocess
import sys
from pathlib import Path

from tests.ioc_process import ROOT

BUILD = "import sys, setuptools.build_meta as backend; print(backend.prepare_metadata_for_build_wheel(sys.argv[1]))"


def test_the_built_description_has_no_relative_link_and_no_picture(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BUILD, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=100,
    )
    (file,) = tmp_path.glob("*.dist-info/METADATA")
    metadata = email.message_from_string(file.read_text())
    text = metadata.get_payload()
    assert isinstance(text, str)
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert text.startswith("# pydevpva\n")
    assert [target for target in re.findall(r"\]\(([^)]*)\)", text) if not target.startswith("https://")] == []
    named = re.findall(r"\(`([\w./-]+)`\)", text)
    assert "docs/tutorial.md" in named
    assert [name for name in named if not (ROOT / name).exists()] == []
