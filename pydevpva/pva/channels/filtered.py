"""FilteredChannel: a channel whose name ends in channel filters, 'X:ai.{"dbnd":{"abs":1}}'. Database thread.

All clients of one name share one chain and its state, as they share one stream of updates. A get is answered with
the last update that passed.
"""

from __future__ import annotations

from operator import attrgetter

import numpy as np

from pydevpva.engine.address import Address
from pydevpva.engine.filters.epics import Timestamp
from pydevpva.engine.filters.parse import Update, run
from pydevpva.pva.channels.field import WANTED, Channel
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types.p4p_types import Posting
from pydevpva.pva.types.shape import Read, Shape, Wire
from pydevpva.pva.types.shape_of import shape_of
from pydevpva.records.core import arrays
from pydevpva.records.core.record import Record
from pydevpva.records.shared import characters


class FilteredChannel(Channel):
    """What happens to the record goes through the chain; an update that comes out is posted with its time and alarm."""

    __slots__ = ("_is_padded", "_is_text", "_is_time", "_mask", "_opening", "_told")

    def __init__(self, address: Address, shape: Shape, pv: Posting) -> None:
        super().__init__(address, shape, pv)
        source = address.source()
        self._opening = False
        self._is_padded = source.is_characters and not source.is_strings
        self._is_text = source.is_characters and source.record.array_info(source.field.name) is None
        self._is_time = any(isinstance(member, Timestamp) and member.gives_time for member in address.filters)
        self._told = 0  # TIME at the last look
        readable = source.dbf in wire.CODES  # not so TIME itself, of which filters make something that can be sent
        self._read = self._first_or_source(shape_of(source).reader(source) if readable else attrgetter("TIME"))
        self._mask = 0

    def _first_or_source(self, read_source: Read) -> Read:
        """While the channel opens, what clients see; later the field's value, to tell whether it changed."""

        def read(record: Record) -> Wire:
            value = read_source(record)
            if not self._opening:
                return value
            update = self._run(record, value, WANTED, is_event=True)
            if update is None:  # a client has its first value all the same
                update = self._run(record, value, 0, is_event=False)
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

    def _post_value(self, record: Record, value: Wire) -> None:
        update = self._run(record, value, self._mask, is_event=True)
        if update is not None:
            super()._post_value(update, self._shown(update.value))  # type: ignore[arg-type]  # has the same fields
        self._remember(value)

    def _post_stored(self, value: Wire) -> None:
        update = self._run(self.address.record, value, 0, is_event=False)
        super()._post_stored(self._shown(value if update is None else update.value))
        self._remember(value)

    def _remember(self, value: Wire) -> None:
        self._told = self.address.record.TIME
        super()._remember(value)

    def _differs(self, value: Wire) -> bool:
        return not arrays.same(value, self._last) or (self._is_time and self._told != self.address.record.TIME)

    def _run(self, record: Record, value: Wire, mask: int, is_event: bool) -> Update | None:
        """A value through the chain; a text as all the characters that it has room for."""
        address = self.address
        if self._is_padded:
            whole = value.tobytes() if arrays.is_numbers(value) else value
            raw = whole if isinstance(whole, bytes) else str(whole).encode()
            value = arrays.characters(raw.ljust(characters.capacity(record, address.field), b"\0"))
        return run(address.filters, Update(record, value, mask, is_event))

    def _shown(self, value: Wire) -> Wire:
        """A chain's value for the shape: the first element where the filters leave no more than one.

        The last character of a text is its end.
        """
        if self._is_text and arrays.is_numbers(value) and value.dtype == np.int8:
            if len(value) == 1 and not self.shape.is_text:
                return arrays.first(value)
            text = value.tobytes().split(b"\0")[0][: len(value) - 1]
            return text if self.shape.is_text else arrays.characters(text + b"\0")
        return arrays.first_or_zero(value) if arrays.is_array(value) and not self.shape.is_array else value
