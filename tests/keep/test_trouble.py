"""Full disks and folders that cannot be written: said once, over by itself, and nothing that was saved is lost."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pydevpva.ioc import Ioc
from tests.keep.kept import kept
from tests.local_ioc import LocalIoc, written

DB = 'record(ao, "A:x") { }\nrecord(waveform, "A:w") { field(FTVL, "CHAR") field(NELM, "500000") }\n'


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@contextmanager
def small_disk(at: Path, size: str) -> Iterator[None]:
    """A file system of that size, where this user may mount one."""
    at.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


@pytest.mark.process
def test_a_full_disk_is_said_once_and_saved_on_when_there_is_room_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with small_disk(tmp_path / "sav", "256k"):
        request = "A:x\nA:w\n"
        with kept(tmp_path, DB, 'create_monitor_set("x.req", 5)', x=request) as ioc:
            ioc.put("A:x", 1)
            ioc.advance(6)
            path = ioc.path("x.sav")
            good = path.read_text()
            ioc.put("A:x", 2)
            ioc.put("A:w", [65] * 200_000)
            ioc.advance(20)
            assert errors(caplog) == [
                f"autosave: {path} cannot be written: No space left on device; what was saved before is kept"
            ]
            assert path.read_text() == good
            assert [name for name in os.listdir(tmp_path / "sav") if "new" in name] == []
            assert "Status: ' Failure ' - 'Can't write .sav file'" in ioc.run("save_restoreShow")
            ioc.put("A:w", [65, 66])
            ioc.advance(6)
            assert ioc.lines("x.sav") == ["A:x 2", 'A:w @array@ { "65" "66" }', "<END>"]
            assert f"autosave: {path} is written again" in caplog.messages


def test_a_file_that_grows_beyond_what_the_process_may_write_is_left_as_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with kept(tmp_path, DB, 'create_monitor_set("x.req", 5)', x="A:x\nA:w\n") as ioc:
        ioc.advance(6)
        good = ioc.path("x.sav").read_text()
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
            ioc.put("A:w", [65] * 100_000)
            ioc.advance(20)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)
        assert len(errors(caplog)) == 1
        assert ioc.path("x.sav").read_text() == good
        ioc.advance(6)
        assert ioc.path("x.sav").stat().st_size > 100_000


@pytest.mark.process
def test_a_folder_that_turns_read_only_is_said_once_and_saved_to_when_it_is_writable_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "sav"
    with small_disk(folder, "1m"), kept(tmp_path, DB, 'create_monitor_set("x.req", 5)', x="A:x\n") as ioc:
        ioc.advance(6)
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        for number in range(4):
            ioc.put("A:x", number)
            ioc.advance(6)
        told = f"autosave: {ioc.path('x.sav')} cannot be written: Read-only file system; what was saved before is kept"
        assert errors(caplog) == [told]
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        ioc.advance(6)
        assert ioc.lines("x.sav") == ["A:x 3", "<END>"]


def test_a_sequence_file_that_cannot_be_written_is_said_once_and_the_set_is_saved_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = ("save_restoreSet_NumSeqFiles 1", "save_restoreSet_SeqPeriodInSeconds 10", 'create_monitor_set("x.req", 5)')
    with kept(tmp_path, DB, *lines, x="A:x\n") as ioc:
        ioc.path("x.sav0").mkdir()
        for number in range(4):
            ioc.put("A:x", number)
            ioc.advance(12)
        what = f"autosave: the next sequence file of {ioc.path('x.sav')} cannot be written: Is a directory"
        assert errors(caplog) == [what]
        assert ioc.lines("x.sav") == ["A:x 3", "<END>"]
        ioc.path("x.sav0").rmdir()
        ioc.advance(12)
        assert ioc.lines("x.sav0") == ["A:x 3", "<END>"]


def test_a_folder_that_is_not_there_is_said_and_used_when_it_comes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with kept(
        tmp_path, DB, 'create_triggered_set("x.req", "A:x")', "save_restoreSet_RetrySeconds 20", x="A:x\n"
    ) as ioc:
        (tmp_path / "sav").rmdir()
        ioc.advance(10)
        assert errors(caplog) == [
            f"autosave: {ioc.path('x.sav')} cannot be written: No such file or directory; what was saved before is kept"
        ]
        (tmp_path / "sav").mkdir()
        ioc.advance(25)
        assert ioc.lines("x.sav") == ["A:x 0", "<END>"]


def test_a_disk_that_does_not_answer_holds_up_no_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, go = threading.Event(), threading.Event()
    fsync = os.fsync

    def slow(descriptor: int) -> None:
        stuck.set()
        assert go.wait(20)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    ioc = Ioc(False)  # by the computer's clock: a moved one waits for the file
    ioc.load_records(written(tmp_path / "x.db", DB))
    ioc.simple_save.begin(str(tmp_path / "kept"))
    ioc.init()
    try:
        assert stuck.wait(20)
        local = LocalIoc(ioc)
        assert local.put("A:x", 5) is None
        assert local.get("A:x") == 5
    finally:
        go.set()
        ioc.stop()
