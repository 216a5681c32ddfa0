"""FilteredChannel: a channel whose name ends in channel filters, 'X:ai.{"dbnd":{"abs":1}}'. Database thread.

All clients of one name share one chain and its state, as they share one stream of updates. A get is answered with
the last update that passed.
"""

from __future__ import annotations

from typing import Any

from pydevpva.engine.database import Address
from pydevpva.engine.filters import Update, run
from pydevpva.pva.channel import WANTED, Channel
from pydevpva.pva.normative import Kind, Shape, shape_of
from pydevpva.pva.reading import reader
from pydevpva.records.record import Record


class FilteredChannel(Channel):
    """What happens to the record goes through the chain; an update that comes out is posted with its time and alarm."""

    __slots__ = ("_mask", "_opening")

    def __init__(self, address: Address, shape: Shape, pv: Any) -> None:
        super().__init__(address, shape, pv)
        source = address.source()
        self._opening = False
        self._read = self._first_or_source(reader(source, shape_of(source)))
        self._mask = 0

    def _first_or_source(self, read_source: Any) -> Any:
        """While the channel opens, what clients see; later the field's value, to tell whether it changed."""

        def read(record: Record) -> Any:
            value = read_source(record)
            if not self._opening:
                return value
            update = run(self.address.filters, Update(record, value, WANTED, is_event=True))
            if update is None:  # a client has its first value all the same
                update = run(self.address.filters, Update(record, value, 0, is_event=False))
            return self._shown(value if update is None else update.value)

        return read

    def open(self) -> None:
        self._opening = True
        super().open()
        self._opening = False
        self._remember(self._read(self.address.record))

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        self._mask = mask
        super().changed(record, mask, field)

    def _post_value(self, record: Record, value: Any) -> None:
        update = run(self.address.filters, Update(record, value, self._mask, is_event=True))
        if update is not None:
            super()._post_value(update, self._shown(update.value))  # type: ignore[arg-type]  # has the same fields
        self._remember(value)

    def _post_stored(self, value: Any) -> None:
        update = run(self.address.filters, Update(self.address.record, value, 0, is_event=False))
        super()._post_stored(self._shown(value if update is None else update.value))
        self._remember(value)

    def _shown(self, value: Any) -> Any:
        """A chain's value for the shape: the first element where the filters leave no more than one."""
        if self.shape.kind in (Kind.NUMBERS, Kind.TEXTS) or isinstance(value, (str, bytes)):
            return value
        if not hasattr(value, "__len__"):
            return value
        if len(value) == 0:
            return "" if self.shape.kind is Kind.TEXT else 0
        return value[0].item() if hasattr(value[0], "item") else value[0]
