"""Fixtures of tests that wait."""

from __future__ import annotations

import pytest


@pytest.fixture(params=(1, 2, 4), ids=lambda threads: f"{threads} threads")
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """So many evaluator threads has an IOC that is made after this."""
    monkeypatch.setenv("PYDEV_NUM_THREADS", str(request.param))
    return int(request.param)
