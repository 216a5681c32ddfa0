"""What records may ask of the engine (records.core.record.Host), in one object. Database thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol

from pydevpva.db.definitions import Definitions
from pydevpva.db.model import Breaktable, Field, RecordInstance
from pydevpva.engine.event_times import EventTimes
from pydevpva.engine.named_states import States
from pydevpva.engine.natives import Natives
from pydevpva.engine.processing import complete, process
from pydevpva.engine.put import Puts
from pydevpva.engine.scan import Scanner, in_slices
from pydevpva.errors import NotFound, PutError
from pydevpva.loop import Loop
from pydevpva.records.core.links import NamedLink
from pydevpva.records.core.native import Native
from pydevpva.records.core.record import Failures, Record, Watch
from pydevpva.records.core.usercode import Outcome, UserCode
from pydevpva.stats.statistics import Statistics
from pydevpva.timers import Timer

FEW = 20  # links that begin in one piece: p4p takes 0.1 ms to subscribe to a PV


class PythonRunner(Protocol):
    """User Python as records need it, see devices/python.py."""

    def compile(self, record: Record, field: str, text: str, bare: Collection[str]) -> UserCode: ...
    def evaluate(self, code: UserCode, args: tuple[Any, ...], done: Outcome, failures: Failures) -> None: ...
    def give_way(self, later: bool) -> None: ...
    def failures(self, record: Record) -> Failures: ...
    def subroutine(self, name: str) -> Callable[..., object]: ...
    def is_registered(self, name: object) -> bool: ...
    def call(
        self, function: Callable[..., object], args: tuple[Any, ...], done: Outcome, failures: Failures
    ) -> None: ...


class LinkSetter(Protocol):
    """Who makes links: engine.links.opening.Opening."""

    def set_link(self, record: Record, field: Field, text: str) -> None: ...
    def link_to(self, record: Record, field: str, name: str) -> NamedLink: ...


class Services:
    """Clock, timers, scan lists, links, menus and user Python, as records see them. One for each IOC."""

    links: LinkSetter  # given by the database, whose records links lead to

    def __init__(self, definitions: Definitions, loop: Loop, python: PythonRunner) -> None:
        self.definitions, self.loop, self.python = definitions, loop, python
        self.submit, self.evaluate, self.call = loop.submit, python.evaluate, python.call
        self.compile, self.failures, self.subroutine = python.compile, python.failures, python.subroutine
        self.now = loop.time_ns  # the stamp of TSE = 0, ns since the POSIX epoch
        self.process, self.complete = process, complete
        self.states = States()
        self.natives = Natives(lambda: self.scanner)
        self.statistics = Statistics(loop)
        self.statistics.post = lambda event: self.scanner.post_interrupt(event)
        self.puts = Puts(loop)
        self.process_and_wait = self.puts.process
        self.watch: Watch | None = None  # breakpoints and TPRO, while there are any
        self.uses_devices: set[str] = set()  # the DTYPs that records of this IOC have
        self._told: set[str] = set()
        self.written: Mapping[str, RecordInstance] = {}  # what was loaded, by name
        self.put_errors = False  # `var pydevPutErrors`: a put with completion tells what code raised
        self.code_puts = False  # `var pydevCodePuts`: clients and other records may change Python
        self._times = EventTimes(self.now)
        self.access_groups: list[Callable[[Record], object]] = []  # told of records whose ASG changed
        self.running = False  # iocRun has been
        self._starting: list[Callable[[], None]] = []  # what waits for iocRun

    @cached_property
    def scanner(self) -> Scanner:
        """The scan lists; made when first asked for, so that a .dbd loaded before may bring its own menuScan."""
        return Scanner(self.loop, self.definitions.menu("menuScan").labels, self.python.give_way)

    # ---- time ----

    def event_time(self, record: Record, event: int) -> int | None:
        return self._times.time(record, event)

    def after(self, seconds: float, record: Record) -> Timer:
        """Complete a record that waits (PACT set): its process function runs again after this time."""
        return self.loop.after(max(0.0, seconds), complete, record)

    def call_later(self, seconds: float, work: Callable[..., object], *args: object) -> Timer:
        return self.loop.after(max(0.0, seconds), work, *args)

    # ---- scans ----

    def scan_once(self, record: Record) -> None:
        """Process a record later, in its own turn."""
        self.loop.submit(process, record)

    def scan_add(self, record: Record) -> None:
        self.scanner.add(record)

    def scan_delete(self, record: Record) -> None:
        self.scanner.delete(record)

    def post_event(self, name: str) -> None:
        self.scanner.post_event(name)

    @property
    def paused(self) -> bool:
        """iocPause has been, and no iocRun since."""
        return self.scanner.paused

    def when_running(self, work: Callable[[], None]) -> None:
        """Do it at the next iocRun."""
        self._starting.append(work)

    def start(self) -> Iterator[None]:
        """iocRun: do what waited for it, in steps: links that watch their far end begin, CP and CPP process theirs."""
        self.running = True
        starting, self._starting = self._starting, []
        return in_slices(_call, starting, FEW)

    # ---- definitions ----

    def breakpoint_table(self, index: int) -> Breaktable:
        """The breaktable behind a LINR choice; NotFound for an index beyond the menu."""
        labels = self.definitions.menu("menuConvert").labels
        if index >= len(labels):
            raise NotFound(f"LINR = {index} is none of {', '.join(labels)}")
        return self.definitions.breaktable(labels[index])

    def choices(self, record: Record, field: Field) -> tuple[str, ...]:
        """Labels of a MENU or DEVICE field; () for other types."""
        if field.type == "MENU":
            return self.definitions.menu(field.menu).labels
        if field.type != "DEVICE":
            return ()
        devices = self.definitions.devices(record.rtype.name)
        choices = tuple(devices)
        # What EPICS base has not, and no record uses, is not shown: clients see just what the C IOC shows them.
        while choices and not devices[choices[-1]].shown and choices[-1] not in self.uses_devices:
            choices = choices[:-1]
        return choices if record.lists_devices or choices[-1:] == ("pydev",) else ()

    def check_device(self, record: Record, index: int) -> None:
        """PutError where DTYP cannot become another while the IOC runs: what is no soft channel stays what it is.

        As in EPICS, another soft channel comes into force with the next put to the record's link.
        """
        devices = self.definitions.devices(record.rtype.name)
        names = list(devices)
        if index >= len(names):
            raise PutError(f"{record.NAME}.DTYP: {index} is none of its choices: {', '.join(names)}")
        now, new = names[record.DTYP], names[index]
        if now != new and {devices[now].link_type, devices[new].link_type} != {"CONSTANT"}:
            advice = f'to change it write field(DTYP, "{new}") into the database and start the IOC again'
            raise PutError(f'{record.NAME}.DTYP: "{now}" cannot become "{new}" while the IOC runs; {advice}')

    def closed_name(self, name: object) -> str:
        """Why a client or another record may not name this function in SNAM; "": it may."""
        if name == "" or self.code_puts or self.python.is_registered(name):
            return ""
        return (
            f'"{str(name)[:40]}" is not given to @pydev.subroutine, and clients and other records may name no others; '
            'the shell may (dbpf), and a site that lets everybody says "var pydevCodePuts 1"'
        )

    def native(self, name: str) -> Native | None:
        """The function of that name that is ours, unless the site has given one of its own."""
        return None if self.python.is_registered(name) else self.natives.find(name)

    def is_news(self, what: str) -> bool:
        """True the first time that this is asked."""
        if what in self._told:
            return False
        self._told.add(what)
        return True

    def place(self, record: Record, field: str) -> str:
        """Where the field's text stands in a file, as "file:line:column: "; "" for a field that no file sets."""
        instance = self.written.get(record.NAME)
        given = instance.fields.get(field) if instance is not None else None
        return f"{given.location}: " if given is not None else ""

    def set_access_group(self, record: Record) -> None:
        """ASG changed; access is looked up by group name at each put. Who keeps what it may is told."""
        for tell in self.access_groups:
            tell(record)

    def set_link(self, record: Record, field: Field, text: str) -> None:
        """Change a link at run time. PutError when the text is none for this field."""
        self.links.set_link(record, field, text)

    def link_to(self, record: Record, field: str, name: str) -> NamedLink:
        """A link to the PV that a field names; its own name is what errors and alarms speak of."""
        return self.links.link_to(record, field, name)


def _call(start: Callable[[], None]) -> None:
    start()
