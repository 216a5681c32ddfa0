"""Compares what libca was told by EPICS with what it was told by pydevpva; see compare.py for PVAccess."""

from __future__ import annotations

import itertools
from typing import Any

from tests.conformance import rules
from tests.conformance.case import Case, Step
from tests.conformance.compare import BY_REFERENCE, KIND, Result
from tests.conformance.player import Transcript

OF_NO_ALARM = ("AMSG", "NAMSG")  # STALE_MESSAGE


def compare(case: Case, theirs: Transcript, ours: Transcript) -> Result:
    """All differences that no rule forgives."""
    result = Result()
    types = {name: rtype for rtype, name in case.records}
    for number, step in enumerate([*case.steps, Step("fields")]):
        want, got = theirs.answers[number], ours.answers[number]
        where = f"step {number + 1}, {step}"
        if step.verb == "fields":
            _fields(result, case, where, want, got)
            continue
        result.counts[types[step.target.partition(".")[0]], kind_of(step)] += 1
        if want != got or str(want).startswith("not reached"):
            result.differences.append(f"{where}: EPICS {want!r}, ours {got!r}")
    for name in theirs.streams:
        _stream(result, case, types[name.partition(".")[0]], name, (theirs, ours))
    return result


def kind_of(step: Step) -> str:
    """As what it is counted."""
    return "filters" if is_filtered(step.target) else KIND[step.verb]


def is_filtered(name: str) -> bool:
    return "{" in name or "[" in name


def _fields(result: Result, case: Case, where: str, want: dict[str, Any], got: dict[str, Any]) -> None:
    types = {name: rtype for rtype, name in case.records}
    for name, answer in want.items():
        record, _, field = name.partition(".")
        if name in case.excepted or field in OF_NO_ALARM or (field == "SDLY" and types[record] == "histogram"):
            continue
        result.counts[types[record], "fields"] += 1
        if rules.is_linked(field) and len(answer) == len(got[name]) == 3:  # LINKED_PROPERTIES
            answer, ours = (told[0::2] for told in (answer, got[name]))
        else:
            ours = got[name]
        if answer != ours:
            result.differences.append(f"{where}: {name}: EPICS {answer!r}, ours {ours!r}")


def _stream(result: Result, case: Case, rtype: str, name: str, transcripts: tuple[Transcript, Transcript]) -> None:
    want, got = ([update["update"] for update in transcript.streams[name]] for transcript in transcripts)
    result.counts[rtype, "filters" if is_filtered(name) else "monitors"] += len(want)
    if want == got:
        return
    if "." in name or rtype == "histogram":  # FIELD_CHANNELS, HISTOGRAM
        if not rules.is_subsequence(_values(want), _values(got)):
            result.differences.append(f"monitor {name}: EPICS {want}, ours {got}")
        return
    steps = ["start", *case.steps, "end"]
    for number, (theirs, ours) in enumerate(zip(*(_by_step(t, name) for t in transcripts), strict=True)):
        if rtype in BY_REFERENCE:  # ARRAYS
            theirs, ours = theirs[-1:], ours[-1:]
        if theirs != ours:
            result.differences.append(f"monitor {name} in {steps[number]}: EPICS {theirs}, ours {ours}")
            return


def _values(updates: list[Any]) -> list[Any]:
    """The values that they showed, one after the other."""
    return [values for values, _ in itertools.groupby(update[-1] for update in updates)]


def _by_step(transcript: Transcript, name: str) -> list[list[Any]]:
    """The updates of the start, of each step, and of the end."""
    updates = [update["update"] for update in transcript.streams[name]]
    ends = [marks[name] for marks in transcript.marks]
    return [updates[begin:end] for begin, end in zip([0, *ends], [*ends, len(updates)], strict=True)]
