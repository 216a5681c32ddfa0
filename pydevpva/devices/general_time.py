"""General Time: where the IOC's time comes from (EPICS: std/dev/devGeneralTime.c). Database thread.

There is one source, the computer's clock: it makes no errors, and there are no event times.
"""

from __future__ import annotations

import logging
from typing import ClassVar

from pydevpva.devices.parameter import parameter
from pydevpva.devices.registry import DeviceSupport
from pydevpva.errors import did_you_mean
from pydevpva.records.core.alarm import MAJOR, READ, raise_alarm
from pydevpva.records.core.record import Record
from pydevpva.records.shared.timetext import seconds

log = logging.getLogger(__name__)
CLOCK = "OS Clock"


class GeneralTime(DeviceSupport):
    """One of some words after "@", in any case. A record with none of them stays active for ever, as in EPICS."""

    __slots__ = ("word",)
    words: ClassVar[tuple[str, ...]] = ()
    link: ClassVar[str] = "INP"

    def init_record(self, record: Record) -> int:
        given = parameter(record, self.link)
        self.word = given.upper()
        if self.word not in self.words:
            hint = did_you_mean(given, self.words) or f"; choices: {', '.join(self.words)}"
            log.error('%s.%s: "@%s" is nothing General Time knows%s', record.NAME, self.link, given, hint)
            record.PACT = 1
        return 0


class CurrentTime(GeneralTime, dsets="devAiGeneralTime"):
    """@TIME: seconds since 1990."""

    __slots__ = ()
    words = ("TIME",)

    def read(self, record: Record) -> int:
        record.VAL, record.UDF = seconds(record.host.now()), 0
        return 2


class ErrorCount(GeneralTime, dsets="devLiGeneralTime"):
    """@GETERRCNT: errors of the time sources."""

    __slots__ = ()
    words = ("GETERRCNT",)

    def read(self, record: Record) -> int:
        record.VAL = 0
        return 0


class ResetErrors(GeneralTime, dsets="devBoGeneralTime"):
    """@RSTERRCNT: no error counts any more."""

    __slots__ = ()
    words = ("RSTERRCNT",)
    link = "OUT"

    def init_record(self, record: Record) -> int:
        super().init_record(record)
        record.MASK = 0
        return 2

    def write(self, record: Record) -> int:
        return 0


class Provider(GeneralTime, dsets="devSiGeneralTime"):
    """@TOPTCP: the best time source. @BESTTCP and @BESTTEP: the source that gave the last time by the sources' list,
    of event times: with the clock alone EPICS never asks that list, so there is none."""

    __slots__ = ()
    words = ("BESTTCP", "TOPTCP", "BESTTEP")

    def read(self, record: Record) -> int:
        if self.word == "TOPTCP":
            record.VAL = CLOCK
        else:
            record.VAL = "No working providers"
            raise_alarm(record, READ, MAJOR)
        record.UDF = 0
        return 0
