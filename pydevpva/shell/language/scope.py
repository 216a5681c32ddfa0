"""Scope: one script, string or console being run. On the thread that runs it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(slots=True)
class Scope:
    """Its place for errors, its macros, and what `on error` said."""

    path: str = ""
    macros: str = ""
    values: dict[str, str] = field(default_factory=dict)
    interactive: bool = False
    on_error: str = "continue"
    delay: float = 0.0
    errored: bool = False
    line: int = 0
    given_at: str = ""  # the place of a line that a script has given for later
    folder: str = ""  # of the script, as it was when it began: it may cd

    @property
    def file(self) -> str:
        return os.path.basename(self.path)

    @property
    def place(self) -> str:
        """ "st.cmd line 5", or "" when lines come from a console or a string."""
        return f"{self.file} line {self.line}" if self.path else self.given_at


@dataclass(frozen=True, slots=True)
class GivenLine:
    """A line for later, and the place of the line that gave it; without a path at a console."""

    text: str
    path: str = ""
    line: int = 0
    place: str = ""
