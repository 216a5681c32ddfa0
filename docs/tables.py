"""A hook of mkdocs: each cell of a table knows its column's heading, for pages.css to show on a narrow screen."""

from __future__ import annotations

import re
from html import escape, unescape

TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
CELL = re.compile(r"<t[dh](?=[ >])")
HEADING = re.compile(r"<th[^>]*>(.*?)</th>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def on_page_content(html: str, **_: object) -> str:
    return TABLE.sub(lambda table: labelled(table[0]), html)


def labelled(table: str) -> str:
    """The table with data-label in each cell of its body."""
    headings = [escape(unescape(TAG.sub("", text)), quote=True) for text in HEADING.findall(table)]

    def row(match: re.Match[str]) -> str:
        labels = iter(headings)
        return CELL.sub(lambda cell: f'{cell[0]} data-label="{next(labels, "")}"', match[0])

    return ROW.sub(row, table)
