"""Public databases load as in EPICS: those that come with installed Python packages, and those under PYDEVPVA_CORPUS.

PYDEVPVA_CORPUS is a list of directories (with the separator of PATH), searched for .db, .template and .substitutions.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from pydevpva.db.batch import Instances
from pydevpva.db.definitions import Definitions
from pydevpva.db.loader import load_records, parse_macros
from pydevpva.db.template import load_template
from pydevpva.errors import LoadError
from tests.db.test_against_epics import HEAD, compare

KINDS = (".db", ".vdb", ".template", ".substitutions")
OURS = re.compile(r"pydev|pycalc|\{\s*\"?pva\b|QSRV|devLoPDB")
SCRIPT = Path(__file__).with_name("real_epics.py")


def found() -> list[Path]:
    """All database files, each content once."""
    places = [sysconfig.get_paths()["purelib"], *os.environ.get("PYDEVPVA_CORPUS", "").split(os.pathsep)]
    paths = [path for place in places if place for path in sorted(Path(place).rglob("*"))]
    files = [path for path in paths if path.suffix in KINDS and path.is_file() and is_database(path)]
    return sorted({path.read_bytes(): path for path in files}.values())


def is_database(path: Path) -> bool:
    """Other things are called .db and .template too."""
    return path.suffix == ".substitutions" or b"record" in path.read_bytes()


def macros_of(text: str) -> str:
    """A value for every macro that the text names."""
    names = sorted(set(re.findall(r"\$[({]([A-Za-z_]\w*)", text)))
    return ",".join(f"{name}=M{n}" for n, name in enumerate(names))


@pytest.mark.parametrize("path", found(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_loads_as_in_epics(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = ".substitutions" if path.suffix == ".substitutions" else ".db"
    for sibling in path.parent.iterdir():
        if sibling.is_file() and not (tmp_path / sibling.name).exists():
            (tmp_path / sibling.name).symlink_to(sibling)
    macros = macros_of(path.read_text(errors="replace"))
    (tmp_path / f"0{kind}").write_bytes(path.read_bytes())
    (tmp_path / "0.macros").write_text(macros)
    accepted = epics_accepts(tmp_path)
    monkeypatch.chdir(tmp_path)
    known, definitions = Instances(), Definitions()
    load = load_template if kind == ".substitutions" else load_records
    if not accepted and any(OURS.search(file.read_text(errors="replace")) for file in tmp_path.glob("*.[dts]*")):
        pytest.skip("has what EPICS base has not, but we")
    if not accepted:
        with pytest.raises(LoadError):
            load(f"0{kind}", parse_macros(macros), definitions, known)
        return
    load(f"0{kind}", parse_macros(macros), definitions, known)
    dump = (tmp_path / "dump").read_text(errors="replace")
    theirs = {m[2]: (m[1], m[3]) for m in HEAD.finditer(dump)}
    assert theirs.keys() == known.keys()
    for name, (rtype, body) in theirs.items():
        compare(known, name, rtype, body, definitions)


def epics_accepts(directory: Path) -> bool:
    """Load with EPICS; its parser may crash after an error, which is a refusal too."""
    command = [sys.executable, str(SCRIPT), str(directory)]
    subprocess.run(command, timeout=60, capture_output=True, stdin=subprocess.DEVNULL)
    return (directory / "0.status").read_text() == "0"
