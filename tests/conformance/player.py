"""Player: puts one server through a case and writes down what a client sees, as a Transcript.

No step waits for time to pass. After each one the player waits until all that it set off at once has reached the
client: it puts to a record of its own and waits for the update of another that follows it through a CP link. That
update has come the way which updates and CP links of the case take, behind them; twice, for EPICS's event task
visits its queues in turn.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import numpy as np
from p4p.client.raw import Context as RawContext
from p4p.client.thread import Context, RemoteError
from p4p.util import ThreadedWorkQueue, WorkQueue

from tests.conformance.case import Case, Step
from tests.ioc_process import PATIENCE

FENCE_DB = """
record(longout, "fence:put") { }
record(calc, "fence:seen") { field(INPA, "fence:put CP") field(CALC, "A") field(MDEL, "-1") }
"""
QUEUE = "record[queueSize=200]field()"  # room for all that one step may post
STAMP = "timeStamp."

Leaves = dict[str, Any]


@dataclass
class Transcript:
    """What a client saw. Names are without the case's prefix.

    streams: for each channel its updates in order, each the marked leaves and their values; the first is complete.
    marks: how many updates each channel had seen when a step began.
    answers: for each step what it came to: "ok", "refused", "timeout", a value, or all fields.
    """

    streams: dict[str, list[Leaves]] = field(default_factory=dict)
    marks: list[dict[str, int]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def plain(value: Any) -> Any:
    """A leaf as something that compares and prints, NaN included; arrays with their type."""
    if isinstance(value, np.ndarray):
        return [str(value.dtype), *(plain(item) for item in value.tolist())]
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value


def everything(value: Any, prefix: str = "") -> Leaves:
    """All leaves of a p4p Value but those of the time stamp."""
    leaves: Leaves = {}
    for name, content in value.items():
        path = prefix + name
        if hasattr(content, "changedSet"):
            leaves.update(everything(content, path + "."))
        elif not path.startswith(STAMP):
            leaves[path] = plain(content)
    return leaves


def marked(value: Any) -> Leaves:
    """The marked leaves; of the time stamp only that it is marked."""
    names = value.changedSet(parents=False, expand=True)
    return {name: plain(value[name]) if not name.startswith(STAMP) else "-" for name in sorted(names)}


class Stream:
    """The updates of one channel as they come, on the worker thread.

    p4p's own thread.Subscription loses an event that comes before its constructor has returned, so this is
    its raw one with a queue.
    """

    def __init__(self, context: Context, name: str, queue: WorkQueue) -> None:
        self.updates: list[Leaves] = []
        self.latest: Leaves = {}
        self.name = name
        self._news = threading.Condition()
        self._started = threading.Event()
        self._subscription = RawContext.monitor(context, name, lambda: queue.push(self._drain), QUEUE)
        self._started.set()

    def _drain(self) -> None:
        self._started.wait(PATIENCE)
        while (update := self._subscription.pop()) is not None:
            leaves = {"lost": str(update)} if isinstance(update, Exception) else marked(update)
            with self._news:
                self.latest.update(leaves)
                self.updates.append(leaves)
                self._news.notify_all()

    def value(self) -> Any:
        """The value that a client shows now; an enum's index."""
        return self.latest.get("value", self.latest.get("value.index"))

    def wait(self, value: Any = None) -> bool:
        """Wait for any update, or until the value is this one; False when it is not within PATIENCE."""
        with self._news:
            if value is None:
                return self._news.wait_for(lambda: bool(self.updates), PATIENCE)
            return self._news.wait_for(lambda: agrees(self.value(), value), PATIENCE)

    def close(self) -> None:
        self._subscription.close()


def agrees(shown: Any, wanted: Any) -> bool:
    """Whether the shown value is the wanted one; an array's type is left out."""
    if isinstance(wanted, list) and isinstance(shown, list) and shown and isinstance(shown[0], str):
        shown = shown[1:]
    if isinstance(wanted, float) and isinstance(shown, float) and math.isfinite(wanted):
        return math.isclose(shown, wanted)
    return bool(shown == plain(wanted))


