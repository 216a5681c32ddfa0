"""What is told of an IOC: its variables, and of each record name, type, aliases, info tags and DESC (recsync: dbcb.c).

On the RecCaster's thread; what a record holds now is asked of the database thread, some records at a time.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from pydevpva.db.model import RecordInstance
from pydevpva.patterns import glob
from pydevpva.recsync import messages
from pydevpva.recsync.settings import Settings
from pydevpva.versions import epics_version

AT_ONCE = 100  # records
Describe = Callable[[Sequence[str]], list[str]]  # the DESCs of records, by their names


def contents(settings: Settings, instances: Iterable[RecordInstance], describe: Describe) -> Iterator[bytes]:
    """The messages, in pieces of some records."""
    yield b"".join(_of_ioc(settings))
    told = _wanted(settings, instances)
    number = 1
    while some := list(islice(told, AT_ONCE)):
        descriptions = describe([instance.name for instance in some])
        yield b"".join(
            _of_record(number + n, instance, description)
            for n, (instance, description) in enumerate(zip(some, descriptions, strict=True))
        )
        number += len(some)


def _of_ioc(settings: Settings) -> Iterator[bytes]:
    yield messages.info(messages.IOC, "EPICS_VERSION", f"EPICS {epics_version()}")
    for name in settings.variables:
        value = os.environ.get(name, socket.gethostname() if name == "HOSTNAME" else "")
        yield messages.info(messages.IOC, name, value)


def _wanted(settings: Settings, instances: Iterable[RecordInstance]) -> Iterator[RecordInstance]:
    patterns = [glob(pattern) for pattern in settings.excluded]
    for instance in instances:
        if not any(matches(instance.name) for matches in patterns):
            yield instance


def _of_record(number: int, instance: RecordInstance, description: str) -> bytes:
    told = [messages.record(number, instance.type, instance.name)]
    told += [messages.alias(number, name) for name in instance.aliases]
    told += [messages.info(number, key, value) for key, value in instance.infos.items()]
    told.append(messages.info(number, "recordDesc", description))
    return b"".join(told)
