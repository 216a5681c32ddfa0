"""The Python of one link, compiled once into a function of the record fields it names. No thread of its own."""

from __future__ import annotations

import ast
import functools
import linecache
import re
from collections.abc import Callable, Collection
from types import CodeType, FunctionType
from typing import Any

from pydevpva.errors import CodeError, Location, Problem, did_you_mean
from pydevpva.evaluator.compiled import rewrite
from pydevpva.evaluator.compiled.percent import TOKEN, Marked, mark
from pydevpva.evaluator.compiled.plain_expression import Compiled, plain_expression
from pydevpva.evaluator.compiled.text_shape import Shape, fillable, filled, shape_of
from pydevpva.evaluator.compiled.text_shape_by_digits import Alike, without_digits

CANNOT_PARSE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
HINTS = (
    (r"\$[({]", "a macro was not expanded: give it a value in dbLoadRecords"),
    (r"&&|\|\|", "Python writes `and`, `or`"),
    (r"![^=]", "Python writes `not`"),
    (r"\?.*:", "Python writes `a if condition else b`"),
    (r"\+\+|--$", "Python has no ++ and --; write `VAL + 1`"),
    (r"^\s*@", "the @ is written once, before the code"),
    (r"%\s*[A-Z]\w*\s*%", "%FIELD% stands where a value would; after a value, % is modulo"),
)  # fmt: skip


class Code:
    """One link's compiled Python. `function` takes the values of `fields` in that order; calling it is all there is."""

    __slots__ = ("_made", "_namespace", "event", "fields", "function", "is_expression", "label", "text")
    function: Callable[..., Any]  # made when first asked for: code that never runs does not need it

    def __init__(self, text: str, label: str, made: _Made, namespace: dict[str, Any]) -> None:
        self.text = text
        self.label = label  # the file name that tracebacks show
        self.fields = made.fields
        self.is_expression = made.is_expression  # False: statements, the result is always None
        self.event = made.event  # set when the whole link is pydev.iointr('name')
        self._made, self._namespace = made, namespace

    def __getattr__(self, name: str) -> Any:
        if name != "function":
            raise AttributeError(name)
        self.function = FunctionType(self._made.code(self.label), self._namespace, "link")
        remember_source(self.label, self.text)
        return self.function

    def __call__(self, *field_values: object) -> object:
        return self.function(*field_values)

    def __repr__(self) -> str:
        return f"<Code {self.text!r} fields={self.fields}>"


def compile_code(
    text: str, bare: Collection[str], every: Collection[str], namespace: dict[str, Any], label: str = ""
) -> Code:
    """Compile a link's Python: as an expression, and if that fails as statements.

    `bare` are the fields that may be named as they are, `every` those that may be named as %FIELD%. What the
    code assigns at its top level goes into `namespace`; field values do not. `label` is the file name shown in
    tracebacks, such as "<G:ao.OUT>". Raises CodeError, with the line, a caret, and a hint where one is likely.
    """
    text = _unindented(text)
    label = label or f"<{text}>"
    every = frozenset(every)
    try:
        made = _made(text, frozenset(bare), every)
    except CANNOT_PARSE as error:
        raise code_error(error, text, label, mark(text, every), every) from None
    return Code(text, label, made, namespace)


class _Made:
    """What records with the same text share; `shape` gives what is its own where it is compiled as others are."""

    __slots__ = ("_compiled", "_shape", "event", "fields", "is_expression")

    def __init__(self, compiled: Compiled, shape: Callable[[], Shape] | None = None) -> None:
        self._compiled, self._shape = compiled, shape
        self.fields, self.is_expression, self.event = compiled.fields, compiled.is_expression, compiled.event
        if shape is not None and self.event is not None:
            self.event = str(shape().constants.get(self.event, self.event))

    def code(self, label: str) -> CodeType:
        """The code, which tracebacks show as being in the file `label`."""
        if self._shape is None:
            return rewrite.relabel(self._compiled.code, label)
        return filled(self._compiled.code, self._shape(), label)


MOST_ALIKE = 4096
_ALIKE: dict[tuple[bytes, frozenset[str], frozenset[str]], tuple[Alike, Compiled]] = {}  # what was compiled last


@functools.lru_cache(maxsize=4096)
def _made(text: str, bare: frozenset[str], every: frozenset[str]) -> _Made:
    key = (without_digits(text), bare, every)
    if (known := _ALIKE.get(key)) is not None and known[0].fits(text, every):
        return _Made(known[1], functools.partial(known[0].shape, text))
    shape = shape_of(text, every)
    if shape is not None:
        kinds = tuple([type(constant) is str for constant in shape.constants.values()])
        compiled = _template(shape.template, tuple(shape.names.values()), tuple(shape.constants), kinds, bare, every)
        if compiled is not None:
            if len(_ALIKE) >= MOST_ALIKE:
                _ALIKE.clear()
            _ALIKE[key] = Alike(text, shape), compiled
            return _Made(compiled, lambda: shape)
    return _Made(plain_expression(text, bare) or _compiled(text, bare, every))


