"""Rules: the differences between EPICS and pydevpva that are on purpose, each with its reason, and what they forgive.

The page docs/conformance.md lists them. What no rule here names is a bug.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Leaves = dict[str, Any]
ARGUMENTS = tuple("ABCDEFGHIJKLMNOPQRSTU")  # fields that a link fills; with L before them their last values


@dataclass(frozen=True)
class Rule:
    """One deliberate difference, as a row of the page."""

    what: str
    epics: str
    pydevpva: str
    why: str


FIRST_UPDATE = Rule(
    "first update of a monitor",
    "leaves minStep, valueAlarm.active, its severities and hysteresis unmarked",
    "marks every leaf",
    "clients show an unmarked leaf as NaN or null",
)
DESC = Rule("change of DESC", "not posted", "posted as display.description", "a display shows the new text")
FIRST_STAMP = Rule(
    "first processing that changes nothing",
    "not posted",
    "the time stamp is posted, alone or with the next property change",
    "a get is answered with the last post, and must show that the record has processed",
)
STORED = Rule(
    "VAL is written and the record does not process: process=false, a link without PP, a disabled or active record",
    "not posted; a get reads it",
    "posted without time and alarm",
    "a get is answered with the last post, and must show what was written",
)
FIELD_CHANNELS = Rule(
    "monitor of `REC.FIELD`",
    "some fields are posted when processing changes them, without alarm; others never",
    "each change of the field or of the alarm is posted, with the alarm when that changed",
    "a get is answered with the last post, so that must be the field as it is",
)
LAG = Rule(
    "get",
    "reads the record",
    "gives the last post, so what scanned processing makes of VAL may lag by up to MDEL, and the time stamp is that of "
    "the last change of value or alarm, while any client has the PV open; what a put comes to does not",
    "the server library answers a get with the last post",
)

STALE_MESSAGE = Rule(
    "alarm message and AMSG of a record whose alarm is over",
    "the text of the last alarm stays, if it had one of its own",
    "empty",
    "a message beside severity 0 misleads",
)
LINKED_PROPERTIES = Rule(
    "units and limits of A..U, which are those of the field at the link's other end",
    "read at each get",
    "read when the first client connects to the field",
    "a get is answered with the last post",
)

ARRAYS = Rule(
    "arrays, strings, mbbi and mbbo that are posted several times at once",
    "updates are made when they are sent, so each may show the newest value, or be left out",
    "each update shows the value that was posted",
    "an update belongs to the processing that made it",
)
HISTOGRAM = Rule(
    "histogram",
    "counts are posted when more than MDEL have come",
    "each count is posted",
    "a get is answered with the last post, and must show the counts as they are",
)
PRECISION = Rule(
    "display.precision of a negative PREC", "PREC", "0", "Phoebus shows an integer with decimals when it is negative"
)
NO_FORWARD = Rule(
    "put with block=true to a compress, sub or histogram whose processing ends early",
    "compress that has not got N values yet: is never answered",
    "is answered",
    "the client would wait for ever",
)
BREAKPOINTS = Rule(
    "LINR with one of EPICS's own tables (typeKdegC, ...)",
    "an error unless bptTypeKdegC.dbd has been loaded",
    "the tables are always there",
    "a database need not know where EPICS is installed",
)

RULES = (
    FIRST_UPDATE,
    DESC,
    FIRST_STAMP,
    FIELD_CHANNELS,
    LAG,
    STALE_MESSAGE,
    LINKED_PROPERTIES,
    HISTOGRAM,
    PRECISION,
    NO_FORWARD,
    BREAKPOINTS,
)


def first_update(theirs: Leaves, ours: Leaves) -> Leaves:
    """FIRST_UPDATE: what EPICS does not mark is not looked at."""
    return {name: content for name, content in ours.items() if name in theirs}


def main_stream(updates: list[Leaves]) -> list[Leaves]:
    """DESC, FIRST_STAMP, STORED: our updates less those that EPICS does not send."""
    shown: Leaves = {}
    kept = []
    for update in updates:
        fresh = {name for name, content in update.items() if name not in shown or shown[name] != content}
        is_property = "display.description" in update and not any(name.startswith("alarm.") for name in update)
        shown.update(update)
        if fresh == {"display.description"} and is_property:
            continue
        if all(name.startswith("timeStamp.") for name in update) or is_stored(update):
            continue
        kept.append({k: v for k, v in update.items() if not (is_property and k.startswith("timeStamp."))})
    return kept


def is_stored(update: Leaves) -> bool:
    """STORED: an update of ours that EPICS does not send."""
    return set(update) in ({"value"}, {"value.index"})


def by_step(updates: list[Leaves], begins: list[int], stored: bool = True) -> list[Leaves]:
    """ARRAYS: what a client shows after each step. `begins`: how many updates had come before each step."""
    shown: Leaves = {}
    states = []
    for begin, end in zip([0, *begins], [*begins, len(updates)], strict=True):
        for update in updates[begin:end]:
            if stored or not is_stored(update):
                shown.update({k: v for k, v in update.items() if k == "value" or k.startswith(("value.", "alarm."))})
        states.append(adjusted(dict(shown)))
    return states


def same_arrays(theirs: Sequence[Leaves], ours: Sequence[Sequence[Leaves]]) -> list[int]:
    """ARRAYS, STORED: the steps after which EPICS shows a value that ours shows in no way of counting."""
    values = [[state.get("value") for state in states] for states in (theirs, *ours)]
    return [n for n, want in enumerate(values[0]) if all(want != way[n] for way in values[1:])]


def without_stale_message(update: Leaves) -> Leaves:
    """STALE_MESSAGE: the message of severity 0 is not looked at."""
    if update.get("alarm.severity") == 0 and update.get("alarm.status") == 0:
        return {name: content for name, content in update.items() if name != "alarm.message"}
    return update


def without_negative_precision(update: Leaves) -> Leaves:
    """PRECISION: a negative one is 0."""
    if update.get("display.precision", 0) < 0:
        return {**update, "display.precision": 0}
    return update


def adjusted(update: Leaves) -> Leaves:
    """What is to be compared of an update or a value, whoever sent it."""
    return without_negative_precision(without_stale_message(update))


def is_forgiven_field(name: str, leaf: str, severity: int) -> bool:
    """STALE_MESSAGE, LINKED_PROPERTIES: a leaf of a field that may differ."""
    field = name.partition(".")[2]
    if field in ("AMSG", "NAMSG") and leaf == "value":
        return severity == 0 or field == "NAMSG"
    return is_linked(field) and leaf.startswith(("display.", "control.", "valueAlarm."))


def is_linked(field: str) -> bool:
    """LINKED_PROPERTIES: whether a link fills the field."""
    return field.removeprefix("L") in ARGUMENTS or field in ARGUMENTS


def changes(updates: list[Leaves]) -> list[Any]:
    """FIELD_CHANNELS: the values that a field showed, one after the other."""
    shown: list[Any] = []
    for update in updates:
        for leaf in ("value", "value.index"):
            if leaf in update and (not shown or shown[-1] != update[leaf]):
                shown.append(update[leaf])
    return shown


def is_subsequence(part: list[Any], whole: list[Any]) -> bool:
    """Whether all of `part` is in `whole`, in that order."""
    rest = iter(whole)
    return all(any(item == other for other in rest) for item in part)
