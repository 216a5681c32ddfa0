"""The IOC's named states: flags that records, links and the sync filter share (EPICS: dbState.c). Database thread."""

from __future__ import annotations


class States:
    """Named flags, each made the first time it is named; cleared at first."""

    def __init__(self) -> None:
        self._set: dict[str, bool] = {}

    def create(self, name: str) -> None:
        """Make a state unless it is there. The empty name is none."""
        if name and name not in self._set:
            self._set[name] = False

    def get(self, name: str) -> bool:
        """Whether the state is set."""
        self.create(name)
        return self._set.get(name, False)

    def set(self, name: str, value: bool) -> None:
        """Set or clear it."""
        self.create(name)
        if name:
            self._set[name] = value

    def __contains__(self, name: str) -> bool:
        return name in self._set

    def all(self) -> dict[str, bool]:
        """All states, in the order they were made."""
        return dict(self._set)
