"""CaPlayer: puts one server through a case as player.py does, over Channel Access, and writes down what libca is told.

A value is sent as the type of its field, a text for a state or a number as DBR_STRING; options of a put (`with ...`)
are PVAccess's own and left out. A get and the fields are read with all that DBR_CTRL has.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from epicscorelibs.ca.cadef import CAException

from tests.ca.client import CHAR, CTRL, DOUBLE, ENUM, LONG, NORMAL, SHORT, STRING, TIME, Channel, Client, Got, Updates
from tests.ca.told import told
from tests.conformance.case import Case, Step
from tests.conformance.player import Transcript, agrees
from tests.ioc_process import PATIENCE

RANGES = {CHAR: range(256), SHORT: range(-(2**15), 2**15), LONG: range(-(2**31), 2**31), ENUM: range(2**16)}


class CaPlayer:
    """A client of one server. It is made on the thread that makes the other's, for libca reads the environment then."""

    def __init__(self, environment: Mapping[str, str], fields: Mapping[str, list[str]]) -> None:
        self._fields = fields
        before = dict(os.environ)
        self._client = Client(environment)
        self._put = self._client.channel("fence:put")
        self._seen = self._client.channel("fence:seen").watch()
        os.environ.clear()
        os.environ.update(before)
        self._fence = 0

    def __enter__(self) -> CaPlayer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def play(self, case: Case) -> Transcript:
        """Play a case from its first step to its last, and read all fields."""
        self.settle()
        transcript = Transcript()
        names = [name for _, name in case.records] + case.watched
        channels = self._open([case.prefix + name for name in names])
        streams = {name: _watch(channels[case.prefix + name]) for name in names}
        for stream in streams.values():
            stream.wait(bool)
        for step in [*case.steps, Step("fields")]:
            transcript.marks.append({name: len(stream.all) for name, stream in streams.items()})
            transcript.answers.append(self._answer(case, step, streams))
            self.settle()
        for channel in channels.values():
            channel.clear()
        transcript.streams = {
            name: [{"update": told(got)} for got in stream.all] for name, stream in streams.items()
        }  # fmt: skip
        return transcript

    def settle(self) -> None:
        """Return when all that has happened so far has reached this client."""
        for _ in range(2):
            self._fence += 1
            fence = float(self._fence)
            assert self._put.put(self._fence) == NORMAL
            self._seen.wait(lambda all, fence=fence: all[-1].value == fence)  # type: ignore[misc]

    def _open(self, names: list[str]) -> dict[str, Channel]:
        channels = {name: self._client.channel(name, wait=False) for name in names}
        for channel in channels.values():
            channel.wait_connected()
        return channels

    def _answer(self, case: Case, step: Step, streams: Mapping[str, Updates]) -> Any:
        if step.verb == "fields":
            return self._all_fields(case)
        if step.verb == "until":
            return _reached(streams[step.target], step.value)
        channel = self._client.channel(case.prefix + step.target)
        try:
            if step.verb == "get":
                return told(_get(channel)())
            status = channel.put(*sent(channel, step.value), wait=step.verb == "put")
        except CAException as error:  # libca itself refuses
            return str(error)
        finally:
            channel.clear()
        return status

    def _all_fields(self, case: Case) -> dict[str, Any]:
        names = [f"{name}.{field}" for rtype, name in case.records for field in self._fields[rtype]]
        channels = self._open([case.prefix + name for name in names])
        asked = {name: _get(channels[case.prefix + name]) for name in names}
        answers = {name: told(answer()) for name, answer in asked.items()}
        for channel in channels.values():
            channel.clear()
        return answers


def _watch(channel: Channel) -> Updates:
    return channel.watch(TIME + channel.type)


def _get(channel: Channel) -> Any:
    return channel.begin_get(CTRL + channel.type)


def _reached(stream: Updates, wanted: Any) -> str:
    def is_shown(all: Any) -> bool:
        return bool(all) and agrees(_shown(all[-1], wanted), wanted)

    try:
        stream.wait(is_shown, PATIENCE)
    except AssertionError:
        return f"not reached, but {_shown(stream.all[-1], wanted)!r}"
    return "reached"


def _shown(got: Got, like: Any) -> Any:
    """The value of an update as a case writes one like this."""
    if isinstance(like, list):
        return got.values
    if isinstance(like, str) and got.kind % 7 == CHAR:
        return got.text
    return got.value if got.count else None


def sent(channel: Channel, value: Any) -> tuple[Any, int]:
    """The value, and the DBR type as which it is put."""
    values = value if isinstance(value, list) else [value]
    kind = channel.type
    if isinstance(value, str) and kind == CHAR:
        return value.encode() + b"\0", CHAR
    if kind == STRING or any(isinstance(one, str) for one in values):
        texts = [one if isinstance(one, str) else str(one) for one in values]
        return texts if isinstance(value, list) else texts[0], STRING
    if kind in RANGES and all(one in RANGES[kind] for one in values):
        whole = [int(one) for one in values]
        return whole if isinstance(value, list) else whole[0], kind
    return [float(one) for one in values] if isinstance(value, list) else float(value), DOUBLE
