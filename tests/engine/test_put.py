"""Puts that wait for all they set off: none is lost, none waits for ever, what is cancelled is forgotten."""

from __future__ import annotations

import threading
from pathlib import Path

from pydevpva.engine.processing import process
from tests.local_ioc import local_ioc

SETUP = "import threading; gate = threading.Event(); seen = []"
SLOW = 'record(ao,"x") { field(DTYP,"pydev") field(OUT,"@(seen.append(VAL), gate.wait(10))[0]") }\n'


def test_a_put_in_line_is_stored_though_the_record_is_processed_by_others_just_before(tmp_path: Path) -> None:
    with local_ioc(tmp_path, SLOW, SETUP) as ioc:
        database = ioc.ioc.database
        record, submit = database.records["x"], database.loop.submit
        first = ioc.begin_put("x", 1)
        ioc.until("x.PACT", bool)
        second = ioc.begin_put("x", 2)
        ioc.until("x.PACT", lambda pact: len(database.puts.waiting) == 1 and pact)
        held, hold = threading.Event(), threading.Event()
        submit(held.set)
        submit(hold.wait, 10)
        assert held.wait(10)
        ioc.ioc.evaluator.namespace["gate"].set()
        while database.loop.backlog() == 0:  # the outcome of the first
            pass
        submit(setattr, record, "DISA", 1)
        submit(process, record)
        hold.set()
        assert (first(), second()) == (None, None)
        assert ioc.get("x") == 2
        assert (database.puts.waiting, database.puts.pending, record.notify) == ({}, set(), None)


def test_a_put_whose_chain_leads_back_to_the_record_that_waits_for_it_completes(tmp_path: Path) -> None:
    db = """record(ao,"x") { field(DTYP,"Async Soft Channel") field(OUT,"y CA") }
    record(ao,"y") { field(FLNK,"x") }"""
    with local_ioc(tmp_path, db) as ioc:
        for value in (1, 2):
            assert ioc.put("x", value) is None
            assert ioc.get("y") == value


def test_puts_that_were_cancelled_in_line_are_forgotten_at_once(tmp_path: Path) -> None:
    with local_ioc(tmp_path, SLOW, SETUP) as ioc:
        database = ioc.ioc.database
        first = ioc.begin_put("x", 1)
        ioc.until("x.PACT", bool)
        errors: list[str | None] = []

        def in_and_out() -> int:
            address = database.find("x")
            for value in range(100):
                put = database.puts.put(address, value, None, True, errors.append)
                assert put is not None
                put.cancel()
            return sum(len(line) for line in database.puts.waiting.values())

        assert ioc.call(in_and_out) == 0
        assert errors == ["the put was cancelled before it began"] * 100
        ioc.ioc.evaluator.namespace["gate"].set()
        assert first() is None
        assert ioc.get("x") == 1
