"""Every folder of examples/ is complete, starts through its own st.cmd, and shows a client what it promises."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from p4p.client.thread import Context

from tests.ca.client import Client
from tests.clients import Watch
from tests.examples.facts import BY_EXAMPLE, NO_ALARM, camera_beside
from tests.examples.facts_over_ca import OVER_CA
from tests.ioc_process import ROOT, ServerProcess, Starter, free_ports

FOLDERS = sorted(path.parent for path in (ROOT / "examples").glob("*/st.cmd"))
P4pClient = Callable[[ServerProcess], Context]


def start_example(start: Starter, folder: Path) -> ServerProcess:
    """The folder's IOC. Warnings are errors in it: neither the examples nor what they run on may warn."""
    instrument_port, _ = free_ports()
    env = {"INSTRUMENT_PORT": str(instrument_port), "PYTHONWARNINGS": "error"}
    return start.pydevpva("st.cmd", cwd=folder, env=env)


def macros_of(display: Any) -> dict[str, str]:
    return {macro.tag: macro.text or "" for macro in display.iterfind("macros/*")}


def has(leaf: str, value: object, update: Any) -> bool:
    return bool(update[leaf] == value)


def outputs_with_limits(folder: Path) -> list[str]:
    """The records of the folder that a client may move with a slider."""
    prefix = macros_of(ElementTree.parse(folder / f"{folder.name}.bob"))["P"]
    database = (folder / f"{folder.name}.db").read_text()
    return [prefix + name for name in re.findall(r'record\((?:ao|longout|int64out), "\$\(P\)(.*)"\)', database)]


def display_pvs(folder: Path) -> list[str]:
    """The names on the folder's display, its macros replaced."""
    display = ElementTree.parse(folder / f"{folder.name}.bob")
    macros = macros_of(display)
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


@pytest.mark.parametrize("name", OVER_CA)
def test_does_what_it_promises_over_channel_access(name: str, start: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start_example(start, ROOT / "examples" / name)
    server.wait_log("iocRun: All initialization complete")
    for variable, text in server.environment.items():
        monkeypatch.setenv(variable, text)  # and as they were afterwards, whatever the client sets
    with Client(server.environment) as client:
        OVER_CA[name](server, client)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_display_begins_with_all_its_names_and_without_an_alarm(
    folder: Path, start: Starter, p4p_client: P4pClient
) -> None:
    names = display_pvs(folder)
    assert names
    assert all(name.startswith("pva://") for name in names)
    server = start_example(start, folder)
    client = p4p_client(server)
    with camera_beside(server) if folder.name == "analysis" else nullcontext():
        for name in names:  # after a slash: a field of a group
            channel, _, path = name.removeprefix("pva://").partition("/")
            field = path.replace("/", ".")
            with Watch(client, channel, f"field({field})") as watch:
                shown = watch.next()
                assert not field or shown.changed(field)
                severity = ".".join(filter(None, [field, "alarm.severity"]))
                if severity in shown and shown[severity] != NO_ALARM:  # of a column: the group has the alarm
                    watch.until(partial(has, severity, NO_ALARM))
    for name in outputs_with_limits(folder):
        limits = client.get(name)["control"]
        assert limits["limitLow"] < limits["limitHigh"], f"{name} has no DRVL and DRVH"
