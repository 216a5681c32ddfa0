"""A Reading as a person reads it: one line for a value, more for tables and structures. No thread."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydevpva.client.reading import Reading
from pydevpva.records.core.arrays import is_array
from pydevpva.records.results.ndarray import NDArray

FIRST, LAST = 8, 2  # elements that are shown of an array
ROWS = 20  # of a table
LONGEST = 1000  # characters of a text
NEVER = 631152000 * 10**9  # of EPICS: a record that has not processed
_MODES = ("mono", "Bayer", "RGB1", "RGB2", "RGB3")


def lines(name: str, reading: Reading, whole: bool = False) -> Iterator[str]:
    """The name, the time, the value with its unit, and the alarm where there is one."""
    head = f"{name} {time_text(reading.time_ns)}"
    if reading.table:
        yield f"{head}{alarm_text(reading)}"
        yield from table(reading.value, whole)
    elif isinstance(reading.value, dict):
        yield f"{head if reading.time_ns is not None else name}{alarm_text(reading)}"
        yield from members(reading.value, whole)
    else:
        yield f"{head} {value_text(reading, whole)}{alarm_text(reading)}"


def time_text(time_ns: int | None) -> str:
    """Local time to the microsecond, as EPICS says it where there is none."""
    if not time_ns or time_ns == NEVER:
        return "<undefined>"
    seconds, nanoseconds = divmod(time_ns, 10**9)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(seconds))}.{nanoseconds // 1000:06d}"


def alarm_text(reading: Reading) -> str:
    """ " MAJOR HIHI_ALARM", or "" without an alarm."""
    if not reading.severity:
        return ""
    return f" {reading.alarm} {printable(reading.message)}".rstrip()


def value_text(reading: Reading, whole: bool = False) -> str:
    """A value with its unit; an enum by its label."""
    if reading.choices is not None:
        return printable(reading.label)
    shown = plain_text(reading.value, whole)
    return f"{shown} {printable(reading.units)}" if reading.units else shown


def plain_text(value: Any, whole: bool = False) -> str:
    """Any value in one line."""
    if isinstance(value, NDArray):
        return image(value)
    if is_array(value):
        return array(value, whole)
    if isinstance(value, str):
        return printable(value if whole or len(value) <= LONGEST else value[:LONGEST] + "...")
    return "" if value is None else str(value)


def printable(text: str) -> str:
    """Text in one line that does nothing to a terminal: what is not printable is escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def array(value: Any, whole: bool = False) -> str:
    """[1, 2, 3], or the first and the last elements and how many there are."""
    count = len(value)
    if whole or count <= FIRST + LAST + 1:
        return f"[{', '.join(map(_element, value))}]"
    parts = [*map(_element, value[:FIRST]), "...", *map(_element, value[count - LAST :])]
    return f"[{', '.join(parts)}] ({count} elements)"


def _element(value: Any) -> str:
    if isinstance(value, Reading):
        inner = value.value
        return (
            f"{{{', '.join(f'{k}: {_element(v)}' for k, v in inner.items())}}}"
            if isinstance(inner, dict)
            else (value_text(value))
        )
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def image(value: NDArray) -> str:
    """Its size, type and range, not its pixels."""
    size = " x ".join(map(str, value.shape)) if value.size else "no pixels"
    mode = value.color_mode
    parts = [f"image {size} {value.dtype}"]
    if mode is not None and 0 < mode < len(_MODES):
        parts.append(_MODES[mode])
    if value.size:
        parts.append(f"from {value.min()} to {value.max()}, mean {float(value.mean()):.6g}")
    if value.unique_id is not None:
        parts.append(f"id {value.unique_id}")
    return ", ".join(parts)


def table(columns: Mapping[str, Sequence[Any]], whole: bool = False) -> Iterator[str]:
    """Rows below the labels, numbers to the right; of many rows the first, and how many there are."""
    count = max((len(column) for column in columns.values()), default=0)
    shown = count if whole or count <= ROWS + 1 else ROWS
    texts = {
        printable(label): [_cell(column[i]) if i < len(column) else "" for i in range(shown)]
        for label, column in columns.items()
    }
    widths = {label: max(map(len, [label, *cells])) for label, cells in texts.items()}
    numbers = {printable(label): not isinstance(column, list) for label, column in columns.items()}
    for row in range(-1, shown):
        cells = ((label, label if row < 0 else texts[label][row]) for label in texts)
        aligned = (cell.rjust(widths[k]) if numbers[k] else cell.ljust(widths[k]) for k, cell in cells)
        yield ("    " + "  ".join(aligned)).rstrip()
    if shown < count:
        yield f"    ... {count - shown} more rows"


def _cell(value: Any) -> str:
    return printable(value) if isinstance(value, str) else str(value)


def members(values: Mapping[str, Any], whole: bool = False, depth: int = 1) -> Iterator[str]:
    """A structure's members, each on a line, further in what they hold."""
    indent = "    " * depth
    for name, value in values.items():
        if not isinstance(value, Reading):
            yield f"{indent}{name}: {plain_text(value, whole)}"
        elif value.table:
            yield f"{indent}{name}:{alarm_text(value)}"
            yield from (indent + line for line in table(value.value, whole))
        elif isinstance(value.value, dict):
            yield f"{indent}{name}:{alarm_text(value)}"
            yield from members(value.value, whole, depth + 1)
        else:
            yield f"{indent}{name}: {value_text(value, whole)}{alarm_text(value)}"


def information(name: str, reading: Reading) -> Iterator[str]:
    """What is known of a PV beside its value."""
    yield name
    yield f"    type: {reading.type}"
    if is_array(reading.value) and not isinstance(reading.value, NDArray):
        yield f"    elements: {len(reading.value)}"
    if reading.choices is not None:
        yield f"    choices: {', '.join(map(printable, reading.choices))}"
    if reading.table:
        yield f"    columns: {', '.join(map(printable, reading.value))}"
    if reading.units:
        yield f"    units: {printable(reading.units)}"
    for key, value in reading.limits.items():
        if not isinstance(value, Reading):
            yield f"    {key}: {plain_text(value)}"
    yield f"    alarm: {reading.alarm}{' ' + printable(reading.message) if reading.message else ''}"
    yield f"    time: {time_text(reading.time_ns)}"
