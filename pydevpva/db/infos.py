"""info(NAME, "value") of records: the names that mean something here. No thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pydevpva.db.model import RecordInstance
from pydevpva.errors import Location, Problem, did_you_mean

GROUP, FORM, TIME_TAG, ARRAY, TIMEOUT = "Q:group", "Q:form", "Q:time:tag", "pydev:array", "pydev:timeout"
INIT, PUT_ERROR = "pydev:init", "pydev:puterror"
SAVED = ("autosaveFields", "autosaveFields_pass0", "autosaveFields_pass1")
TAGS = {
    GROUP: "fields of groups (pva/groups)",
    FORM: "how clients show VAL (pva/types/shape.py)",
    TIME_TAG: "bits of the nanoseconds that are the user tag (pva/types/metadata.py)",
    ARRAY: "whether code gets arrays as numpy's, or as lists (devices/pydev.py, records/pycalc.py)",
    **dict.fromkeys(SAVED, "fields that survive a restart (keep/infos.py)"),
    INIT: "where an output's device stands when the IOC starts (handles/initial.py)",
    PUT_ERROR: "YES: a put with completion tells what the code raised (devices/python.py)",
    TIMEOUT: "seconds that a record's Python may take (devices/time_limit.py)",
}
Check = Callable[[str, Location, str], Iterable[Problem]]  # the value, its place, the record
CHECKS: dict[str, Check] = {}  # what says what is wrong with a value when it is loaded; given by the room that reads it


def check_infos(record: RecordInstance) -> Iterator[Problem]:
    """What is wrong with a record's infos. A name that is nearly one of ours is a slip; others are other programs'."""
    for name, value in record.infos.items():
        if name not in TAGS:
            if hint := did_you_mean(name, TAGS):
                yield Problem(record.location, f"{record.name}: info({name}) means nothing{hint}", fatal=False)
        elif (check := CHECKS.get(name)) is not None:
            yield from check(value, record.location, record.name)
