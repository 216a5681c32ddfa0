"""What was written after `put NAME`, as a value that its PV takes. No thread.

Text goes to text as it is; arrays, tables and structures are JSON, several words are an array.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydevpva.client.reading import ClientError
from pydevpva.errors import did_you_mean

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def number(text: str, whole: bool) -> int | float:
    """A number; hexadecimal too where it is whole. ClientError: it is none."""
    try:
        return int(text, 0)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        raise ClientError(f"{text!r} is not a number") from None
    if whole and value != (value // 1):  # also nan and infinity
        raise ClientError(f"{text!r} is not a whole number")
    return int(value) if whole else value


def truth(text: str) -> bool:
    """A boolean. ClientError: it is none."""
    if text.lower() in _TRUE + _FALSE:
        return text.lower() in _TRUE
    raise ClientError(f"{text!r} is neither true nor false")


def choice(text: str, choices: Sequence[str]) -> int:
    """The index of a label, or the index itself. ClientError names the choices."""
    if text in choices:
        return list(choices).index(text)
    if text.isdigit() and (int(text) < len(choices) or not choices):
        return int(text)
    raise ClientError(f"{text!r} is none of the choices {', '.join(choices) or '(none)'}{did_you_mean(text, choices)}")


def elements(words: Sequence[str]) -> list[Any]:
    """An array: JSON's, or one element for each word."""
    if len(words) == 1 and words[0].lstrip()[:1] == "[":
        found = parsed(words[0])
        assert isinstance(found, list)
        return found
    return list(words)


def parsed(text: str) -> Any:
    """JSON. ClientError says where it ends to be."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ClientError(f"not JSON: {error.msg} at character {error.pos + 1} of {text!r}") from None


def members(words: Sequence[str]) -> Mapping[str, Any]:
    """What a structure or a table gets: a JSON object. ClientError: it is none."""
    found = parsed(words[0]) if len(words) == 1 and words[0].lstrip()[:1] == "{" else None
    if not isinstance(found, dict):
        raise ClientError(f'a table or a structure gets a JSON object, {{"member": value}}, not {" ".join(words)!r}')
    return found


def typed_number(value: Any, whole: bool) -> int | float:
    """An element of an array as a number: text is read as one, JSON's numbers are. ClientError."""
    if isinstance(value, str):
        return number(value, whole)
    if isinstance(value, (bool, int)):
        return int(value)
    if isinstance(value, float):
        return number(str(value), whole)
    raise ClientError(f"{json.dumps(value)} is not a number")
