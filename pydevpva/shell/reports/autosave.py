"""What save_restoreShow, dbrestoreShow and asVerify print, as autosave does. Pure."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence

from pydevpva.keep.autosave import Autosave
from pydevpva.keep.running import Compared
from pydevpva.keep.safe_files import dated
from pydevpva.keep.save_set import CHANGE, MANUAL, PERIODIC, TRIGGERED, SaveSet
from pydevpva.keep.settings import FASTEST, LABELS

METHODS = {PERIODIC: "PERIODIC", TRIGGERED: "TRIGGERED", CHANGE: "TIMER+CHANGE", MANUAL: "MANUAL"}
WIDTH = 9  # of a status


def show(autosave: Autosave, places: Mapping[str, str], now: float, verbose: bool) -> Iterator[str]:
    """The whole report; `places` are the texts of PVs that hold folders and names, `now` is in seconds since 1970."""
    settings, status = autosave.settings, autosave.status
    yield "BEGIN save_restoreShow"
    yield f"  Current date-time (yymmdd-hhmmss): [{dated(now)}] "
    yield f"  Status: '{_status(status.status)}' - '{status.text}'"
    yield f"  Debug level: {settings.debug}"
    yield f"  File permissions: {settings.permissions.bits:04o}"
    yield f"  Save/restore incomplete save sets? {_yes(settings.incomplete_ok)}"
    yield f"  Write dated backup files? {_yes(settings.dated_backups)}"
    yield f"  Number of sequence files to maintain: {settings.sequence_files}"
    yield f"  Time interval between sequence files: {settings.sequence_period} seconds"
    yield f"  Time interval between .sav-file write failure and retry: {settings.retry} seconds"
    yield f"  I/O errors: {sum(found.status_text.startswith('Can') for found in autosave.sets)}"
    yield "  request file path list:"
    yield from (f"    '{os.path.join(folder, '')}'" for folder in settings.request_folders)
    yield "  save file path:"
    yield f"    '{settings.save_folder}'"
    for number, found in reversed([*enumerate(autosave.sets)]):
        yield from _set(number, found, settings.status_prefix, places)
        if verbose:
            yield from _values(found)
    yield "reboot-restore status:"
    yield from restored(autosave)
    yield "END save_restoreShow"


def _set(number: int, found: SaveSet, prefix: str, places: Mapping[str, str]) -> Iterator[str]:
    request, monitor, periodic = found.request, found.method(CHANGE), found.method(PERIODIC)
    triggered = found.method(TRIGGERED)
    yield f"  {found.name}: "
    yield f"    macro string: '{found.macros}'"
    yield f"    Status PV: {prefix}SR_{number}_Status"
    yield f"    Status: '{_status(found.status)}' - '{found.status_text}'"
    yield f"    Last save time  :{_time(found.saved_at)}"
    yield f"    Last backup time:{_time(found.backed_up_at)}"
    yield f"    methods: [ {' '.join(METHODS[method.bit] for method in found.methods)} ]"
    for what, pv in (("path", request.path_pv), ("name", request.name_pv)):
        yield f"    {what} PV: {pv or 'None'}"
        if pv:
            yield f"        {what}: '{places.get(pv, '')}'"
    yield f"    backups: {_yes(not found.is_manual_name)}"
    yield f"    save_state = {found.state:#x}"
    periods = [method.period if method is not None else FASTEST for method in (periodic, monitor)]
    trigger = triggered.trigger if triggered is not None else ""
    yield f"    period: {periods[0]:g}; trigger chan: '{trigger}'; monitor period: {periods[1]:g}"
    yield f"    last saved file - {found.last_file}"
    yield f"    {found.not_connected} channels not connected (or ca_get failed)"


def _values(found: SaveSet) -> Iterator[str]:
    for name, value in found.file.lines():
        yield f"\t{name}\t{'not connected' if value is None else value}"


def restored(autosave: Autosave) -> Iterator[str]:
    """What has become of the files that were to be restored."""
    yield "  '     filename     ' -  status  - 'message' - 'macro string'"
    for pass_ in (0, 1):
        yield f"  pass {pass_}:"
        for file in autosave.files:
            if file.pass_ == pass_:
                macros = f" - '{file.macros}'" if file.macros and not pass_ else ""
                yield f"  '{file.name}' - {_status(file.status)} - '{file.text}'{macros}"


def verified(found: Sequence[Compared], verbose: bool) -> Iterator[str]:
    """The table of PVs that differ, or of all, and how many there are."""
    gone = [compared for compared in found if compared.now is None]
    differing = [compared for compared in found if compared.now is not None and compared.differs]
    if verbose or differing:
        yield "    PVname saved_value live_value"
        yield "    ============================="
    for compared in found:
        if compared.now is None:
            yield f"asVerify: *** '{compared.entry.name}' not connected.  Saved value='{_shown(compared)}'"
        elif verbose or compared.differs:
            yield ("*** " if compared.differs else "    ") + _row(compared)
    counts = [len(differing), len(found), len(gone)]
    words = ["PV " if count == 1 else "PVs " for count in counts]
    yield (f"{counts[0]} {words[0]}differed.  ({counts[1]} {words[1]}checked; {counts[2]} {words[2]}not connected)")


def _row(compared: Compared) -> str:
    name, value = compared.entry.name, compared.entry.value
    if isinstance(value, list):
        return f"{name:<25} (array) {compared.differs} diff{'' if compared.differs == 1 else 's'}"
    return f"{name:<25} {value:<25} {compared.now}"


def _shown(compared: Compared) -> str:
    value = compared.entry.value
    return value if isinstance(value, str) else f"array of {len(value)}"


def _status(status: int) -> str:
    return LABELS[status].center(WIDTH)


def _time(seconds: float) -> str:
    return time.asctime(time.localtime(seconds)) if seconds else "never"


def _yes(value: bool) -> str:
    return "YES" if value else "NO"
