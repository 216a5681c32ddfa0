"""Python in records: compiled and read, not run. Main thread."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from pydevpva.check.finding import Finding
from pydevpva.check.python_names import missing
from pydevpva.check.registry import rule
from pydevpva.check.site import Site
from pydevpva.db.model import FieldText, RecordInstance
from pydevpva.errors import CodeError, did_you_mean
from pydevpva.evaluator.compiled.code import compile_code
from pydevpva.evaluator.compiled.percent import mark
from pydevpva.records.core.factory import behaviour
from pydevpva.records.pycalc import BARE as PYCALC_BARE

Code = tuple[RecordInstance, str, FieldText, str, Collection[str]]  # record, field, where, the code, its bare fields


def codes(site: Site) -> Iterator[Code]:
    """All Python of records."""
    for record in site.instances.values():
        if record.type == "pycalc":
            if (given := record.fields.get("CALC")) is not None and given.text:
                yield record, "CALC", given, given.text, PYCALC_BARE
        elif site.text(record, "DTYP") == "pydev" and (way := behaviour(record.type).pydev) is not None:
            for name in ("INP", "OUT"):
                if (given := record.fields.get(name)) is not None and given.text.strip()[:1] == "@":
                    yield record, name, given, given.text.strip()[1:], way.bare


@rule("python-compiles", "Python of records that does not compile", "error")
def compiles(site: Site) -> Iterator[Finding]:
    for record, field, given, text, bare in codes(site):
        fields = site.definitions.record_type(record.type).fields
        try:
            compile_code(text, bare, fields, {}, f"<{record.name}.{field}>")
        except CodeError as error:
            yield Finding(
                "python-compiles", given.location, f"{record.name}.{field}: {error.reason}", f"{text}: {error.reason}"
            )


@rule("python-name", "names in records' Python that no module of the startup script defines")
def name(site: Site) -> Iterator[Finding]:
    """Asked only where a startup script says what there is, and all of its Python could be read."""
    if not site.has_script or site.python.open:
        return
    trees = list(_trees(site))
    defined = site.python.defined.union(*(_bound(tree) for *_, tree in trees))
    for where, given, known, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in defined and node.id not in known:
                what = (
                    f"{where}: nothing in the startup script defines {node.id}{did_you_mean(node.id, defined - _DIM)}"
                )
                yield Finding("python-name", given.location, what, f"name {node.id}")
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                module = site.python.modules.get(node.value.id)
                if module is not None and (names := missing(module, node.attr)) is not None:
                    what = f"{where}: {module.name} has no {node.attr}{did_you_mean(node.attr, names)}"
                    yield Finding("python-name", given.location, what, f"name {node.value.id}.{node.attr}")


_DIM = frozenset({"__name__", "__file__", "__builtins__"})


def _trees(site: Site) -> Iterator[tuple[str, FieldText, Collection[str], ast.AST]]:
    """(RECORD.FIELD, place, names that are values of fields, tree) of each text, the first record that has it."""
    seen: set[tuple[str, str]] = set()
    for record, field, given, text, bare in codes(site):
        if (record.type, text) in seen:
            continue
        seen.add((record.type, text))
        marked = mark(text.strip(), frozenset(site.definitions.record_type(record.type).fields))
        try:
            tree = ast.parse(marked.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield f"{record.name}.{field}", given, {*bare, *map(marked.placeholder, marked.fields)}, tree


def _bound(tree: ast.AST) -> Iterator[str]:
    """What code assigns: the records' code shares one namespace."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
