"""An IOC in the test's process whose startup script has autosave's commands; its time is moved, its files are real."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydevpva.clock import ManualClock
from pydevpva.ioc import Ioc
from pydevpva.shell.session import Shell
from tests.ioc_process import loopback
from tests.local_ioc import Engine, written

RECORDED = Path(__file__).with_name("recorded")


class Kept(Engine):
    """`folder` has its files: request files, and below sav the saved ones."""

    printed = ""  # by the lines before iocInit

    def __init__(self, ioc: Ioc, clock: ManualClock | None, folder: Path) -> None:
        super().__init__(ioc, clock)
        self.folder, self.shell = folder, Shell(ioc)

    def run(self, *lines: str) -> str:
        """Run lines of a startup script; what they print, errors too."""
        printed = io.StringIO()
        with self.shell.printing_to({1: printed, 2: printed}):
            for line in lines:
                self.shell.run_line(line)
        return printed.getvalue()

    def path(self, name: str) -> Path:
        """A file of a set."""
        return self.folder / "sav" / name

    def lines(self, name: str) -> list[str]:
        """Of a saved file, without its date."""
        return self.path(name).read_text().splitlines()[1:]

    def files(self) -> list[str]:
        """The names of all saved files."""
        return sorted(path.name for path in self.path("").iterdir())


@contextmanager
def kept(folder: Path, db: str, *before: str, **requests: str) -> Iterator[Kept]:
    """A running IOC; `before` are lines before iocInit. A request file x.req is given as x="..."."""
    clock = ManualClock()
    ioc = Ioc(False, clock)
    ioc.environment.update(loopback())
    (folder / "sav").mkdir(exist_ok=True)
    for name, text in requests.items():
        written(folder / f"{name}.req", text)
    running = Kept(ioc, clock, folder)
    try:
        running.printed = running.run(
            f"set_requestfile_path {shlex.quote(str(folder))}", f"set_savefile_path {shlex.quote(str(folder / 'sav'))}",
            f"dbLoadRecords {shlex.quote(written(folder / 'test.db', db))}", *before, "iocInit",
        )  # fmt: skip
        yield running
    finally:
        ioc.stop()
