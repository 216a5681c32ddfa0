"""Near names among very many: what is one slip away, found by an index, not by comparing each with each. No thread.

Two names are one slip apart when they become the same by leaving out at most one character of each. They are so
without their digits too, and names of a row, Motor1 and Motor2, are one name without them: rows are compared first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

LONGEST = 60
SHORTEST = 3
MOST = 3
_NO_DIGITS = str.maketrans("", "", "0123456789")


def nearest(words: Iterable[str], names: Iterable[str]) -> dict[str, list[str]]:
    """For each word the names one slip away, up to three. It takes as long as the names are many, not the pairs.

    Names that differ from the word in their digits alone are none of them.
    """
    asked, given = {w: w.upper() for w in words if SHORTEST <= len(w) <= LONGEST}, {n: n.upper() for n in names}
    asked, given = _likely(asked, given), _likely(given, asked)
    found: dict[str, list[str]] = {}
    for name, word in _pairs(given, asked):
        near = found.setdefault(word, [])
        if len(near) < MOST and name != word and not _is_sibling(asked[word], given[name]):
            near.append(name)
    return {word: near for word, near in found.items() if near}


def _likely(these: dict[str, str], those: dict[str, str]) -> dict[str, str]:
    """Of these, those whose row is near another row of the others, and what differs in case alone; name: upper case."""
    others = set(those.values())
    rows = {row: row for row in map(_row, others)}
    near = {mine for mine, other in _pairs({row: row for row in map(_row, these.values())}, rows) if mine != other}
    return {name: upper for name, upper in these.items() if upper in others or _row(upper) in near}


def _pairs(these: dict[str, str], those: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each of these with each of those that is one slip away, by their upper case."""
    shortened: dict[str, list[str]] = {}
    for name, upper in those.items():
        for short in _without_one(upper):
            shortened.setdefault(short, []).append(name)
    if not shortened:
        return
    for name, upper in these.items():
        for other in {other for short in _without_one(upper) for other in shortened.get(short, ())}:
            yield name, other


def _without_one(text: str) -> Collection[str]:
    """The text, and it without each of its characters."""
    return [text, *(text[:i] + text[i + 1 :] for i in range(len(text)))]


def _is_sibling(word: str, name: str) -> bool:
    """Names that differ in their digits are of a row, and each may be what was meant; in upper case."""
    return word != name and _row(word) == _row(name)


def _row(upper: str) -> str:
    return upper.translate(_NO_DIGITS)
