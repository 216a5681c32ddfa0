"""Rules that are found while files are read. No thread."""

from __future__ import annotations

from collections.abc import Iterator

from pydevpva.check.finding import Finding
from pydevpva.check.registry import Rule, declare, rule
from pydevpva.check.site import Site

LOAD = declare(
    Rule("load", "what does not load: no such file, no such field, a value that the field does not take", "error")
)
ODD = declare(Rule("odd", "what loads, and is passed over: links that nobody reads, indexes of no choice", "warning"))
COMMAND = declare(
    Rule("command", "commands of the startup script that are misspelled, or have wrong arguments", "error")
)
INFO = declare(Rule("info", "info tags that are nearly one of those that mean something", "warning"))
UNDEFINED = declare(Rule("macro-undefined", "macros without a value", "error"))
UNUSED = declare(Rule("macro-unused", "macros that dbLoadRecords gives and the file does not use", "note"))
SYNTAX = declare(Rule("python-syntax", "Python that does not compile, in pydev(...) of a startup script", "error"))
MODULE = declare(Rule("python-module", "modules that pydev(...) imports and that are nowhere", "error"))
MOST_KINDS = 6


@rule("unsupported", "record types, DTYPs and commands that there are not here, by their EPICS modules", "error")
def unsupported(site: Site) -> Iterator[Finding]:
    """One for each module: what of it, how often, and what to use in its place."""
    for module, missing in site.unsupported.items():
        kinds = [f"{kind} ({count} times)" if count > 1 else kind for kind, count in missing.kinds.most_common()]
        more = f" and {len(kinds) - MOST_KINDS} more" if len(kinds) > MOST_KINDS else ""
        shown = ", ".join(kinds[:MOST_KINDS]) + more
        text = missing.advice if module in missing.kinds else f"{module} is not here: {shown}; {missing.advice}"
        if module in missing.kinds and missing.kinds[module] > 1:
            text += f" ({missing.kinds[module]} times)"
        yield Finding("unsupported", missing.location, text)
