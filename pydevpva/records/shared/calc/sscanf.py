"""SSCANF: a number or a part of a text, found by a format (calc: sCalcPerform.c; C's sscanf). No thread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pydevpva.records.shared.calc.cnumbers import float32
from pydevpva.records.shared.calc.parse import CalcError, to_number
from pydevpva.records.shared.calc.text_value import RESULT_BYTES, Either, cut

_LETTERS = "pwn$c[deEfgGiousxX"
_DIRECTIVE = re.compile(
    r"%%|%(?P<star>\*?)(?P<width>\d*)(?P<size>hh|h|ll|l|L)?(?:(?P<letter>[cdeEfgGiousxX])|\[(?P<set>\^?\]?[^\]]*)\])"
)
_INTEGER = r"[-+]?(?:0x[0-9a-f]+|[0-9]+)"
_PATTERNS = {
    **dict.fromkeys("du", r"[-+]?[0-9]+"),
    "i": _INTEGER,
    "o": r"[-+]?[0-7]+",
    **dict.fromkeys("xX", r"[-+]?(?:0x)?[0-9a-f]+"),
    **dict.fromkeys("eEfgG", r"[-+]?(?:0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|inf(?:inity)?|nan)"),
    "s": r"[^ \t-\r]+",
}
_BASES = {"o": 8, "x": 16, "X": 16, "i": 0}
_SPACE = re.compile(r"[ \t-\r]*")
_HALF = 1 << 63  # C reads integers as long, and those beyond it as the last one
_MOST = 1000  # characters that %c may ask for: more than a text has


class Part(NamedTuple):
    """A piece of a format: blanks, a character, or a conversion."""

    literal: str
    star: bool = False
    width: int = 0
    size: str = ""
    letter: str = ""
    chars: str = ""  # of [..], as a class of a regular expression


def assigned(format_: str) -> tuple[int, str]:
    """Where the one conversion stands that gives a value, and its letter; CalcError: there is none, or another."""
    found: list[tuple[int, str]] = []
    place = behind_percents(format_)
    while (place := format_.find("%", place)) >= 0:
        letter = next((i for i in range(place + 1, len(format_)) if format_[i] in _LETTERS), None)
        if letter is None:
            break
        if "*" not in format_[place:letter]:
            found.append((letter, format_[letter]))
        place = _behind_set(format_, letter) if format_[letter] == "[" else letter + 1
    if len(found) != 1 or found[0][1] in "pwn$":
        raise CalcError("the format has not one conversion that gives a value")
    return found[0]


def behind_percents(format_: str) -> int:
    """Behind the last %%: what stands before it is not looked at."""
    place = 0
    while (found := format_.find("%%", place)) >= 0:
        place = found + 2
    return place


def _behind_set(format_: str, place: int) -> int:
    """Behind the ] of a set of characters; one that comes first belongs to it."""
    begin = place + 1
    begin += format_.startswith("^", begin)
    begin += format_.startswith("]", begin)
    end = format_.find("]", begin)
    return len(format_) if end < 0 else end + 1


def sscanf(value: Either, format_: Either) -> Either:
    """$S(text, format): what the one conversion finds."""
    if not isinstance(value, str) or not isinstance(format_, str):
        raise CalcError("SSCANF takes a text and a format")
    assigned(format_)
    place = 0
    for part in _parts(format_):
        if not part.letter:
            place = _literal(part.literal, value, place)
            continue
        if part.letter not in "c[":
            place = _skipped(value, place)
        end = place + part.width if part.width and part.letter != "c" else len(value)
        found = _pattern(part).match(value, place, end)
        if found is None:
            break
        place = found.end()
        if not part.star:
            return _meant(part, found.group())
    raise CalcError("the text is not of that format")


def _parts(format_: str) -> Iterator[Part]:
    place = 0
    while place < len(format_):
        found = _DIRECTIVE.match(format_, place)
        if found is None:
            yield Part(format_[place])
            place += 1
            continue
        place = found.end()
        if found.group() == "%%":
            yield Part("%")
            continue
        star, width, size, letter, chars = found.group("star", "width", "size", "letter", "set")
        yield Part("", bool(star), int(width or 0), size or "", letter or "[", _char_class(chars or ""))


def _char_class(chars: str) -> str:
    """[..] of scanf as one of Python: a - between two is a range, all else means itself."""
    negated = chars.startswith("^")
    body = re.sub(r"([\\\[\]^&~|])", r"\\\1", chars[1:] if negated else chars)
    if body.startswith("-"):
        body = "\\" + body
    if body.endswith("-") and len(body) > 1:
        body = body[:-1] + "\\-"
    return f"[{'^' if negated else ''}{body}]"


def _literal(literal: str, value: str, place: int) -> int:
    if literal.isspace():
        return _skipped(value, place)
    if literal == "%":
        place = _skipped(value, place)
    if not value.startswith(literal, place):
        raise CalcError("the text is not of that format")
    return place + 1


def _skipped(value: str, place: int) -> int:
    found = _SPACE.match(value, place)
    return place if found is None else found.end()


def _pattern(part: Part) -> re.Pattern[str]:
    if part.letter == "c":
        return re.compile(f".{{{min(part.width or 1, _MOST)}}}", re.DOTALL)
    if part.letter != "[":
        return re.compile(_PATTERNS[part.letter], re.IGNORECASE | re.ASCII)
    try:
        return re.compile(part.chars + "+")
    except re.error:
        raise CalcError("the format has a bad set of characters") from None


def _meant(part: Part, found: str) -> Either:
    letter, size = part.letter, part.size
    if letter in "c[s":
        return cut(found, RESULT_BYTES)
    if letter in "eEfgG":
        real = to_number(found)
        return real if size == "l" else float32(real)
    bits = 16 if size == "h" else 64 if size in ("l", "ll") or letter in "ouxX" else 32
    whole = _integer(found, _BASES.get(letter, 10))
    if letter in "di":
        whole = min(max(whole, -_HALF), _HALF - 1)
        return float((whole + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1))
    if abs(whole) >= 2 * _HALF:
        whole = -1
    return float(whole % (1 << (16 if size == "h" else 64 if size in ("l", "ll") else 32)))


def _integer(found: str, base: int) -> int:
    if base:
        return int(found, base)
    digits = found.lstrip("+-")
    whole = (
        int(digits, 16) if digits[:2].lower() == "0x" else int(digits, 8 if digits[0] == "0" and _octal(digits) else 10)
    )
    return -whole if found.startswith("-") else whole


def _octal(digits: str) -> bool:
    return all(digit in "01234567" for digit in digits)
