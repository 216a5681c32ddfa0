"""Speed, measured beside peers in one run: `python -m tests.benchmarks`. No test asserts a time."""