@functools.lru_cache(maxsize=4096)
def _template(
    template: str,
    names: tuple[str, ...],
    constants: tuple[str, ...],
    are_texts: tuple[bool, ...],
    bare: frozenset[str],
    every: frozenset[str],
) -> Compiled | None:
    """What a template compiles to; None where texts of its shape must be compiled each for itself."""
    try:
        compiled = plain_expression(template, bare) or _compiled(template, bare, every)
    except CANNOT_PARSE:
        return None
    numbers = [made for made, is_text in zip(constants, are_texts, strict=True) if not is_text]
    texts = [made for made, is_text in zip(constants, are_texts, strict=True) if is_text]
    return compiled if fillable(compiled.code, names, numbers, texts) else None


def parse(text: str, label: str) -> ast.Expression | ast.Module:
    """The tree of `text` as an expression, or else as statements; raises SyntaxError."""
    try:
        return ast.parse(text, label, "eval")
    except SyntaxError:
        return ast.parse(text, label, "exec")


def compile_source(source: str, label: str) -> tuple[CodeType, bool]:
    """Compile the shell's Python, to be run in the namespace itself: (code, is an expression). Raises CodeError."""
    source = _unindented(source)
    try:
        tree = parse(source, label)
        is_expression = isinstance(tree, ast.Expression)
        code = compile(tree, label, "eval" if is_expression else "exec")
    except CANNOT_PARSE as error:
        raise code_error(error, source, label, Marked(source), ()) from None
    remember_source(label, source)
    return code, is_expression


def parse_lines(source: str, label: str) -> list[ast.stmt]:
    """The statements of the shell's Python; raises SyntaxError."""
    return ast.parse(_unindented(source), label, "exec").body


def event_name(tree: ast.AST) -> str | None:
    """The name when the whole code is pydev.iointr('name')."""
    match tree:
        case ast.Expression(
            ast.Call(ast.Attribute(ast.Name("pydev"), "iointr"), [ast.Constant(str(name))], [])
            | ast.Call(ast.Attribute(ast.Name("pydev"), "iointr"), [], [ast.keyword("name", ast.Constant(str(name)))])
        ):
            return name
    return None


def remember_source(label: str, text: str) -> None:
    """Let tracebacks show the lines of `text` for the file name `label`."""
    linecache.cache[label] = (len(text), None, [line + "\n" for line in text.split("\n")], label)


def code_error(error: BaseException, text: str, label: str, marked: Marked, every: Collection[str]) -> CodeError:
    """A CodeError that shows the user's own line with a caret under the place."""
    lines = text.split("\n")
    if isinstance(error, SyntaxError):
        message, number, column = f"{type(error).__name__}: {error.msg}", error.lineno or 1, error.offset or 0
    else:
        message, number, column = f"SyntaxError: {error}", 1, 0
    number = min(max(number, 1), len(lines))
    shown = error.text if isinstance(error, SyntaxError) else None
    if shown is not None and shown.rstrip("\n") != marked.text.split("\n")[number - 1]:
        column = 0  # inside an f-string, older Pythons count from somewhere else
    hint = _hint(marked, every)
    message += f" ({hint})" if hint else ""
    problem = Problem(Location(label, number, column), message, lines[number - 1])
    return CodeError(str(problem), message)


def _compiled(text: str, bare: frozenset[str], every: frozenset[str]) -> Compiled:
    marked = mark(text, every)
    tree = parse(marked.text, "<pydev>")
    is_expression = isinstance(tree, ast.Expression)
    if rewrite.needs_python_check(tree):
        compile(marked.text, "<pydev>", "eval" if is_expression else "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names = rewrite.names_of(marked.text, "<pydev>")
    event = event_name(tree)
    for name in marked.fields:
        if marked.placeholder(name) in names.bound:
            raise SyntaxError(f"%{name}% is a value and cannot be assigned")
    in_text = dict(marked.fields)
    if "%" in marked.text:
        strings = rewrite.FieldsInStrings(marked, every)
        tree = strings.visit(tree)
        in_text |= strings.found
    as_is = sorted((names.used - names.bound) & bare)
    only_as_is = [name for name in as_is if name not in in_text]
    copies = [(name, marked.placeholder(name)) for name in as_is if name in in_text]
    parameters = [*only_as_is, *map(marked.placeholder, in_text)]
    code = rewrite.function_code(tree, parameters, copies, names.bound, "<pydev>")
    return Compiled(code, (*only_as_is, *in_text), is_expression, None if in_text else event)


def _unindented(text: str) -> str:
    """`text` without blanks around it; lines that are all indented alike lose their indentation."""
    if text[:1] in (" ", "\t", "\n", "\r"):
        margin = min((len(line) - len(line.lstrip()) for line in text.splitlines() if line.strip()), default=0)
        text = "\n".join(line[margin:] for line in text.splitlines())
    return text.strip()


def _hint(marked: Marked, every: Collection[str]) -> str:
    for name in marked.unknown:
        return f"no field {name}{did_you_mean(name, every)}"
    outside_strings = TOKEN.sub(lambda token: '""' if token["string"] else token[0], marked.text)
    return next((hint for pattern, hint in HINTS if re.search(pattern, outside_strings)), "")
