"""What Tab offers: commands, and for their arguments record names, files, commands. Main thread."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from pydevpva.errors import PydevpvaError
from pydevpva.shell import registry
from pydevpva.shell.catalog import Catalog
from pydevpva.shell.registry import PATH, PDBBASE, RECORD
from pydevpva.shell.session import Shell

_WORDS = re.compile(r"[^ \t(),\"'<>]+")
_CURRENT = re.compile(r"[^ \t(),\"'<>]*$")
MOST = 500  # a menu longer than that helps nobody


class ShellCompleter(Completer):
    """Completes the word before the cursor by what the command declares for that argument."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        word = _CURRENT.search(text)
        current = word[0] if word else ""
        before = text[: len(text) - len(current)]
        for i, choice in enumerate(self._choices(before, current)):
            if i == MOST:
                return
            yield Completion(choice, start_position=-len(current))

    def _choices(self, before: str, current: str) -> Iterable[str]:
        words = _WORDS.findall(before)
        if before.rstrip().endswith(("<", ">")):
            return _files(current)
        if not words:
            return [name for name in registry.names() if name.startswith(current)]
        if words[0] == "help":
            return [name for name in registry.names() if name.startswith(current)]
        command = registry.find(words[0])
        if command is None or len(words) > len(command.arguments):
            return []
        kind = command.arguments[len(words) - 1].kind
        if kind == RECORD:
            return self._records(current)
        if kind == PATH:
            return _files(current)
        return ["pdbbase"] if kind == PDBBASE else []

    def _records(self, current: str) -> Iterator[str]:
        """Record names; after a dot the fields of that record."""
        catalog = Catalog(self.shell.ioc)
        name, dot, field = current.partition(".")
        if not dot:
            yield from (e.name for e in self.shell.on_database(catalog.entries) if e.name.startswith(current))
            return
        try:
            record = self.shell.on_database(catalog.record, name)
        except PydevpvaError:
            return
        yield from (f"{name}.{f}" for f in sorted(record.rtype.fields) if f.startswith(field))


def _files(current: str) -> Iterator[str]:
    folder, start = os.path.split(current)
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError:
        return
    for name in names:
        if name.startswith(start) and (start or not name.startswith(".")):
            path = os.path.join(folder, name)
            yield path + "/" if os.path.isdir(path) else path
