"""The marker `process` is true: given where a process is started, and nowhere is one started without it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.ioc_process import Starter


def test_a_process_started_in_secret_is_refused() -> None:
    with pytest.raises(RuntimeError, match="this test starts a process: it needs"):
        os.system("true")


def test_who_names_what_starts_processes_has_the_marker(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    assert request.node.get_closest_marker("process") is not None
    starter = Starter(tmp_path)
    assert starter.command(sys.executable, "-c", "", serving=False).ended(within=20)
    starter.stop_all()


def test_who_has_a_fixture_that_does_has_it_too(request: pytest.FixtureRequest, start: Starter) -> None:
    assert request.node.get_closest_marker("process") is not None


def test_others_do_not(request: pytest.FixtureRequest, engine: object) -> None:
    assert request.node.get_closest_marker("process") is None
