"""Near names among very many: what is one slip away, found by an index, not by comparing each with each. No thread.

Two names are one slip apart when they become the same by leaving out at most one character of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LONGEST = 60
SHORTEST = 3
MOST = 3


def nearest(words: Iterable[str], names: Iterable[str]) -> dict[str, list[str]]:
    """For each word the names one slip away, up to three. It takes as long as the names are many, not the pairs."""
    shortened: dict[str, list[str]] = {}
    for word in words:
        if SHORTEST <= len(word) <= LONGEST:
            for short in _without_one(word.upper()):
                shortened.setdefault(short, []).append(word)
    found: dict[str, list[str]] = {}
    if not shortened:
        return found
    for name in names:
        for word in {word for short in _without_one(name.upper()) for word in shortened.get(short, ())}:
            near = found.setdefault(word, [])
            if len(near) < MOST and name != word and not _is_sibling(word, name):
                near.append(name)
    return {word: near for word, near in found.items() if near}


def _without_one(text: str) -> Iterator[str]:
    """The text, and it without each of its characters."""
    yield text
    for i in range(len(text)):
        yield text[:i] + text[i + 1 :]


def _is_sibling(word: str, name: str) -> bool:
    """Names that differ in their digits are of a row, Motor1 and Motor2, and each may be what was meant."""
    return word != name and _bare(word) == _bare(name) and word.upper() != name.upper()


def _bare(text: str) -> str:
    return "".join(c for c in text.upper() if not c.isdigit())
