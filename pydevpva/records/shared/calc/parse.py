"""From text to steps in the order in which they are done (calc: sCalcPostfix.c, aCalcPostfix.c). No thread.

A shunting yard, without recursion: what cannot be done yet waits on a stack, and what comes next lets go all that binds
tighter. It takes what the original takes; brackets of a function's arguments only group, so `SQR 16` is as good as
`SQR(16)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from pydevpva.errors import PydevpvaError
from pydevpva.records.core.values import STRING_BYTES
from pydevpva.records.shared.calc.tokens import NUMBERS, OTHERS, Kind, Token, Words

DEPTH = 30  # values that may be at hand at once (SCALC_STACKSIZE)
_SPACE = re.compile(r"[ \t-\r]*")
_NUMBER = re.compile(
    r"0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[-+]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
    r"|inf(?:inity)?|nan(?:\(\w*\))?",
    re.IGNORECASE | re.ASCII,
)


class CalcError(PydevpvaError):
    """An expression that is none, or that cannot be computed; the text says why."""


class Step(NamedTuple):
    """One thing to do. value: of a NUMBER or TEXT; the index of a variable; how many arguments a function has."""

    code: str
    value: float | str | int | None = None


@dataclass
class Waiting:
    """A token that waits for what is on its right."""

    token: Token
    code: str
    effect: int
    at: int  # where it stands in the text
    value: int | None = None  # the variable that is stored into


class Parser:
    """Makes steps of one text. `parse` once."""

    def __init__(self, text: str, operands: Words, operators: Words) -> None:
        self._text, self._place, self._here = text, 0, 0
        self._operands, self._operators = operands, operators
        self._steps: list[Step] = []
        self._waiting: list[Waiting] = []
        self._needs_operand = True
        self._depth = 0  # values at hand once the steps so far are done
        self._open_ifs = 0

    def parse(self) -> list[Step]:
        """The steps; CalcError says what is wrong and where."""
        while (token := self._next()) is not None:
            _HANDLERS[token.kind](self, token)
            if self._depth < 0:
                raise self._error("an operand is missing")
            if self._depth >= DEPTH:
                raise self._error(f"more than {DEPTH - 1} values are at hand at once")
        self._here = self._place
        self._finish()
        return self._steps

    def _next(self) -> Token | None:
        """The next token; None at the end."""
        text = self._text
        found = _SPACE.match(text, self._place)
        self._here = self._place = found.end() if found is not None else self._place
        if self._place >= len(text):
            return None
        token = (self._operands if self._needs_operand else self._operators).at(text, self._place)
        if token is None:
            wanted = "a value or a function" if self._needs_operand else "an operator"
            raise self._error(f"{wanted} is expected, not {text[self._place : self._place + 10]!r}")
        self._place += len(token.name)
        return token

    def _finish(self) -> None:
        if self._needs_operand:
            raise self._error("it ends where a value is expected")
        while self._waiting:
            self._release()
        if self._open_ifs:
            raise self._error("a ? has no :")
        if self._depth != 1:
            raise self._error(f"it leaves {self._depth} values, not one" if self._depth else "it leaves no value")

    def _error(self, what: str, place: int | None = None) -> CalcError:
        return CalcError(f"{what} (at character {(self._here if place is None else place) + 1})")

    # ---- the stack of what waits ----

    def _wait(self, token: Token, code: str, effect: int, value: int | None = None) -> None:
        self._waiting.append(Waiting(token, code, effect, self._here, value))

    def _release(self) -> None:
        """The last that waits is done now."""
        last = self._waiting.pop()
        if last.token.kind is Kind.OPEN:
            raise self._error("a ( is not closed", last.at)
        self._steps.append(Step(last.code, 1 - last.effect if last.token.kind is Kind.MANY else last.value))
        self._depth += last.effect

    def _release_above(self, level: int) -> None:
        """What binds as tightly as this level or tighter is done."""
        while self._waiting and self._waiting[-1].token.waiting >= level:
            self._release()

    def _release_to(self, opening: str, complaint: str) -> Waiting:
        """All that waits behind the opening bracket is done; the bracket."""
        while self._waiting:
            if self._waiting[-1].token.name in opening:
                return self._waiting[-1]
            self._release()
        raise self._error(complaint)

    # ---- what each kind of token does ----

    def _operand(self, token: Token) -> None:
        value = None
        if token.code == "FETCH":
            value = NUMBERS.index(token.name)
        elif token.code == "OTHER":
            value = OTHERS.index(token.name)
        self._value(Step(token.code, value))

    def _value(self, step: Step) -> None:
        self._steps.append(step)
        self._depth += 1
        self._needs_operand = False

    def _number(self, token: Token) -> None:
        found = _NUMBER.match(self._text, self._here)
        if found is None:
            raise self._error("a number is expected")
        self._place = found.end()
        self._value(Step("NUMBER", to_number(found.group())))

    def _quoted(self, token: Token) -> None:
        """Up to the same quote, or to the end; a text has room for so much of it."""
        end = self._text.find(token.name, self._place)
        text = self._text[self._place :] if end < 0 else self._text[self._place : end]
        self._place = len(self._text) if end < 0 else end + 1
        self._value(Step("TEXT", text[:STRING_BYTES]))

    def _unary(self, token: Token) -> None:
        self._release_above(token.coming)
        self._wait(token, token.code, token.effect)

    def _binary(self, token: Token) -> None:
        self._release_above(token.coming)
        self._wait(token, token.code, token.effect)
        self._needs_operand = True

    def _comma(self, token: Token) -> None:
        opening = self._release_to("([{", "a comma stands outside brackets")
        opening.effect -= 1
        self._needs_operand = True

    def _close(self, token: Token) -> None:
        opening = self._release_to(token.code, f"a {token.name} has no {token.code}")
        if opening.token.kind is Kind.RANGE:
            self._release()
            return
        self._waiting.pop()
        if self._waiting and self._waiting[-1].token.kind is Kind.MANY:
            self._waiting[-1].effect = opening.effect

    def _if(self, token: Token) -> None:
        self._release_above(1)
        self._steps.append(Step("IF"))
        self._depth += token.effect
        self._open_ifs += 1
        self._needs_operand = True

    def _else(self, token: Token) -> None:
        self._release_above(1)
        self._steps.append(Step("ELSE"))
        self._depth += token.effect
        self._open_ifs -= 1
        if self._open_ifs < 0:
            raise self._error("a : has no ?")
        self._wait(token, "FI", 0)
        self._needs_operand = True

    def _store(self, token: Token) -> None:
        """Into the variable read last, or into @n."""
        self._depth -= 1
        self._needs_operand = True
        for place in range(len(self._waiting) - 1, -1, -1):
            if self._waiting[place].code in ("AT", "OTHER_AT"):
                self._store_at(token, place)
                return
        last = self._steps[-1] if self._steps else None
        if last is None or last.code not in ("FETCH", "OTHER"):
            raise self._error("what stands left of := is no variable")
        _, index = self._steps.pop()
        assert isinstance(index, int)
        self._wait(token, "STORE" if last.code == "FETCH" else "STORE_OTHER", token.effect, index)

    def _store_at(self, token: Token, place: int) -> None:
        """The value of n is made; the @ becomes the store."""
        while len(self._waiting) > place + 1:
            self._release()
        at = self._waiting.pop()
        self._wait(token, "STORE_AT" if at.code == "AT" else "STORE_OTHER_AT", token.effect)

    def _until(self, token: Token) -> None:
        self._release_above(token.coming)
        self._steps.append(Step("UNTIL"))
        self._wait(token, "AGAIN", 0)

    def _end(self, token: Token) -> None:
        while self._waiting and self._waiting[-1].token.kind is not Kind.OPEN:
            self._release()
        self._needs_operand = True


_HANDLERS: dict[Kind, Callable[[Parser, Token], None]] = {
    Kind.OPERAND: Parser._operand,
    Kind.NUMBER: Parser._number,
    Kind.TEXT: Parser._quoted,
    Kind.UNARY: Parser._unary,
    Kind.MANY: Parser._unary,
    Kind.OPEN: Parser._unary,
    Kind.BINARY: Parser._binary,
    Kind.RANGE: Parser._binary,
    Kind.CLOSE: Parser._close,
    Kind.COMMA: Parser._comma,
    Kind.IF: Parser._if,
    Kind.ELSE: Parser._else,
    Kind.STORE: Parser._store,
    Kind.UNTIL: Parser._until,
    Kind.END: Parser._end,
}


def to_number(text: str) -> float:
    """A number as C writes it (strtod), the whole text of which is one."""
    if "x" in text or "X" in text:
        return float.fromhex(text)
    return float(text.partition("(")[0])
