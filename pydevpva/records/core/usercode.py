"""User Python as records know it: what is compiled of a field, and who is told what came of it. No thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

Outcome = Callable[[object, BaseException | None], None]  # told the result of user code, or its error


class UserCode(Protocol):
    """The compiled code of one field: evaluator.compiled.code.Code."""

    @property
    def fields(self) -> Sequence[str]:
        """Whose values it is called with, in this order."""

    @property
    def function(self) -> Callable[..., object]: ...


class TimeLimit(Protocol):
    """How long one record's code may take: devices.time_limit.TimeLimit."""

    exceeded: bool
    awaits: bool

    def begin(self, label: str) -> None: ...
    def end(self) -> None: ...
    def cancel(self) -> bool: ...
    def outcome(self, result: object, error: BaseException | None) -> tuple[object, BaseException | None]: ...
