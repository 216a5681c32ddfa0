"""A hook of mkdocs: the examples are pages of the site, each with its files below its README."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

EXAMPLES = Path(__file__).parent.parent / "examples"
LANGUAGES = {".py": "python", ".sh": "sh"}  # the others are shown as they are
NOT_SHOWN = {".bob", ".md"}  # a display is looked at, not read


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for readme in [EXAMPLES / "README.md", *sorted(EXAMPLES.glob("*/README.md"))]:
        text = readme.read_text()
        if readme.parent != EXAMPLES:
            text += "".join(shown(file) for file in sorted(readme.parent.iterdir()) if file.suffix not in NOT_SHOWN)
        files.append(File.generated(config, f"examples/{readme.relative_to(EXAMPLES)}", content=text))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Links between docs/ and examples/: on the site the examples are a folder among the pages."""
    return re.sub(r"\]\(((?:\.\./)*)\.\./(docs/|examples/)", within, markdown)


def within(link: re.Match[str]) -> str:
    up, folder = link[1], link[2]
    return f"]({up}../" if folder == "docs/" else f"]({up}{folder}"


def shown(file: Path) -> str:
    """A heading and the file's text, in a block that ends where the text does."""
    if not file.is_file():
        return ""
    return f"\n## {file.name}\n\n````{LANGUAGES.get(file.suffix, 'text')}\n{file.read_text().rstrip()}\n````\n"
