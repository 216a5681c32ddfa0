"""Threads, clocks and messages of the process."""

from __future__ import annotations

import logging
import threading
import time

from pydevpva.shell.language.registry import ARGV, INT, Argument, command
from pydevpva.shell.process.log_entries import Entry
from pydevpva.shell.session import Shell

HEADING = "            NAME       EPICS ID   LWP ID   OSIPRI  OSSPRI  STATE"


@command("epicsThreadShow", Argument("[-level] [thread ...]", ARGV), differs="the threads are Python's")
def epics_thread_show(shell: Shell, words: list[str]) -> None:
    """List the threads; or those of these names or ids."""
    names = [word for word in words if not word.startswith("-")]
    for name in names or [""]:
        found = [t for t in threading.enumerate() if not name or name in (t.name, str(t.ident), f"{t.ident or 0:#x}")]
        if not found:
            shell.complain(f"\t'{name}' is not a known thread name")
            continue
        shell.print(HEADING)
        for thread in found:
            state = "OK" if thread.is_alive() else "ENDED"
            ids = f"{thread.ident or 0:#14x} {thread.native_id or 0:8d}"
            shell.print(f"{thread.name:>16.16} {ids}      -       -  {state:>8}")


@command("epicsThreadShowAll", Argument("level", INT), differs="the threads are Python's")
def epics_thread_show_all(shell: Shell, level: int) -> None:
    """List all threads."""
    epics_thread_show(shell, [])


@command("generalTimeReport", Argument("interest_level", INT))
def general_time_report(shell: Shell, level: int) -> None:
    """Print where times come from; with level 1 also the time."""
    shell.print("Backwards time errors prevented 0 times.\n")
    shell.print('Current Time Providers:\n    "OS Clock", priority = 999')
    if level > 0:
        now = time.time()
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
        shell.print(f"\tCurrent Time is {stamp}.{int(now % 1 * 1e6):06d}.")
    shell.print("\nEvent Time Providers:\n\tNo Providers registered.")


@command("ClockTime_Report", Argument("interest_level", INT))
def clock_time_report(shell: Shell, level: int) -> None:
    """Print when the IOC was started."""
    started = shell.common.started
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(started))
    shell.print(f"Program started at {stamp}.{int(started % 1 * 1e6):06d}")


@command("errlogInit", Argument("bufSize", INT))
def errlog_init(shell: Shell, size: int) -> None:
    """Accepted: messages are printed at once and in full, there is no buffer to size."""


@command("errlogInit2", Argument("bufSize", INT), Argument("maxMsgSize", INT))
def errlog_init2(shell: Shell, size: int, longest: int) -> None:
    """Accepted: messages are printed at once and in full, there is no buffer to size."""


@command("errlog", "message", differs="with the time, as all entries of the log")
def errlog(shell: Shell, message: str | None) -> None:
    """Print a message where the log goes: stderr, and every console that asks for it (eltc)."""
    shell.common.log.show(Entry(logging.INFO, time.time(), message or ""))


@command("eltc", Argument("(0,1)=>(false,true)", INT), differs="each console for itself")
def eltc(shell: Shell, wanted: int) -> None:
    """Whether messages of the log are shown on this console: 1 yes, 0 no."""
    shell.shows_log = bool(wanted)
