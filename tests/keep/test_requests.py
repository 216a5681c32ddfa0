"""The language of request files: which PVs a set has."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydevpva.errors import NotFound
from pydevpva.keep.request_files import Request, read


def request(folder: Path, text: str, macros: str = "", **more: str) -> Request:
    for name, content in {"x": text, **more}.items():
        (folder / f"{name}.req").write_text(content)
    return read("x.req", macros, [str(folder)])


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("A:x.VAL", ["A:x.VAL"]), ("   A:x.VAL   trailing words", ["A:x.VAL"]), ("\tA:x", ["A:x"]),
        ("# A:x", []), ("#A:x", []), ("", []), ("A:x.DESC$", ["A:x.DESC$"]), ("A:x\nA:y\nA:x", ["A:x", "A:y"]),
        ("$(P)x.VAL", ["L:x.VAL"]), ("$(P)$(M=m1).VAL", ["L:m1.VAL"]), ("${P}x", ["L:x"]), ("<A>;x", ["<A>;x"]),
    ],
)  # fmt: skip
def test_the_first_word_of_a_line_is_a_pv(tmp_path: Path, line: str, names: list[str]) -> None:
    found = request(tmp_path, line, "P=L:")
    assert (found.names, found.problems) == (names, [])


@pytest.mark.parametrize(
    "line",
    [
        "file more.req P=L:,N=1", 'file "more.req" P=L:, N=1', "file more.req P=L: N=1", "file 'more.req' P=\"L:\",N=1",
        "file more.req P=$(P),N=1  # a comment", "  file more.req P=$(P) N=$(NONE=1)",
    ],
)  # fmt: skip
def test_a_file_line_reads_another_file_with_macros_of_its_own(tmp_path: Path, line: str) -> None:
    found = request(tmp_path, line, "P=L:", more="$(P)m$(N).VAL\n")
    assert (found.names, found.problems) == (["L:m1.VAL"], [])


def test_what_is_wrong_is_told_with_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    found = request(tmp_path, "A:x\n$(Q)y\nfile none.req P=L:\nfile x.req\n*z\nA:end\n")
    path = tmp_path / "x.req"
    assert found.names == ["A:x", "A:end"]
    assert f"{path} line 2: $(Q)y: macro Q is undefined" in found.problems
    assert f'{path} line 3: no request file "none.req" in {tmp_path}' in found.problems
    assert f'{path} line 4: "x.req" is included by itself' in found.problems
    assert f"{path} line 5: *z: no PV's name begins so" in found.problems


def test_files_that_include_each_other_twice_end_soon_with_an_error(tmp_path: Path) -> None:
    found = request(tmp_path, "A:x\n" + "file more.req\n" * 3, more="A:y\n" + "file x.req\n" * 3)
    assert found.names == ["A:x", "A:y"]
    assert found.problems == [
        f'{tmp_path / "more.req"} line {line}: "x.req" is included by itself' for _ in range(3) for line in (2, 3, 4)
    ]


def test_files_are_looked_for_in_all_folders_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "a.req").write_text("A:two\n")
    assert read("a.req", "", [str(tmp_path / "one"), str(tmp_path / "two")]).names == ["A:two"]
    with pytest.raises(NotFound, match=r'no request file "b.req" in .*one, .*two'):
        read("b.req", "", [str(tmp_path / "one"), str(tmp_path / "two")])


def test_the_pvs_of_path_and_name_are_macros(tmp_path: Path) -> None:
    found = request(tmp_path, "A:x", "SAVEPATHPV=A:path,SAVENAMEPV=A:name")
    assert (found.path_pv, found.name_pv) == ("A:path", "A:name")
