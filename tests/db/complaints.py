"""What EPICS says of a wrong file and what we say, in one form: (kind, what it is about, line)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from pydevpva.errors import Problem

Complaint = tuple[str, str, int]
ENDS_THE_FILE = {"syntax", "type", "create", "name", "breaktable", "info", "recordtype"}  # EPICS reads no further
_THEIRS = {
    "type": r"Record type '.*' for record '(.*)' not found",
    "field": r"\w+ record '(.*)' doesn't have a field '(.*)'",
    "value": r"Can't set '(NAME)' field of record '(.*)'|Can't set '(.*?)' to '[^\0]*' ",
    "missing": r"Record '(.*)' not found",
    "retype": r"\w+ record '(.*)' already exists, can't load",
    "create": r"Can't create \w+ record '(.*)'",
    "name": r"Bad character .* in Record/Alias name \"(.*)\"|Record/Alias name can't be empty()",
    "alias": r"Alias '(.*)' (?:for record|names an unknown)",
    "include": r"Can't open include file '(.*)'",
    "open": r"Can't open file '(.*)'|error opening sub file (.*)",
    "breaktable": r"ERROR: .*breaktable()",
    "device": r"Bad link type '.*' for device '(.*)'|Record type '.*' not found for device '(.*)'",
    "info": r"Info item name can't be empty()",
    "recordtype": r"Invalid (?:Field|')|menu not found()",
    "syntax": r"syntax error|in string|in JSON|Invalid character|invalid character()",
}
_OURS = {
    "type": r'record "(.*)": (?:no )?record type',
    "field": r'record "(.*)": no field (\S+) in \w+',
    "device": r'no link type ".*" for device "(.*)"|no record type ".*" for device "(.*)"',
    "create": r'the name "(.*)" is longer than',
    "name": r'the name "(.*)" has |the name of a record or alias is empty()',
    "retype": r'record "(.*)" is of type',
    "alias": r'alias "(.*?)"(?: of |: )',
    "missing": r'no record "([^"]*)"',
    "include": r'cannot include: no file "(.*?)"',
    "open": r'no file "(.*?)"',
    "breaktable": r"^breaktable|^the slope of breaktable|^\"[^\"]*\" is not a number()",
    "info": r"the info has no name()",
    "recordtype": r"field .* cannot be|no field type|no menu()",
    "value": r"(.+\.\w+): ",
    "syntax": r"expected|macro reference has no end|bad character or|closing quote|is not allowed here|bad JSON()",
}
_FROM = re.compile(r" \(from .*?:(\d+:\d+)\)$")


def _kind(text: str, table: dict[str, str]) -> tuple[str, str]:
    for kind, pattern in table.items():
        match = re.match(pattern, text) if table is _OURS and kind == "value" else re.search(pattern, text)
        if match is not None:
            words = [word for word in match.groups() if word]
            if words[:1] == ["NAME"]:
                words.reverse()
            return kind, ".".join(words).replace(",undefined)", ")").replace(",recursive)", ")")
    return "unknown", text.strip()


def theirs(said: str) -> list[Complaint]:
    """EPICS's complaints until it gave up: of a template file, those of the first load that failed."""
    found: list[Complaint] = []
    text: list[str] = []
    for line in re.sub(r"\x1b\[[\d;]*m", "", said).split("\n"):
        place = re.match(r" (\d+) \| ", line) or re.match(r"line (\d+): '", line)
        text.append(line)
        if place or re.match("ERROR: Can't open file|dbLoadTemplate: error opening", line):
            found.append((*_kind("\n".join(text[:-1] if place else text), _THEIRS), int(place[1]) if place else 0))
            text = []
            if found[-1][0] in ("field", "value") and len(found) > 1 and _same_record(found[-2], found[-1]):
                found.pop()
        if line.startswith("ERROR: Failed to load") or (found and found[-1][0] in ENDS_THE_FILE):
            return found
    if "ERROR" in "".join(text):  # the parser has crashed as it was about to tell the line
        found.append((*_kind("\n".join(text), _THEIRS), 0))
    return found


def _same_record(before: Complaint, now: Complaint) -> bool:
    """Whether EPICS goes on to fill a record of another type with the fields of one that it has refused."""
    return before[0] == "retype" and now[1].rpartition(".")[0] == before[1]


def ours(problems: Iterable[Problem]) -> list[Complaint]:
    """Our problems; of a template file, those of the first load that failed."""

    def use(problem: Problem) -> str:
        match = _FROM.search(problem.message)
        return match[1] if match else ""

    groups = [[_complaint(problem) for problem in group] for _, group in groupby(problems, use)]
    return groups[0] if groups else []


def _complaint(problem: Problem) -> Complaint:
    kind, subject = _kind(_FROM.sub("", problem.message), _OURS)
    return kind, subject, problem.location.line if kind != "open" else 0


def same(epics: Sequence[Complaint], pydevpva: Sequence[Complaint]) -> bool:
    """Whether the complaints are the same, as far as EPICS has read the file. Line 0 and "(null)" are of no help."""
    ends = bool(epics) and (epics[-1][0] in ENDS_THE_FILE or not epics[-1][2])
    mine = pydevpva[: len(epics)] if ends else pydevpva
    return len(epics) == len(mine) and all(
        a[0] == b[0] and a[1] in (b[1], "(null)") and a[2] in (b[2], 0) for a, b in zip(epics, mine, strict=True)
    )
