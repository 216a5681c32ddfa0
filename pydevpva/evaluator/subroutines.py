"""The Python functions that SNAM and INAM of sub and aSub records name. `load` imports, on the main thread; the rest
may be used from any thread."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydevpva.errors import NotFound, did_you_mean
from pydevpva.evaluator.failures import describe
from pydevpva.evaluator.synapps import functions_with

Subroutine = Callable[[Any], object]


class Subroutines:
    """Functions by name: those given to @pydev.subroutine, those in the shared namespace, module.function, and ours."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.registered: dict[str, Subroutine] = {}
        self.earlier: dict[str, Subroutine] = {}  # registered before this IOC was made; all else comes first
        self._ours: dict[str, Subroutine] = {}  # of synApps, as far as records name them
        self._namespace = namespace
        self._failed: dict[str, str] = {}  # modules that did not import, and why

    def load(self, name: str) -> None:
        """Import the module of module.function; an error is kept for `find` to tell."""
        module = name.rpartition(".")[0]
        if name not in self._ours:
            self._ours |= functions_with(name)
        if not module or name in self.registered or name in self.earlier:
            return
        try:
            importlib.import_module(module)
        except BaseException as error:  # a user's module may raise what it likes
            self._failed[module] = describe(error)

    def find(self, name: str) -> Subroutine:
        """The function of that name. NotFound says what there is; modules are not imported here."""
        if (function := self.registered.get(name)) is not None:
            return function
        module, _, plain = name.rpartition(".")
        earlier = self.earlier.get(name)
        members = self._members(module) if earlier is None or not module else {}
        found = members.get(plain, earlier or self._ours.get(name))
        if not callable(found):
            raise NotFound(f'no Python function "{name}"{_near(plain, module, members, self.registered)}')
        return found  # type: ignore[no-any-return]

    def _members(self, module: str) -> Mapping[str, Any]:
        if not module:
            return self._namespace
        if (loaded := sys.modules.get(module)) is not None:
            members: Mapping[str, Any] = object.__getattribute__(loaded, "__dict__")  # runs no code of a lazy module
            return members
        reason = self._failed.get(module, f'it is not loaded; pydev("import {module}") loads it')
        raise NotFound(f"no Python module {module}: {reason}")


def _near(plain: str, module: str, members: Mapping[str, Any], registered: Iterable[str]) -> str:
    functions = [name for name, value in list(members.items()) if callable(value) and name[:1] != "_"]
    if module:
        return f" in module {module}{did_you_mean(plain, functions)}"
    choices = sorted({*functions, *registered})
    hint = did_you_mean(plain, choices)
    return hint or (f"; choices: {', '.join(choices[:16])}" if choices else "; @pydev.subroutine names one")
