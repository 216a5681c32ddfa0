"""Record: what every record type shares. One object per EPICS record; it lives on the database thread.

EPICS's fields are slots with native values (see values.py); inside processing `self.VAL = x` is a slot write and
nothing else. What of it is seen from outside is in rset.py, everything EPICS does on a put from there in fields.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pydevpva.db.model import Breaktable, Field
from pydevpva.loop import door
from pydevpva.records.core.alarm import DBE_LOG, DBE_VALUE, settle_alarms
from pydevpva.records.core.links import NO_LINK, Link, NamedLink
from pydevpva.records.core.native import Native
from pydevpva.records.core.properties import Properties
from pydevpva.records.core.pydev_way import PydevWay
from pydevpva.records.core.rset import RecordSupport
from pydevpva.records.core.soft_ways import SoftWays
from pydevpva.records.core.usercode import Outcome, TimeLimit, UserCode
from pydevpva.records.core.values import Sent

if TYPE_CHECKING:
    from pydevpva.loop import Loop
    from pydevpva.stats.statistics import Statistics
    from pydevpva.timers import Timer

NEVER = 631152000 * 10**9  # TIME of a record that has not processed: EPICS's epoch in ns since POSIX's
DEVICE_TIME = -2  # TSE: the device gives the time stamp (epicsTimeEventDeviceTime)


class Sink(Protocol):
    """Someone who wants to know when a record changed: a PVAccess channel, a CP link.

    One whose `shows_activity` is true is also told, as a change of PACT, when the record goes active or is through.
    """

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """DBE mask of what happened to `field`; None: the record processed and VAL was posted with that mask."""


class Device(Protocol):
    """DTYP: how a record gets or gives its value. One object serves one record, or all when it keeps nothing of one."""

    keeps: ClassVar[bool]  # VAL stays when `read` has failed

    def init_record(self, record: Record) -> int:
        """0: initial RVAL is to be converted, 2: not."""

    def read(self, record: Record) -> int:
        """Input: 0: convert RVAL, 2: VAL is set, -1: failed. Sets PACT when the value comes later."""

    def write(self, record: Record) -> int:
        """Output: 0: done, -1: failed. Sets PACT when it completes later."""

    def relink(self, record: Record, field: str, text: str) -> None:
        """A put gives a link field this text: take it, or refuse it with PutError."""

    def is_code(self, field: str) -> bool:
        """Whether the text of this link field is a program."""

    def event(self, record: Record) -> str | None:
        """Name of the I/O Intr event this record waits for, or None."""

    def no_event(self, record: Record) -> str:
        """Why `event` gives none."""


class Failures(Protocol):
    """What becomes of the errors of one record's user code."""

    @property
    def limit(self) -> TimeLimit | None:
        """How long it may take, where info(pydev:timeout) says so."""

    def plain(self, error: BaseException) -> BaseException:
        """What the code raised, as text for `tell`; on the thread of that code."""

    def tell(self, record: Record, field: str, text: str, error: BaseException) -> None:
        """CALC/INVALID with the error as AMSG; the console once, when an error begins or changes."""

    def over(self) -> None:
        """The code succeeded: its next error is news again."""


class States(Protocol):
    """The IOC's named flags."""

    def __contains__(self, name: str) -> bool: ...
    def create(self, name: str) -> None: ...
    def get(self, name: str) -> bool: ...
    def set(self, name: str, value: bool) -> None: ...


class Watch(Protocol):
    """What of an IOC's processing is watched: TPRO, breakpoints."""

    tracing: bool
    hold: Callable[[Record], bool] | None
    processed: Callable[[Record], None] | None


