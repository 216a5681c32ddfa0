"""The database thread's rooms put together: records by name, their life from iocInit on.

Everything here belongs to the database thread, except the constructor and `loop.submit` and `loop.call`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import attrgetter

from pydevpva.db.dbf import LINKS
from pydevpva.db.definitions import Definitions
from pydevpva.db.linktext import parse_link
from pydevpva.db.model import Field, RecordInstance
from pydevpva.engine.address import Address
from pydevpva.engine.filters.parse import parse_filters, split_filters
from pydevpva.engine.links.opening import Opening
from pydevpva.engine.make_records import Links, create
from pydevpva.engine.processing import process
from pydevpva.engine.scan import Scanner, in_slices
from pydevpva.engine.services import PythonRunner, Services
from pydevpva.errors import NotFound, PydevpvaError, did_you_mean
from pydevpva.loop import Loop, door
from pydevpva.records.core.alarm import UDF
from pydevpva.records.core.factory import Factory
from pydevpva.records.core.record import Device, Record

MANY = 10_000  # records that may be looked at in one piece
PINI_NO, PINI_YES, PINI_RUN, PINI_RUNNING, PINI_PAUSE, PINI_PAUSED = range(6)
DeviceFor = Callable[[Record, str], Device]


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
        self.definitions = definitions
        self.records: dict[str, Record] = {}
        self.aliases: dict[str, str] = {}
        self.factory = Factory(definitions)
        self.services = services = Services(definitions, loop, python)
        self.puts, self.states = services.puts, services.states
        self.links = services.links = Opening(services, self.find, self.has_record, device_for)
        self._device_for = device_for
        self._texts: dict[Record, Links] = {}  # the links of each record as loaded, until iocInit opens them

    @property
    def scanner(self) -> Scanner:
        """The scan lists."""
        return self.services.scanner

    # ---- iocInit ----

    def create(self, instances: Iterable[RecordInstance]) -> None:
        """Make the records; fields hold what the database says, links not yet."""
        order = {name: i for i, name in enumerate(self.definitions.record_type_names)}
        for record, links in create(instances, order, self.factory, self.services):
            self.records[record.NAME] = record
            self._texts[record] = links
            for alias in record.aliases:
                self.aliases[alias] = record.NAME

    def init(self, reached: Callable[[str], None]) -> None:
        """iocBuild: early init, devices, links, init, scan lists, PINI=YES. `reached` is told each phase (life.py)."""
        records = list(self.records.values())
        _each(records, self._begin)
        reached("devices")
        _each(records, self._open_links)
        self._texts.clear()
        reached("links")
        reached("before records")
        _each(records, lambda record: record.init_record())
        reached("initialized")
        self.scanner.add_all(records)
        self.process_pini(PINI_YES)
        reached("records")

    def _begin(self, record: Record) -> None:
        if record.UDF and record.STAT == UDF:
            record.SEVR = record.UDFS
        self._attach_device(record)
        record.init_early()

    def _open_links(self, record: Record) -> None:
        for name, text in self._texts[record].items():
            self.links.open_link(record, record.rtype.fields[name], text)

    def _attach_device(self, record: Record) -> None:
        devices = self.definitions.devices(record.rtype.name)
        if devices:
            device = next(islice(devices.values(), record.DTYP, None))
            record.device = self._device_for(record, device.dset)
            self.services.uses_devices.add(device.choice)

    def make_unseen(self, instance: RecordInstance) -> Record:
        """A record that nobody finds by its name and no scan list has, for what needs a link of its own."""
        ((record, links),) = create([instance], {}, self.factory, self.services)
        self._texts[record] = links
        self._begin(record)
        self._open_links(record)
        del self._texts[record]
        record.init_record()
        return record

    def run(self) -> Iterator[None]:
        """iocRun, also after a pause: PINI=RUN, scans, at first CP links' processing, PINI=RUNNING; in steps."""
        yield from self._pini(PINI_RUN)
        self.scanner.start()
        yield from self.services.start()
        yield from self._pini(PINI_RUNNING)

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

    def set_loaded_link(self, record: Record, field: Field, text: str) -> None:
        """Between `create` and `init`: as if the database had this text for a link. ValueError when it is none."""
        if "{" in text or "#" in text:  # nothing else can be wrong with it, as in db/values.py
            parse_link(text, field.type)
        self._texts[record][field.name] = text

    # ---- names ----

    def has_record(self, name: str) -> bool:
        """Whether the record that REC or REC.FIELD speaks of is here."""
        base = name.partition(".")[0]
        return base in self.records or base in self.aliases

    @door(lambda database: database.loop)
    def find(self, name: str) -> Address:
        """The field that REC, REC.FIELD, REC.FIELD$ or an alias of it names, with filters that may follow.

        NotFound with suggestions.
        """
        return self.look_up(name)

    def look_up(self, name: str) -> Address:
        """As find, from any thread: it looks at names and definitions, which do not change once records are made.

        To read or write what is found belongs to the database thread.
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
            return Address(record, field, long, parse_filters(filters, self.states))
        return Address(record, field, long)
