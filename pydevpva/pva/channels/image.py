"""ImageChannel: what clients see of an ndarray record: an NTNDArray. Database thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from p4p import Value

from pydevpva.engine.address import Address
from pydevpva.pva.channels.field import Channel
from pydevpva.pva.channels.memory import keep_image_memory
from pydevpva.pva.channels.packing import Packing
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types import metadata
from pydevpva.pva.types.image import CONSTANT, IMAGE, MEMBERS, SIDE_VALUES, attributes, comparable, set_time
from pydevpva.pva.types.p4p_types import Posting, Structure
from pydevpva.pva.types.shape import Shape
from pydevpva.pva.types.shape_of import shape_of
from pydevpva.records.core.alarm import DBE_ALARM, DBE_PROPERTY, DBE_VALUE
from pydevpva.records.core.record import Record
from pydevpva.records.core.values import Numbers

log = logging.getLogger(__name__)

ALARM_LEAVES = ("alarm.severity", "alarm.status", "alarm.message")
PLAIN = ("", 0)  # a codec's name and the ScalarType in its parameters
PROCESSED = 16  # beside the DBE masks: the record processed, whatever was posted


class ImageChannel:
    """A sink of an ndarray record that keeps an open p4p SharedPV up to date. p4p copies the pixels once, at a post.

    While an image is compressed, on a thread of its own, what happens is collected, and told after that image: under
    load clients get each image that was compressed, and then the newest. The image that is there when the PV opens
    goes as it is, because pvxs's thread waits for that.
    """

    __slots__ = ("_alarm", "_codec", "_described", "_hot", "_missed", "_packing", "_pv", "_sizes", "_unmark", "address",
                 "shape")  # fmt: skip

    def __init__(self, address: Address, pv: Posting) -> None:
        self.address, self._pv = address, pv
        self.shape: Shape = IMAGE
        self._hot = Value(IMAGE.type)
        self._sizes: Any = None
        self._described: Any = None
        self._codec = PLAIN  # as clients know it
        self._unmark: tuple[Iterable[str], ...] = ()  # what is marked in the next post only
        self._packing: Packing | None = None  # the image that is being compressed
        self._missed = 0  # what happened since

    def open(self) -> None:
        """Give the PV its first value, every leaf of it marked, and follow the record from now on."""
        keep_image_memory()
        record = self.address.record
        first = self._hot
        for leaf, content in (*metadata.alarm(record).items(), *_properties(record).items(), *CONSTANT.items()):
            first[leaf] = content
        self._alarm = metadata.alarm_state(record)
        self._describe(record)
        self._set(record.image.dtype.name, record.VAL, PLAIN)
        self._pv.open(first)
        _unmark(first, ALARM_LEAVES, _properties(record), CONSTANT)
        record.attach(self)

    def leave(self) -> None:
        """Follow the record no more; the PV is closed."""
        if self._packing is not None:
            self._packing.cancel()
        self.address.record.detach(self)

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """See records.core.record.Sink. A bug here does not stop the record."""
        try:
            record.host.loop.end_pass()  # updates stay in the order of the changes
            if field is None or field == "VAL":
                happened = mask | PROCESSED
            else:
                happened = DBE_PROPERTY if field == "DESC" else mask & DBE_PROPERTY
            if self._packing is not None:
                self._missed |= happened
            elif happened:
                self._tell(record, happened)
        except Exception:
            log.exception("internal error: %s cannot be posted", record.NAME)
            self._post_alarm_alone(record)

    def _post_alarm_alone(self, record: Record) -> None:
        """The image could not be posted; clients know at least how the record is."""
        self._hot.unmark()
        self._unmark, self._sizes, self._described, self._codec = (), None, None, ("?", 0)
        self._alarm = metadata.alarm_state(record)
        leaves = metadata.alarm(record) | metadata.stamp(record, metadata.nanosecond_mask(record))
        self._pv.post(Value(IMAGE, leaves))

    def _tell(self, record: Record, happened: int) -> None:
        if happened & DBE_PROPERTY:
            self._pv.post(Value(IMAGE.type, _properties(record)))
        if happened & PROCESSED:
            self._processed(record, happened)

    def _processed(self, record: Record, mask: int) -> None:
        state = metadata.alarm_state(record)
        news, self._alarm = state != self._alarm, state
        if mask & DBE_VALUE:
            if news:
                for leaf, content in metadata.alarm(record).items():
                    self._hot[leaf] = content
                self._unmark = (ALARM_LEAVES,)
            self._fill(record)
        elif mask & DBE_ALARM or news:
            leaves = metadata.alarm(record)
            leaves.update(metadata.stamp(record, metadata.nanosecond_mask(record)))
            self._pv.post(Value(IMAGE.type, leaves))

    def _fill(self, record: Any) -> None:
        """Take what describes the array, and send it with its pixels, now or when they are compressed."""
        self._describe(record)
        if record.CODC and (codec := record.codec()):
            self._packing = Packing(codec, record.image, record.JQLT, self._packed, record.host.loop.submit)
        else:
            self._send(record.image.dtype.name, record.VAL, PLAIN)

    def _packed(self, packing: Packing) -> None:
        """An image is compressed: send it, and tell what happened meanwhile."""
        record: Any = self.address.record
        try:
            self._packing = None
            missed, self._missed = self._missed, 0
            if packing.packed is None:
                self._send(packing.image.dtype.name, np.asarray(packing.image).reshape(-1), PLAIN)
            else:
                self._send("uint8", packing.packed, (packing.codec, packing.type_number))
            self._tell(record, missed)
        except Exception:
            log.exception("internal error: %s cannot be posted", record.NAME)
            self._post_alarm_alone(record)

    def _set(self, dtype: str, flat: Numbers, codec: tuple[str, int]) -> None:
        hot = self._hot
        hot["value"] = (MEMBERS[dtype], flat if dtype != "bool" else flat.view("?"))
        hot["compressedSize"] = flat.nbytes
        if self._codec != codec:
            self._codec = codec
            hot["codec"] = {"name": codec[0], "parameters": ("i", codec[1])}

    def _send(self, dtype: str, flat: Numbers, codec: tuple[str, int]) -> None:
        self._set(dtype, flat, codec)
        self._pv.post(self._hot)
        if self._unmark:
            _unmark(self._hot, *self._unmark)
            self._unmark = ()
        record: Any = self.address.record
        if record.CODC:
            record.sent(flat.nbytes)

    def _describe(self, record: Any) -> None:
        """All but the pixels; marked at each post, so that each update says it all."""
        hot, image = self._hot, record.image
        hot["uncompressedSize"] = image.nbytes
        hot["uniqueId"] = record.UNID
        set_time(hot["timeStamp"], record.TIME, wire.user_tag(record.UTAG))
        set_time(hot["dataTimeStamp"], record.TIME if image.time_ns is None else image.time_ns, 0)
        if self._sizes != image.shape:
            self._sizes = image.shape
            hot["dimension"] = [dict(SIDE_VALUES, size=n, fullSize=n) for n in reversed(image.shape)]
        if self._described != (described := comparable(image)):
            hot["attribute"] = attributes(image)
            self._described = described


class ElementsChannel(Channel):
    """REC.VAL: the elements as an NTScalarArray. Another element type is another PV type."""

    __slots__ = ("_renew",)

    def __init__(self, address: Address, pv: Posting, renew: Callable[[], None]) -> None:
        super().__init__(address, shape_of(address), pv)
        self._renew = renew

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        if record.dbf("VAL") != self.address.dbf:
            self._renew()
        else:
            super().changed(record, mask, field)


def _unmark(value: Structure, *leaves: Iterable[str]) -> None:
    for names in leaves:
        for name in names:
            value.mark(name, False)


def _properties(record: Record) -> dict[str, Any]:
    description = wire.text(record.DESC)
    return {"descriptor": description, "display.description": description}
