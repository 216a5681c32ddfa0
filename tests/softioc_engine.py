"""SoftIocEngine: the real softIocPVX, spoken to as `Engine` is.

`pytest tests/records --softioc` asks EPICS for the facts that the tests of the record types state: those that need no
user code, no clock that can be moved and no look at posts. So a right answer is EPICS's and not ours.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from p4p.client.thread import Context

from tests.ioc_process import PATIENCE

OURS = re.compile(r'record\(\s*"?(ndarray|table|pycalc|scalcout|acalcout|transform)\b|"pydev"|"@')


class SoftIocEngine:
    """A client of a softIocPVX."""

    def __init__(self, client: Context) -> None:
        self._client = client

    def get(self, name: str) -> Any:
        value = self._value(name)
        if hasattr(value, "choices"):
            return value.index
        return value.tolist() if hasattr(value, "tolist") else value

    def text(self, name: str) -> str:
        value = self._value(name)
        return str(value.choices[value.index]) if hasattr(value, "choices") else str(value)

    def put(self, name: str, value: Any, wait: bool = True) -> str:
        now = self._value(name)
        if hasattr(now, "choices"):
            leaves = {"value.index": now.choices.index(value) if isinstance(value, str) else value}
        else:
            leaves = {"value": value}
        try:
            request = f"record[block={str(wait).lower()}]field(value)"
            self._client.put(name, leaves, get=False, timeout=PATIENCE, request=request)
        except Exception as error:  # RemoteError and others of p4p
            return str(error)
        return "ok"

    def process(self, name: str) -> None:
        self.put(f"{name}.PROC", 1)

    def alarm(self, name: str) -> tuple[str, str, str]:
        return self.text(f"{name}.SEVR"), self.text(f"{name}.STAT"), self.text(f"{name}.AMSG")

    def _value(self, name: str) -> Any:
        return self._client.get(name, timeout=PATIENCE).value

    def __getattr__(self, name: str) -> Any:
        pytest.skip(f"softIocPVX cannot be asked for `{name}`")


def refused(text: str, python: tuple[str, ...]) -> str:
    """Why softIocPVX cannot run that, or ""."""
    return "user code, or record types that EPICS does not have" if python or OURS.search(text) else ""
