"""Functions that databases of synApps name in sub and aSub records, and that are C there: its calc's and std's.

A site's function of the same name comes first. Each IOC has its own, since some remember. Evaluator thread.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

Function = Callable[[Any], object]
_MODULES = {
    "initSubAve": "average",
    "SubAve": "average",
    "interp_init": "interpolation",
    "interp_do": "interpolation",
    "pvHistory_init": "history",
    "pvHistory": "history",
}


def functions_with(name: str) -> dict[str, Function]:
    """That of this name and its like, made anew; empty when there is none. Imports."""
    if (module := _MODULES.get(name)) is None:
        return {}
    made: dict[str, Function] = import_module(f"{__name__}.{module}").functions()
    return made
