"""Logged: what the IOC has logged during a test, and what of it nobody expected. Any thread."""

from __future__ import annotations

import logging

BAD = ("internal error", "Traceback (most recent call last)")


class Logged(logging.Handler):
    """Keeps each entry as text: level, logger, message, traceback."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self.entries: list[str] = []
        self._bad: list[str] = []
        self._expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        entry = self.format(record)
        self.entries.append(entry)
        if any(bad in entry for bad in BAD) or getattr(record, "misuse", False):
            self._bad.append(entry)

    def expect(self, text: str) -> None:
        """Entries with this text are meant to come."""
        self._expected.append(text)

    def complaints(self) -> list[str]:
        """Internal errors and those of users' code that nobody expected, and what was expected and has not come."""
        unexpected = [
            f"the IOC logged what the test did not expect (ioc.expect(text) says that it does):\n{entry}"
            for entry in self._bad
            if not any(text in entry for text in self._expected)
        ]
        missing = [text for text in self._expected if not any(text in entry for entry in self.entries)]
        return unexpected + [f"expected in the log, and it has not come: {text!r}" for text in missing]
