"""Fixtures of the db tests: text in, definitions or problems out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pydevpva.db import loader
from pydevpva.db.definitions import Definitions
from pydevpva.db.instances import Instances
from pydevpva.devices.registry import own_devices

Load = Callable[..., Instances]


@pytest.fixture(scope="session")
def base() -> Definitions:
    """EPICS's and our own definitions; for tests that do not load a .dbd."""
    return Definitions(own_devices)


@pytest.fixture
def load(tmp_path: Path, base: Definitions, monkeypatch: pytest.MonkeyPatch) -> Load:
    """load(text, P="x:") gives the records of a .db text."""
    monkeypatch.chdir(tmp_path)

    def load_text(text: str, known: Instances | None = None, **macros: str) -> Instances:
        Path("a.db").write_text(text)
        instances = Instances() if known is None else known
        loader.load(lambda batch: loader.add_file(batch, "a.db", macros), base, instances)
        return instances

    return load_text
