"""What people read about user code that failed; PYTHONPATH at run time."""

from __future__ import annotations

import sys
from pathlib import Path
from queue import SimpleQueue

import pytest

from pydevpva.evaluator.compiled.code import compile_code
from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.failures import describe, traceback_text
from pydevpva.evaluator.python_path import set_python_path


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (KeyError("k"), "KeyError: 'k'"),
        (ValueError(), "ValueError"),
        (ValueError("two\nlines"), "ValueError: two lines"),
        (SystemExit(1), "SystemExit: 1"),
        (Unprintable(), "Unprintable: (no text: its __str__ raised)"),
    ],
)
def test_an_error_in_one_line(error: BaseException, text: str) -> None:
    assert describe(error) == text


def test_a_traceback_begins_at_the_users_code() -> None:
    evaluator = Evaluator()
    evaluator.run_source("def half(x):\n    return 1 / x", "<pydev a>")
    code = compile_code("half(0)", (), (), evaluator.namespace, "<G:ai.INP>")
    caught: SimpleQueue[BaseException | None] = SimpleQueue()
    evaluator.submit(code.function, (), lambda _, error: caught.put(error))
    evaluator.start()
    error = caught.get(timeout=10)
    evaluator.stop()
    assert error is not None
    lines = [line for line in traceback_text(error).splitlines() if "^" not in line and "~" not in line]
    assert lines == [
        "Traceback (most recent call last):",
        '  File "<G:ai.INP>", line 1, in link',
        "    half(0)",
        '  File "<pydev a>", line 2, in half',
        "    return 1 / x",
        "ZeroDivisionError: division by zero",
    ]


def test_pythonpath_takes_effect_at_once_and_replaces_its_former_value(tmp_path: Path) -> None:
    before = list(sys.path)
    one, two = tmp_path / "one", tmp_path / "two"
    for place in (one, two):
        place.mkdir()
    try:
        set_python_path(str(one))
        set_python_path(f"{two}:{one / 'sub'}")
        (two / "set_by_pythonpath.py").write_text("x = 2")
        import set_by_pythonpath  # type: ignore[import-not-found]

        assert set_by_pythonpath.x == 2
        assert [p for p in sys.path if p not in before] == [str(two), str(one / "sub")]
    finally:
        set_python_path("")
        sys.modules.pop("set_by_pythonpath", None)
    assert sys.path == before
