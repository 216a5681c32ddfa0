"""The error tree, places in files, and "did you mean". No thread, no state."""

from __future__ import annotations

import difflib
import itertools
import re
import string
from collections.abc import Collection, Container, Iterable, Mapping, Set
from dataclasses import dataclass, replace

MOST_COMPARED = 2000  # choices times the characters of a word that is compared with each: 1 to 2 us each
LONGEST_WORD = 60
NAME_CHARACTERS = string.ascii_letters + string.digits + "_-:.[]<>;"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a text file; line and column count from 1, 0 is unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a user's file: where, what, and the offending line when it is known.

    What has one `cause` is one thing to mend, and told once: a macro without a value, a record type that is not there.
    A problem that is not `fatal` is a warning: the file is loaded. `unsupported` names the record that this IOC cannot
    run: one that may be left out, and nothing else is wrong.
    """

    location: Location
    message: str
    line: str = ""
    cause: str = ""
    fatal: bool = True
    unsupported: str = ""

    def __str__(self) -> str:
        head = f"{self.location}: {self.message}"
        if not self.line:
            return head
        text = self.line.rstrip("\r\n").replace("\t", " ")
        caret = " " * (self.location.column - 1) + "^" if self.location.column else ""
        return "\n".join(filter(None, [head, f"    {text}", f"    {caret}" if caret else ""]))


_DETAIL = re.compile(r'"[^"]*"|^\S+(?=: )|\d+|\(from .*')


def once(problems: Iterable[Problem]) -> dict[str, Problem]:
    """By its cause, each thing to mend: its first problem, which says how often and where it comes again.

    Without a cause, it is one thing when it is said alike of one place, which a template is used at many times.
    """
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        key = problem.cause or f"{problem.location} {alike(problem.message)}"
        groups.setdefault(key, []).append(problem)
    return {key: replace(group[0], message=group[0].message + _again(group)) for key, group in groups.items()}


def alike(message: str) -> str:
    """A message without what differs between records that have one thing wrong: names and numbers."""
    return _DETAIL.sub("", message)


def _again(group: list[Problem]) -> str:
    """ " (11 times)" or " (also in lines 5-9)", for what follows the first of a group."""
    files = {problem.location.file for problem in group}
    lines = {problem.location.line for problem in group} - {group[0].location.line}
    if len(group) == 1:
        return ""
    if len(files) > 1 or not lines:
        return f" ({len(group)} times)"
    return f" (also in line{'s' if len(lines) > 1 else ''} {ranges(lines)})"


def ranges(numbers: Iterable[int]) -> str:
    """ "2, 4, 6-9": whole numbers in order, three and more in a row by the first and the last."""
    rows: list[list[int]] = []
    for number in sorted(numbers):
        if rows and number == rows[-1][-1] + 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    parts = ([f"{row[0]}-{row[-1]}"] if len(row) > 2 else map(str, row) for row in rows)
    return ", ".join(part for row in parts for part in row)


class PydevpvaError(Exception):
    """Every error this package raises on purpose: its text says what, where, and what to do."""


class LoadError(PydevpvaError):
    """A database, template or definition file that cannot be used; lists all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem], warnings: Iterable[Problem] = ()) -> None:
        self.problems = list(problems)
        self.warnings = list(warnings)
        super().__init__("\n".join(map(str, self.problems)))


class NotFound(PydevpvaError):
    """No record, field or file of that name."""


class PutError(PydevpvaError):
    """A refused put: names the record, the field and the reason."""


class CodeError(PydevpvaError):
    """A link's Python that does not compile; `reason` is the error without its place."""

    def __init__(self, text: str, reason: str = "") -> None:
        self.reason = reason or text
        super().__init__(text)


class WrongThread(RuntimeError):
    """A call into another thread's room: a bug of ours, never a user's mistake."""


class Stopped(PydevpvaError):
    """The thread that should do the work has ended or is about to."""


def did_you_mean(word: str, *choices: Collection[str]) -> str:
    """ "; did you mean DRVH?" for the choices nearest to word, or "" when none is near.

    It costs a few ms at most, whoever asks: of many choices only those are found that one slip turns into the word,
    and these without looking at all of them, when the choices are a dict or a set.
    """
    if not word or len(word) > LONGEST_WORD:
        return ""
    if sum(map(len, choices)) * len(word) <= MOST_COMPARED:
        near = _alike(word, [choice for some in choices for choice in some])
    else:
        sets = [some if isinstance(some, (Mapping, Set)) else frozenset(some) for some in choices]
        near = _one_slip_away(word, sets)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _alike(word: str, choices: Iterable[str]) -> list[str]:
    by_upper: dict[str, list[str]] = {}  # a class and its object differ by case alone: Meter, meter
    for choice in dict.fromkeys(choices):
        by_upper.setdefault(choice.upper(), []).append(choice)
    near = difflib.get_close_matches(word.upper(), by_upper, n=3, cutoff=0.6)
    return [choice for n in near for choice in sorted(by_upper[n], key=lambda one: one.islower() != word.islower())][:3]


def _one_slip_away(word: str, sets: Iterable[Container[str]]) -> list[str]:
    """Names that differ from word by case, or by one character left out, put in, changed or swapped; up to three."""
    places = range(len(word))
    slips = set(
        itertools.chain(
            (word.upper(), word.lower(), word.swapcase(), word.title()),
            (word[:i] + word[i + 1 :] for i in places),
            (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places[:-1]),
            (word[:i] + c + word[i + 1 :] for i in places for c in NAME_CHARACTERS),
            (word[:i] + c + word[i:] for i in range(len(word) + 1) for c in NAME_CHARACTERS),
        )
    )
    found = {slip for some in sets for slip in slips if slip in some}
    return sorted(found - {word})[:3]


def nearest_field(name: str, fields: Collection[str]) -> str:
    """As did_you_mean, for a field; INP where there is only OUT, and the other way round, is what users mix up."""
    other = {"INP": "OUT", "OUT": "INP"}.get(name.upper(), "")
    return f"; did you mean {other}?" if other in fields else did_you_mean(name, fields)


class UnreadableImage(PydevpvaError, ValueError):
    """A compressed image of another server that cannot be read; short, for an alarm message."""
