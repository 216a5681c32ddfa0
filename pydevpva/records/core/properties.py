"""What a record type declares of its fields besides their values: units, precision, limits (EPICS: rset get_*).

A record type states which of its fields have limits of their own; everything else follows its DBF type, see shown.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Pair = tuple[float, float]
Source = str | float | Callable[[Any], float]  # a field of the record, a fixed number, or computed from the record


def spread(table: Mapping[str, tuple[Source, Source]]) -> dict[str, tuple[Source, Source]]:
    """{"VAL HIHI": pair} as one entry a field."""
    return {name: pair for names, pair in table.items() for name in names.split()}


@dataclass(frozen=True)
class Properties:
    """What one record type knows of its fields. A member left None means the type has no such rset function.

    display, control: {"VAL HIHI": ("LOPR", "HOPR")}, the pair being low and high as fields or numbers;
        other numeric fields get their type's range.
    alarm: fields with alarm limits: "severity" shows a limit only where its severity is set, "always" shows all;
        other fields get NaN.
    units: the fields with units: predicate over name and type given as types plus exceptions.
    precision: fields that show PREC unchecked; all other float fields get PREC limited to 0..15.
    """

    display: Mapping[str, tuple[Source, Source]] | None = None
    control: Mapping[str, tuple[Source, Source]] | None = None
    alarm: Mapping[str, str] | None = None
    units_types: frozenset[str] | None = None
    units_not: frozenset[str] = frozenset()
    units_fields: Mapping[str, str] = field(default_factory=dict)  # field -> text, "=FIELD" or "=FIELD/s"
    precision: frozenset[str] | None = None
    precision_field: str = "PREC"
    precision_shown: bool = True  # False: it counts for texts only, and clients are told 0
    precision_fields: Mapping[str, Source] = field(default_factory=dict)  # own sources: "DLY0": 2
    from_links: Mapping[str, str] = field(default_factory=dict)  # "A": "INPA": told by the link's far end
    display_ranges: bool = True  # False: fields without display limits of their own show 0 to 0
    control_ranges: bool = True  # the same of control limits
    driven: frozenset[str] = frozenset()  # control limits are DRVL..DRVH where those are set


def properties(
    *,
    display: Mapping[str, tuple[Source, Source]] | None = None,
    control: Mapping[str, tuple[Source, Source]] | None = None,
    alarm: Mapping[str, str] | None = None,
    units: str | None = None,
    units_not: str = "",
    units_fields: Mapping[str, str] | None = None,
    precision: str | None = None,
    precision_fields: Mapping[str, Source] | None = None,
    precision_shown: bool = True,
    from_links: Mapping[str, str] | None = None,
    display_ranges: bool = True,
    control_ranges: bool = True,
    driven: str = "",
) -> Properties:
    """Properties from words: units="DOUBLE LONG", units_not="ASLO AOFF", precision="VAL OVAL"."""
    return Properties(
        None if display is None else spread(display),
        None if control is None else spread(control),
        None if alarm is None else {n: how for names, how in alarm.items() for n in names.split()},
        None if units is None else frozenset(units.split()),
        frozenset(units_not.split()),
        {n: text for names, text in (units_fields or {}).items() for n in names.split()},
        None if precision is None else frozenset(precision.split()),
        precision_fields={n: source for names, source in (precision_fields or {}).items() for n in names.split()},
        precision_shown=precision_shown,
        from_links=from_links or {},
        display_ranges=display_ranges,
        control_ranges=control_ranges,
        driven=frozenset(driven.split()),
    )
