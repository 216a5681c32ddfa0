"""autosave: sets of PVs that are saved to files (save_restore.c). What these commands do is in keep/."""

from __future__ import annotations

import os

from pydevpva.errors import NotFound
from pydevpva.keep.request_files import Request, read
from pydevpva.keep.save_set import CHANGE, MANUAL, PERIODIC, TRIGGERED, Method, SaveSet
from pydevpva.keep.settings import FASTEST
from pydevpva.shell.language.registry import DOUBLE, INT, PATH, Argument, CommandFailed, command
from pydevpva.shell.session import Shell

FILE, PERIOD, MACROS = Argument("file", PATH), Argument("period", DOUBLE), "macros"


@command("create_monitor_set", FILE, PERIOD, MACROS, of="autosave")
def create_monitor_set(shell: Shell, file: str | None, period: float, macros: str | None) -> None:
    """Save the PVs of a request file when one has changed, at most once in a period of seconds.

    x.req is saved as x.sav. Example: create_monitor_set("settings.req", 30, "P=LAB:")
    """
    _create(shell, file, macros, Method(CHANGE, _period(shell, period)))


@command("create_periodic_set", FILE, PERIOD, MACROS, of="autosave")
def create_periodic_set(shell: Shell, file: str | None, period: float, macros: str | None) -> None:
    """Save the PVs of a request file once in a period of seconds."""
    _create(shell, file, macros, Method(PERIODIC, _period(shell, period)))


@command("create_triggered_set", FILE, "trigger", MACROS, of="autosave")
def create_triggered_set(shell: Shell, file: str | None, trigger: str | None, macros: str | None) -> None:
    """Save the PVs of a request file whenever the trigger PV is posted, and once at the start."""
    _create(shell, file, macros, _trigger(trigger))


@command("create_manual_set", FILE, MACROS, of="autosave")
def create_manual_set(shell: Shell, file: str | None, macros: str | None) -> None:
    """Save the PVs of a request file when manual_save is called."""
    _create(shell, file, macros, Method(MANUAL))


@command("create_data_set", FILE, Argument("method", INT), PERIOD, "trigger", PERIOD, MACROS, of="autosave")
def create_data_set(
    shell: Shell,
    file: str | None,
    method: int,
    period: float,
    trigger: str | None,
    monitor: float,
    macros: str | None,
) -> None:
    """Save the PVs of a request file by several methods: 1 periodic, 2 triggered, 8 monitored, 16 manual, or their sum.

    `period` is that of periodic, the second one that of monitored saves.
    """
    if not method & (PERIODIC | TRIGGERED | CHANGE | MANUAL):
        raise CommandFailed(f"create_data_set: method {method} is none of 1, 2, 8 and 16, and no sum of them")
    if method & PERIODIC:
        _create(shell, file, macros, Method(PERIODIC, _period(shell, period)))
    if method & TRIGGERED:
        _create(shell, file, macros, _trigger(trigger))
    if method & CHANGE:
        _create(shell, file, macros, Method(CHANGE, _period(shell, monitor)))
    if method & MANUAL:
        _create(shell, file, macros, Method(MANUAL))


@command("reload_monitor_set", FILE, PERIOD, MACROS, of="autosave")
def reload_monitor_set(shell: Shell, file: str | None, period: float, macros: str | None) -> None:
    """Read the request file of a monitor set again."""
    _reload(shell, file, macros, Method(CHANGE, _period(shell, period)))


@command("reload_periodic_set", FILE, PERIOD, MACROS, of="autosave")
def reload_periodic_set(shell: Shell, file: str | None, period: float, macros: str | None) -> None:
    """Read the request file of a periodic set again."""
    _reload(shell, file, macros, Method(PERIODIC, _period(shell, period)))


@command("reload_triggered_set", FILE, "trigger", MACROS, of="autosave")
def reload_triggered_set(shell: Shell, file: str | None, trigger: str | None, macros: str | None) -> None:
    """Read the request file of a triggered set again."""
    _reload(shell, file, macros, _trigger(trigger))