class Host(Protocol):
    """What records ask of the engine: engine.services.Services."""

    watch: Watch | None

    @property
    def code_puts(self) -> bool: ...
    @property
    def put_errors(self) -> bool: ...
    @property
    def loop(self) -> Loop: ...
    @property
    def states(self) -> States: ...
    @property
    def statistics(self) -> Statistics: ...
    @property
    def paused(self) -> bool: ...

    def submit(self, work: Callable[..., object], *args: object) -> None: ...
    def when_running(self, work: Callable[[], None]) -> None: ...
    def now(self) -> int: ...
    def event_time(self, record: Record, event: int) -> int | None: ...
    def process(self, record: Record) -> int: ...
    def process_and_wait(self, record: Record, done: Callable[[str | None], object]) -> None: ...
    def scan_once(self, record: Record) -> None: ...
    def scan_add(self, record: Record) -> None: ...
    def scan_delete(self, record: Record) -> None: ...
    def after(self, seconds: float, record: Record) -> Timer: ...
    def complete(self, record: Record) -> None: ...
    def call_later(self, seconds: float, work: Callable[..., object], *args: object) -> Timer: ...
    def set_link(self, record: Record, field: Field, text: str) -> None: ...

    def link_to(self, record: Record, field: str, name: str) -> NamedLink:
        """A link to a PV, which stands in a field of the record; each change there is told to `pv_changed`."""

    def post_event(self, name: str) -> None: ...
    def breakpoint_table(self, index: int) -> Breaktable: ...
    def choices(self, record: Record, field: Field) -> tuple[str, ...]: ...
    def check_device(self, record: Record, index: int) -> None: ...
    def set_access_group(self, record: Record) -> None: ...

    def is_news(self, what: str) -> bool:
        """True the first time that this is asked; what is told once to an IOC is told once."""

    def place(self, record: Record, field: str) -> str:
        """Where the database gives this field, to begin a complaint at iocInit with: "x.db:3:5: "; "" if nowhere."""

    # User Python
    def compile(self, record: Record, field: str, text: str, bare: Collection[str]) -> UserCode:
        """The code of a field, with these field names bare and all as %NAME%. CodeError says what is wrong."""

    def evaluate(self, code: UserCode, args: tuple[Any, ...], done: Outcome, failures: Failures) -> None:
        """Run code(*args) on the evaluator thread; done(result, error), both plain, comes on the database thread."""

    def failures(self, record: Record) -> Failures: ...

    def closed_name(self, name: object) -> str:
        """Why others than the shell may not name this function; "" for one that is given to @pydev.subroutine."""

    def native(self, name: str) -> Native | None:
        """The function for SNAM and INAM that is no user's: scanMon, rebootProc, ..."""

    def subroutine(self, name: str) -> Callable[..., object]:
        """The Python function of that name, for SNAM and INAM. NotFound says what there is."""

    def call(self, function: Callable[..., object], args: tuple[Any, ...], done: Outcome, failures: Failures) -> None:
        """As evaluate, for a function."""


class Notify(Protocol):
    """A put that waits for its whole chain of processing (EPICS: dbNotify.c)."""

    def completed(self, record: Record) -> None: ...
    def failed(self, error: str) -> None: ...
    def add(self, record: Record) -> None: ...


