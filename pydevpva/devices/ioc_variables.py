"""IOC env var, IOC epics var: variables of the environment (EPICS: devIocStatsString.c). Database thread."""

from __future__ import annotations

import os

from pydevpva.devices.ioc_stats import unknown
from pydevpva.devices.parameter import parameter
from pydevpva.devices.registry import DeviceSupport
from pydevpva.records.core.alarm import UDF, raise_alarm
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import STRING_BYTES, clip_text
from pydevpva.stats.texts import NOT_AVAILABLE, PARAMETERS


class EnvironmentVariable(
    DeviceSupport, dsets="devStringinEnvVar", offers=("stringin", "IOC env var"), link_type="INST_IO"
):
    """A variable, or that it is not there."""

    __slots__ = ()

    def read(self, record: Record) -> int:
        value = os.environ.get(parameter(record, "INP"), NOT_AVAILABLE)
        record.VAL, record.UDF = clip_text(value, STRING_BYTES), 0
        return 0


class EpicsParameter(
    DeviceSupport, dsets="devStringinEpics", offers=("stringin", "IOC epics var"), link_type="INST_IO"
):
    """One of EPICS's configuration parameters, or its default."""

    __slots__ = ("name",)

    def init_record(self, record: Record) -> int:
        self.name = parameter(record, "INP")
        if self.name not in PARAMETERS:
            unknown(record, "INP", self.name, PARAMETERS)
        return 0

    def read(self, record: Record) -> int:
        if self.name not in PARAMETERS:
            record.VAL = "<undefined>"
            raise_alarm(record, UDF, record.UDFS)
            return -1
        value = os.environ.get(self.name) or PARAMETERS[self.name] or ""
        record.VAL, record.UDF = clip_text(value, STRING_BYTES), 0
        return 0
