"""Where EPICS's own libraries lie: libCom, libca. Everything that loads one asks here. Any thread.

epicscorelibs and pvxslibs ask a third package where they are, and that one imports setuptools: a third of the time that
a start takes, and 10 MB. So this module imports their paths first, with a package in its place that has nothing but
what they ask for. Whoever builds something later in this process gets the whole one.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from contextlib import suppress

BUILDER = "setuptools_dso"


def _import_without_setuptools() -> None:
    spec = importlib.util.find_spec(BUILDER)
    if BUILDER in sys.modules or spec is None or spec.submodule_search_locations is None:
        return
    package = types.ModuleType(BUILDER)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[BUILDER] = package
    try:
        runtime = importlib.import_module(f"{BUILDER}.runtime")
        vars(package).update(dylink_prepare_dso=runtime.dylink_prepare_dso, find_dso=runtime.find_dso)
        for wanted in ("epicscorelibs.path", "pvxslibs.path"):
            with suppress(ImportError):
                importlib.import_module(wanted)
    finally:
        del sys.modules[BUILDER]


_import_without_setuptools()
from epicscorelibs.path import get_lib  # noqa: E402

__all__ = ["get_lib"]
