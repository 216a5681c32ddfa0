"""Commands of softIocPVX that have nothing to act on here: they say why in one line and succeed."""

from __future__ import annotations

from pydevpva.shell.registry import ARGV, INT, Argument, Function, command
from pydevpva.shell.session import Shell

_MUTEX = "there are no EPICS mutexes here: one database thread owns all records"
_QUEUES = "there are no callback queues here: one database thread does the work, its queue has no limit"
_REGISTRY = "there is no registry of C functions here: record types and devices are Python"
_NO_CA = "there is no Channel Access here: the IOC speaks PVAccess"
_LOG_SERVER = "there is no iocLogServer client here: send stderr where the log is kept"

WITHOUT_MEANING: dict[str, str] = {
    "ClockTime_Report": "the operating system's clock is used as it is",
    "callbackParallelThreads": _QUEUES,
    "callbackQueueShow": _QUEUES,
    "callbackSetQueueSize": _QUEUES,
    "scanOnceQueueShow": _QUEUES,
    "scanOnceSetQueueSize": _QUEUES,
    "casr": _NO_CA,
    "dbcar": _NO_CA,
    "ascar": _NO_CA,
    "dbLockShowLocked": _MUTEX,
    "dblsr": _MUTEX,
    "epicsMutexShowAll": _MUTEX,
    "dbNotifyDump": "puts that wait are the server's, not the shell's, to show",
    "dbPvdTableSize": "record names are in a Python dict, which sizes itself",
    "dbPvdDump": "record names are in a Python dict, which has no buckets to show",
    "epicsThreadResume": "no thread is ever suspended here",
    "taskwdShow": "there is no task watchdog here: an error is logged where it happens",
    "installLastResortEventProvider": "event times come from the operating system's clock",
    "registryDump": _REGISTRY,
    "registryDeviceSupportFind": _REGISTRY,
    "registryDriverSupportFind": _REGISTRY,
    "registryFunctionFind": _REGISTRY,
    "registryRecordTypeFind": _REGISTRY,
    "iocLogShow": _LOG_SERVER,
    "setIocLogDisable": _LOG_SERVER,
    "iocLogInit": _LOG_SERVER,
    "iocLogPrefix": _LOG_SERVER,
}

QUIET = {  # scripts set these as a matter of course; there is nothing a user must know
    "errlogInit": ("bufSize",),
    "errlogInit2": ("bufSize", "maxMsgSize"),
    "eltc": ("(0,1)=>(false,true)",),
}


def _explain(name: str, why: str) -> Function:
    def accepted(shell: Shell, words: list[str]) -> None:
        shell.complain(f"{name}: no effect, {why}")

    accepted.__doc__ = f"Accepted, without effect: {why}."
    return accepted


def _be_quiet(shell: Shell, *values: object) -> None:
    """Accepted, without effect: messages are printed at once and in full."""


for _name, _why in WITHOUT_MEANING.items():
    command(_name, Argument("[argument ...]", ARGV))(_explain(_name, _why))
for _name, _arguments in QUIET.items():
    command(_name, *(Argument(argument, INT) for argument in _arguments))(_be_quiet)


@command("errlog", "message")
def errlog(shell: Shell, message: str | None) -> None:
    """Print a message to stderr."""
    shell.complain(message or "")
