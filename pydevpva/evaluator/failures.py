"""What user code raised, as text for people. Pure functions."""

from __future__ import annotations

import os
import traceback

OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
LONGEST = 1000


def describe(error: BaseException, named: bool = True) -> str:
    """One line: "ZeroDivisionError: division by zero", or without the exception's name."""
    try:
        text = " ".join(str(error).splitlines())
    except BaseException:  # it is a user's method
        text = "(no text: its __str__ raised)"
    name = type(error).__name__
    return (f"{name}: {text}" if named else text)[:LONGEST] if text else name


def traceback_text(error: BaseException) -> str:
    """The traceback as Python prints it, without the frames of this package."""
    shown = traceback.TracebackException.from_exception(error)
    _without_ours(shown)
    return "".join(shown.format()).rstrip("\n")


def _without_ours(shown: traceback.TracebackException | None) -> None:
    while shown is not None:
        users = [frame for frame in shown.stack if not frame.filename.startswith(OURS)]
        shown.stack = traceback.StackSummary.from_list(users)
        _without_ours(shown.__cause__)
        shown = shown.__context__
