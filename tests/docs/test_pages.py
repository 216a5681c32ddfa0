"""The built pages: all are in the menu, and their tables can be read on a narrow screen."""

from __future__ import annotations

import importlib.util
import re

from tests.ioc_process import ROOT


def test_each_page_is_in_the_menu_and_the_tutorial_is_second() -> None:
    menu = re.findall(r"(?m)^ +- [\w ]+: (.*\.md)$", (ROOT / "mkdocs.yml").read_text())
    assert menu[:2] == ["README.md", "tutorial.md"]
    listed = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert {*menu} == listed | {"decisions/README.md", "examples/README.md"}


def test_each_cell_of_a_table_knows_its_columns_heading() -> None:
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    assert spec is not None
    assert spec.loader is not None
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    head = "<thead><tr><th>what</th><th>in <code>A &amp; B</code></th></tr></thead>"
    page = f"<table>{head}<tbody><tr><td>a</td><td style='x'>1</td></tr></tbody></table><p>text</p>"
    made = tables.on_page_content(page, page=None)
    assert '<td data-label="what">a</td><td data-label="in A &amp; B" style=\'x\'>1</td>' in made
    assert made.endswith("<p>text</p>")
