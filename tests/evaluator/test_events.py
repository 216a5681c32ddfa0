"""pydev.iointr: publishing from any thread, delivery on the database thread, and the stand-in outside an IOC."""

from __future__ import annotations

import builtins
import pydoc
import threading
from collections import deque
from collections.abc import Callable

import numpy as np
import pytest

import pydev
from pydevpva.evaluator.evaluator import Evaluator
from pydevpva.evaluator.events import Events
from pydevpva.evaluator.user import Pydev
from pydevpva.plain.values import Made


class Database:
    """Runs what is submitted when told to."""

    def __init__(self) -> None:
        self.work: deque[Callable[[], object]] = deque()

    def add(self, work: Callable[[], object]) -> None:
        self.work.append(work)

    def run(self) -> None:
        while self.work:
            self.work.popleft()()


def test_each_value_reaches_every_subscriber_in_order() -> None:
    database = Database()
    events = Events(database)
    got: list[tuple[str, object]] = []
    events.subscribe("count", lambda value: got.append(("late", value)), order=2)
    events.subscribe("count", lambda value: got.append(("early", value)), order=1)
    for n in range(2):
        assert events.publish("count", n) is True
    assert got == []
    database.run()
    assert got == [("early", 0), ("late", 0), ("early", 1), ("late", 1)]


def test_the_last_value_is_kept_also_before_anyone_subscribes() -> None:
    events = Events()
    assert events.last("x") is None
    assert events.publish("x", 5) is True
    assert events.last("x") == 5


def test_none_is_a_value() -> None:
    database = Database()
    events = Events(database)
    user = Pydev(events)
    got: list[object] = []
    events.subscribe("x", got.append)
    assert user.iointr("x", None) is True
    database.run()
    assert got == [None]
    assert user.iointr("x") is None


def test_values_beyond_the_backlog_coalesce_to_the_newest_and_are_counted() -> None:
    database = Database()
    events = Events(database, backlog=3)
    got: list[object] = []
    events.subscribe("x", got.append)
    for n in range(10):
        events.publish("x", n)
    (report,) = events.report()
    assert (report.pending, report.coalesced, report.published) == (3, 7, 10)
    database.run()
    assert got == [0, 1, 9]
    events.publish("x", 10)
    database.run()
    assert got[-1] == 10


def test_images_that_wait_take_a_quarter_of_a_gigabyte_at_the_most() -> None:
    database = Database()
    events = Events(database)
    got: list[Made] = []
    events.subscribe("x", got.append)  # type: ignore[arg-type]
    frames = [np.zeros((4096, 4096), "u4") for _ in range(7)]  # 64 MiB each, of which the system gives none yet
    for frame in frames:
        events.publish("x", frame)
    (report,) = events.report()
    assert (report.pending, report.coalesced) == (4, 3)
    database.run()
    assert [next(n for n, frame in enumerate(frames) if np.shares_memory(frame, taken.value)) for taken in got] == [
        0,
        1,
        2,
        6,
    ]


