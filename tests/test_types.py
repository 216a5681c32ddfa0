"""Arguments say what they take: few of them are Any."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.mark.long
def test_few_arguments_are_any() -> None:
    anything, found = {"Any"}, []
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text())  # one at a time: all of them are a million objects
        anything.update(_aliases(tree))
        found += [
            (f"{path.relative_to(ROOT)}:{annotation.lineno}", annotation.id if isinstance(annotation, ast.Name) else "")
            for annotation in _annotations(tree)
        ]
    places = [place for place, name in found if name in anything]
    assert len(found) > 2000
    assert len(places) <= MOST * len(found), "\n".join(places)
