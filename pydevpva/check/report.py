"""What was found, as text, as JSON, and as SARIF for code hosts and editors. No thread."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydevpva.check.finding import Finding
from pydevpva.check.registry import rules

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_text(findings: Sequence[Finding]) -> str:
    """file:line:column: code: what, one on a line."""
    return "".join(f"{found.location}: {found.code}: {_one_line(found.message)}\n" for found in findings)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects."""
    return json.dumps([_object(found) for found in findings], indent=1, ensure_ascii=False) + "\n"


def _object(found: Finding) -> dict[str, Any]:
    place = found.location
    return {
        "file": place.file, "line": place.line, "column": place.column, "code": found.code,
        "level": rules()[found.code].level, "message": _one_line(found.message),
    }  # fmt: skip


def as_sarif(findings: Sequence[Finding]) -> str:
    """SARIF 2.1.0."""
    known = rules()
    used = sorted({found.code for found in findings})
    described = [
        {
            "id": code,
            "shortDescription": {"text": known[code].summary},
            "defaultConfiguration": {"level": known[code].level},
        }
        for code in used
    ]
    driver = {"name": "pydevpva check", "rules": described}
    run = {"tool": {"driver": driver}, "results": [_result(found) for found in findings]}
    return json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _result(found: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": found.location.file}}
    if found.location.line:
        place["region"] = {"startLine": found.location.line}
        if found.location.column:
            place["region"]["startColumn"] = found.location.column
    return {
        "ruleId": found.code,
        "level": rules()[found.code].level,
        "message": {"text": _one_line(found.message)},
        "locations": [{"physicalLocation": place}],
    }
