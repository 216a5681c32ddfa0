"""Indexes of menus that have no such choice: a database may give one, and the IOC runs as EPICS does with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local_ioc import local_ioc


@pytest.mark.parametrize(
    ("fields", "name", "shown"),
    [
        ('ai, "x") { field(SCAN, "10")', "x.SCAN", "10"),
        ('ai, "x") { field(SCAN, "65535") field(PINI, "YES")', "x.SCAN", "65535"),
        ('waveform, "x") { field(FTVL, "12")', "x.FTVL", "UCHAR"),
        ('aai, "x") { field(FTVL, "65535")', "x.FTVL", "UCHAR"),
        ('aSub, "x") { field(FTA, "12")', "x.FTA", "CHAR"),
        ('aSub, "x") { field(FTVB, "65535")', "x.FTVB", "CHAR"),
        ('compress, "x") { field(ALG, "6")', "x.ALG", "6"),
    ],
)
def test_it_is_shown_as_epics_shows_it(fields: str, name: str, shown: str, tmp_path: Path) -> None:
    with local_ioc(tmp_path, f"record({fields} }}\n") as ioc:
        assert ioc.text(name) == shown
