"""Records of a load that this IOC cannot run, and that are left out (--skip-unsupported). No thread."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from pydevpva.db.instances import Instances
from pydevpva.errors import Problem


class LeftOut:
    """The records that one load leaves out: by name and alias what is not supported of them."""

    def __init__(self, known: Instances) -> None:
        self._known = known.left_out
        self._new: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._new or name in self._known

    def add(self, problem: Problem, what: str) -> Problem | None:
        """Leave a record out; the warning that tells it, None when it has been told."""
        name = problem.unsupported
        if name in self:
            return None
        self._new[name] = what
        reason = problem.message.partition(": ")[2]
        message = f'record "{name}" is left out: {reason}'
        return replace(problem, message=message, line="", cause=f"left out: {name}", fatal=False)

    def aliases(self, name: str, aliases: Iterable[str]) -> bool:
        """Other names of a record; whether it is one that is left out."""
        if name not in self:
            return False
        what = self._new.get(name) or self._known[name]
        self._new.update((alias, what) for alias in aliases)
        return True

    def commit(self, loaded: Container[str]) -> None:
        """The load is good; what it has after all is no longer left out."""
        self._known.update(self._new)
        for name in [name for name in self._known if name in loaded]:
            del self._known[name]
