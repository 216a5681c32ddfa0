"""What a class leaves to its subclasses, by NotImplementedError, each of them has: none is a hole that a user finds."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator

import pydevpva

# An image and a table have channels of their own, which do not read by their shape
ELSEWHERE = {("Image", "reader"), ("Table", "reader")}


def modules_that_leave_something() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The modules, with each class and method of them that only raises NotImplementedError."""
    for module in pkgutil.walk_packages(pydevpva.__path__, "pydevpva."):
        spec = importlib.util.find_spec(module.name)
        assert spec is not None
        assert spec.origin is not None
        with open(spec.origin) as file:
            text = file.read()
        if "NotImplementedError" in text:
            yield module.name, list(left(ast.parse(text)))


def left(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for kind in tree.body:
        if isinstance(kind, ast.ClassDef):
            for function in kind.body:
                if isinstance(function, ast.FunctionDef) and "raise NotImplementedError" in ast.unparse(function):
                    yield kind.name, function.name


def leaves(kind: type) -> Iterator[type]:
    """The classes of the package below this one that have none below them."""
    every: list[type] = kind.__subclasses__()
    below = [other for other in every if other.__module__.startswith("pydevpva.")]
    for other in below:
        yield from leaves(other)
    if not below:
        yield kind


def test_nothing_is_left_undone() -> None:
    for module in pkgutil.walk_packages(pydevpva.__path__, "pydevpva."):
        if module.name != "pydevpva.__main__":
            importlib.import_module(module.name)
    found = 0
    for name, methods in modules_that_leave_something():
        for kind_name, method in methods:
            kind = getattr(importlib.import_module(name), kind_name)
            mine: Callable[..., object] = inspect.getattr_static(kind, method)
            for leaf in leaves(kind):
                found += 1
                undone = inspect.getattr_static(leaf, method) is mine and (leaf.__name__, method) not in ELSEWHERE
                assert not undone, f"{leaf} has no {method}, which {kind} leaves to it"
    assert found > 50
