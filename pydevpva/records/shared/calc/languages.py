"""The two languages: which words they have, and how a text in them becomes a program. No thread."""

from __future__ import annotations

from collections.abc import Sequence

from pydevpva.records.shared.calc import arrays, numeric, texts
from pydevpva.records.shared.calc.parse import Parser, Step
from pydevpva.records.shared.calc.program import Program
from pydevpva.records.shared.calc.tokens import Kind, Token, Words, operands, operators

STRING_OPERANDS = Words(
    [
        Token('"', Kind.TEXT, effect=1),
        Token("'", Kind.TEXT, effect=1),
        *(Token(name, Kind.NUMBER, effect=1) for name in ("INF", "NAN")),
        *operands(
            one=[
                "BYTE",
                "STR",
                "ESC",
                "$E=ESC",
                "TR_ESC",
                "$T=TR_ESC",
                "CRC16",
                "MODBUS",
                "LRC",
                "AMODBUS",
                "XOR8",
                "ADD_XOR8",
            ],
            two=["PRINTF", "$P=PRINTF", "SSCANF", "$S=SSCANF", "READ", "$R=READ", "WRITE", "$W=WRITE"],
            many=(),
            constants=("SVAL",),
        ),
    ]
)
STRING_OPERATORS = Words(operators({"-|": ("SUB", 6), "|-": ("SUBLAST", 6)}, "SUBRANGE", "REPLACE"))
ARRAY_OPERANDS = Words(
    operands(
        one=[
            "ARR",
            "AVG",
            "STD",
            "SUM",
            "FWHM",
            "AMAX",
            "AMIN",
            "IXMAX",
            "IXMIN",
            "IXZ",
            "IXNZ",
            "ANEG",
            "APOS",
            "CUM",
            "SMOO",
            "DERIV",
            "FITPOLY",
        ],
        two=["CAT", "NDERIV", "NSMOO", "FITMPOLY"],
        many=("FITQ", "FITMQ"),
        constants=("AVAL", "IX", "ARNDM"),
    )
)
ARRAY_OPERATORS = Words(operators({}, "SUBRANGE", "REPLACE"))


def parse_string(text: str) -> list[Step]:
    """The steps of an sCalc expression; CalcError says what is wrong. The text has one character a byte."""
    return Parser(text, STRING_OPERANDS, STRING_OPERATORS).parse()


def parse_array(text: str) -> list[Step]:
    """The same for aCalc."""
    return Parser(text, ARRAY_OPERANDS, ARRAY_OPERATORS).parse()


def uses_texts(steps: Sequence[Step]) -> bool:
    """Whether this is a text expression, which computes numbers otherwise than a numeric one."""
    return any(step.code in texts.TEXT_CODES for step in steps)


def string_program(steps: Sequence[Step]) -> Program:
    """The program of an sCalc expression."""
    return Program(steps, texts.DIALECT if uses_texts(steps) else numeric.DIALECT)


def array_program(steps: Sequence[Step], size: int) -> Program:
    """The program of an aCalc expression, for arrays of that size."""
    return Program(steps, arrays.dialect(size))
