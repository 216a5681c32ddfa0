"""Names of users' Python, found by reading pydev("...") and what it imports. Nothing is run. No thread."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import os
import sys
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

ALWAYS = frozenset({*dir(builtins), "pydev", "__name__", "__file__", "__builtins__"})


class PythonNames:
    """The namespace of the records' code, as far as it can be read. `open`: it has names that nobody can know."""

    def __init__(self) -> None:
        self.defined: set[str] = set(ALWAYS)
        self.modules: dict[str, Path] = {}  # by the name in the namespace: those of the site whose files were found
        self.open = False
        self.published: set[str] = set()
        self.publishes_any = False  # some event's name is computed

    def run(self, tree: ast.Module) -> Iterator[str]:
        """What a pydev("...") defines; gives the names of modules that are nowhere."""
        self._look_for_events(tree)
        for node in ast.walk(tree):
            yield from self._define(node)

    def _define(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import(names):
                for alias in names:
                    yield from self._import(alias.name, alias.asname or alias.name.split(".")[0])
            case ast.ImportFrom(module=str(module), names=names):
                path = find_module(module)
                if path is None and not is_installed(module):
                    yield module
                for alias in names:
                    if alias.name == "*":
                        self._star(path)
                    else:
                        self.defined.add(alias.asname or alias.name)
                if path is not None:
                    self._read(path)
            case ast.Name(id=name, ctx=ast.Store()):
                self.defined.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.defined.add(name)
            case ast.Call(func=ast.Name("exec" | "execfile" | "globals" | "setattr")):
                self.open = True

    def _import(self, module: str, name: str) -> Iterator[str]:
        self.defined.add(name)
        path = find_module(module)
        if path is not None:
            self.modules[name] = path
            self._read(path)
        elif not is_installed(module):
            self.open = True
            yield module

    def _star(self, path: Path | None) -> None:
        names = top_level(path) if path is not None else None
        if names is None:
            self.open = True
        else:
            self.defined |= names

    def _read(self, path: Path, seen: set[Path] | None = None) -> None:
        """The events that a module, and the site's modules that it imports, publish."""
        seen = set() if seen is None else seen
        tree = parsed(path)
        if tree is None or path in seen:
            return
        seen.add(path)
        self._look_for_events(tree)
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in names:
                if (found := find_module(name, path.parent)) is not None:
                    self._read(found, seen)

    def _look_for_events(self, tree: ast.AST) -> None:
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="iointr") | ast.Name("iointr"), args=args, keywords=keywords):
                    name = args[0] if args else next((k.value for k in keywords if k.arg == "name"), None)
                    if isinstance(name, ast.Constant):
                        self.published.add(str(name.value))
                    else:
                        self.publishes_any = True


def missing(module: Path, name: str) -> Collection[str] | None:
    """The names of a module that does not have this one; None: it has it, or that cannot be known."""
    names = top_level(module)
    return None if names is None or name in names else names


@cache
def parsed(path: Path) -> ast.Module | None:
    """A file's tree; None when it does not compile, which is said elsewhere."""
    try:
        return ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError, OSError):
        return None


@cache
def top_level(path: Path) -> frozenset[str] | None:
    """All that a module defines in any way; None when that cannot be told."""
    tree = parsed(path)
    if tree is None:
        return None
    names = {"__name__", "__file__", "__doc__", "__dict__"}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                return None
            case ast.Call(func=ast.Name("exec" | "globals" | "setattr" | "vars")):
                return None
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.split(".")[0] for alias in aliases}
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
    return None if "__getattr__" in names else frozenset(names)


def find_module(module: str, beside: Path | None = None) -> Path | None:
    """The file of a module of the site: in PYTHONPATH, here, or beside another. None: it is none of these."""
    folders = [*os.environ.get("PYTHONPATH", "").split(os.pathsep), "."]
    folders += [str(beside)] if beside is not None else []
    parts = module.split(".")
    for folder in folders:
        base = Path(folder or ".", *parts)
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path.absolute()
    return None


def is_installed(module: str) -> bool:
    """Whether Python finds a module's package; nothing is imported."""
    top = module.split(".")[0]
    if top in sys.modules or top in sys.builtin_module_names:
        return True
    try:
        return importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        return False
