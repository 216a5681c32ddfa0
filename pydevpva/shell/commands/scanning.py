"""Scan lists, events, queues (dbScan.c, callback.c)."""

from __future__ import annotations

from pydevpva.engine.periodic import ScanList
from pydevpva.patterns import glob
from pydevpva.shell.language.registry import DOUBLE, EVENT, INT, Argument, command
from pydevpva.shell.session import Shell

PRIORITIES = ("Low", "Medium", "High")
SAME_PERIOD = 0.05
_QUEUES = "shows the queues of the database and the evaluator thread, which have no limit"


@command("scanppl", Argument("rate", DOUBLE))
def scanppl(shell: Shell, period: float) -> int:
    """List the records that are scanned periodically; with a period in seconds, those of that list."""
    if shell.ioc.state == "new":
        shell.print("scanppl: dbScan subsystem not initialized")
        return -1
    for scan_list in shell.ioc.database.scanner.periodic.values():
        if period <= 0 or abs(period - scan_list.period) <= SAME_PERIOD:
            _show(shell, scan_list, f"Records with SCAN = '{scan_list.name}' ({scan_list.overruns} over-runs):")
    return 0


@command("scanpel", Argument("event name", EVENT))
def scanpel(shell: Shell, pattern: str | None) -> None:
    """List the records that wait for events; with a pattern, of those events whose name matches."""
    events = shell.on_database(lambda: dict(shell.ioc.database.scanner.events))
    for name in reversed(list(dict.fromkeys(name for name, _ in events))):
        if pattern is None or glob(pattern)(name):
            shell.print(f'Event "{name}"')
            for priority, word in enumerate(PRIORITIES):
                _show(shell, events.get((name, priority)), f" Priority {word}")


@command("scanpiol", differs="events of I/O Intr are pydev.iointr's and have a name, not an address")
def scanpiol(shell: Shell) -> None:
    """List the records with SCAN "I/O Intr" by the pydev.iointr event that processes them."""
    interrupts = shell.on_database(lambda: dict(shell.ioc.database.scanner.interrupts))
    for name in dict.fromkeys(name for name, _ in interrupts):
        for priority, word in enumerate(PRIORITIES):
            _show(shell, interrupts.get((name, priority)), f"IO Event {name}: Priority {word}")


def _show(shell: Shell, scan_list: ScanList | None, heading: str) -> None:
    if scan_list is not None and scan_list.records:
        shell.print(heading)
        for record in scan_list.records:
            shell.print(f"    {record.NAME:<28}")


@command("postEvent", Argument("event name", EVENT))
def post_event(shell: Shell, name: str | None) -> None:
    """Process the records with SCAN "Event" whose EVNT is that name.

    Example: postEvent "beam on"
    """
    if shell.ioc.state != "new":
        shell.on_database(shell.ioc.database.scanner.post_event, name or "")


@command("scanOnceQueueShow", Argument("reset", INT), differs=_QUEUES)
def scan_once_queue_show(shell: Shell, reset: int) -> int:
    """Print how much work waits for the database thread and for the evaluator thread."""
    return _queues(shell, "scanOnce system not initialized, yet. Please run iocInit before using this command.")


@command("callbackQueueShow", Argument("reset", INT), differs=_QUEUES)
def callback_queue_show(shell: Shell, reset: int) -> int:
    """Print how much work waits for the database thread and for the evaluator thread."""
    return _queues(shell, "Callback system not initialized, yet. Please run iocInit before using this command.")


def _queues(shell: Shell, not_yet: str) -> int:
    if shell.ioc.state == "new":
        shell.complain(not_yet)
        return -1
    shell.print("THREAD     ITEMS IN Q")
    shell.print(f"database  {shell.ioc.database.loop.backlog():11d}")
    shell.print(f"evaluator {shell.ioc.evaluator.backlog():11d}")
    return 0
