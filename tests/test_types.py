"""Arguments say what they take: few of them are Any."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pydevpva

ROOT = Path(pydevpva.__file__).parent
MOST = 0.03  # of all annotated arguments


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            known = node.args
            for argument in (*known.posonlyargs, *known.args, *known.kwonlyargs, known.vararg, known.kwarg):
                if argument is not None and argument.annotation is not None:
                    yield argument.annotation


def _aliases(tree: ast.Module) -> Iterator[str]:
    """Names that stand for Any and nothing else."""
    for node in tree.body:
        if (
            isinstance(node, (ast.Assign, ast.AnnAssign))
            and isinstance(node.value, ast.Name)
            and node.value.id == "Any"
        ):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (ast.unparse(target) for target in targets)


def test_few_arguments_are_any() -> None:
    trees = {path: ast.parse(path.read_text()) for path in sorted(ROOT.rglob("*.py"))}
    anything = {"Any", *(name for tree in trees.values() for name in _aliases(tree))}
    found = [(path, annotation) for path, tree in trees.items() for annotation in _annotations(tree)]
    places = [
        f"{path.relative_to(ROOT)}:{annotation.lineno}"
        for path, annotation in found
        if isinstance(annotation, ast.Name) and annotation.id in anything
    ]
    assert len(found) > 2000
    assert len(places) <= MOST * len(found), "\n".join(places)
