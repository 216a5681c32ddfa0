"""autosaveBuild: request files that grow with the databases that are loaded. On the thread of a shell.

When dir/motor.db is loaded, and a request file motor_settings.req is found, a line for it goes into the built file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydevpva.errors import NotFound
from pydevpva.keep.request_files import find
from pydevpva.keep.settings import Settings

_ENDING = re.compile(r"\.(db|vdb|template)")


@dataclass(slots=True)
class Build:
    """One built file, and the ends of the names that go into it."""

    path: str
    suffix: str
    on: bool


class Builds:
    """The files that are being built."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._builds: list[Build] = []

    def __bool__(self) -> bool:
        """Whether any file is built."""
        return any(build.on for build in self._builds)

    def set(self, path: str, suffix: str, on: bool) -> None:
        """Begin or end to build a file; one that was not built yet begins empty. "*" or no suffix: all of the file."""
        if not any(build.path == path for build in self._builds):
            with open(path, "w", encoding="utf-8"):
                pass
        same = [b for b in self._builds if b.path == path and (suffix in ("", "*") or b.suffix == suffix)]
        for build in same:
            build.on = on
        if not same and suffix not in ("", "*"):
            self._builds.append(Build(path, suffix, on))

    def loaded(self, database: str, macros: Mapping[str, str]) -> None:
        """A database file has been loaded. OSError when a built file cannot be written."""
        name = os.path.basename(database)
        found = _ENDING.search(name)
        for build in self._builds if found is not None else []:
            request = name[: found.start()] + build.suffix  # type: ignore[union-attr]
            if build.on and self._is_there(request):
                given = ",".join(f"{macro}={value}" for macro, value in macros.items())
                with open(build.path, "a", encoding="utf-8") as file:
                    file.write(f"file {request} {given}\n")

    def _is_there(self, request: str) -> bool:
        try:
            find(request, self._settings.request_folders)
        except NotFound:
            return False
        return True
