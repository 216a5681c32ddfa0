"""Channel: what clients see of one field while at least one of them is connected. Database thread.

A post goes out in one piece: the value, its time stamp, and the alarm when that changed.
"""

from __future__ import annotations

import logging

from p4p import Value

from pydevpva.engine.address import Address
from pydevpva.pva.types import codes as wire
from pydevpva.pva.types import metadata
from pydevpva.pva.types.p4p_types import Posting
from pydevpva.pva.types.shape import Shape, Wire
from pydevpva.records.core.alarm import DBE_ALARM, DBE_PROPERTY, DBE_VALUE
from pydevpva.records.core.arrays import copy
from pydevpva.records.core.record import NEVER, Record

log = logging.getLogger(__name__)

WANTED = DBE_VALUE | DBE_ALARM  # what QSRV2 subscribes to unless asked otherwise: ADEL alone posts nothing
SECONDS, NANOSECONDS, TAG = b"secondsPastEpoch", b"nanoseconds", b"userTag"  # bytes: p4p need not encode them
# What is set while a record processes and posts: the engine tells, as a change of PACT, what is left of it afterwards
ACTIVITY = frozenset({"PACT", "PUTF", "RPRO"})


class Channel:
    """A sink of the record that keeps an open p4p SharedPV up to date.

    `_hot` is one p4p Value used for all posts: making one costs more than posting it. p4p and pvxs copy what is
    marked at each post, so that the next post may write to it again. Posts go out at the end of the loop's pass, many
    at a time: each that finds pvxs's thread asleep costs 20 us more.
    """

    __slots__ = (
        "_alarm", "_description", "_hot", "_is_ahead", "_is_value", "_key", "_last", "_loop", "_name",
        "_nanosecond_mask", "_never", "_once", "_post", "_pv", "_read", "_time", "_waits", "address", "shape",
    )  # fmt: skip

    def __init__(self, address: Address, shape: Shape, pv: Posting) -> None:
        self.address, self.shape, self._pv = address, shape, pv
        self._name = address.field.name
        self._is_value = self._name == "VAL"
        self._read = shape.reader(address)
        self._key = shape.leaf.encode()
        self._nanosecond_mask = metadata.nanosecond_mask(address.record)
        self._loop = address.record.host.loop
        self._post = pv.post_open
        self._hot = Value(shape.type)
        self._time = self._hot["timeStamp"]  # the same memory: shorter to look up
        self._waits = False  # whether _hot waits for the end of the pass
        self._is_ahead = True  # of the deadband: clients were told what no processing has posted, and it may go back
        self._once = False  # whether leaves are marked that the next update may not have

    def open(self) -> None:
        """Give the PV its type and first value, every leaf of it marked, and follow the record from now on."""
        record = self.address.record
        value = self._read(record)
        self._remember(value)
        self._alarm = (record.SEVR, record.STAT, record.AMSG)
        self._never = record.TIME == NEVER
        self._description = record.DESC
        first = self.shape.everything(self.address)
        first.update(metadata.alarm(record))
        first.update(metadata.stamp(record, self._nanosecond_mask))
        first[self._key.decode()] = value
        self._pv.open(Value(self.shape.type, first))
        record.attach(self)

    @property
    def shows_activity(self) -> bool:
        return not self._is_value

    def leave(self) -> None:
        """Follow the record no more; the PV is closed."""
        self._loop.end_pass()
        self.address.record.detach(self)

    def changed(self, record: Record, mask: int, field: str | None) -> None:
        """Post what this change means for the field (records.core.record.Sink). A bug here does not stop the record."""
        try:
            if (mask & DBE_PROPERTY or field == "DESC") and self._tells_properties(record, mask, field):
                self._post_properties(record)
            if field is None:
                if self._is_value and mask & WANTED:
                    self._post_value(record, self._read(record))
                else:
                    self._processed(record, mask)
            elif field == self._name and mask & WANTED:
                self._post_value(record, self._read(record))
                self._is_ahead = self._is_value
            elif field == self._name and mask == 0 and self._differs(value := self._read(record)):
                self._post_stored(value)
            elif field == "PACT" and self._is_active(record) and self._differs(value := self._read(record)):
                self._post_value(record, value)
        except Exception:
            log.exception("internal error: %s.%s cannot be posted", record.NAME, self._name)
            self._post_alarm_alone(record)

    def _is_active(self, record: Record) -> bool:
        """Whether a change of PACT is the time to look at the field: also a code that runs now shows what it has."""
        return self._name in ACTIVITY or bool(record.PACT and not self._is_value)

    def _tells_properties(self, record: Record, mask: int, field: str | None) -> bool:
        """Whether the leaves besides the value are to be posted. Units and limits of A..U are those of their links."""
        if field == "DESC":
            return bool(record.DESC != self._description)
        return field == self._name or field not in record.properties.from_links

    def _processed(self, record: Record, mask: int) -> None:
        """The record processed, and VAL is not to be posted; other fields are looked at for changes."""
        if self._is_value:
            if self._is_ahead:
                if self._differs(value := self._read(record)):
                    self._post_stored(value)
                self._is_ahead = False
        elif mask != DBE_PROPERTY:
            value = self._last if self._name in ACTIVITY else self._read(record)
            is_new = self._differs(value) and self._name not in record.posts_itself
            if is_new or self._alarm != (record.SEVR, record.STAT, record.AMSG):
                self._post_value(record, value)
                return
        if self._never and record.TIME != NEVER:
            self._post_stamp(record)

    def _post_value(self, record: Record, value: Wire) -> None:
        """What nearly all updates are; written out, because a call for each part costs as much as the part."""
        self._is_ahead = False
        loop, hot = self._loop, self._hot
        if self._waits:
            loop.end_pass()
            hot = self._hot
        hot[self._key] = value
        time, mask = self._time, self._nanosecond_mask
        seconds, nanoseconds = divmod(record.TIME, 1_000_000_000)
        time[SECONDS] = seconds
        time[NANOSECONDS] = nanoseconds & ~mask
        tag = record.UTAG
        time[TAG] = nanoseconds & mask if mask else wire.user_tag(tag) if tag else 0
        self._never = record.TIME == NEVER
        if (alarm := (record.SEVR, record.STAT, record.AMSG)) != self._alarm:
            for leaf, content in metadata.alarm(record).items():
                hot[leaf] = content
            self._once = True
            self._alarm = alarm
        self._waits = True
        loop.at_end(self._send)
        if self._is_value:
            self._last = value
        else:
            self._remember(value)

    def _next(self) -> Value:
        """To write the next update into; one that waits goes out first."""
        if self._waits:
            self._loop.end_pass()
        return self._hot

    def _send_later(self) -> None:
        self._waits = True
        self._loop.at_end(self._send)

    def _send(self) -> None:
        self._waits = False
        try:
            self._post(self._hot)
        except Exception:
            if self._pv.isOpen():  # or its last client has left meanwhile
                log.exception("internal error: %s.%s cannot be posted", self.address.record.NAME, self._name)
                self._post_alarm_alone(self.address.record)
        if self._once:
            self._once = False
            self._hot.unmark()

    def _post_alarm_alone(self, record: Record) -> None:
        """The value could not be posted; clients know at least how the record is, also from now on."""
        self._hot = Value(self.shape.type)
        self._time = self._hot["timeStamp"]
        self._once = False
        if (alarm := metadata.alarm_state(record)) != self._alarm:
            self._alarm = alarm
            self._pv.post(
                Value(self.shape.type, metadata.alarm(record) | metadata.stamp(record, self._nanosecond_mask))
            )

    def _post_stored(self, value: Wire) -> None:
        """VAL was written and is not posted by processing: its time and alarm are still those of the last time."""
        if self._waits:
            self._loop.end_pass()
        hot = self._hot
        hot.unmark()
        hot[self._key] = value
        self._waits = True
        self._loop.at_end(self._send)
        self._remember(value)
        self._is_ahead = True

    def _post_stamp(self, record: Record) -> None:
        """The record has processed for the first time and VAL did not change: clients see at least when."""
        hot = self._next()
        hot.unmark()
        for leaf, content in metadata.stamp(record, self._nanosecond_mask).items():
            hot[leaf] = content
        self._never = False
        self._send_later()

    def _post_properties(self, record: Record) -> None:
        self._description = record.DESC
        leaves = self.shape.changing(self.address)
        if self._never and record.TIME != NEVER:
            leaves.update(metadata.stamp(record, self._nanosecond_mask))
            self._never = False
        self._loop.end_pass()
        self._pv.post(Value(self.shape.type, leaves))

    def _remember(self, value: Wire) -> None:
        """What was posted last; a copy, because records write into their arrays. VAL is always a new array."""
        self._last = value if self._is_value else copy(value)

    def _differs(self, value: Wire) -> bool:
        """Whether the value is not the one posted last."""
        return self.shape.differs(value, self._last)
