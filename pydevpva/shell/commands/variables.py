"""var: the variables of EPICS and those that .dbd files declare. Kept, and but for two read by nobody but `var`."""

from __future__ import annotations

from pydevpva.patterns import glob
from pydevpva.serving.put_log.put_log import MOST_WAITING
from pydevpva.shell.language.registry import VARIABLE, Argument, CommandFailed, command, find
from pydevpva.shell.session import Shell

Number = int | float
SKIP_UNSUPPORTED = "pydevSkipUnsupported"  # whether records that cannot be run are left out when they are loaded
CHECK_ADDRESSES = "asCheckClientIP"  # whether a Channel Access client's host is its address, not what it says
RECCASTER = {"reccastTimeout": "timeout", "reccastMaxHoldoff": "longest_holdoff", "reccastPort": "port"}
SAVE_RESTORE = {  # autosave's, by the attributes of keep/settings.py and the commands that set them
    "save_restoreDebug": ("debug", "save_restoreSet_Debug"),
    "save_restoreNumSeqFiles": ("sequence_files", "save_restoreSet_NumSeqFiles"),
    "save_restoreSeqPeriodInSeconds": ("sequence_period", "save_restoreSet_SeqPeriodInSeconds"),
    "save_restoreIncompleteSetsOk": ("incomplete_ok", "save_restoreSet_IncompleteSetsOk"),
    "save_restoreDatedBackupFiles": ("dated_backups", "save_restoreSet_DatedBackupFiles"),
}
PUT_QUEUE = "caPutLogJsonMsgQueueSize"  # how many puts wait to be logged, when it is more than wait anyway
PUT_ERRORS = "pydevPutErrors"  # whether puts with completion tell what code raised
CODE_PUTS = "pydevCodePuts"  # whether clients and other records may change what becomes Python
DEFAULTS: dict[str, Number] = {
    "CASDEBUG": 0, "asCaDebug": 0, CHECK_ADDRESSES: 0, "atExitDebug": 0, "boHIGHlimit": 100000.0,
    "boHIGHprecision": 2, "calcoutODLYlimit": 100000.0, "calcoutODLYprecision": 2,
    "caPutLogDebug": 0, "callbackParallelThreadsDefault": 2, "configMenuDebug": 0, "dbAccessDebugPUTF": 0,
    "dbBptNotMonotonic": 0, "dbConvertStrict": 0, "dbJLinkDebug": 0,
    "dbQuietMacroWarnings": 0, "dbRecordsAbcSorted": 0, "dbRecordsOnceOnly": 0,
    "dbTemplateMaxVars": 100, "dbThreadRealtimeLock": 1, "freeListBypass": 0, "histogramSDELprecision": 2,
    PUT_QUEUE: 1000, "lnkDebug_debug": 0, "logClientDebug": 0, CODE_PUTS: 0, PUT_ERRORS: 0,
    "reccastMaxHoldoff": 10.0, "reccastPort": 5049, "reccastTimeout": 20.0, "save_restoreRemountThreshold": 10,
    SKIP_UNSUPPORTED: 0, "seqDLYlimit": 100000.0, "seqDLYprecision": 2,
}  # fmt: skip


@command(
    "var",
    Argument("[variable", VARIABLE),
    "[value]]",
    differs="pydevCodePuts, pydevPutErrors, pydevSkipUnsupported are ours: see Security, Python, Coming from synApps",
)
def var(shell: Shell, name: str | None, value: str | None) -> None:
    """Print the variables whose name matches a pattern (without one, all), or give one a value.

    Example: var dbTemplateMaxVars 200
    """
    known = _known(shell)
    if value is not None:
        _set(shell, known, name or "", value)
        return
    found = [n for n in sorted(known) if not name or glob(name)(n)]
    if name and not found:
        raise CommandFailed(f"No known vars match '{name}'.")
    for n in found:
        kind = "double" if isinstance(known[n], float) else "int"
        shell.print(f"{kind} {n} = {known[n]:g}" if kind == "double" else f"int {n} = {known[n]}")


def _known(shell: Shell) -> dict[str, Number]:
    declared = {name: 0.0 if kind == "double" else 0 for name, kind in shell.ioc.definitions.variables.items()}
    settings = shell.ioc.autosave.settings
    set_elsewhere = {name: int(getattr(settings, attribute)) for name, (attribute, _) in SAVE_RESTORE.items()}
    return {**declared, **DEFAULTS, **shell.common.variables, **set_elsewhere}


def _set(shell: Shell, known: dict[str, Number], name: str, text: str) -> None:
    if name not in known:
        raise CommandFailed(f"No known var '{name}'.")
    is_double = isinstance(known[name], float)
    try:
        shell.common.variables[name] = value = float(text) if is_double else int(text, 0)
    except ValueError:
        kind = "double" if is_double else "integer"
        shell.complain(f"Invalid {kind}, var '{name}' not changed.")
        return
    if name == CODE_PUTS:
        shell.ioc.database.services.code_puts = value != 0
    if name == PUT_ERRORS:
        shell.ioc.database.services.put_errors = value != 0
    if name == SKIP_UNSUPPORTED:
        shell.ioc.instances.skip_unsupported = value != 0
    elif name == CHECK_ADDRESSES:
        shell.ioc.servers.checks_addresses = value != 0
    elif name == PUT_QUEUE:
        shell.ioc.put_log.most_waiting = max(MOST_WAITING, int(value))
    elif name in SAVE_RESTORE and (setter := find(SAVE_RESTORE[name][1])) is not None:
        setter.function(shell, value)
    elif name in RECCASTER:
        settings = shell.ioc.reccaster.settings
        setattr(settings, RECCASTER[name], value)
        settings.wanted = True