class Record(RecordSupport, SoftWays):
    """One record. A record type is declared by its class: `class Ai(Input, rtype="ai", soft="devAiSoft")`.

    rtype: its name. soft, raw, callback: the dsets of its Soft Channel, Raw Soft Channel and Async Soft Channel, see
    devices/soft.py and devices/callback.py; a type that EPICS does not have names its own.
    """

    __slots__ = (
        "active_sinks", "aliases", "device", "host", "info", "notify", "overwritten", "running", "sinks", "status",
    )  # fmt: skip

    types: ClassVar[dict[str, type[Record]]] = {}  # by record type name; filled by the class statement
    properties: ClassVar[Properties] = Properties()
    raw_type: ClassVar[str] = ""  # DBF type of RVAL as Raw Soft Channel reads or writes it
    has_deadband: ClassVar[bool] = False  # MDEL may keep VAL back; set as rtype is
    pydev: ClassVar[PydevWay | None] = None  # what DTYP "pydev" means; None: the type has no such
    soft_devices: ClassVar[Mapping[str, str]] = {}  # "soft", "raw" and "callback" by dset
    any_state: ClassVar[bool] = False  # clients may put a VAL that no state has
    immediate: ClassVar[frozenset[str]] = frozenset()  # fields whose puts are answered at once, also while it is active
    posts_itself: ClassVar[frozenset[str]] = frozenset()  # fields that nobody need look at after processing
    own_interrupts: ClassVar[bool] = False  # with SCAN "I/O Intr" the record looks after itself
    writes: ClassVar[bool] = False  # its device support writes OUT; otherwise it reads INP
    tells_failure: ClassVar[bool] = True  # of a write to OUT: in EPICS soft device support of some types says 0 always
    lists_devices: ClassVar[bool] = True  # DTYP has choices, also where no record uses pydev
    whole_value: ClassVar[str] = ""  # "image" or "table": what VAL is to clients, in one piece
    functions: ClassVar[tuple[str, ...]] = ()  # the fields that name Python functions
    program: ClassVar[str] = ""  # the field that says which Python the record itself runs
    checks: ClassVar[Mapping[str, Callable[[str], str]]] = {}  # why a field cannot be loaded with that text, or ""

    sinks: tuple[Sink, ...] | None  # who wants to know of changes
    active_sinks: tuple[Sink, ...] | None  # those of them who also show what changes while it processes: PACT, OVAL
    notify: Notify | None  # the put that waits for this record
    running: bool  # on the present call stack of processing
    status: int  # what the last processing came to: 0, or -1 when device support failed (the value of rset process)
    overwritten: bool  # a client wrote VAL while user code ran

    if TYPE_CHECKING:  # EPICS's fields are slots made from the .dbd

        def __init__(self, host: Host) -> None: ...

    host: Host
    device: Device | None

    def __init_subclass__(cls, rtype: str = "", soft: str = "", raw: str = "", callback: str = "") -> None:
        super().__init_subclass__()
        ways = {"soft": soft, "raw": raw, "callback": callback}
        if rtype:
            cls.soft_devices = {dset: way for way, dset in ways.items() if dset}
            if rtype in Record.types:
                raise TypeError(f"record type {rtype} is defined twice: {Record.types[rtype]} and {cls}")
            Record.types[rtype] = cls

    def __repr__(self) -> str:
        return f"<{self.rtype.name} {self.NAME}>"

    # ---- life, in the order it happens ----

    def init_early(self) -> None:
        """Pass 0 of iocInit: sizes and buffers, before links are resolved."""

    def init_record(self) -> None:
        """Pass 1 of iocInit: constants from links, device support, last values."""

    def process(self) -> None:
        """Do what the record type is for (rset process). Called a second time, PACT still set, on completion."""

    # ---- steps shared by the process functions ----

    def stamp(self, simulated: int = 0, siol: Link = NO_LINK) -> None:
        """TIME and UTAG from TSEL, TSE or the clock (recGblGetTimeStampSimm)."""
        if self.TSEL is NO_LINK and self.TSE == 0:
            self.TIME = self.host.now()
            return
        if not self.TSEL.is_constant:
            if getattr(self.TSEL, "is_time", False):
                if (stamp := self.TSEL.time()) is not None:
                    self.TIME, self.UTAG = stamp
                return
            if isinstance(event := self.TSEL.get("SHORT"), int):
                self.TSE = event
        if self.TSE != DEVICE_TIME:
            if (time := self.host.event_time(self, self.TSE)) is not None:
                self.TIME = time
        elif simulated:
            if siol.is_constant:
                self.TIME = self.host.now()
            elif (stamp := siol.time()) is not None:
                self.TIME, self.UTAG = stamp

    settle = settle_alarms

    def post(self, mask: int) -> None:
        """Tell the sinks that the record processed; VAL is posted with this mask."""
        if self.sinks:
            for sink in tuple(self.sinks):
                sink.changed(self, mask, None)

    def post_field(self, field: str, mask: int = DBE_VALUE | DBE_LOG) -> None:
        """Tell the sinks of one field that changed outside of processing."""
        if self.sinks:
            for sink in tuple(self.sinks):
                sink.changed(self, mask, field)

    def post_activity(self) -> None:
        """PACT has changed: those who show it, or what is set while a record processes, look again."""
        if self.active_sinks:
            for sink in self.active_sinks:
                sink.changed(self, DBE_VALUE | DBE_LOG, "PACT")

    def stored(self, field: Field) -> None:
        """A put to this field is over, and the record has not processed, or will complete later."""
        if self.sinks and (field.name == "VAL" or field.special):
            for sink in self.sinks:
                sink.changed(self, 0, "VAL")

    def not_posted(self) -> None:
        """VAL may have changed where EPICS posts nothing: those who show it look at it now.

        EPICS reads the record for each get; here a get is answered with what was told last.
        """
        if self.sinks:
            for sink in self.sinks:
                sink.changed(self, 0, "VAL")

    def forward(self) -> None:
        """FLNK, completion of a waiting put, reprocessing (recGblFwdLink)."""
        if self.PUTF and self.has_deadband and not self.MDEL <= 0:
            self.not_posted()  # MDEL kept back what a put came to
        if self.FLNK is not NO_LINK:
            self.FLNK.forward()
        if self.notify is not None:
            self.notify.completed(self)
        if self.RPRO:
            self.RPRO = 0
            self.host.scan_once(self)
        self.PUTF = 0
        if self.active_sinks and not self.PACT:  # reached later than processing, which has shown that it was not
            self.post_activity()

    def give_up(self) -> None:
        """Processing ended early, without forward link, where EPICS lets a put wait for ever: ours is answered."""
        self.not_posted()
        if self.notify is not None:
            self.notify.completed(self)

    @property
    def runs_python(self) -> bool:
        """Whether processing waits for user Python."""
        device = self.device
        return bool(self.code_fields) or (device is not None and (device.is_code("INP") or device.is_code("OUT")))

    def is_at_once(self, field: str, value: Sent) -> bool:
        """Whether a put of this value to one of `immediate` is one of them."""
        return True

    # ---- who wants to know ----

    @door(lambda record: record.host.loop)
    def attach(self, sink: Sink) -> None:
        """Tell this sink of all changes from now on."""
        self.sinks = (*(self.sinks or ()), sink)
        if getattr(sink, "shows_activity", False):
            self.active_sinks = (*(self.active_sinks or ()), sink)

    @door(lambda record: record.host.loop)
    def detach(self, sink: Sink) -> None:
        """No longer tell this sink."""
        self.sinks = tuple(s for s in self.sinks or () if s is not sink) or None
        self.active_sinks = tuple(s for s in self.active_sinks or () if s is not sink) or None
