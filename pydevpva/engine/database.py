"""The database thread's rooms put together: records by name, their life from iocInit on, puts and gets.

Everything here belongs to the database thread, except the constructor and `loop.submit` and `loop.call`.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Any, Protocol

from pydevpva.db.definitions import Definitions
from pydevpva.db.model import RecordInstance
from pydevpva.engine.address import Address
from pydevpva.engine.filters.parse import parse_filters, split_filters
from pydevpva.engine.links.remote import RemoteLinks
from pydevpva.engine.make_records import Links, create
from pydevpva.engine.named_states import States
from pydevpva.engine.notify import Done, ProcessNotify, PutNotify
from pydevpva.engine.processing import process
from pydevpva.engine.scan import Scanner, in_slices
from pydevpva.engine.services import EngineHost
from pydevpva.errors import NotFound, PutError, PydevpvaError, did_you_mean
from pydevpva.loop import Loop
from pydevpva.records.core.alarm import UDF, failure
from pydevpva.records.core.factory import Factory
from pydevpva.records.core.record import Device, Failures, Record
from pydevpva.records.core.values import LINKS, Value

__all__ = ["Address", "Database"]
log = logging.getLogger(__name__)

MANY = 10_000  # records that may be looked at in one piece
PINI_NO, PINI_YES, PINI_RUN, PINI_RUNNING, PINI_PAUSE, PINI_PAUSED = range(6)
DeviceFor = Callable[[Record, str], Device]
Outcome = Callable[[Any, BaseException | None], None]


class PythonRunner(Protocol):
    """User Python as pycalc needs it, see devices/python.py."""

    def compile(self, record: Record, field: str, text: str, bare: Collection[str]) -> Any: ...
    def evaluate(self, code: Any, args: tuple[Any, ...], done: Outcome, failures: Any) -> None: ...
    def give_way(self, later: bool) -> None: ...
    def failures(self) -> Failures: ...
    def subroutine(self, name: str) -> Any: ...
    def is_registered(self, name: object) -> bool: ...
    def call(self, function: Any, args: tuple[Any, ...], done: Outcome, failures: Any) -> None: ...


def _each(records: Iterable[Record], work: Callable[[Record], None]) -> None:
    """Do it to each; what fails names the record: a database may ask for what no machine has."""
    for record in records:
        try:
            work(record)
        except PydevpvaError as error:
            raise PydevpvaError(f"record {record.NAME} cannot be made: {error}") from error
        except Exception as error:
            raise PydevpvaError(f"record {record.NAME} cannot be made: {type(error).__name__}: {error}") from error


class Database:
    """All records of the IOC and the thread they live on."""

    def __init__(self, definitions: Definitions, device_for: DeviceFor, loop: Loop, python: PythonRunner) -> None:
        self.loop = loop
        self.python = python
        self.definitions = definitions
        self.records: dict[str, Record] = {}
        self.aliases: dict[str, str] = {}
        self.waiting: dict[Record, OrderedDict[PutNotify, None]] = {}  # in line behind the put that owns a record
        self.pending: set[PutNotify] = set()  # puts that have not been answered
        self.factory = Factory(definitions)
        self.device_for = device_for
        self.states = States()
        self.remote: RemoteLinks | None = None  # None: links to other IOCs are LINK/INVALID
        self._host = EngineHost(self)
        self.uses_pydev = False
        self.code_puts = False  # `var pydevCodePuts`: clients and other records may change Python
        self.written: Mapping[str, RecordInstance] = {}  # what was loaded, by name: where each field stands
        self._links: dict[Record, Links] = {}  # of each record as loaded, until iocInit opens them

    @cached_property
    def scanner(self) -> Scanner:
        """The scan lists; made when first asked for, so that a .dbd loaded before may bring its own menuScan."""
        return Scanner(self.loop, self.definitions.menu("menuScan").labels, self.python.give_way)

    # ---- iocInit ----

    def create(self, instances: Iterable[RecordInstance]) -> None:
        """Make the records; fields hold what the database says, links not yet."""
        order = {name: i for i, name in enumerate(self.definitions.record_type_names)}
        for record, links in create(instances, order, self.factory, self._host):
            self.records[record.NAME] = record
            self._links[record] = links
            for alias in record.aliases:
                self.aliases[alias] = record.NAME

    def init(self) -> None:
        """iocBuild: early init, devices, links, init, scan lists, PINI=YES."""
        records = list(self.records.values())
        _each(records, self._begin)
        _each(records, self._open_links)
        self._links.clear()
        _each(records, lambda record: record.init_record())
        self.scanner.add_all(records)
        self.process_pini(PINI_YES)

    def _begin(self, record: Record) -> None:
        if record.UDF and record.STAT == UDF:
            record.SEVR = record.UDFS
        self._attach_device(record)
        record.init_early()

    def _open_links(self, record: Record) -> None:
        for name, text in self._links[record].items():
            self._host.open_link(record, record.rtype.fields[name], text)

    def _attach_device(self, record: Record) -> None:
        devices = self.definitions.devices(record.rtype.name)
        if devices:
            choice = list(devices)[record.DTYP]
            record.device = self.device_for(record, devices[choice].dset)
            self.uses_pydev = self.uses_pydev or choice == "pydev"

    def run(self) -> Iterator[None]:
        """iocRun, also after a pause: PINI=RUN, scans, at first CP links' processing, PINI=RUNNING; in steps."""
        yield from self._pini(PINI_RUN)
        self.scanner.start()
        yield from self._host.start_links()
        yield from self._pini(PINI_RUNNING)

    def when_running(self, work: Callable[[], None]) -> None:
        """Do it at the next iocRun."""
        self._host.when_running(work)

    def pause(self) -> Iterator[None]:
        """iocPause: scans stop; PINI=PAUSE before, PAUSED after; in steps."""
        yield from self._pini(PINI_PAUSE)
        self.scanner.stop()
        yield from self._pini(PINI_PAUSED)

    def process_pini(self, which: int) -> None:
        """Process the records with this PINI, in PHAS order."""
        for _ in self._pini(which):
            pass

    def _pini(self, which: int) -> Iterator[None]:
        found: list[Record] = []
        yield from in_slices(lambda r: found.append(r) if r.PINI == which else None, list(self.records.values()), MANY)
        found.sort(key=attrgetter("PHAS"))
        yield from in_slices(process, found)

    # ---- names ----

    def has_record(self, name: str) -> bool:
        """Whether the record that REC or REC.FIELD speaks of is here."""
        base = name.partition(".")[0]
        return base in self.records or base in self.aliases

    def find(self, name: str) -> Address:
        """The field that REC, REC.FIELD, REC.FIELD$ or an alias of it names, with filters that may follow.

        NotFound with suggestions.
        """
        base, _, rest = name.partition(".")
        record = self.records.get(base) or self.records.get(self.aliases.get(base, ""))
        if record is None:
            raise NotFound(f"no record {base}{did_you_mean(base, self.records, self.aliases)}")
        rest, filters = split_filters(rest)
        long = rest.endswith("$")
        field = record.find_field(rest.rstrip("$") or "VAL")
        if long and not (field.type == "STRING" or field.type in LINKS or record.dbf(field.name) == "STRING"):
            raise NotFound(f"{name}: $ asks for a long string, {field.name} is {field.type}")
        if filters:
            return Address(self, record, field, long, parse_filters(filters, self.states))
        return Address(self, record, field, long)

    # ---- puts ----

    def put(self, address: Address, value: Value, process_it: bool | None, wait: bool, done: Done) -> PutNotify | None:
        """A client's put. process_it None: processes when the field is pp and the record Passive.

        Without wait, done(None or error) when stored and processed as far as that goes at once; with wait, when
        the record and all that its processing set off has completed. Returns what `cancel` may be called on.
        """
        if wait and process_it is not False and address.field.type not in LINKS:
            notify = PutNotify(self, address, value, bool(process_it), done)
            self.pending.add(notify)
            notify.start()
            return notify
        try:
            self.put_now(address, value, process_it)
        except PutError as error:
            done(str(error))
        except Exception as error:
            log.exception("put to %s.%s failed", address.record.NAME, address.field.name)
            done(f"{address.record.NAME}.{address.field.name}: internal error: {error}")
        else:
            done(None)
        return None

    def put_from_outside(
        self, address: Address, value: Value, process_it: bool | None, wait: bool, done: Done
    ) -> PutNotify | None:
        """As put, of a client or of a link, which may not change what becomes Python."""
        try:
            self.check_code(address, value)
        except PutError as error:
            done(str(error))
            return None
        return self.put(address, value, process_it, wait, done)

    def check_code(self, address: Address, value: Value) -> None:
        """PutError where a client or another record would change Python."""
        record, field = address.record, address.field
        if field.type not in LINKS and field.name not in record.code_fields:
            return
        if not self.code_puts and (reason := record.closed(field, value)):
            raise PutError(f"{record.NAME}.{field.name}: {reason}")

    def process_notify(self, address: Address, done: Done) -> None:
        """Process a passive record; done(None) when it and all that its processing set off has completed."""
        notify = ProcessNotify(self, address, None, False, done)
        self.pending.add(notify)
        notify.start()

    def put_now(self, address: Address, value: Value, process_it: bool | None = None) -> None:
        """Store and process without waiting (dbPutField). PutError when refused."""
        self.store(address, value)
        record, failed = address.record, 0
        if not self.is_processed_by(address, process_it):
            record.stored(address.field)
            return
        if record.PACT:
            record.RPRO = 1
            if address.field.name == "VAL":
                record.overwritten = True
            record.post_field("PACT")
        else:
            record.PUTF = 1
            failed = process(record)
        if record.PACT:
            record.stored(address.field)
        if failed:
            raise PutError(f"{record.NAME}: processed, but {failure(record)}")

    def store(self, address: Address, value: Value) -> None:
        """Store unless puts to the record are disabled."""
        record = address.record
        if record.DISP and address.field.name != "DISP":
            raise PutError(f"{record.NAME}.{address.field.name}: puts are disabled (DISP=1)")
        address.put(value)

    def is_processed_by(self, address: Address, process_it: bool | None) -> bool:
        """Whether a put to this field processes the record."""
        field = address.field
        if field.name == "PROC" or process_it:
            return True
        return process_it is None and field.pp and address.record.SCAN == 0 and field.type not in LINKS
