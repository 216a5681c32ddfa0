"""What a datum passes on its way through the house stays as short as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Calls of functions of this package, and changes of room
MOST = {"put": [64, 25], "group put": [165, 43], "iointr": [21, 8], "monitor post": [6, 2]}
COUNT = """
import json
from tests.journeys.count import journeys
print(json.dumps({name: [journey.calls, journey.changes] for name, journey in journeys().items()}))
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
    assert all(found[name][0] <= calls and found[name][1] <= changes for name, (calls, changes) in MOST.items()), found
