"""Python that is typed at a prompt of its own: statement after statement, and `await` outside of functions.

On the thread of the console where it is typed, not an evaluator thread: records do not wait for it, and Ctrl-C can
end it. What is awaited runs on the loop of all coroutines, and prints where it was typed.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import itertools
import warnings
from codeop import CommandCompiler
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from functools import partial
from types import CodeType, CoroutineType
from typing import Any

from pydevpva.evaluator.compiled.code import CANNOT_PARSE, remember_source
from pydevpva.evaluator.later import Later

AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
TASK = "prompt"  # its name in pydevShow and for pydev.cancel
Printing = Callable[[], AbstractContextManager[object]]


def is_open(text: str) -> bool:
    """Whether a Python prompt asks for another line: inside brackets and quotes, and in a block until a blank line."""
    body, newline, last = text.rpartition("\n")
    text = text if last.strip() else body + newline
    return any(_is_open(text, symbol) for symbol in ("exec", "single"))


def _is_open(text: str, symbol: str) -> bool:
    compiler = CommandCompiler()
    compiler.compiler.flags |= AWAIT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compiler(text, symbol=symbol) is None
    except CANNOT_PARSE:  # told when it is run
        return False


class Prompted:
    """Runs what was typed at one prompt."""

    def __init__(self, namespace: dict[str, Any], later: Later, printing: Printing) -> None:
        self._namespace, self._later = namespace, later
        self._printing = printing  # what a thread prints inside goes where it was typed
        self._numbers = itertools.count(1)

    def run(self, source: str, show: Callable[[object], object]) -> None:
        """show(value) for each expression that has one; `_` is the last of them, as at every Python prompt.

        Raises SyntaxError and the like before any of it is run, and what the code raises.
        """
        label = f"<prompt {next(self._numbers)}>"
        remember_source(label, source)
        tree = compile(source, label, "exec", ast.PyCF_ONLY_AST | AWAIT, dont_inherit=True)
        for code in [self._compiled(statement, label) for statement in tree.body]:
            value = self._evaluate(code)
            if value is not None:
                show(value)
                vars(builtins)["_"] = value

    def _compiled(self, statement: ast.stmt, label: str) -> CodeType:
        is_value = isinstance(statement, ast.Expr)
        tree: Any = ast.Expression(statement.value) if is_value else ast.Module([statement], [])  # type: ignore[attr-defined]
        code: CodeType = compile(tree, label, "eval" if is_value else "exec", AWAIT, dont_inherit=True)
        return code

    def _evaluate(self, code: CodeType) -> object:
        result = eval(code, self._namespace)
        if code.co_flags & inspect.CO_COROUTINE:
            return self._later.outcome_of(_Printing(result, self._printing), TASK)
        return result


class _Printing:
    """Awaits a coroutine; what it prints in each of its steps goes where it was typed."""

    def __init__(self, coroutine: CoroutineType[Any, Any, Any], printing: Printing) -> None:
        self._coroutine, self._printing = coroutine, printing

    def __await__(self) -> Generator[Any, Any, Any]:
        step: Callable[[], Any] = partial(self._coroutine.send, None)
        while True:
            try:
                with self._printing():
                    awaited = step()
            except StopIteration as end:
                return end.value
            try:
                step = partial(self._coroutine.send, (yield awaited))
            except BaseException as error:
                step = partial(self._coroutine.throw, error)
