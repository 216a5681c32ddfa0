"""Every folder of examples/ is complete, starts through its own st.cmd, and shows a client what it promises."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from p4p.client.thread import Context

from tests.examples.facts import BY_EXAMPLE
from tests.ioc_process import ROOT, ServerProcess, Starter, free_ports

FOLDERS = sorted(path.parent for path in (ROOT / "examples").glob("*/st.cmd"))
P4pClient = Callable[[ServerProcess], Context]


def start_example(start: Starter, folder: Path) -> ServerProcess:
    instrument_port, _ = free_ports()
    return start.pydevpva("st.cmd", cwd=folder, env={"INSTRUMENT_PORT": str(instrument_port)})


def display_pvs(folder: Path) -> list[str]:
    """The names on the folder's display, its macros replaced."""
    display = ElementTree.parse(folder / f"{folder.name}.bob")
    macros = {macro.tag: macro.text or "" for macro in display.iterfind("macros/*")}
    names = {
        element.text
        for tag in ("pv_name", "x_pv", "y_pv")
        for element in display.iter(tag)
        if element.text and element.text != "$(pv_name)"
    }
    return sorted(re.sub(r"\$\((\w+)\)", lambda found: macros[found[1]], name) for name in names)


def test_each_example_has_its_facts() -> None:
    assert {folder.name for folder in FOLDERS} == set(BY_EXAMPLE)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_has_a_database_python_a_display_and_a_page(folder: Path) -> None:
    files = {path.name for path in folder.iterdir()}
    assert {f"{folder.name}.db", f"{folder.name}.bob", "README.md"} <= files
    assert any(name.endswith(".py") for name in files)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_does_what_it_promises(folder: Path, start: Starter, p4p_client: P4pClient) -> None:
    server = start_example(start, folder)
    BY_EXAMPLE[folder.name](server, p4p_client(server))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_names_on_the_display_exist(folder: Path, start: Starter, p4p_client: P4pClient) -> None:
    names = display_pvs(folder)
    assert names
    assert all(name.startswith("pva://") for name in names)
    client = p4p_client(start_example(start, folder))
    for name in names:  # after a slash: a field of a group
        channel, _, path = name.removeprefix("pva://").partition("/")
        field = path.replace("/", ".")
        update = client.get(channel, request=f"field({field})", timeout=20)
        assert not field or update.changed(field)
