"""Templates as they lie in a module's sources: what EPICS's build would make of them by msi is made at loading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pydevpva.db.definitions import Definitions
from pydevpva.db.instances import Instances
from pydevpva.db.loader import add_file, load
from pydevpva.db.template import add_template
from pydevpva.errors import LoadError

Loads = Callable[..., dict[str, str]]


@pytest.fixture
def desc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Load a file of some; the DESC of each record."""
    monkeypatch.chdir(tmp_path)

    def loaded(name: str, files: dict[str, str]) -> dict[str, str]:
        for file, text in files.items():
            Path(file).write_text(text)
        known = Instances()
        add = add_template if name.endswith(".substitutions") else add_file
        load(lambda batch: add(batch, name, {"P": "X:"}), Definitions(), known)
        return {record: instance.fields["DESC"].text for record, instance in known.items()}

    return loaded


QUEUE = 'record(ai, "$(P)$(Q)") { field(DESC, "$(KIND=none)") }\n'


def test_substitute_gives_macros_to_what_stands_below_it(desc: Loads) -> None:
    top = f"""
substitute "Q=one, KIND=first"
include "queue.db"
  substitute "Q=two"
include "queue.db"
{QUEUE.replace("$(Q)", "$(Q)b")}
substitute "KIND='a b',Q=$(KIND2)"
substitute "KIND2=three"
include "queue.db"
"""
    assert desc("top.template", {"top.template": top, "queue.db": QUEUE}) == {
        "X:one": "first", "X:two": "first", "X:twob": "first", "X:three": "a b",
    }  # fmt: skip


def test_a_mistake_below_substitute_is_told_with_its_line(desc: Loads) -> None:
    top = 'substitute "Q=one"\nrecord(ai, "$(Q)") {\nsubstitute "Q=two"\n  field(DESC, "$(Q)")\n  field(NONE, "1")\n}\n'
    with pytest.raises(LoadError, match=r"^top.template:5:3: record \"one\": no field NONE in ai"):
        desc("top.template", {"top.template": top})


def test_a_database_that_is_not_built_is_made_from_its_template_or_substitutions_file(desc: Loads) -> None:
    files = {
        "all.substitutions": 'file queue.db { pattern { Q } { a } }\nfile both.db { { KIND = "k" } }\n',
        "queue.template": QUEUE,
        "both.substitutions": "file queue.db { pattern { Q, } { b } { c } }\n",
    }
    assert desc("all.substitutions", files) == {"X:a": "none", "X:b": "k", "X:c": "k"}


def test_a_built_one_comes_first(desc: Loads) -> None:
    files = {
        "all.substitutions": "file queue.db { { Q = a } }\n",
        "queue.template": QUEUE,
        "queue.db": QUEUE.replace("none", "built"),
    }
    assert desc("all.substitutions", files) == {"X:a": "built"}


def test_one_that_would_be_made_of_itself_is_not_there(desc: Loads) -> None:
    with pytest.raises(LoadError, match=r'no file "all\.db"'):
        desc("all.substitutions", {"all.substitutions": "file all.db { { Q = a } { Q = b } }\n" * 40})


def test_a_place_in_an_inner_substitutions_file_is_told_with_both_files(desc: Loads) -> None:
    files = {
        "all.substitutions": "file both.db { { Q = a } }\n",
        "both.substitutions": "\nfile none.db { { Q = b } }\n",
    }
    with pytest.raises(LoadError, match=r"none.db.*both.substitutions:2:16\) \(from all.substitutions:1:16\)"):
        desc("all.substitutions", files)
