"""Speed, measured beside peers in one run: `python -m tests.benchmarks`. No test asserts a time."""

import os

# An installed package is compiled once; under this variable, each server that is measured would compile ours again
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
