"""What Tab offers, by what the command declares for the argument at the cursor. The console's thread."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from pydevpva.errors import PydevpvaError
from pydevpva.shell.language import registry
from pydevpva.shell.language.registry import (
    COMMAND,
    ENVIRONMENT,
    EVENT,
    MENU,
    MODULE,
    PATH,
    PDBBASE,
    PYTHON,
    RECORD,
    RTYPE,
    STATE,
    VALUE,
    VARIABLE,
)  # fmt: skip
from pydevpva.shell.reports.catalog import Catalog
from pydevpva.shell.session import Shell
from pydevpva.shell.terminal.python_names import python_names, starting

_WORDS = re.compile(r"""(?:"[^"]*"|'[^']*'|[^ \t(),"'<>])+""")
_CURRENT = re.compile(r"""(?:"[^"]*|'[^']*|[^ \t(),"'<>]*)$""")
_MACRO = re.compile(r"\$[({]([^)}=,]*)$")
MOST = 500  # a menu longer than that helps nobody
PATIENCE = 0.5  # seconds for the database thread: a busy IOC has no completions, and the prompt goes on


class ShellCompleter(Completer):
    """Completes the word before the cursor."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        try:
            current, choices = self._choices(text)
            for i, choice in enumerate(choices):
                if i == MOST:
                    return
                yield Completion(choice, start_position=-len(current))
        except (PydevpvaError, TimeoutError):
            return

    def _choices(self, text: str) -> tuple[str, Iterable[str]]:
        """(the word being typed, what it may become)."""
        if (macro := _MACRO.search(text)) is not None:
            return macro[1], starting(self.shell.macros(), macro[1])
        found = _CURRENT.search(text)
        word = found[0] if found else ""
        before = text[: len(text) - len(word)]
        words = [w.strip("\"'") for w in _WORDS.findall(before)]
        quote = word[:1] if word[:1] in ("'", '"') else ""
        word = word[len(quote) :]
        if before.rstrip().endswith(("<", ">")):
            return word, _files(word)
        if not words:
            return word, starting(registry.names(), word)
        command = registry.find(words[0])
        kind = command.kind(len(words) - 1) if command else ""
        if kind == PYTHON:
            return python_names(self.shell.ioc.evaluator.namespace, word)
        choices = self._of_kind(kind, word, words[1:])
        if quote and kind != PATH:  # a folder goes on
            return word, (c + quote for c in choices)
        return word, (f'"{c}"' if " " in c else c for c in choices)

    def _of_kind(self, kind: str, word: str, before: list[str]) -> Iterable[str]:
        definitions = self.shell.ioc.definitions
        if kind == RECORD:
            return self._records(word)
        if kind == VALUE:
            return starting(self._values(before[0]), word) if before else ()
        if kind == PATH:
            return _files(word)
        if kind == MENU:
            return starting({f.menu for t in self._types() for f in definitions.record_type(t).fields.values()}, word)
        choices: dict[str, Any] = {
            COMMAND: registry.names, PDBBASE: lambda: ["pdbbase"], RTYPE: lambda: definitions.record_type_names,
            VARIABLE: lambda: definitions.variables, ENVIRONMENT: lambda: os.environ, MODULE: self._modules,
            STATE: lambda: self._on_database(self.shell.ioc.database.states.all), EVENT: self._events,
        }  # fmt: skip
        return starting(choices[kind](), word) if kind in choices else ()

    def _on_database(self, work: Callable[..., Any], *args: object) -> Any:
        return self.shell.on_database(work, *args, timeout=PATIENCE)

    def _types(self) -> list[str]:
        return sorted({entry.rtype for entry in Catalog(self.shell.ioc).entries()})

    def _events(self) -> list[str]:
        return sorted({name for name, _ in self._on_database(lambda: dict(self.shell.ioc.database.scanner.events))})

    def _modules(self) -> list[str]:
        """Modules that user code has imported into the records' namespace."""
        namespace = dict(self.shell.ioc.evaluator.namespace)
        used = {getattr(v, "__module__", None) or getattr(v, "__name__", "") for v in namespace.values()}
        return sorted(name for name in used if isinstance(name, str) and name in sys.modules)

    def _records(self, current: str) -> Iterator[str]:
        """Record names; after a dot the fields of that record."""
        catalog = Catalog(self.shell.ioc)
        name, dot, field = current.partition(".")
        if not dot:
            yield from starting((entry.name for entry in catalog.entries()), current)
            return
        record = self._on_database(catalog.record, name)
        yield from (f"{name}.{f}" for f in sorted(record.rtype.fields) if f.startswith(field))

    def _values(self, pv: str) -> list[str]:
        """The choices of a menu or state field, when the IOC runs."""
        if self.shell.ioc.state == "new":
            return []

        def choices() -> list[str]:
            address = self.shell.ioc.database.find(pv)
            return list(address.record.choices(address.field.name))

        found: list[str] = self._on_database(choices)
        return found


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
