"""What user code raised, made plain. On the thread of that code, which the exception goes no further than."""

from __future__ import annotations

from types import CodeType

from pydevpva.errors import PydevpvaError
from pydevpva.plain.errors import describe, is_of_link, trace_of, traceback_text

__all__ = ["Misuse", "Told", "UserError", "describe", "raised", "raised_to_record", "traceback_text"]


class UserError(PydevpvaError):
    """The text of an exception of user code; `trace` is its traceback, "" where the one before had the same."""

    def __init__(self, text: str, trace: str) -> None:
        self.trace = trace
        super().__init__(text)


class Misuse(UserError):
    """What pydevpva itself raised, straight to a link: that text, and the link, say all there is to say."""

    def __init__(self, text: str) -> None:
        super().__init__(text, text)


class Told:
    """The error of some code whose traceback was made last: to make one costs more than most code does."""

    __slots__ = ("_place", "_text")

    def __init__(self) -> None:
        self._text = ""
        self._place: tuple[CodeType, int] | None = None

    def is_news(self, text: str, error: BaseException) -> bool:
        """Whether this is another error, or the same from another line."""
        trace = trace_of(error)
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = (trace.tb_frame.f_code, trace.tb_lineno) if trace is not None else None
        if text == self._text and place == self._place:
            return False
        self._text, self._place = text, place
        return True


def raised(error: BaseException, told: Told) -> UserError:
    """The error as text that is nobody's object."""
    text = describe(error)
    return UserError(text, traceback_text(error) if told.is_news(text, error) else "")


def raised_to_record(error: BaseException, told: Told) -> UserError:
    """As `raised`, of a record's code."""
    if issubclass(type(error), PydevpvaError) and is_of_link(error):
        told.is_news("", error)  # what was told before is news again
        return Misuse(describe(error, named=type(error) is not PydevpvaError))  # that name would say nothing
    return raised(error, told)
