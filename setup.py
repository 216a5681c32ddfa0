"""What pyproject.toml cannot say: the description on a package index, whose page has no files of ours beside it."""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import setup

PICTURE = re.compile(r"^!\[[^]]*\]\((?!\w+:)[^)]*\)\n\n", re.MULTILINE)
LINK = re.compile(r"\[([^]]*)\]\((?!\w+:)([^)#]*)[^)]*\)")
NOTE = """
The files named here are in the source distribution: `pip download --no-deps --no-binary :all: pydevpva` brings it.
"""


def description(readme: str) -> str:
    """README.md without its pictures, and with the path of a file in the place of a link to it."""
    return LINK.sub(r"\1 (`\2`)", PICTURE.sub("", readme)) + NOTE


setup(
    long_description=description(Path(__file__).with_name("README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
)
