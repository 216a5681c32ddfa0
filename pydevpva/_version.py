"""The version, where the build and `pydevpva -V` find it without importing anything else."""

__version__ = "0.1.0"
