"""Case: a database and a script of steps that both servers are put through; read from cases/<name>.txt.

The text is a .db, a line "---", and one step a line; `#` begins a comment. Names are the case's own: each is
loaded with a prefix, which `$(P)` stands for in the database and which the steps leave out.

    watch REC.FIELD ...      monitor these too (the main channels of all records always are)
    put REC[.FIELD] VALUE [with process=true]      a put that waits for the end of processing (block=true)
    send REC[.FIELD] VALUE [with ...]              a put that does not
    get REC[.FIELD]          compare what a get gives now
    until REC[.FIELD] VALUE  wait until the monitor has shown this value
    except REC[.FIELD]: WHY  what this field shows is not compared
    fields                   compare all fields of all records now; done at the end of each case as well

VALUE is JSON (NaN and Infinity too); a string for an enum is one of its labels. A step to {a,b}.HIGH is one step
for each name.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).with_name("cases")
VERBS = {"watch", "except", "put", "send", "get", "until", "fields"}


@dataclass(frozen=True)
class Step:
    """One line of a script. `target` and `value` are empty where the verb has none."""

    verb: str
    target: str = ""
    value: Any = None
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        words = [self.verb, self.target] if self.target else [self.verb]
        if self.verb in ("put", "send", "until"):
            words.append(json.dumps(self.value))
        if self.options:
            words += ["with", *(f"{key}={value}" for key, value in self.options)]
        return " ".join(words)


@dataclass
class Case:
    """A database and its script. `records` are (type, name without prefix) in the order of the text."""

    name: str
    db: str
    steps: list[Step]
    watched: list[str] = field(default_factory=list)
    excepted: dict[str, str] = field(default_factory=dict)  # field: why it is not compared

    @property
    def records(self) -> list[tuple[str, str]]:
        return re.findall(r'^\s*record\(\s*"?(\w+)"?\s*,\s*"\$\(P\)([^"]+)"', self.db, re.MULTILINE)

    @property
    def prefix(self) -> str:
        return f"{self.name}:"

    def loaded(self) -> str:
        """The database's text with the prefix in place."""
        return self.db.replace("$(P)", self.prefix)

    def __str__(self) -> str:
        watch = [f"watch {' '.join(self.watched)}"] if self.watched else []
        return "\n".join([self.db.strip(), "---", *watch, *map(str, self.steps)]) + "\n"


def parse(name: str, text: str) -> Case:
    """A case from its text."""
    db, found, script = text.partition("\n---\n")
    if not found:
        raise ValueError(f"case {name}: no line of --- between database and script")
    case = Case(name, db + "\n", [])
    for number, line in enumerate(script.splitlines(), db.count("\n") + 3):
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line:
            continue
        try:
            steps = [_step(expanded) for expanded in _expanded(line)]
        except ValueError as error:
            raise ValueError(f"case {name}:{number}: {line}: {error}") from None
        if steps[0].verb == "except":
            name_of_field, why = steps[0].target.split(": ", 1)
            case.excepted[name_of_field] = why
        elif steps[0].verb == "watch":
            case.watched += [target for step in steps for target in step.target.split()]
        else:
            case.steps += steps
    return case


def _expanded(line: str) -> list[str]:
    """One line for each name in {a,b}.FIELD, which follows the verb."""
    verb, *words = line.split(" ")
    if verb == "except":
        return [line]
    if verb == "watch":
        return [f"watch {name}" for word in words for name in _names(word)]
    if not words:
        return [line]
    return [" ".join([verb, name, *words[1:]]) for name in _names(words[0])]


def _names(word: str) -> list[str]:
    match = re.fullmatch(r"\{([^}]*)\}(.*)", word)
    return [name + match[2] for name in match[1].split(",")] if match else [word]


def _step(line: str) -> Step:
    line, _, options = line.partition(" with ")
    verb, _, rest = line.partition(" ")
    if verb not in VERBS:
        raise ValueError(f"no step {verb}; choices: {', '.join(sorted(VERBS))}")
    if verb in ("watch", "except", "get", "fields"):
        return Step(verb, rest.strip())
    target, _, value = rest.strip().partition(" ")
    pairs = tuple((key, word) for key, _, word in (option.partition("=") for option in options.split()))
    return Step(verb, target, json.loads(value), pairs)


def load_all() -> list[Case]:
    """All cases of the directory, in order of their names."""
    return [parse(path.stem, path.read_text()) for path in sorted(CASES.glob("*.txt"))]
