"""stdio: a record's text as a line on the console (EPICS: std/dev/devStdio.c). Database thread."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from pydevpva.devices.parameter import parameter
from pydevpva.devices.registry import DeviceSupport
from pydevpva.errors import did_you_mean
from pydevpva.records.core.record import Record

log = logging.getLogger(__name__)
STREAMS: dict[str, Callable[[str], object]] = {
    "stdout": lambda text: sys.stdout.write(f"{text}\n"),
    "stderr": lambda text: sys.stderr.write(f"{text}\n"),
    "errlog": logging.getLogger("pydevpva.errlog").info,
}


class Stdio(DeviceSupport, dsets="devLsoStdio devPrintfStdio devSoStdio"):
    """VAL and a line feed to the stream named after "@". Another name writes nowhere."""

    __slots__ = ()

    def init_record(self, record: Record) -> int:
        if (name := parameter(record, "OUT")) not in STREAMS:
            hint = did_you_mean(name, STREAMS) or f"; choices: {', '.join(STREAMS)}"
            log.error('%s.OUT: "@%s" is no stream: nothing is written%s', record.NAME, name, hint)
        return 2

    def write(self, record: Record) -> int:
        if (write := STREAMS.get(parameter(record, "OUT"))) is not None:
            write(record.VAL)
        return 0
