"""Commands of softIocPVX that have nothing to act on here: they say why in one line and succeed."""

from __future__ import annotations

from pydevpva.shell.language.registry import ARGV, Argument, Function, command
from pydevpva.shell.session import Shell

_MUTEX = "there are no EPICS mutexes here: one database thread owns all records"
_QUEUES = "there are no callback queues here: one database thread does the work, its queue has no limit"
_REGISTRY = "there is no registry of C functions here: record types and devices are Python"
_NO_TABLE = "record names are in a Python dict, which sizes itself"

WITHOUT_MEANING: dict[str, str] = {
    "asDumpHash": "access groups are in a Python dict, which has no buckets to show",
    "callbackParallelThreads": _QUEUES,
    "callbackSetQueueSize": _QUEUES,
    "scanOnceSetQueueSize": _QUEUES,
    "dbLockShowLocked": _MUTEX,
    "epicsMutexShowAll": _MUTEX,
    "dbPvdTableSize": _NO_TABLE,
    "dbPvdDump": _NO_TABLE,
    "gft": "it tests EPICS's own server, which is not here; dbtgf shows a field as each type",
    "pft": "it tests EPICS's own server, which is not here; dbtpf puts a field as each type",
    "dbDumpDriver": "there are no EPICS drivers here: devices are Python",
    "epicsThreadResume": "no thread is ever suspended here",
    "taskwdShow": "there is no task watchdog here: an error is logged where it happens",
    "installLastResortEventProvider": "event times come from the operating system's clock",
    "registryDump": _REGISTRY,
    "registryDeviceSupportFind": _REGISTRY,
    "registryDriverSupportFind": _REGISTRY,
    "registryFunctionFind": _REGISTRY,
    "registryRecordTypeFind": _REGISTRY,
}


def _explain(name: str, why: str) -> Function:
    def accepted(shell: Shell, words: list[str]) -> None:
        shell.complain(f"{name}: no effect, {why}")

    accepted.__doc__ = f"Accepted, without effect: {why}."
    return accepted


for _name, _why in WITHOUT_MEANING.items():
    command(_name, Argument("[argument ...]", ARGV), no_effect=_why)(_explain(_name, _why))
