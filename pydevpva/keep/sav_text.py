"""The language of .sav files, written and read (EPICS: autosave's save_restore.c and dbrestore.c). No thread.

# autosave R5.3<TAB>Automatically generated - DO NOT MODIFY - yymmdd-hhmmss
! 1 channel(s) not connected - or not all gets were successful
NAME value
NAME @array@ { "1" "2" }
#NAME Search Issued
<END>
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydevpva.db.macros import Macros, parse_macros
from pydevpva.keep.escapes import escaped, quoted, unescaped, unquoted
from pydevpva.records.core.arrays import as_list, is_array
from pydevpva.records.core.values import Scalar, Value

ARRAY, END = "@array@", "<END>"
HEADER = "# autosave R5.3\tAutomatically generated - DO NOT MODIFY - {date}"
GENERATED = "DO NOT MODIFY"
WITH_END = 1.8  # the version from which files end with END
FIRST_LETTERS = "_-+:[]<>;"  # of a PV's name, beside letters and digits
_VERSION = re.compile(r"[RV](\d+(?:\.\d+)?)")
_HAS_END = re.compile(r"(?:\A|\n)<END>(?:\r\n|\n.?|.)\Z", re.DOTALL)
_ELEMENT = r'"(?:[^"\\]|\\.)*"'
_ON_ONE_LINE = re.compile(r'@array@[ \t]*\{((?:[ \t]*"(?:[^"\\\n]|\\[^\n])*")*)[ \t]*\}[^\n]*')
_OVER_LINES = re.compile(rf"@array@\s*\{{((?:\s*{_ELEMENT})*)\s*\}}[^\n]*", re.DOTALL)
_ELEMENTS = re.compile(_ELEMENT, re.DOTALL)
_NAME = re.compile(r"[ \t]*([^ \t\r\n]+)[ \t]?([^\r\n]*)")
_SEARCHED = re.compile(r"#(\S+) Search Issued")


@dataclass(frozen=True, slots=True)
class Entry:
    """One saved value: a text, of an array the texts of its elements. `line` counts from 1."""

    name: str
    value: str | list[str]
    line: int


@dataclass(slots=True)
class Saved:
    """What a .sav file says. `broken` tells damage, `odd` lines that name nothing, `missing` PVs without a value."""

    entries: list[Entry] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    errors: int = 0  # PVs that were not there when it was written, as its own line says


# ---- writing ----


def value_text(value: Value, dbf: str, exact: bool) -> str:
    """A value as it stands behind its name. Numbers have autosave's 14 digits (FLOAT 7), exact: all that they need."""
    show = _shower(dbf, exact)
    if not is_array(value):
        return _guarded(show(value))
    elements = as_list(value)
    if not elements:
        return ""
    if len(elements) == 1 and elements[0] != "":
        return _guarded(show(elements[0]))
    return f"{ARRAY} {{ {''.join(quoted(_element(element, show)) + ' ' for element in elements)}}}"


def _element(value: Scalar, show: Callable[[Scalar], str]) -> str:
    return value if isinstance(value, str) else show(value)


def _guarded(text: str) -> str:
    """A text that looks like an array is none."""
    return "\\x40" + text[1:] if text.startswith(ARRAY) else text


def _shower(dbf: str, exact: bool) -> Callable[[Scalar], str]:
    digits = {"DOUBLE": 14, "FLOAT": 7}.get(dbf)

    def show(value: Scalar) -> str:
        if isinstance(value, str):
            return escaped(value)
        if digits is None:
            return str(int(value))
        text = f"{value:.{digits}g}"
        if exact and math.isfinite(value) and float(text) != value:
            return repr(value) if dbf == "DOUBLE" else f"{value:.9g}"
        return text

    return show


def file_text(names: Sequence[str], values: Sequence[str | None], date: str) -> str:
    """The whole file; None is the value of a PV that is not there."""
    missing = sum(value is None for value in values)
    lines = [HEADER.format(date=date)]
    if missing:
        lines.append(f"! {missing} channel(s) not connected - or not all gets were successful")
    for name, value in zip(names, values, strict=True):
        lines.append(f"#{name} Search Issued" if value is None else f"{name} {value}")
    return "\n".join([*lines, END, ""])


# ---- reading ----


def is_whole(text: str) -> bool:
    """Whether the file was written to its end; one that is older than end marks, or without a version, is trusted."""
    found = _VERSION.search(text.split("\n", 1)[0])
    if found is None or float(found[1]) < WITH_END:
        return bool(text.strip())
    return _HAS_END.search(text) is not None


def parse(text: str, macros: str = "") -> Saved:
    """All that the file says. Macros are those of its names, and of values that people have written."""
    saved = Saved()
    expand = _expander(macros)
    head = text.split("\n", 1)[0]
    generated = GENERATED in head
    array = _ON_ONE_LINE if generated else _OVER_LINES
    position, number = 0, 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line, number = text[position:end].rstrip("\r"), number + 1
        if line.rstrip() == END:
            break
        if (entry := _NAME.match(line)) is not None and not _is_remark(line, saved):
            start = position + entry.start(2)
            if entry[2].startswith(ARRAY):
                found = array.match(text, start)
                if found is None:
                    saved.broken.append(f"line {number}: the array of {entry[1]} has no end")
                else:
                    elements = [unquoted(element[1:-1]) for element in _ELEMENTS.findall(found[1])]
                    _add(saved, expand(entry[1]), elements, number)
                    number += text.count("\n", end, found.end())
                    end = max(end, found.end())
            elif "\0" in line:
                saved.broken.append(f"line {number} is damaged")
            else:
                value = entry[2] if generated else expand(entry[2])
                _add(saved, expand(entry[1]), unescaped(value), number)
        position = end + 1
    return saved


def _is_remark(line: str, saved: Saved) -> bool:
    """A comment, or what was missing."""
    if line.startswith("!"):
        count = re.search(r"\d+", line)
        saved.errors = int(count[0]) if count else 1
    elif (found := _SEARCHED.match(line)) is not None:
        saved.missing.append(found[1])
    return line.startswith(("#", "!"))


def _add(saved: Saved, name: str, value: str | list[str], line: int) -> None:
    if name[0].isalnum() or name[0] in FIRST_LETTERS:
        saved.entries.append(Entry(name, value, line))
    else:
        why = "a macro has no value" if "$" in name else "no name begins so"
        saved.odd.append(f'line {line}: "{name[:60]}": {why}')


def _expander(macros: str) -> Callable[[str], str]:
    """What macros stand for; those that have no value stay as they are."""
    if not macros:
        return lambda text: text
    known = Macros(parse_macros(macros))
    return lambda text: known.expand(text)[0] if "$" in text else text
