"""pydevpva check: its arguments and its exit status. Main thread."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from pydevpva.check import report, script_commands
from pydevpva.check.finding import Finding, told
from pydevpva.check.measured import measured
from pydevpva.check.registry import Rule, rules
from pydevpva.check.script import Follower
from pydevpva.check.site import Site, kept_place
from pydevpva.db.macros import parse_macros
from pydevpva.errors import LoadError, Location, did_you_mean

CLEAN, FOUND, CANNOT_READ = 0, 1, 2
DATABASES, TEMPLATES = (".db", ".vdb", ".template"), (".substitutions", ".subs", ".sub")
_EVERYTHING = "all"
_COMMANDS = script_commands  # its import registers them


def run(argv: Sequence[str]) -> int:
    """Check what the arguments name; the exit status."""
    arguments = _arguments(argv)
    if arguments.rules:
        sys.stdout.write(
            "".join(f"{r.code:<18} {r.summary}{' (--also)' if r.asked else ''}\n" for r in rules().values())
        )
        return CLEAN
    for path in arguments.files:
        if not os.path.isfile(path):
            sys.stderr.write(f"pydevpva check: {path}: no such file\n")
            return CANNOT_READ
    try:
        wanted = _wanted(arguments)
        figures = measured(arguments.measured) if arguments.measured else {}
    except OSError as error:
        sys.stderr.write(f"pydevpva check: {arguments.measured}: {error.strerror}\n")
        return CANNOT_READ
    except ValueError as error:
        sys.stderr.write(f"pydevpva check: {error}\n")
        return CANNOT_READ
    findings = told(check(arguments.files, arguments.macros, wanted, figures))
    write = report.as_json if arguments.json else report.as_sarif if arguments.sarif else report.as_text
    sys.stdout.write(write(findings))
    return FOUND if findings else CLEAN


def check(
    paths: Sequence[str],
    macros: str = "",
    wanted: Sequence[Rule] | None = None,
    figures: Mapping[str, float] | None = None,
) -> list[Finding]:
    """All that the rules wanted find in startup scripts and databases, which are one IOC's together.

    `figures` are seconds that records' Python was measured to take.
    """
    collects = gc.isenabled()
    gc.disable()  # nothing made here is garbage: looking for it takes longer than all the rest
    try:
        with kept_place():
            return list(_found(paths, macros, wanted if wanted is not None else _usual(), figures or {}))
    finally:
        if collects:
            gc.enable()


def _found(
    paths: Sequence[str], macros: str, wanted: Sequence[Rule], figures: Mapping[str, float]
) -> Iterator[Finding]:
    site = Site()
    site.measured = figures
    for path in paths:
        try:
            _read(site, path, macros)
        except LoadError as error:
            for problem in error.problems:
                site.note("load", problem.location, problem.message)
    codes = {rule.code for rule in wanted}
    yield from (found for found in site.found if found.code in codes)
    for rule in wanted:
        if rule.look is not None:
            yield from rule.look(site)


def _read(site: Site, path: str, macros: str) -> None:
    if path.endswith(DATABASES):
        site.load_records(path, parse_macros(macros), [os.path.dirname(path) or ".", "."] if "/" not in path else ())
    elif path.endswith(TEMPLATES):
        site.load_template(path, parse_macros(macros), [os.path.dirname(path) or "."])
    elif path.endswith(".dbd"):
        site.load_database(path, parse_macros(macros), [os.path.dirname(path) or "."])
    elif path.endswith(".acf"):
        site.access_file = (path, Location(path))
    else:
        site.has_script = True
        Follower(site).follow(path, macros)


def _usual() -> list[Rule]:
    return [rule for rule in rules().values() if not rule.asked]


def _wanted(arguments: argparse.Namespace) -> list[Rule]:
    """The rules that the switches leave. ValueError: there is no such rule."""
    known = rules()
    named = {code for text in (arguments.no, arguments.only, arguments.also) for code in _codes(text)} - {_EVERYTHING}
    for code in named:
        if code not in known:
            raise ValueError(f"no rule {code}{did_you_mean(code, known)}; --rules lists them")
    if arguments.only:
        return [known[code] for code in _codes(arguments.only)]
    also, without = _codes(arguments.also), _codes(arguments.no)
    return [
        rule
        for rule in known.values()
        if rule.code not in without and (not rule.asked or rule.code in also or _EVERYTHING in also)
    ]


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.split(",") if code.strip()]


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "pydevpva check",
        description="What can be said of startup scripts and databases, also those of C IOCs, without running them. "
        "Exit status: 0 nothing found, 1 something found, 2 a file cannot be read.",
    )
    parser.add_argument("files", nargs="*", default=["st.cmd"], metavar="FILE", help="st.cmd, x.db, x.substitutions")
    parser.add_argument("-m", dest="macros", default="", metavar="A=1,B=2", help="macros for these files")
    parser.add_argument(
        "--measured", default="", metavar="FILE", help="what `pydevShow 1` of a running IOC has printed"
    )
    parser.add_argument("--json", action="store_true", help="as a list of objects")
    parser.add_argument("--sarif", action="store_true", help="as SARIF 2.1.0, for code hosts and editors")
    parser.add_argument("--no", default="", metavar="CODE,...", help="without these rules")
    parser.add_argument("--only", default="", metavar="CODE,...", help="these rules alone")
    parser.add_argument("--also", default="", metavar="CODE,...", help="rules that must be asked for; all: all of them")
    parser.add_argument("--rules", action="store_true", help="list the rules")
    return parser.parse_args(argv)