class Player:
    """A client of one server that plays cases. `fields` gives the names of a record type's fields to be compared."""

    def __init__(self, environment: Mapping[str, str], fields: Mapping[str, list[str]]) -> None:
        self._fields = fields
        self._stack = ExitStack()
        self._queue = ThreadedWorkQueue(maxsize=0, workers=1)  # one worker: updates stay in order
        self._queue.start()
        self._stack.callback(self._queue.stop)
        self._context = self._stack.enter_context(Context("pva", conf=dict(environment), useenv=False, nt=False))
        self._seen = Stream(self._context, "fence:seen", self._queue)
        self._fence = 0

    def __enter__(self) -> Player:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._seen.close()
        self._stack.close()

    def play(self, case: Case) -> Transcript:
        """Play a case from its first step to its last, and read all fields."""
        self.settle()
        transcript = Transcript()
        names = [name for _, name in case.records] + case.watched
        streams = {name: Stream(self._context, case.prefix + name, self._queue) for name in names}
        try:
            for stream in streams.values():
                if not stream.wait():
                    raise AssertionError(f"no first update of {stream.name}")
            for step in [*case.steps, Step("fields")]:
                transcript.marks.append({name: len(stream.updates) for name, stream in streams.items()})
                transcript.answers.append(self._answer(case, step, streams, transcript))
                try:
                    self.settle()
                except (AssertionError, TimeoutError) as error:
                    raise AssertionError(f"case {case.name}: after {step}: {error!r}") from None
        finally:
            for stream in streams.values():
                stream.close()
        transcript.streams = {name: stream.updates for name, stream in streams.items()}
        return transcript

    def settle(self) -> None:
        """Return when all that has happened so far has reached this client."""
        for _ in range(2):
            self._fence += 1
            self._context.put("fence:put", {"value": self._fence}, get=False, timeout=PATIENCE)
            if not self._seen.wait(float(self._fence)):
                raise AssertionError("the server no longer processes")

    def _answer(self, case: Case, step: Step, streams: dict[str, Stream], transcript: Transcript) -> Any:
        if step.verb == "fields":
            return self._all_fields(case)
        name = case.prefix + step.target
        if step.verb == "until":
            stream = streams[step.target]
            reached = stream.wait(step.value)
            return "reached" if reached else f"not reached, but {stream.value()!r}"
        try:
            if step.verb == "get":
                return everything(self._context.get(name, timeout=PATIENCE))
            self._put(name, step)
        except TimeoutError:
            return "timeout"
        except RemoteError as error:
            transcript.errors.append(f"{step}: {error}")
            return "refused"
        return "ok"

    def _put(self, name: str, step: Step) -> None:
        options = dict(step.options)
        timeout = float(options.pop("timeout", PATIENCE))
        block = "true" if step.verb == "put" else "false"
        words = ",".join(f"{key}={value}" for key, value in {"block": block, **options}.items())
        leaf, value = "value", step.value
        now = self._context.get(name, timeout=PATIENCE)
        if "NTEnum" in now.getID():
            leaf = "value.index"
            if isinstance(value, str):
                value = list(now["value.choices"]).index(value)
        elif isinstance(value, list) and isinstance(now["value"], np.ndarray):
            value = np.array(value, dtype=now["value"].dtype)
        began = time.monotonic()
        self._context.put(name, {leaf: value}, request=f"record[{words}]field()", get=False, timeout=timeout)
        assert time.monotonic() - began < timeout

    def _all_fields(self, case: Case) -> dict[str, Any]:
        names = [f"{name}.{field}" for rtype, name in case.records for field in self._fields[rtype]]
        values = self._context.get([case.prefix + name for name in names], timeout=PATIENCE, throw=False)
        for name in names:
            self._context.disconnect(case.prefix + name)  # next time the server is asked afresh
        return {
            name: repr(type(value)) if isinstance(value, Exception) else everything(value)
            for name, value in zip(names, values, strict=True)
        }
