"""Ioc: the composition root and its life: load, init, run, stop. Used from the main thread."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydevpva import switching
from pydevpva.ca.links.opening import CaLinks
from pydevpva.clock import ManualClock
from pydevpva.db.batch import Batch
from pydevpva.db.definitions import Definitions
from pydevpva.db.from_python import made_record
from pydevpva.db.infos import GROUP
from pydevpva.db.instances import Instances
from pydevpva.db.loader import add_file, add_text, load
from pydevpva.db.template import add_template, uses
from pydevpva.devices.factory import MakeDevice
from pydevpva.devices.hanging import Hanging
from pydevpva.devices.iointr import Delivery
from pydevpva.devices.load_checks import refusals
from pydevpva.devices.python import Python
from pydevpva.devices.registry import own_devices
from pydevpva.engine.database import Database
from pydevpva.engine.make_records import for_good
from pydevpva.errors import LoadError, Location, Problem, PydevpvaError, once
from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.garbage import Collector
from pydevpva.evaluator.handles import FAR
from pydevpva.figures import Parts
from pydevpva.figures import attach as attach_figures
from pydevpva.handles.initial import Initial
from pydevpva.handles.records import HandleRecords
from pydevpva.keep.autosave import Autosave
from pydevpva.keep.builds import Builds
from pydevpva.keep.far import FarPVs
from pydevpva.keep.simple import SimpleSave
from pydevpva.life import Life
from pydevpva.loop import Loop
from pydevpva.pva.groups.definitions import Definitions as GroupDefinitions
from pydevpva.pva.links.handles import FarRecords
from pydevpva.pva.links.opening import PvaLinks
from pydevpva.realtime import raise_priority
from pydevpva.records.core.factory import behaviour
from pydevpva.recsync.attach import attach as attach_reccaster
from pydevpva.servers import Servers
from pydevpva.serving.put_log.config import ServerLogs
from pydevpva.serving.put_log.put_log import PutLog

if TYPE_CHECKING:
    from pydevpva.ca.server import Server as ChannelAccess
    from pydevpva.pva.server import Listening, Server

log = logging.getLogger(__name__)
words_at_load = logging.getLogger("pydevpva.load")  # of a file: shown as errors of loading are

LINK_PATIENCE = 5.0  # seconds until links whose PV was not found are named
TASKS_END = 0.5  # seconds that users' coroutines have for their `finally` at the end
EVENT_PATIENCE = 10.0  # seconds until events are named that look misspelled
NONE: Mapping[str, str] = MappingProxyType({})


class Ioc:
    """One IOC in this process: its definitions, records, user Python and servers.

    ``ioc = Ioc(); ioc.load_records("x.db", {"P": "X:"}); ioc.init(); ...; ioc.stop()``; also a context manager. Several
    may live in one process. `environment` has the EPICS_* variables that it goes by before those of the process.
    Files are searched in EPICS_DB_INCLUDE_PATH as EPICS does. Errors are PydevpvaErrors that name file and line.
    With a ManualClock its time is moved by hand, for tests. `realtime`: its database thread has SCHED_FIFO.
    """

    def __init__(self, serve: bool = True, clock: ManualClock | None = None, realtime: bool = False) -> None:
        self.state = "new"  # new, built, running, paused, stopped
        self.environment: dict[str, str] = {}  # what epicsEnvSet has set
        self.definitions = Definitions(own_devices)
        self.instances = Instances()
        self.group_definitions = GroupDefinitions()
        self.evaluator = Evaluator()
        self._collector = Collector()
        self.evaluator.pydev.offer("NDArray", _ndarray_class)
        self._realtime = realtime
        self.put_log = PutLog()
        self.server_logs = ServerLogs(self.put_log)
        self._warned: set[str] = set()
        loop = Loop("database") if clock is None else clock.loop("database")
        self._python = Python(self.evaluator, loop)
        if clock is not None:
            self._python.through(clock.counted)
        self.database = Database(self.definitions, MakeDevice(self._python), loop, self._python)
        self.evaluator.later.record_names = self.database.records
        self.evaluator.pydev.offer("overruns", lambda: self._overruns)
        self.remote_links = PvaLinks(self.database, self.environment)
        self.ca_links = CaLinks(self.database, self.environment)
        self.database.links.remotes |= {"pva": self.remote_links, "ca": self.ca_links}
        protocols = ("pva", "ca") if serve else ()
        self.servers = Servers(self.database, self.environment, self.put_log, protocols)
        self.records = HandleRecords(self.database, self.evaluator, FarRecords(self.remote_links.pvs, self.database))
        self.evaluator.pydev.serve_records(self.records)
        self._initial = Initial(self.evaluator, self.database)
        self.life = Life()
        self.far_pvs = FarPVs(loop, self.remote_links.watch, self.ca_links.watch)
        self.autosave = Autosave(self.database, self.far_pvs.watch, self.life)
        self.simple_save = SimpleSave(self.autosave)
        self.builds = Builds(self.autosave.settings)
        if clock is not None:
            self.autosave.through(clock.counted)
            self.database.services.statistics.through(clock.counted)
        self._attach_parts()
        self._attach_statistics()

    def _attach_parts(self) -> None:
        """What the rooms do in the phases of this IOC's life."""
        life, loop = self.life, self.database.loop
        delivery = Delivery(self.evaluator.events, self.database)
        life.at("links", delivery.begin)
        life.at("running", lambda: self.evaluator.pydev.moments.begin("at_running"))
        life.at("before records", self._initial.store)
        life.at("before records", self.records.begin_serving)
        life.at("running", lambda: loop.call(loop.after, LINK_PATIENCE, self.remote_links.tell_missing))
        life.at("running", lambda: loop.call(loop.after, LINK_PATIENCE, self.ca_links.tell_missing))
        life.at("running", lambda: loop.call(loop.after, EVENT_PATIENCE, delivery.tell_misspelled))
        life.at("running", lambda: loop.call(loop.pieces.watch))
        life.at("stop", lambda: self.evaluator.later.end(TASKS_END))  # while clients still see what they publish
        life.at("running", lambda: loop.call(Hanging(self.evaluator, loop).look))

    def _attach_statistics(self) -> None:
        """What records tell of the IOC, and what they do with it."""
        parts = Parts(self.database, self.evaluator, self.autosave, self.servers, self.put_log.waiting)
        attach_figures(parts, self.life)
        self.database.services.natives.reload_access = self.servers.reload_access
        self.reccaster = attach_reccaster(self.database, self.instances, self.life)

    # ---- before init ----

    def load_database(self, path: str, search: Iterable[str] = (), macros: Mapping[str, str] = NONE) -> None:
        """dbLoadDatabase: a .dbd file of the user's own."""
        self._check_new("dbLoadDatabase")
        self.definitions.load(path, list(search), macros)

    def load_records(self, path: str, macros: Mapping[str, str] = NONE, search: Iterable[str] = ()) -> None:
        """dbLoadRecords: all of the file or nothing."""
        self._check_new("dbLoadRecords")
        self._load(partial(add_file, path=path, macros=macros, search=list(search)))
        self.builds.loaded(path, macros)

    def load_text(self, text: str, macros: Mapping[str, str] = NONE, label: str = "<text>") -> None:
        """dbLoadRecords of a text; errors are at label:line. All of it or nothing."""
        self._check_new("load_text")
        self._load(partial(add_text, text=text, macros=macros, label=label))

    def record(self, kind: str, name: str, info: Mapping[str, str] = NONE, **fields: object) -> None:
        """ioc.record("ai", "X:Temp", DTYP="pydev", INP="@read()", SCAN="1 second"): one record, from Python.

        Values of fields are texts or numbers, and dicts for JSON links; errors name the line of the script.
        """
        self._check_new("record")
        caller = sys._getframe(1)
        place = Location(caller.f_code.co_filename, caller.f_lineno)
        statement, source = made_record(kind, name, fields, info, place)
        self._load(lambda batch: batch.record(statement, source))

    def load_template(self, path: str, macros: Mapping[str, str] = NONE, search: Iterable[str] = ()) -> None:
        """dbLoadTemplate: all of the substitutions file or nothing."""
        self._check_new("dbLoadTemplate")
        self._load(partial(add_template, path=path, macros=macros, search=list(search)))
        for use in uses(path, macros) if self.builds else ():
            self.builds.loaded(use.file, use.macros)

    def _load(self, add: Callable[[Batch], object]) -> None:
        """Load, and log what the file was warned of: each thing once, however often the file is loaded."""
        warnings: list[Problem] = []
        try:
            accept = partial(refusals, definitions=self.definitions)
            warnings = load(add, self.definitions, self.instances, accept)
        except LoadError as error:
            warnings = error.warnings
            raise
        finally:
            for key, warning in once(warnings).items():
                if key not in self._warned:
                    self._warned.add(key)
                    words_at_load.warning("Warning: %s: %s", warning.location, warning.message)

    def load_groups(self, path: str, macros: Mapping[str, str] = NONE) -> None:
        """dbLoadGroup: the group PVs that a JSON file defines; all of the file or nothing."""
        self._check_new("dbLoadGroup")
        self.group_definitions.load(path, macros)

    def run_python(self, source: str, label: str = "") -> object:
        """pydev("..."): run Python in the records' namespace, on the caller's thread; an expression's value.

        `label` is the file name that tracebacks show.
        """
        return self.evaluator.run_source(source, label)

    # ---- records, from any thread ----

    def get(self, name: str, timeout: float = FAR) -> Any:
        """The value of a field, REC or REC.FIELD: a number, text, numpy array, list of texts, image or table."""
        return self.records.read(name, timeout).value

    def put(self, name: str, value: object, wait: bool = False, timeout: float | None = None) -> None:
        """Put to a field as a client does; with `wait` until all is over that it set off. See Handle.put."""
        self.records.write(name, value, wait, timeout)

    # ---- life ----

    def init(self) -> Listening | None:
        """iocInit: make the records, start the threads, process PINI, start scans, serve. Where it listens."""
        self.build()
        return self.run()

    def build(self) -> None:
        """iocBuild: make the records and start the threads; nothing scans and nobody is served yet.

        LoadError for an access security file with a mistake: nothing has been made then. A PydevpvaError names the
        record that cannot be made; then the IOC is stopped: half of one must not run.
        """
        self._check_new("iocInit")
        self.servers.read_rules()
        self._prepare_saving()
        self._import_subroutines()
        switching.shorten(self)
        self.evaluator.start()
        self.evaluator.pydev.moments.run("at_start")
        self.database.loop.start()
        try:
            if self._realtime:
                self.database.loop.call(raise_priority)
            self._initial.run(self.instances.values())
            self.database.loop.call(self._start_records)
        except BaseException:
            self.stop()
            raise
        self.evaluator.events.database = self.database.loop
        self._collector.start()
        self.state = "built"

    def run(self) -> Listening | None:
        """iocRun, after build: serve and start scans. Where it listens for PVAccess; see also servers.listens."""
        listening = self.servers.start(lambda: self.group_definitions.all(self._group_infos()).values())
        self.life.reach("serve")
        self._do(self.database.run())
        self.life.reach("scans")
        self.life.reach("running")
        self.state = "running"
        return listening

    def pause(self) -> None:
        """iocPause: scans and events stop until `resume`; clients are served on."""
        if self.state != "running":
            raise PydevpvaError("iocPause: the IOC is not running")
        self._do(self.database.pause())
        self.state = "paused"

    def resume(self) -> None:
        """iocRun after iocPause: scans and events go on."""
        if self.state != "paused":
            raise PydevpvaError("iocRun: the IOC is not paused")
        self._do(self.database.run())
        self.state = "running"

    def _do(self, steps: Iterator[object]) -> None:
        """Take steps on the database thread, and wait for the last: clients are answered in between."""
        over = object()
        while self.database.loop.call(next, steps, over) is not over:
            pass

    def _import_subroutines(self) -> None:
        """The modules of the functions that records name, here on the main thread: importing runs users' code."""
        for instance in self.instances.values():
            for field in behaviour(instance.type).functions:
                if (given := instance.fields.get(field)) is not None:
                    self.evaluator.subroutines.load(given.text)

    def _start_records(self) -> None:
        self.database.services.written = self.instances
        self.database.links.left_out = self.instances.left_out
        with for_good():
            self.database.create(self.instances.values())
            self.life.reach("create")
            self.database.init(self.life.reach)
            self.servers.watch_outside()

    def _prepare_saving(self) -> None:
        """Read what is to be restored, and find what is to be saved of the records that have been loaded."""
        for problem in self.simple_save.prepare(self.instances.values(), self.definitions):
            words_at_load.warning("Warning: %s", problem)
        self.autosave.read_files()

    def _group_infos(self) -> Iterator[tuple[str, str, Location]]:
        for instance in self.instances.values():
            if (text := instance.infos.get(GROUP)) is not None:
                yield instance.name, text, instance.location

    def stop(self, timeout: float = 1.0) -> None:
        """Answer the clients, run what is given for at_exit, end the threads. User code that hangs is left alone."""
        if self.state == "stopped":
            return
        self.state = "stopped"
        self.life.reach("stop")
        with switching.prompt():
            self.servers.stop(timeout / 2)
            self.put_log.stop(timeout / 4)
            self.records.close()
            self.remote_links.close()
            self.ca_links.close()
            self.evaluator.stop(timeout / 4)
            self.database.loop.stop(timeout / 4)
            self._collector.stop()
        switching.let_go(self)

    def __enter__(self) -> Ioc:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # ---- parts ----

    @property
    def server(self) -> Server | None:
        """That of PVAccess, while it serves."""
        return self.servers.pva

    @property
    def ca(self) -> ChannelAccess | None:
        """That of Channel Access, while it serves."""
        return self.servers.ca

    def _check_new(self, what: str) -> None:
        if self.state != "new":
            raise PydevpvaError(f"{what}: not possible after iocInit")

    # ---- pydev ----

    def _overruns(self, scan: str | None = None) -> int:
        """pydev.overruns, see Scanner; before iocInit a .dbd may still bring other periods. Any thread."""
        return 0 if self.state == "new" else self.database.scanner.overruns(scan)


def _ndarray_class() -> object:
    """pydev.NDArray; its module is imported when user code asks for it."""
    from pydevpva.records.results.ndarray import NDArray

    return NDArray
