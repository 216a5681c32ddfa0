"""User Python as records know it: what is compiled of a field, and who is told what came of it. No thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

Outcome = Callable[[object, BaseException | None], None]  # told the result of user code, or its error


class UserCode(Protocol):
    """The compiled code of one field: evaluator.code.Code."""

    @property
    def fields(self) -> Sequence[str]:
        """Whose values it is called with, in this order."""

    @property
    def function(self) -> Callable[..., object]: ...
