"""Following a startup script without running it: includes, macros, directories, what is loaded. Main thread.

Each line is read as the shell reads it; what loads or sets something is in COMMANDS, all else is looked up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from pydevpva.check.site import Site
from pydevpva.db import modules
from pydevpva.db.macros import parse_macros
from pydevpva.errors import Location
from pydevpva.shell.language import registry, unknown
from pydevpva.shell.language.iocsh import LanguageError, Line, expand, logical_lines, split
from pydevpva.shell.process.envpaths import boot_place

DEEPEST = 64  # scripts in scripts
Handler = Callable[["Follower", list[str], Location], None]
COMMANDS: dict[str, Handler] = {}


def handles(*names: str) -> Callable[[Handler], Handler]:
    """Decorator: the function stands for these commands."""

    def register(function: Handler) -> Handler:
        COMMANDS.update(dict.fromkeys(names, function))
        return function

    return register


class Follower:
    """One run through a script and those it calls."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.scopes: list[Mapping[str, str]] = []

    def follow(self, path: str, macros: str = "", at: Location | None = None) -> None:
        """A script; what is wrong with it is noted."""
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                lines = file.read().splitlines()
        except OSError as error:
            self.site.note("load", at or Location(path), f"cannot read {path}: {error.strerror}", path)
            return
        if len(self.scopes) >= DEEPEST:
            self.site.note("load", at or Location(path), f"{path} is called by itself")
            return
        self.scopes.append(parse_macros(macros) if macros else {})
        for number, text in logical_lines(lines):
            self._line(path, number, text)
        self.scopes.pop()

    def _line(self, path: str, number: int, text: str) -> None:
        if not text.strip() or text.lstrip().startswith("#"):
            return
        at = Location(path, number)
        try:
            line = split(expand(text, self._macros()))
        except LanguageError as error:
            self._broken(text, error, at)
            return
        if not line.words and 0 in line.redirects:
            self._include(line, path, at)
        elif line.words:
            self.command(line.words, at)

    def _macros(self) -> dict[str, str]:
        found = dict(os.environ)
        for scope in self.scopes:
            found.update(scope)
        return found

    def _broken(self, text: str, error: LanguageError, at: Location) -> None:
        if not str(error).startswith("macLib"):
            self.site.note("load", at, f"{error} This line is not run")
            return
        name = str(error).split()[2]
        if (module := modules.of_command(text.replace("(", " ").split()[0])) is not None:
            self.site.miss(module.name, f"command {text.replace('(', ' ').split()[0]}", at, module.advice)
            return
        cause = f"macro {name}"
        self.site.note("macro-undefined", at, f"macro {name} is undefined: {unknown.macro(name)}", cause)

    def _include(self, line: Line, script: str, at: Location) -> None:
        path = line.redirects[0].path
        if os.path.basename(path) in ("envPaths", "cdCommands") and not os.path.exists(path):
            os.environ.update(boot_place(script))
            return
        self.follow(path, "", at)

    def command(self, words: list[str], at: Location) -> None:
        """One command: done, where it loads something, or looked up."""
        name = words[0]
        if (handler := COMMANDS.get(name)) is not None:
            handler(self, words[1:], at)
            return
        known = registry.find(name)
        if known is None:
            self._unknown(name, at)
            return
        try:
            known.bind(words[1:])
        except registry.ArgumentError as error:
            self.site.note("command", at, f"{name}: {error} Usage: {registry.usage(known)}")

    def _unknown(self, name: str, at: Location) -> None:
        module = modules.of_command(name)
        if module is not None and name not in unknown.MEANT:
            self.site.miss(module.name, f"command {name}", at, module.advice)
            return
        _, advice = unknown.command(name, registry.names())
        self.site.note("command", at, f"no command {name}{advice}", f"command {name}")
