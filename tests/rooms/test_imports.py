"""A room imports only rooms below it, and no two files import each other: import-linter's contracts hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# In a process of its own: it sets up the logging of the one it runs in, and switches off the loggers that are there
CONTRACTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_the_contracts_of_imports_hold() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CONTRACTS, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
