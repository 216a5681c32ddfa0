"""Simulation mode: SIML, SIMM, SIOL, SIMS, SDLY, SSCN (EPICS: recGbl*Simm, readValue, writeValue).

Database thread.
"""

from __future__ import annotations

from pydevpva.records.core.alarm import INVALID, LINK, SIMM, SOFT, raise_alarm
from pydevpva.records.core.links import NO_DATA, NO_LINK, Link, put_text
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Scalar, Value, cast

NO, YES, RAW = range(3)
UNSET_SCAN = 65535  # SSCN's initial value: SCAN stays as it is in simulation mode


def init_simulation(record: Record) -> None:
    """iocInit: SIMM from a constant SIML (recGblInitSimm)."""
    if record.SIML is NO_LINK and record.SSCN == UNSET_SCAN:
        return  # as in nearly every record
    if record.SIML.is_constant:
        save_mode(record)
        if (mode := record.SIML.load("USHORT")) is not None:
            record.SIMM = mode
        check_mode(record)


def load(record: Record, dbf: str) -> None:
    """iocInit: SVAL from a constant SIOL."""
    if (value := record.SIOL.load(dbf)) is not None:
        record.SVAL = _stored(record, value)


def save_mode(record: Record) -> None:
    """Before SIMM changes: remember it (recGblSaveSimm)."""
    if record.SSCN != UNSET_SCAN:
        record.OLDSIMM = record.SIMM


def check_mode(record: Record) -> None:
    """After SIMM changed: SCAN and SSCN change places (recGblCheckSimm)."""
    if record.SSCN != UNSET_SCAN and record.SIMM != record.OLDSIMM:
        scan = record.SCAN
        record.host.scan_delete(record)
        record.SCAN = record.SSCN
        record.host.scan_add(record)
        record.SSCN = scan


def fetch_mode(record: Record) -> None:
    """Each processing: SIMM from SIML (recGblGetSimm); a link that fails leaves SIMM and marks LINK."""
    if record.SIML.is_constant:
        if record.SSCN != UNSET_SCAN:
            check_mode(record)
        return
    save_mode(record)
    raised, message = (record.NSTA, record.NSEV), record.NAMSG
    mode = record.SIML.get("USHORT")
    if mode is None:
        if record.NAMSG not in (message, "field SIML"):
            return check_mode(record)  # an alarm of the link's own; dbTryGetLink leaves out only dbGetLink's
        (record.NSTA, record.NSEV), record.NAMSG = raised, message
        if not record.NSEV:
            record.NSTA = LINK
    elif mode is not NO_DATA:
        record.SIMM = mode
    check_mode(record)


def simm_special(record: Record, after: bool) -> None:
    """A put to SIMM from outside (special SPC_MOD)."""
    (check_mode if after else save_mode)(record)


def begin(record: Record, modes: tuple[int, ...]) -> bool | None:
    """First step of reading or writing: None: not simulated; True: simulate now; False: not now.

    Not now is either an illegal mode, which is SOFT/INVALID, or the delay SDLY, after which the record
    processes again (PACT is set).
    """
    if not record.PACT:
        fetch_mode(record)
    if record.SIMM == NO:
        return None
    if record.SIMM not in modes:
        raise_alarm(record, SOFT, INVALID)
        return False
    raise_alarm(record, SIMM, record.SIMS)
    if not record.PACT and record.SDLY >= 0:
        record.host.after(record.SDLY, record)
        record.PACT = 1
        return False
    return True


def read(record: Record, dbf: str) -> bool:
    """The value from SIOL into SVAL, which keeps a constant; False: failed."""
    link: Link = record.SIOL
    value = link.get(dbf)
    record.PACT = 0
    if value is None:
        return False
    if value is not NO_DATA:
        record.SVAL = _stored(record, value)
    return True


def write(record: Record, value: Value, dbf: str) -> int:
    """The value to SIOL; 0 or -1."""
    done = put_text(record.SIOL, str(value)) if dbf == "CHAR" else record.SIOL.put(value, dbf)
    record.PACT = 0
    return 0 if done else -1


def _stored(record: Record, value: Scalar) -> Scalar:
    """A value as SVAL holds it: mbbiDirect reads its LONG as if it were a ULONG."""
    return cast(value, record.dbf("SVAL")) if type(value) is int else value
