"""The RecCaster as a part of an IOC: what it tells is the IOC's, its state is shown by records. Main thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydevpva.db.model import RecordInstance
from pydevpva.engine.database import Database
from pydevpva.life import Life
from pydevpva.recsync.caster import RecCaster
from pydevpva.recsync.contents import contents
from pydevpva.recsync.settings import Settings
from pydevpva.stats.statistics import LIVE, OWN_EVENT

STATE, TEXT, EVENT = "reccaster_state", "reccaster_text", OWN_EVENT + "reccaster"


def attach(database: Database, instances: Mapping[str, RecordInstance], life: Life) -> RecCaster:
    """The RecCaster of this IOC, which begins when it runs, if a script or a record has asked for it."""
    settings, loop, statistics = Settings(), database.loop, database.services.statistics

    def describe(names: Sequence[str]) -> list[str]:
        return loop.call(lambda: [str(database.records[name].DESC) for name in names])

    def told() -> Iterator[bytes]:
        return contents(settings, list(instances.values()), describe)

    caster = RecCaster(settings, told, lambda: loop.submit(statistics.post, EVENT))
    statistics.offer(LIVE, {STATE: lambda: float(caster.state), TEXT: lambda: caster.text})

    def start() -> None:
        settings.wanted = settings.wanted or statistics.is_wanted(STATE) or statistics.is_wanted(TEXT)
        caster.start()

    life.at("running", start)
    life.at("stop", caster.stop)
    return caster
