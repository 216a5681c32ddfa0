"""Imports that would make each call of the command wait: setuptools, which the packages of libCom and pvxs import.

A process that only asks for a value needs two functions of setuptools_dso, and none of setuptools. Main thread.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType


def without_setuptools() -> None:
    """Let `import setuptools_dso` be its module `runtime` alone, in this process. Before libCom is imported."""
    if "setuptools_dso" in sys.modules:
        return
    found = importlib.util.find_spec("setuptools_dso")
    if found is None or found.submodule_search_locations is None:
        return
    package = ModuleType("setuptools_dso")
    package.__path__ = list(found.submodule_search_locations)
    sys.modules["setuptools_dso"] = package
    from setuptools_dso import runtime

    package.__dict__.update({name: getattr(runtime, name) for name in ("dylink_prepare_dso", "find_dso")})
