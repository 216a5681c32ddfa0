"""Figures of the process and of the machine, by psutil (EPICS: iocStats, os/Linux and os/posix). On the thread of
statistics.py; psutil is imported there when somebody wants a figure."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from pydevpva.stats.statistics import ONCE, CannotTell, Source, Statistics

SHORTEST = 0.5  # seconds of which a load says something


def offer_machine(statistics: Statistics) -> None:
    """What is told of the process and of the machine."""
    statistics.offer("memory", memory() | elsewhere())
    statistics.offer("cpu", cpu())
    statistics.offer("fd", descriptors())
    statistics.offer(ONCE, process())


def memory() -> dict[str, Source]:
    """Bytes; errors of the network interfaces."""
    return {
        "allocated_bytes": lambda: float(_process().memory_info().rss),
        "free_bytes": _free,
        "total_bytes": lambda: float(_psutil().virtual_memory().total),
        "inp_errs": lambda: float(_psutil().net_io_counters().errin),
        "out_errs": lambda: float(_psutil().net_io_counters().errout),
    }


def cpu() -> dict[str, Source]:
    """Loads in per cent of all CPUs, over the time since they were last read."""
    ioc = Load(lambda: float(sum(_process().cpu_times()[:2])), lambda: _process().create_time())
    machine = Load(_busy, lambda: _psutil().boot_time())
    return {
        "sys_cpuload": machine.percent,
        "ioc_cpuload": ioc.percent,
        "cpu": ioc.percent,
        "no_of_cpus": _cpus,
        "suspended_tasks": lambda: 0.0,
    }


def descriptors() -> dict[str, Source]:
    """How many the process has, and how many it may have."""
    return {"fd": lambda: float(_process().num_fds() - 1), "maxfd": _most_descriptors}  # one is that of the look itself


def process() -> dict[str, Source]:
    """Which process this is."""
    return {"proc_id": lambda: float(os.getpid()), "parent_proc_id": lambda: float(os.getppid())}


def elsewhere() -> dict[str, Source]:
    """What only real-time systems have."""
    names = (
        "max_free free_blocks allocated_blocks workspace_alloc_bytes workspace_free_bytes workspace_total_bytes "
        "min_data_mbuf min_sys_mbuf data_mbuf sys_mbuf"
    )
    return dict.fromkeys(names.split(), _only_real_time)


class Load:
    """What part of all CPUs something has used. `used`: CPU seconds up to now; `since`: the time of day it began."""

    def __init__(self, used: Callable[[], float], since: Callable[[], float]) -> None:
        self._used, self._since = used, since
        self._before: tuple[float, float] | None = None  # time.monotonic's and CPU seconds
        self._percent = 0.0

    def percent(self) -> float:
        """Since it was last asked; the first time since it all began."""
        now, used = time.monotonic(), self._used()
        then, before = self._before or (now - max(SHORTEST, time.time() - self._since()), 0.0)
        if now - then >= SHORTEST:
            self._percent = max(0.0, 100 * (used - before) / (now - then) / _cpus())
            self._before = now, used
        return self._percent


def _busy() -> float:
    times = _psutil().cpu_times()
    return float(times.user + getattr(times, "nice", 0.0) + times.system)


def _free() -> float:
    """What is free or can be had at once."""
    found = _psutil().virtual_memory()
    return float(found.free + getattr(found, "buffers", 0) + getattr(found, "cached", 0))


def _cpus() -> float:
    return float(os.cpu_count() or 1)


def _most_descriptors() -> float:
    import resource

    return float(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _only_real_time() -> float:
    raise CannotTell("only vxWorks and RTEMS have that")


def _psutil() -> Any:
    import psutil

    return psutil


def _process() -> Any:
    return _psutil().Process()
