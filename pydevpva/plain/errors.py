"""What user code raised, as text for people; on the thread of that code, whose methods these texts may come from.

All is cut before it is formatted: a text of 200 MB, the list in a KeyError, the 60,000 frames of an endless recursion.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from itertools import islice
from types import TracebackType
from typing import Any

from pydevpva.plain.words import kind_of, printable, shown

OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
LONGEST = 1000  # characters of an error's text
MOST_FRAMES, MOST_ERRORS, MOST_LINES = 50, 5, 300
LARGE = 1000  # an argument with more characters or elements is shown by ourselves
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n"


def describe(error: BaseException, named: bool = True) -> str:
    """One line: "ZeroDivisionError: division by zero", or without the exception's name."""
    text, name = " ".join(_text(error).splitlines()), kind_of(error)
    return (f"{name}: {text}" if named else text)[:LONGEST] if text else name


def traceback_text(error: BaseException) -> str:
    """The traceback as Python prints it, without the frames of this package, and not longer than anyone would read."""
    lines = "".join(_chain(error)).rstrip("\n").split("\n")
    if len(lines) > MOST_LINES:
        lines[MOST_LINES // 2 : -MOST_LINES // 2] = [f"  ... {len(lines) - MOST_LINES} lines"]
    return printable("\n".join(line[: 2 * LONGEST] for line in lines))


def _text(error: BaseException) -> str:
    """str(error) of at most LONGEST characters."""
    try:
        args = BaseException.args.__get__(error)  # type: ignore[attr-defined]
        if any(map(_is_large, args)):
            parts = [arg[:LONGEST] if isinstance(arg, str) else shown(arg) for arg in args[:MOST_ERRORS]]
            text = parts[0] if len(parts) == 1 else ", ".join(parts)
        else:
            text = str(error)
        return printable(str.__str__(text)[:LONGEST])
    except BaseException:  # it is a user's method
        return "(no text: its __str__ raised)"


def _is_large(arg: object) -> bool:
    kind = type(arg)
    if kind is int:
        return arg.bit_length() > LARGE  # type: ignore[attr-defined, no-any-return]
    if kind in (str, bytes, bytearray, list, tuple, dict, set, frozenset):
        return len(arg) > LARGE or (kind not in (str, bytes, bytearray) and any(map(_is_large, arg)))  # type: ignore[arg-type, call-overload]
    return False


def _chain(error: BaseException) -> Iterator[str]:
    """The error after those it came from, as many as anyone reads."""
    found: list[tuple[BaseException, str]] = []
    after, now = "", error
    while now is not None and len(found) < MOST_ERRORS and all(now is not known for known, _ in found):
        found.append((now, after))
        if now.__cause__ is not None:
            after, now = _CAUSE, now.__cause__
        else:
            after, now = _CONTEXT, None if now.__suppress_context__ else now.__context__  # type: ignore[assignment]
    for one, words in reversed(found):
        yield from _one(one)
        if words:
            yield words + "\n"


def _one(error: BaseException) -> Iterator[str]:
    frames = _users_frames(error.__traceback__)
    if frames:
        yield "Traceback (most recent call last):\n"
        yield from frames.format()
    yield from _last_lines(error)
    for note in islice(getattr(error, "__notes__", None) or (), MOST_ERRORS):
        yield f"{str(note)[:LONGEST]}\n"
    for member in islice(getattr(error, "exceptions", None) or (), MOST_ERRORS):
        if isinstance(member, BaseException):
            yield f"  | {describe(member)}\n"


def _users_frames(trace: TracebackType | None) -> traceback.StackSummary:
    """The newest frames that are not ours; the first is the record's code, also where thousands follow it."""
    depth, at = 0, trace
    while at is not None:
        depth, at = depth + 1, at.tb_next
    found = traceback.extract_tb(trace, limit=-MOST_FRAMES)
    if depth > MOST_FRAMES:
        found[:0] = traceback.extract_tb(trace, limit=MOST_FRAMES // 5)
    return traceback.StackSummary.from_list([frame for frame in found if not frame.filename.startswith(OURS)])


def _last_lines(error: BaseException) -> list[str]:
    """ "ValueError: text", with Python's own hints where there are any and the text is small."""
    if isinstance(error, (SyntaxError, NameError, AttributeError, ImportError)) and not any(map(_is_large, error.args)):
        try:
            return [line[: 2 * LONGEST] for line in traceback.format_exception_only(type(error), error)]
        except BaseException:  # the hints look at the user's objects; what is below does not
            pass
    name: Any = type(error).__qualname__
    module = type(error).__module__
    name = name if module in ("__main__", "builtins") else f"{module}.{name}"
    text = _text(error)
    return [f"{name}: {text}\n" if text else f"{name}\n"]
