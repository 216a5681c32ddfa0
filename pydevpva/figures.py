"""What the parts of an IOC tell of themselves: the figures of iocStats that are not the machine's, and our own.

They are read on the thread of stats/statistics.py.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pydevpva.engine.database import Database
from pydevpva.evaluator.evaluator import Evaluator, Running
from pydevpva.keep.autosave import Autosave
from pydevpva.keep.settings import NO_STATUS, OK
from pydevpva.life import Life
from pydevpva.servers import Servers
from pydevpva.stats import texts
from pydevpva.stats.machine import offer_machine
from pydevpva.stats.statistics import ONCE, Source, Statistics

TIME = "%m/%d/%Y %H:%M:%S"


class Server(Protocol):
    """Of either protocol."""

    def clients_and_channels(self) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Who is asked."""

    database: Database
    evaluator: Evaluator
    autosave: Autosave
    servers: Servers
    puts_to_log: Callable[[], int]


def attach(parts: Parts, life: Life) -> None:
    """Offer all figures that this IOC has, and have them read while it lives."""
    statistics = parts.database.services.statistics
    _offer_all(statistics, parts)
    life.at("initialized", statistics.begin)
    life.at("running", lambda: parts.database.loop.call(statistics.start))
    life.at("stop", statistics.stop)


def _offer_all(statistics: Statistics, parts: Parts) -> None:
    offer_machine(statistics)
    statistics.offer(ONCE, texts.words() | _records(parts.database))
    statistics.offer("ca", _clients(parts))
    statistics.offer("queue", _queues(parts.database))
    statistics.offer(ONCE, _sizes())
    statistics.offer("pydevpva", _python(parts.evaluator) | _own(parts))


def _records(database: Database) -> dict[str, Source]:
    """Aliases count, as in EPICS."""
    return {"records": lambda: float(len(database.records) + len(database.aliases))}


def _clients(parts: Parts) -> dict[str, Source]:
    servers = parts.servers

    def count(server: Server | None, what: int) -> float:
        return float(server.clients_and_channels()[what]) if server is not None else 0.0

    return {
        "ca_clients": lambda: count(servers.pva, 0) + count(servers.ca, 0),
        "ca_connections": lambda: count(servers.pva, 1) + count(servers.ca, 1),
        "pva_clients": lambda: count(servers.pva, 0),
        "pva_channels": lambda: count(servers.pva, 1),
        "channel_access_clients": lambda: count(servers.ca, 0),
        "channel_access_channels": lambda: count(servers.ca, 1),
    }


def _queues(database: Database) -> dict[str, Source]:
    """One queue, the database thread's, stands for scanOnce's; it has no limit. There are no callback queues."""
    backlog = database.loop.backlog
    found: dict[str, Source] = {
        "scanOnceQueueUsed": lambda: float(backlog()),
        "scanOnceQueueHiWtrMrk": HighWater(backlog).most,
        "scanOnceQueueOverruns": _none,
    }
    for queue in ("Low", "Medium", "High"):
        found |= {f"cb{queue}Queue{what}": _none for what in ("Used", "HiWtrMrk", "Overruns")}
    return found


def _sizes() -> dict[str, Source]:
    return {"scanOnceQueueSize": lambda: math.inf, "cbQueueSize": lambda: math.inf}


def _python(evaluator: Evaluator) -> dict[str, Source]:
    """Users' code: what waits, what runs, what was slow."""

    def running() -> Running | None:
        return next(iter(evaluator.running()), None)

    def slowest() -> tuple[str, float]:
        return next(((spent.label, spent.longest) for spent in evaluator.slowest()), ("", 0.0))

    return {
        "python_queue": lambda: float(evaluator.backlog()),
        "python_queue_high": HighWater(evaluator.backlog).most,
        "python_count": lambda: float(evaluator.count()),
        "python_running": lambda: found.label if (found := running()) else "",
        "python_running_seconds": lambda: found.seconds if (found := running()) else 0.0,
        "python_running_since": lambda: _ago(found.seconds) if (found := running()) else "",
        "python_slowest": lambda: slowest()[0],
        "python_slowest_seconds": lambda: slowest()[1],
        "events_coalesced": lambda: float(evaluator.events.coalesced()),
    }


def _own(parts: Parts) -> dict[str, Source]:
    database, autosave = parts.database, parts.autosave

    def failing() -> list[str]:
        return [found.status_text for found in autosave.sets if found.status not in (NO_STATUS, OK)]

    return {
        "database_queue": lambda: float(database.loop.backlog()),
        "database_longest": lambda: database.loop.pieces.longest,
        "scans_skipped": lambda: float(database.scanner.overruns()),
        "put_log_backlog": lambda: float(parts.puts_to_log()),
        "autosave_sets": lambda: float(len(autosave.sets)),
        "autosave_failing": lambda: float(len(failing())),
        "autosave_state": lambda: next(iter(failing()), "Ok" if autosave.sets else "nothing is saved"),
    }


class HighWater:
    """The most that was seen of a number."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now, self._most = now, 0

    def most(self) -> float:
        """Up to now, of the times at which it was asked."""
        self._most = max(self._most, self._now())
        return float(self._most)


def _ago(seconds: float) -> str:
    return time.strftime(TIME, time.localtime(time.time() - seconds))


def _none() -> float:
    return 0.0
