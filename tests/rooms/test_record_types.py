"""A record type is one .dbd and one Python file: the folder shows the types, and a new one needs nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pydevpva
from pydevpva.db.definitions import Definitions
from pydevpva.records.core.factory import behaviour
from tests.ioc_process import PATIENCE, loopback

PACKAGE = Path(pydevpva.__file__).parent

DBD = """
recordtype(doubler) {
    include "dbCommon.dbd"
    field(VAL, DBF_DOUBLE) { prompt("Twice INP") pp(TRUE) asl(ASL0) }
    field(INP, DBF_INLINK) { prompt("Input") promptgroup("40 - Input") }
}
"""
PYTHON = '''
"""doubler: twice its input."""

from pydevpva.records.core.record import Record


class Doubler(Record, rtype="doubler", soft="devDoublerSoft"):
    __slots__ = ()
    value_type = "DOUBLE"

    def process(self) -> None:
        self.device.read(self)
        self.VAL *= 2
        self.UDF = 0
        self.stamp()
        self.post(self.settle() | 1)
        self.forward()
'''
DB = """
record(ai, "x") { field(VAL, "21") }
record(doubler, "twice") { field(DTYP, "Soft Channel") field(INP, "x") }
"""


def test_the_folder_shows_the_types_and_nothing_else() -> None:
    shown = {path.stem for path in (PACKAGE / "records").glob("*.py")} - {"__init__"}
    definitions = Definitions()
    types = {name.lower() for name in definitions.record_type_names if behaviour(name)}
    assert shown == types


def test_a_new_record_type_is_a_dbd_and_a_python_file(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "pydevpva", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PACKAGE.parent / "pydev.py", tmp_path)
    (tmp_path / "pydevpva" / "records" / "dbd" / "doubler.dbd").write_text(DBD)
    (tmp_path / "pydevpva" / "records" / "doubler.py").write_text(PYTHON)
    (tmp_path / "test.db").write_text(DB)
    commands = "dbpf twice.PROC 1\ndbgf twice\ndbgf twice.DTYP\nexit\n"
    ran = subprocess.run(
        [sys.executable, "-m", "pydevpva", "-d", "test.db"],
        cwd=tmp_path,
        env={**os.environ, **loopback(), "PYTHONPATH": str(tmp_path)},
        input=commands,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 3,
        check=True,
    )
    assert "DBF_DOUBLE:         42" in ran.stdout, ran.stdout + ran.stderr
    assert '"Soft Channel"' in ran.stdout
