"""What Tab offers in Python: names of the records' namespace, and what is behind their dots. Runs no user code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

MOST = 500  # a menu longer than that helps nobody
_NAME = re.compile(r"[A-Za-z_][\w.]*$")


class PythonCompleter(Completer):
    """Completes the dotted name before the cursor."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        current, choices = python_names(self._namespace, document.text_before_cursor)
        return (Completion(choice, start_position=-len(current)) for choice in islice(choices, MOST))


def python_names(namespace: Mapping[str, Any], text: str) -> tuple[str, Iterable[str]]:
    """(the dotted name at the end of `text`, what it may become)."""
    found = _NAME.search(text)
    return (found[0], _beginning(namespace, found[0])) if found else ("", ())


def _beginning(namespace: Mapping[str, Any], dotted: str) -> Iterable[str]:
    *path, last = dotted.split(".")
    scope: Any = dict(namespace)
    builtins = scope.pop("__builtins__", None)
    if not path:
        names = {*scope, *(vars(builtins) if builtins else ())}
        return starting((n for n in names if last.startswith("_") or not n.startswith("_")), last)
    for step in path:
        if step not in scope:
            return ()
        scope = _inside(scope[step])
    prefix = ".".join([*path, ""])
    return (prefix + n for n in starting((n for n in scope if last.startswith("_") or n[:1] != "_"), last))


def _inside(value: Any) -> dict[str, Any]:
    """What is behind a dot, without asking the object itself: properties and __getattr__ are users' code."""
    found: dict[str, Any] = {}
    for cls in reversed(type(value).__mro__):
        found.update(vars(cls))
    if isinstance(value, type):
        for cls in reversed(value.__mro__):
            found.update(vars(cls))
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        own = {}
    return {**found, **own}


def starting(names: Iterable[str], start: str) -> list[str]:
    """Those that begin so, sorted."""
    return sorted(name for name in names if name.startswith(start))
