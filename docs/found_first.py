"""A hook of mkdocs: the search shows pages for users before long lists and what was once decided."""

from __future__ import annotations

from typing import Any

WEIGHTS = {"python.md": 2, "conformance.md": 0.5, "examples/": 0.2, "decisions/": 0.1}  # of others: 1


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    for beginning, weight in WEIGHTS.items():
        if page.file.src_uri.startswith(beginning):
            page.meta["search"] = {"boost": weight}
    return markdown
