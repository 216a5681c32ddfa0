"""IOC stats: how the IOC is (EPICS: devIocStatsAnalog.c, devIocStatsString.c, devIocStatsWaveform.c). Database thread.

The figures are read on a thread of their own (stats/statistics.py); here is taken what it has last found.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from pydevpva.devices.parameter import parameter
from pydevpva.devices.registry import DeviceSupport
from pydevpva.errors import did_you_mean
from pydevpva.records.core.alarm import AMSG_SIZE, INVALID, READ, raise_alarm
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, clip_text
from pydevpva.stats.statistics import LIVE, ONCE, OWN_EVENT, CannotTell, Value

log = logging.getLogger(__name__)
NO_CONVERSION = 0  # of menuConvert
RATE = "_scan_rate"
CLUSTER = re.compile(r"clust_info\s+[01]\s+\d+\s+[0-3]$")


def unknown(record: Record, field: str, given: str, choices: Iterable[str]) -> str:
    """Say once that this is no figure; the alarm's message."""
    names = sorted(choices)
    hint = did_you_mean(given, names) or f"; choices: {', '.join(names)}"
    where = record.host.place(record, field)
    log.error('%s%s.%s: "@%s" is nothing IOC stats knows%s', where, record.NAME, field, given, hint)
    return clip_text(f'nothing is known as "{given}"', AMSG_SIZE)


class Figure(DeviceSupport):
    """A figure by the name after "@"."""

    __slots__ = ("group", "name", "refusal")
    sort: ClassVar[type] = object

    def init_record(self, record: Record) -> int:
        self.name = parameter(record, "INP")
        statistics = record.host.statistics
        self.group = statistics.want(self.name)
        self.refusal = "" if self.group is not None else unknown(record, "INP", self.name, statistics.names())
        return 2

    def read(self, record: Record) -> int:
        try:
            if self.refusal:
                raise CannotTell(self.refusal)
            self.take(record, record.host.statistics.value(self.name))
        except CannotTell as error:
            raise_alarm(record, READ, INVALID, clip_text(str(error), AMSG_SIZE))
            return -1
        record.UDF = 0
        return 2

    def take(self, record: Record, value: Value) -> None:
        """Store it. Raises CannotTell for a text where a number is wanted."""
        raise NotImplementedError

    def event(self, record: Record) -> str | None:
        return OWN_EVENT + self.group if self.group not in (None, ONCE, LIVE) else None

    def no_event(self, record: Record) -> str:
        return self.refusal or f'"{self.name}" does not change by itself'


class NumberFigure(Figure, dsets="devAiStats", offers=("ai", "IOC stats"), link_type="INST_IO"):
    """ai: a number."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        record.LINR = NO_CONVERSION
        return super().init_record(record)

    def take(self, record: Record, value: Value) -> None:
        if isinstance(value, str):
            raise CannotTell(f"{self.name} is text: stringin shows it")
        record.VAL = value


class TextFigure(Figure, dsets="devStringinStats", offers=("stringin", "IOC stats"), link_type="INST_IO"):
    """stringin: a text's first 39 characters; a number as it is written."""

    __slots__ = ()

    def take(self, record: Record, value: Value) -> None:
        record.VAL = clip_text(_text(value), STRING_BYTES)


class LongFigure(Figure, dsets="devWaveformStats", offers=("waveform", "IOC stats"), link_type="INST_IO"):
    """waveform of CHAR: a text, with a zero behind it."""

    __slots__ = ()

    def take(self, record: Record, value: Value) -> None:
        data = _text(value).encode("utf-8", "surrogateescape")[: record.NELM - 1] + b"\0"
        record.put_array("VAL", np.frombuffer(data, np.int8))


class Period(DeviceSupport, dsets="devAoStats", offers=("ao", "IOC stats"), link_type="INST_IO"):
    """ao: how often a group of figures is read, in seconds, from the next time on."""

    __slots__ = ("group",)

    def init_record(self, record: Record) -> int:
        record.LINR = NO_CONVERSION
        given = parameter(record, "OUT")
        periods = record.host.statistics.periods
        self.group = given.removesuffix(RATE) if given.endswith(RATE) else ""
        if self.group not in periods:
            unknown(record, "OUT", given, [group + RATE for group in periods])
            self.group = ""
        elif not record.VAL:
            record.VAL = periods[self.group]
        return 2

    def write(self, record: Record) -> int:
        if not self.group:
            return -1
        periods = record.host.statistics.periods
        if record.VAL > 0:
            periods[self.group] = record.VAL
        else:
            record.VAL = periods[self.group]
        record.UDF = 0
        return 0


class Clusters(DeviceSupport, dsets="devAiClusts", offers=("ai", "IOC stats clusts"), link_type="INST_IO"):
    """ai: mbuf clusters of real-time systems, which are not here."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        record.LINR = NO_CONVERSION
        if not CLUSTER.match(given := parameter(record, "INP")):
            unknown(record, "INP", given, ["clust_info POOL INDEX TYPE"])
        return 2

    def read(self, record: Record) -> int:
        raise_alarm(record, READ, INVALID, "only vxWorks and RTEMS have clusters")
        return -1


def _text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"
