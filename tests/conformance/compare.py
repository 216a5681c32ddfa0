"""Compares what a client saw of EPICS with what it saw of pydevpva; the differences as lines for people."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.conformance import rules
from tests.conformance.case import Case, Step
from tests.conformance.player import Leaves, Transcript

BY_REFERENCE = {  # see rules.ARRAYS
    "waveform", "aai", "aao", "subArray", "compress", "lsi", "lso", "printf", "stringin", "stringout", "mbbi",
    "mbbo",
}  # fmt: skip


KIND = {"put": "puts", "send": "puts", "get": "fields", "until": "monitors"}


@dataclass
class Result:
    """What was compared, counted by (record type, kind), what differed, and what EPICS took back (see pair.py)."""

    differences: list[str] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)


def compare(case: Case, theirs: Transcript, ours: Transcript) -> Result:
    """All differences that no rule forgives."""
    result = Result()
    types = {name: rtype for rtype, name in case.records}
    for number, step in enumerate([*case.steps, Step("fields")]):
        where = f"step {number + 1}, {step}"
        _answers(result, case, step, where, theirs.answers[number], ours.answers[number])
    for name, want in theirs.streams.items():
        rtype = types[name.partition(".")[0]]
        if "." in name:
            _field_stream(result, rtype, name, want, ours.streams[name])
        else:
            _main_stream(result, case, rtype, name, (theirs, ours))
    return result


def same(want: Any, got: Any) -> bool:
    """Equal, floats to 14 digits: libm may differ in the last bit."""
    if isinstance(want, float) and isinstance(got, float):
        return want == got or math.isclose(want, got, rel_tol=1e-14)
    if isinstance(want, list) and isinstance(got, list):
        return len(want) == len(got) and all(map(same, want, got))
    if isinstance(want, dict) and isinstance(got, dict):
        return want.keys() == got.keys() and all(same(want[key], got[key]) for key in want)
    return type(want) is type(got) and bool(want == got)


def _answers(result: Result, case: Case, step: Step, where: str, want: Any, got: Any) -> None:
    types = {name: rtype for rtype, name in case.records}
    if step.verb == "fields":
        for name, leaves in want.items():
            if name in case.excepted:
                continue
            result.counts[types[name.partition(".")[0]], "fields"] += 1
            _field(result, where, name, leaves, got[name])
        return
    rtype = types[step.target.partition(".")[0]]
    result.counts[rtype, "filters" if "{" in step.target or "[" in step.target else KIND[step.verb]] += 1
    if isinstance(want, dict) and isinstance(got, dict):
        _leaves(result, where, rules.adjusted(want), rules.adjusted(got))
    elif want != got or str(want).startswith("not reached"):
        result.differences.append(f"{where}: EPICS {want!r}, ours {got!r}")


def _field(result: Result, where: str, name: str, want: Any, got: Any) -> None:
    """One field; the record's alarm only with its NAME: it is the same for all fields."""
    if isinstance(want, dict) and isinstance(got, dict):
        severity = want["alarm.severity"]
        want, got = rules.adjusted(want), rules.adjusted(got)
        for leaf in [*want, *(leaf for leaf in got if leaf not in want)]:
            is_alarm = leaf.startswith("alarm.") and not name.endswith(".NAME")
            if is_alarm or (leaf in got and rules.is_forgiven_field(name, leaf, severity)):
                want.pop(leaf, None)
                got.pop(leaf, None)
    _leaves(result, f"{where}: {name}", want, got)


def _leaves(result: Result, where: str, want: Any, got: Any) -> None:
    if isinstance(want, str) or isinstance(got, str):
        if want != got:
            result.differences.append(f"{where}: EPICS {want!r}, ours {got!r}")
        return
    for leaf in sorted(want.keys() | got.keys()):
        if not same(want.get(leaf), got.get(leaf)):
            result.differences.append(f"{where} {leaf}: EPICS {want.get(leaf)!r}, ours {got.get(leaf)!r}")


