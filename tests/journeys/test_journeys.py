"""What a datum passes on its way through the house stays as short as it is."""

from __future__ import annotations

import sys

import pytest

from tests.journeys.count import journeys

MOST = {"put": 75, "group put": 190, "iointr": 24, "monitor post": 10}  # calls of functions of this package


@pytest.mark.skipif(sys.version_info < (3, 12), reason="before Python 3.12 nothing can watch all threads")
def test_journeys_are_no_longer_than_they_were() -> None:
    found = {name: journey.calls for name, journey in journeys().items()}
    assert all(found[name] <= most for name, most in MOST.items()), found
