"""What can be told of a record's Python without running it. Any thread, but records' fields on the database thread."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Any

from pydevpva.evaluator.compiled.code import parse
from pydevpva.records.core.record import Record


def code_of(record: Record) -> tuple[str, str] | None:
    """(field, code) of a record that calls Python, or None."""
    device = record.device
    if getattr(device, "failures", None) is not None and hasattr(device, "code"):
        field = "OUT" if "OUT" in record.rtype.fields and "INP" not in record.rtype.fields else "INP"
        return field, str(getattr(record, field)).strip().removeprefix("@")
    return (record.program, str(getattr(record, record.program))) if record.program else None


def failures_of(record: Record) -> Any:
    """The count and last traceback of a record's errors; None when it runs no Python."""
    return getattr(record.device, "failures", None) or getattr(record, "_failures", None)


def sources(text: str, namespace: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, "file:line") of the functions, classes and modules that the code names."""
    try:
        tree = parse(text.replace("%", " "), "<code>")
    except (SyntaxError, ValueError):
        return
    seen = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        name = ast.unparse(node)
        if name in seen or name.split(".")[0] not in namespace:
            continue
        seen.add(name)
        where = _where(_resolve(name, namespace))
        if where:
            yield name, where


def published(text: str) -> list[str]:
    """The names of events that the code publishes: pydev.iointr('name', value)."""
    try:
        tree = parse(text.replace("%", " "), "<code>")
    except (SyntaxError, ValueError):
        return []
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(ast.Name("pydev"), "iointr"), [ast.Constant(str(name)), _, *_]):
                found.append(name)
    return found


def _resolve(name: str, namespace: dict[str, Any]) -> Any:
    first, *rest = name.split(".")
    value = namespace[first]
    for step in rest:
        value = inspect.getattr_static(value, step, None)
    return value


def _where(value: Any) -> str:
    if not (inspect.ismodule(value) or inspect.isclass(value) or inspect.isfunction(value)):
        value = type(value) if type(value).__module__ not in ("builtins", "numpy") else None
    try:
        file = inspect.getsourcefile(value) if value is not None else None
        line = 0 if inspect.ismodule(value) else inspect.getsourcelines(value)[1] if file else 0
    except (TypeError, OSError):
        return ""
    return f"{file}:{line}" if file and line else file or ""
