"""Findings: what rules have to say, each thing once. No thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydevpva.errors import Location, Problem, alike, once


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. What has one `cause` is told once, with a count."""

    code: str
    location: Location
    message: str
    cause: str = ""


def told(findings: Iterable[Finding]) -> list[Finding]:
    """Each thing to mend once, with how often it comes again; by place."""
    by_code: dict[str, list[Problem]] = {}
    for found in findings:
        by_code.setdefault(found.code, []).append(
            Problem(found.location, found.message, cause=found.cause or _line(found))
        )
    shown = [
        Finding(code, problem.location, problem.message)
        for code, problems in by_code.items()
        for problem in once(problems).values()
    ]
    return sorted(shown, key=lambda f: (f.location.file, f.location.line, f.location.column, f.code))


def _line(found: Finding) -> str:
    """A line of a template says the same of each use, in columns that move with the macros' values."""
    return f"{found.location.file}:{found.location.line} {alike(found.message)}"
