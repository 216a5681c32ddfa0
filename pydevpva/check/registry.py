"""The rules by their codes: a declaration is the registration. Filled at import of rules/*, then read only."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

from pydevpva.check.finding import Finding
from pydevpva.check.site import Site

RULES = "pydevpva.check.rules"  # the folder: a module there is found by being there


@dataclass(frozen=True, slots=True)
class Rule:
    """Looks at all that was loaded. `asked`: only when it is asked for; `found` while loading: it looks at nothing."""

    code: str
    summary: str
    level: str  # error, warning or note, as SARIF has them
    asked: bool = False
    look: Callable[[Site], Iterable[Finding]] | None = field(default=None, compare=False)


_rules: dict[str, Rule] = {}


def rule(
    code: str, summary: str, level: str = "warning", asked: bool = False
) -> Callable[[Callable[[Site], Iterable[Finding]]], Callable[[Site], Iterable[Finding]]]:
    """Decorator: the function is the rule of that code."""

    def register(look: Callable[[Site], Iterable[Finding]]) -> Callable[[Site], Iterable[Finding]]:
        declare(Rule(code, summary, level, asked, look))
        return look

    return register


def declare(new: Rule) -> Rule:
    """Enter a rule; one that is found while files are read has no function."""
    if new.code in _rules:
        raise ValueError(f"the rule {new.code} is declared twice")
    _rules[new.code] = new
    return new


@cache
def rules() -> dict[str, Rule]:
    """All rules by code, in the order of their modules."""
    folder = importlib.import_module(RULES)
    for module in pkgutil.iter_modules(folder.__path__):
        importlib.import_module(f"{RULES}.{module.name}")
    return _rules
