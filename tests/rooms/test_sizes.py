"""Files and functions stay short: what outgrows these is two things, and is taken apart."""

from __future__ import annotations

import ast
from pathlib import Path

import pydevpva

PACKAGE = Path(pydevpva.__file__).parent
LONGEST_FILE, LONGEST_FUNCTION = 350, 49  # lines


def test_no_file_and_no_function_is_long() -> None:
    long: list[str] = []
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text()
        if text.count("\n") > LONGEST_FILE:
            long.append(f"{path}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{path}: {node.name}: {lines} lines")
    assert not long
