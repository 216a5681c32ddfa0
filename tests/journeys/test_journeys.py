"""What a datum passes on its way through the house stays as short as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MOST = {"put": 75, "group put": 190, "iointr": 24, "monitor post": 10}  # calls of functions of this package
COUNT = """
import json
from tests.journeys.count import journeys
print(json.dumps({name: journey.calls for name, journey in journeys().items()}))
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="before Python 3.12 nothing can watch all threads")
def test_journeys_are_no_longer_than_they_were() -> None:
    # In a process without the checks at the doors, which are calls too
    environment = {name: value for name, value in os.environ.items() if name != "PYDEVPVA_CHECK_THREADS"}
    ran = subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found.keys() == MOST.keys()
    assert all(found[name] <= most for name, most in MOST.items()), found
