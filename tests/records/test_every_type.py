"""Every record type has a test file of its own."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import pytest

import pydevpva.records
from pydevpva.records.core.factory import behaviour
from pydevpva.records.core.record import Record

NAMES = [module.name for module in pkgutil.iter_modules(pydevpva.records.__path__) if not module.ispkg]


@pytest.mark.parametrize("name", NAMES)
def test_a_record_type_has_a_test_file(name: str) -> None:
    __import__(f"pydevpva.records.{name}")
    rtype = next(rtype for rtype in Record.types if rtype.lower() == name)  # one file, one type
    assert behaviour(rtype).__module__ == f"pydevpva.records.{name}"
    path = Path(__file__).with_name(f"test_{name}.py")
    assert path.is_file(), f"{path.name}: what {rtype} does, and that it goes on doing it"
    assert f'"{rtype}"' in path.read_text() or f"record({rtype}," in path.read_text()