def test_nothing_is_lost_or_mixed_from_many_threads() -> None:
    database = Database()
    events = Events(database)
    got: list[tuple[int, int]] = []
    events.subscribe("x", lambda made: got.append(made.value))  # type: ignore[attr-defined]

    def publish(who: int) -> None:
        for n in range(1000):
            events.publish("x", (who, n))

    threads = [threading.Thread(target=publish, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.run()
    assert [[n for w, n in got if w == who] for who in range(4)] == [list(range(1000))] * 4
    assert got[-1] == events.last("x")


def test_after_the_end_no_record_gets_anything_and_values_are_remembered() -> None:
    database = Database()
    events = Events(database)
    got: list[object] = []
    events.subscribe("x", got.append)
    events.publish("x", 1)
    events.end()
    database.run()
    events.publish("x", 2)
    assert (got, events.last("x"), len(database.work)) == ([], 2, 0)


def test_a_subscriber_that_fails_does_not_keep_the_value_from_the_next(caplog: pytest.LogCaptureFixture) -> None:
    database = Database()
    events = Events(database)
    got: list[object] = []

    def fail(value: object) -> None:
        raise ZeroDivisionError

    events.subscribe("x", fail)
    events.subscribe("x", got.append)
    events.publish("x", 1)
    database.run()
    assert got == [1]
    assert "internal error in a record's handling of pydev.iointr('x')" in caplog.text


def test_the_name_of_an_event_must_be_a_string() -> None:
    with pytest.raises(TypeError, match=r"the name of a pydev\.iointr event is a string, not int"):
        Events().publish(3, 1)  # type: ignore[arg-type]


def test_a_dropped_value_may_publish_from_its_del() -> None:
    events = Events()

    class Last:
        def __del__(self) -> None:
            events.publish("x", "from __del__")

    events.publish("x", Last())
    events.publish("x", 1)
    assert events.report()[0].published == 3


def test_outside_an_ioc_pydev_remembers_and_is_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(builtins, "pydev", raising=False)
    assert pydev.iointr("standalone") is None
    assert pydev.iointr("standalone", 7) is True
    assert pydev.iointr("standalone") == 7


def test_a_pydev_imported_before_the_ioc_started_publishes_to_the_ioc() -> None:
    user = Pydev(Events())
    user.install()
    try:
        assert pydev.iointr("x", 3) is True
        assert user.iointr("x") == 3
    finally:
        user.uninstall()


def test_help_shows_what_users_call() -> None:
    user = Pydev(Events())
    try:
        text = pydoc.plain(pydoc.render_doc(user))
    finally:
        user._for.later.end(20.0)  # from 3.13 on pydoc looks at pydev.loop, too, which is there from then on
    for name in ("iointr(name", "subroutine(name"):
        assert name in text


def test_a_name_waited_for_is_misspelled_when_a_similar_one_is_published_for_nobody() -> None:
    events = Events()
    for name in ("lia.trce", "other"):
        events.subscribe(name, print)
    for name in ("lia.trace", "lia.trice"):
        events.publish(name, 1)
    events.last("lia.trice")
    assert [events.misspelled(name) for name in events.waited_in_vain()] == ["; did you mean lia.trace?", ""]
    events.publish("lia.trce", 1)
    assert events.waited_in_vain() == ["other"]


def test_what_is_read_by_a_name_that_is_no_string_is_an_error_too() -> None:
    with pytest.raises(TypeError, match="event is a string, not int"):
        Pydev(Events()).iointr(5)  # type: ignore[arg-type]


def test_what_was_published_and_registered_before_an_ioc_was_made_reaches_it() -> None:
    pydev.iointr("early", 5)

    def function(record: object) -> None: ...

    pydev.subroutine("by_name")(function)
    evaluator = Evaluator()
    try:
        assert evaluator.events.last("early") == 5
        assert evaluator.subroutines.find("by_name") is function
        pydev.iointr("late", 6)
        assert evaluator.events.last("late") == 6
    finally:
        evaluator.stop()


def test_after_two_iocs_at_once_the_stand_in_is_there_again() -> None:
    first, second = Evaluator(), Evaluator()
    first.stop()
    second.stop()
    pydev.iointr("early", 7)
    third = Evaluator()
    try:
        assert third.events.last("early") == 7
    finally:
        third.stop()


def test_a_module_that_knows_the_pydev_of_a_stopped_ioc_reaches_the_next() -> None:
    first = Evaluator()
    held = first.pydev
    first.stop()
    second = Evaluator()
    try:
        held.iointr("x", 1)
        assert second.events.last("x") == 1
    finally:
        second.stop()


def test_what_is_told_of_an_event_runs_no_code_of_its_value() -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise AssertionError

    events = Events()
    events.publish("x", Hostile())
    assert [report.last for report in events.report()] == ["Hostile: no number, text or array"]
    assert isinstance(events.last("x"), Hostile)


def test_outside_an_ioc_the_stand_in_has_what_is_there_inside() -> None:
    assert set(pydev.__all__) == set(Pydev.__all__) - {"loop"}  # which runs nothing there
    names: dict[str, object] = {}
    exec("from pydev import *", names)
    assert set(pydev.__all__) <= names.keys()
