"""A field's name as a text in a link's code, `print('VAL')`: PyDevice once put the value there. No thread."""

from __future__ import annotations

import ast
from collections.abc import Collection

from pydevpva.evaluator.compiled.code import CANNOT_PARSE, parse

WORDS = frozenset({"HIGH", "HIHI", "LOW", "LOLO", "LEN"})  # a device may be told these
# Who is called with a key, a name or a part of a text, may well mean the letters.
_BY_NAME = frozenset(name for type_ in (str, bytes, dict, list, set, tuple) for name in dir(type_))
_BY_NAME |= {"getenv", "getattr", "hasattr", "iointr", "caget", "pvget", "field", "len", "repr", "ord", "eval"}


def quoted_field(text: str, bare: Collection[str]) -> str:
    """The hint for code that gives a function the name of a field in place of its value, or "".

    Only the whole argument counts, and only when the code does not name that field as a value elsewhere.
    """
    try:
        tree = parse(text.strip().replace("%", " "), "<code>")
    except CANNOT_PARSE:
        return ""
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(function, [ast.Constant(str(word))], []):
                called = ast.unparse(function)
                if word in bare and word not in WORDS | named and called.split(".")[-1] not in _BY_NAME:
                    return f"{called}('{word}') passes the text {word}; the field's value is {word} or %{word}%"
    return ""
