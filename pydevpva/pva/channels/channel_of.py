"""Which kind of channel serves a name: images and tables have their own. Database thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pydevpva.engine.address import Address
from pydevpva.pva.channels.field import Channel
from pydevpva.pva.channels.filtered import FilteredChannel
from pydevpva.pva.channels.image import ElementsChannel, ImageChannel
from pydevpva.pva.channels.table import TableChannel
from pydevpva.pva.types.p4p_types import Posting
from pydevpva.pva.types.shape import Shape
from pydevpva.pva.types.shape_of import shape_of


class AnyChannel(Protocol):
    """What a ServedName asks of its channel."""

    address: Address
    shape: Shape

    def open(self) -> None: ...
    def leave(self) -> None: ...


def channel_of(name: str, address: Address, pv: Posting, renew: Callable[[], None]) -> AnyChannel:
    """The channel for that name; the record's own name of an ndarray is its image, REC.VAL its elements.

    `renew` is what a channel calls, and ends with, when its value has another type.
    """
    whole = address.record.whole_value if address.field.name == "VAL" else ""
    if whole == "image":
        return ElementsChannel(address, pv, renew) if "." in name else ImageChannel(address, pv)
    if whole == "table":
        return TableChannel(address, pv, renew)
    if address.filters:
        return FilteredChannel(address, shape_of(address), pv)
    return Channel(address, shape_of(address), pv)