@command("reload_manual_set", FILE, MACROS, of="autosave")
def reload_manual_set(shell: Shell, file: str | None, macros: str | None) -> None:
    """Read the request file of a manual set again."""
    _reload(shell, file, macros, Method(MANUAL))


@command("remove_data_set", FILE, of="autosave")
def remove_data_set(shell: Shell, file: str | None) -> None:
    """No longer save a set; its file stays."""
    shell.ioc.autosave.remove(_need(shell, file))


@command("manual_save", FILE, Argument("save file", PATH), of="autosave")
def manual_save(shell: Shell, file: str | None, save_file: str | None) -> None:
    """Save a set now. A PV that holds the file's name (SAVENAMEPV) goes before the name that is given here."""
    found = _need(shell, file)
    if save_file:
        found.next_name = save_file
    shell.ioc.autosave.save_now(
        found, lambda wrote: shell.later(f"save_restore:defaultCallback:status={0 if wrote else -1}")
    )


@command("set_savefile_name", FILE, Argument("save file", PATH), of="autosave")
def set_savefile_name(shell: Shell, file: str | None, save_file: str | None) -> None:
    """Give the file of a set another name."""
    if not save_file:
        raise CommandFailed('Usage: set_savefile_name "request file", "save file"')
    _need(shell, file).save_name = save_file


# ---- what they have in common ----


def _period(shell: Shell, seconds: float) -> float:
    if seconds < FASTEST:
        shell.warn(f"autosave's shortest period is {FASTEST:g} s, {seconds:g} s are too short; pydevpvaSave takes 1 s")
    return max(seconds, FASTEST)


def _trigger(name: str | None) -> Method:
    if not name:
        raise CommandFailed("a triggered set needs the name of the PV that triggers it")
    return Method(TRIGGERED, trigger=name)


def _read(shell: Shell, file: str | None, macros: str | None) -> Request:
    if not file:
        raise CommandFailed("the name of a request file is needed")
    try:
        request = read(file, macros or "", shell.ioc.autosave.settings.request_folders)
    except NotFound as error:
        raise CommandFailed(f"save_restore:readReqFile: unable to open file {file}. Exiting. {error}") from None
    for problem in request.problems:
        shell.warn(f"{problem}; passed over")
    return request


def _create(shell: Shell, file: str | None, macros: str | None, method: Method) -> None:
    """Make a set; or save one that there is by one method more."""
    request, autosave = _read(shell, file, macros), shell.ioc.autosave
    made = SaveSet(os.path.normpath(file or ""), macros or "", request)
    made.methods = [method]
    known, place = next((s for s in autosave.sets if s.name == made.name), None), None
    if known is not None:
        if known.macros != made.macros:
            raise CommandFailed(f"{made.name} is a set already, with the macros '{known.macros}'")
        made.methods = [*(m for m in known.methods if m.bit != method.bit), method]
        made.save_name, place = known.save_name, autosave.sets.index(known)
        autosave.remove(known)
    autosave.add(made, place)


def _reload(shell: Shell, file: str | None, macros: str | None, method: Method) -> None:
    known, request, autosave = _need(shell, file), _read(shell, file, macros), shell.ioc.autosave
    made = SaveSet(known.name, macros or "", request)
    made.methods, made.save_name, place = [method], known.save_name, autosave.sets.index(known)
    autosave.remove(known)
    autosave.add(made, place)


def _find(shell: Shell, file: str | None) -> SaveSet | None:
    """By the name that it was made with, or by that of the file alone."""
    sets, name = shell.ioc.autosave.sets, os.path.normpath(file or "")
    named = [s for s in sets if s.name == name] or [s for s in sets if os.path.basename(s.name) == name]
    return named[0] if len(named) == 1 else None


def _need(shell: Shell, file: str | None) -> SaveSet:
    if (found := _find(shell, file)) is None:
        names = ", ".join(s.name for s in shell.ioc.autosave.sets) or "none"
        raise CommandFailed(f'no set "{file or ""}"; there are: {names}')
    return found
