"""Turns the syntax tree of a link's code into a function of the fields it names. Pure functions, no thread."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from types import CodeType

from pydevpva.evaluator.compiled.percent import Marked, split

# Legal inside our function, not at the top of a module: Python itself must look at code that has one of these.
ONLY_IN_FUNCTIONS = (
    ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Nonlocal, ast.AsyncFor, ast.AsyncWith, ast.comprehension,
)  # fmt: skip
_WAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)
_OWN_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Names:
    """What the top level of a link's code does with names."""

    used: frozenset[str]  # read at the top level, or from within by lambdas, comprehensions and functions
    bound: frozenset[str]  # assigned, imported, looped over, deleted, declared global: the code's own


def names_of(text: str, label: str) -> Names:
    """The names `text` uses and binds at its top level, by Python's own scope rules; raises SyntaxError."""
    used: set[str] = set()
    bound: set[str] = set()
    top = symtable.symtable(text, label, "exec")
    tables = [top]
    for table in tables:
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                used.add(symbol.get_name())
            own = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
            if symbol.is_declared_global() or (table is top and own):
                bound.add(symbol.get_name())
    return Names(frozenset(used), frozenset(bound))


def needs_python_check(tree: ast.AST) -> bool:
    """Whether the code holds what becomes legal only by being put into a function."""
    return any(
        isinstance(node, ONLY_IN_FUNCTIONS) and (not isinstance(node, ast.comprehension) or bool(node.is_async))
        for node in ast.walk(tree)
    )


def waits(tree: ast.AST) -> bool:
    """Whether the code itself awaits, and not only a function within it: then its function is a coroutine's."""
    return any(
        isinstance(node, _WAITS)
        or (isinstance(node, ast.comprehension) and bool(node.is_async))
        or (not isinstance(node, _OWN_SCOPES) and waits(node))
        for node in ast.iter_child_nodes(tree)
    )


def function_code(
    tree: ast.Expression | ast.Module,
    parameters: Sequence[str],
    copies: Iterable[tuple[str, str]],
    own: Iterable[str],
    label: str,
) -> CodeType:
    """Compile `tree` into a function's code; `own` names are globals in it, `copies` are (name, parameter) pairs.

    Code that awaits is a coroutine function's: calling it runs nothing yet.
    """
    module = ast.parse("async def link(): pass" if waits(tree) else "def link(): pass")
    function = module.body[0]
    assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
    function.args.args = [ast.arg(arg=name) for name in parameters]
    body: list[ast.stmt] = [ast.Global(names=names)] if (names := sorted(own)) else []
    for name, parameter in copies:
        body.append(ast.Assign([ast.Name(name, ast.Store())], ast.Name(parameter, ast.Load())))
    if isinstance(tree, ast.Expression):
        body.append(ast.copy_location(ast.Return(tree.body), tree.body))
    else:
        body += [_TopLevel().visit(statement) for statement in tree.body]
    function.body = body or [ast.Pass()]
    code = compile(ast.fix_missing_locations(module), label, "exec")
    return next(const for const in code.co_consts if isinstance(const, CodeType))


def relabel(code: CodeType, label: str) -> CodeType:
    """The same code, which tracebacks show as being in the file `label`."""
    consts = tuple(relabel(const, label) if isinstance(const, CodeType) else const for const in code.co_consts)
    return code.replace(co_filename=label, co_consts=consts)


class _TopLevel(ast.NodeTransformer):
    """What is legal at the top of a module and not in a function; inner functions and classes are left alone."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """`x: int = 3` becomes `x = 3`: a global cannot be annotated in a function."""
        value = ast.Assign([node.target], node.value) if node.value else ast.Pass()
        return ast.copy_location(value, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        """`from m import *` is run as a module's statement, in the same namespace."""
        if node.names[0].name != "*":
            return node
        call = ast.parse("__import__('builtins').exec('', __import__('builtins').globals())").body[0]
        assert isinstance(call, ast.Expr)
        assert isinstance(call.value, ast.Call)
        call.value.args[0] = ast.Constant(ast.unparse(node))
        for part in ast.walk(call):
            ast.copy_location(part, node)
        return call


class FieldsInStrings(ast.NodeTransformer):
    """Puts str(value) for each %FIELD% in string and bytes literals; `found` are the fields met, in order."""

    def __init__(self, marked: Marked, every: Collection[str]) -> None:
        self.marked = marked
        self.every = every
        self.found: dict[str, None] = {}

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            parts = self._parts(node.value)
            return ast.copy_location(ast.JoinedStr(parts), node) if _has_field(parts) else node
        if isinstance(node.value, bytes):
            parts = self._parts(node.value.decode("latin-1"))
            return self._bytes(parts, node) if _has_field(parts) else node
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        values: list[ast.expr] = []
        for value in node.values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                values += [ast.copy_location(part, value) for part in self._parts(value.value)]
            else:
                values.append(self.visit(value))
        node.values = values
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        """Patterns may hold plain literals only; they stay as they are."""
        node.guard = self.visit(node.guard) if node.guard else None
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def _parts(self, text: str) -> list[ast.expr]:
        parts: list[ast.expr] = []
        for i, part in enumerate(split(text, self.every)):
            if i % 2:
                self.found[part] = None
                name = ast.Name(self.marked.placeholder(part), ast.Load())
                parts.append(ast.FormattedValue(name, conversion=ord("s"), format_spec=None))
            elif part:
                parts.append(ast.Constant(part))
        return parts

    def _bytes(self, parts: list[ast.expr], node: ast.Constant) -> ast.AST:
        """b'V=%VAL%' becomes b''.join([b'V=', f'{VAL!s}'.encode()])."""
        pieces: list[ast.expr] = []
        for part in parts:
            if isinstance(part, ast.Constant):
                pieces.append(ast.Constant(str(part.value).encode("latin-1")))
            else:
                pieces.append(ast.Call(ast.Attribute(ast.JoinedStr([part]), "encode", ast.Load()), [], []))
        join = ast.Attribute(ast.Constant(b""), "join", ast.Load())
        call = ast.Call(join, [ast.List(pieces, ast.Load())], [])
        for made in ast.walk(call):
            ast.copy_location(made, node)
        return call


def _has_field(parts: list[ast.expr]) -> bool:
    return any(isinstance(part, ast.FormattedValue) for part in parts)
