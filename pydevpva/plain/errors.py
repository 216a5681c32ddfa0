"""What user code raised, as text for people; on the thread of that code, whose methods these texts may come from.

All is cut before it is formatted: a text of 200 MB, the list in a KeyError, the 60,000 frames of an endless recursion.
"""

from __future__ import annotations

import array
import os
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from types import TracebackType
from typing import Any

from pydevpva.plain.words import kind_of, printable, shown

OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
LONGEST = 1000  # characters of an error's text
MOST_FRAMES, MOST_ERRORS, MOST_LINES = 50, 5, 300
LARGE = 1000  # an argument with more characters or elements, within each other too, is shown by ourselves
_TEXTS: tuple[Any, ...] = (str, bytes, bytearray, array.array)
_VIEWS: tuple[Any, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_SEVERAL: tuple[Any, ...] = (list, tuple, dict, set, frozenset, deque, *_VIEWS)
_qualname_of = type.__dict__["__qualname__"].__get__  # not through a metaclass of the user's
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n"


def describe(error: BaseException, named: bool = True) -> str:
    """One line: "ZeroDivisionError: division by zero", or without the exception's name."""
    text, name = " ".join(_text(error).splitlines()), kind_of(error)
    return (f"{name}: {text}" if named else text)[:LONGEST] if text else name


def traceback_text(error: BaseException) -> str:
    """The traceback as Python prints it, without the frames of this package, and not longer than anyone would read.

    Never raises, whatever methods and properties the user's exception has.
    """
    try:
        lines = "".join(_chain(error)).rstrip("\n").split("\n")
    except BaseException:
        lines = describe(error).split("\n")
    if len(lines) > MOST_LINES:
        lines[MOST_LINES // 2 : -MOST_LINES // 2] = [f"  ... {len(lines) - MOST_LINES} lines"]
    return printable("\n".join(line[: 2 * LONGEST] for line in lines))


def trace_of(error: BaseException) -> TracebackType | None:
    """Its traceback as Python keeps it: the attribute may be a property of the user's class."""
    return _own(error, "__traceback__")  # type: ignore[no-any-return]


def is_of_link(error: BaseException) -> bool:
    """Whether it was raised to code that is all in a link, <REC.FIELD>: no line of a user's file had part in it."""
    if _own(error, "__cause__" if _own(error, "__suppress_context__") else "__context__") is not None:
        return False
    at = trace_of(error)
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        if not file.startswith(OURS) and not (file.startswith("<") and "." in file):
            return False
        at = at.tb_next
    return True


def _own(error: BaseException, name: str) -> Any:
    return BaseException.__dict__[name].__get__(error)


def _text(error: BaseException) -> str:
    """str(error) of at most LONGEST characters."""
    try:
        if _are_large(error):
            args = _own(error, "args")[:MOST_ERRORS]
            text = ", ".join([str.__getitem__(a, slice(LONGEST)) if isinstance(a, str) else shown(a) for a in args])
        else:
            text = str(error)
        return printable(str.__str__(text)[:LONGEST])
    except BaseException:  # it is a user's method
        return "(no text: its __str__ raised)"


def _are_large(error: BaseException) -> bool:
    """Whether its text would be: that is formatted in one go, and nobody else has a turn meanwhile."""
    given = list(_own(error, "args"))
    if isinstance(error, OSError):
        given += [OSError.__dict__[name].__get__(error) for name in ("filename", "filename2")]
    return _is_large(given)


def _is_large(given: list[object]) -> bool:
    """Whether these have more than LARGE characters, digits or elements, counting those within them."""
    size = 0
    while given and size <= LARGE:
        arg: Any = given.pop()
        base = next((base for base in (int, *_TEXTS, *_SEVERAL) if issubclass(type(arg), base)), None)
        size += 1
        if base is int:
            size += int.bit_length(arg) // 4  # about its digits
        elif base is not None:
            size += base.__len__(arg)
            if base in _SEVERAL and size <= LARGE:
                given += base.__iter__(arg)
                given += dict.values(arg) if base is dict else ()
    return size > LARGE


def _chain(error: BaseException) -> Iterator[str]:
    """The error after those it came from, as many as anyone reads."""
    found: list[tuple[BaseException, str]] = []
    after: str = ""
    now: BaseException | None = error
    while now is not None and len(found) < MOST_ERRORS and all(now is not known for known, _ in found):
        found.append((now, after))
        if (cause := _own(now, "__cause__")) is not None:
            after, now = _CAUSE, cause
        else:
            after, now = _CONTEXT, None if _own(now, "__suppress_context__") else _own(now, "__context__")
    for one, words in reversed(found):
        yield from _one(one)
        if words:
            yield words + "\n"


def _one(error: BaseException) -> Iterator[str]:
    frames = _users_frames(trace_of(error))
    if frames:
        yield "Traceback (most recent call last):\n"
        yield from frames.format()
    yield from _last_lines(error)
    yield from _some_of(error, "__notes__", lambda note: f"{str(note)[:LONGEST]}\n")
    yield from _some_of(error, "exceptions", lambda one: f"  | {describe(one)}\n")


def _some_of(error: BaseException, name: str, shown_as: Callable[[Any], str]) -> list[str]:
    """The first of what the attribute holds; what is none of Python's own may be, and do, anything."""
    try:
        return [shown_as(one) for one in islice(getattr(error, name, None) or (), MOST_ERRORS)]
    except BaseException:
        return []


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
    if isinstance(error, (SyntaxError, NameError, AttributeError, ImportError)) and not _are_large(error):
        try:
            return [line[: 2 * LONGEST] for line in traceback.format_exception_only(type(error), error)]
        except BaseException:  # the hints look at the user's objects; what is below does not
            pass
    kind: Any = type(error)
    name, module = str.__str__(_qualname_of(kind)), type.__dict__["__dict__"].__get__(kind).get("__module__")
    if type(module) is str and module not in ("__main__", "builtins"):
        name = f"{module[:LONGEST]}.{name}"
    text = _text(error)
    return [f"{name}: {text}\n" if text else f"{name}\n"]