def _main_stream(result: Result, case: Case, rtype: str, name: str, transcripts: tuple[Transcript, Transcript]) -> None:
    want, got = (transcript.streams[name] for transcript in transcripts)
    _first(result, name, want[0], got[0])
    result.counts[rtype, "monitors"] += len(want)
    result.counts[rtype, "alarms"] += sum("alarm.severity" in update for update in want)
    if rtype == "histogram":
        _counted(result, name, want, got)
        return
    expected, found = want[1:], rules.main_stream(got)[1:]
    if len(expected) == len(found) and all(map(_same_update, expected, found)):
        return
    if rtype in BY_REFERENCE:
        _array_stream(result, case, name, transcripts)
        return
    for number in range(max(len(expected), len(found))):
        theirs = expected[number] if number < len(expected) else None
        ours = found[number] if number < len(found) else None
        if not _same_update(theirs, ours):
            step = _step_of(case, transcripts[0], name, number + 1)
            result.differences.append(
                f"monitor {name}, update {number + 1} ({step}): EPICS {short(theirs, ours)}, ours {short(ours, theirs)}"
                f"; EPICS sent {len(expected)}, we {len(found)}"
            )
            return


def _array_stream(result: Result, case: Case, name: str, transcripts: tuple[Transcript, Transcript]) -> None:
    """ARRAYS, STORED: what is shown after each step; the alarm too, where there was one update at most in each."""
    theirs, ours = transcripts
    begins = [[marks[name] for marks in transcript.marks] for transcript in transcripts]
    want = rules.by_step(theirs.streams[name], begins[0])
    ways = [rules.by_step(ours.streams[name], begins[1], stored) for stored in (True, False)]
    steps = ["start", *case.steps, "end"]
    for number in rules.same_arrays(want, ways)[:1]:
        shown = [way[number].get("value") for way in ways]
        result.differences.append(
            f"monitor {name} after {steps[number]}: EPICS {want[number].get('value')}, ours {shown}"
        )


def _counted(result: Result, name: str, want: list[Leaves], got: list[Leaves]) -> None:
    """HISTOGRAM: EPICS's values are among ours."""
    if not rules.is_subsequence(rules.changes(want), rules.changes(got)):
        result.differences.append(f"monitor {name}: EPICS {rules.changes(want)}, ours {rules.changes(got)}")


def _same_update(theirs: Leaves | None, ours: Leaves | None) -> bool:
    if theirs is None or ours is None:
        return False
    return same(rules.adjusted(theirs), rules.adjusted(ours))


def _first(result: Result, name: str, want: Leaves, got: Leaves) -> None:
    want, got = rules.adjusted(want), rules.adjusted(got)
    _leaves(result, f"monitor {name}, first update", want, rules.first_update(want, got))


def _field_stream(result: Result, rtype: str, name: str, want: list[Leaves], got: list[Leaves]) -> None:
    _first(result, name, want[0], got[0])
    result.counts[rtype, "filters" if "{" in name or "[" in name else "monitors"] += len(want)
    if not rules.is_subsequence(rules.changes(want), rules.changes(got)):
        result.differences.append(f"monitor {name}: EPICS {rules.changes(want)}, ours {rules.changes(got)}")


def _step_of(case: Case, transcript: Transcript, name: str, number: int) -> str:
    """The step in which EPICS sent this update."""
    before = [n for n, marks in enumerate(transcript.marks) if marks[name] <= number]
    steps = [*case.steps, Step("end")]
    return f"step {before[-1] + 1}, {steps[before[-1]]}" if before else "start"


def short(update: Leaves | None, other: Leaves | None) -> str:
    """An update without the leaves that are the same in the other."""
    if update is None:
        return "nothing"
    if other is None:
        return str({k: v for k, v in update.items() if not k.startswith("timeStamp.")})
    return str({k: v for k, v in update.items() if k not in other or not same(v, other[k])})
