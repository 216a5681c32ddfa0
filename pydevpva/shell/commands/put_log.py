"""The put log: who wrote what, to log servers as the module caPutLog sends it, and into a file."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from pydevpva.engine.address import Address
from pydevpva.engine.put import put_now
from pydevpva.errors import NotFound, PutError, PydevpvaError
from pydevpva.log_client import LogClient, parse_address
from pydevpva.serving.put_log.burst import ALL, OFF
from pydevpva.serving.put_log.file import PutFile
from pydevpva.serving.put_log.server_log import MODES, ServerLog
from pydevpva.shell.language.registry import DOUBLE, INT, PATH, Argument, CommandFailed, command
from pydevpva.shell.session import Shell

PORT = 7011
CONFIGS = {-1: "Disabled", 0: "OnChange", 1: "All", 2: "AllNoFilter"}
ADDRESS, CONFIG, TIMEOUT = "host[:port] ...", Argument("config", INT), Argument("timeout", DOUBLE)
LEVEL = Argument("level", INT)


@command("caPutLogInit", ADDRESS, CONFIG, TIMEOUT, of="caPutLog")
def init(shell: Shell, addresses: str | None, config: int, timeout: float) -> None:
    """Send a line of text for each put of a client that a rule with TRAPWRITE lets through. After iocInit.

    addresses  of log servers, separated by blanks, port 7011; without, EPICS_CA_PUT_LOG_ADDR
    config     0 on change only, 1 all puts, 2 all puts and no burst filter, -1 nothing
    timeout    seconds in which puts to one field become one line, 5 without

    Lines also go into the record that EPICS_AS_PUT_LOG_PV names.
    """
    shell.print(f"caPutLogInit config: {CONFIGS.get(config, 'Unknown (must be -1, 0, 1, or 2)')}")
    if config not in CONFIGS:
        raise CommandFailed("")
    if config == OFF:
        return
    logs = shell.ioc.server_logs
    _check(shell, "caPutLog", logs.plain)
    clients = _clients("caPutLog", addresses, "EPICS_CA_PUT_LOG_ADDR")
    logs.open_plain(clients, config, timeout, _record(shell, "EPICS_AS_PUT_LOG_PV"))
    shell.complain("caPutLog: successfully initialized")


@command("caPutJsonLogInit", ADDRESS, CONFIG, TIMEOUT, of="caPutLog")
def json_init(shell: Shell, addresses: str | None, config: int, timeout: float) -> None:
    """The same as caPutLogInit with lines of JSON; addresses without: EPICS_CA_JSON_PUT_LOG_ADDR.

    Lines also go into the record that EPICS_AS_PUT_JSON_LOG_PV names.
    """
    if config == OFF:
        shell.complain("caPutJsonLog: disabled")
        return
    logs = shell.ioc.server_logs
    _check(shell, "caPutJsonLog", logs.json)
    clients = _clients("caPutJsonLog", addresses, "EPICS_CA_JSON_PUT_LOG_ADDR", shell.ioc.put_log.most_waiting)
    logs.open_json(clients, _valid(shell, config), timeout, _record(shell, "EPICS_AS_PUT_JSON_LOG_PV"))


@command("caPutLogReconf", CONFIG, TIMEOUT, of="caPutLog")
def reconf(shell: Shell, config: int, timeout: float) -> None:
    """Change what the put log takes, see caPutLogInit, from the next put on."""
    if config not in CONFIGS:
        raise CommandFailed(f"caPutLogReconf: config is {config}, must be -1, 0, 1, or 2")
    _opened("caPutLog", shell.ioc.server_logs.plain).reconfigure(config, timeout)


@command("caPutJsonLogReconf", CONFIG, TIMEOUT, of="caPutLog")
def json_reconf(shell: Shell, config: int, timeout: float) -> None:
    """Change what the put log in JSON takes, see caPutLogInit, from the next put on."""
    _opened("caPutJsonLog", shell.ioc.server_logs.json).reconfigure(_valid(shell, config), timeout)


@command("caPutLogShow", LEVEL, of="caPutLog")
def show(shell: Shell, level: int) -> None:
    """Print what the put log takes, its servers, and how many lines were sent, wait, or were lost."""
    _show(shell, "caPutLog", shell.ioc.server_logs.plain)


@command("caPutJsonLogShow", LEVEL, of="caPutLog")
def json_show(shell: Shell, level: int) -> None:
    """The same of the put log in JSON."""
    _show(shell, "caPutJsonLog", shell.ioc.server_logs.json)


@command("caPutLogSetTimeFmt", "format", of="caPutLog")
def set_time_format(shell: Shell, form: str | None) -> None:
    """How the put log writes the time, as strftime takes it, with %03f for milliseconds."""
    if form:
        shell.ioc.server_logs.time_format = form


@command("caPutLogSetBurstTimeout", TIMEOUT, of="caPutLog")
def set_burst_timeout(shell: Shell, seconds: float) -> None:
    """Seconds in which puts to one field become one line of the put log."""
    logs = shell.ioc.server_logs
    logs.burst_seconds = _positive(seconds)
    if logs.plain is not None:
        logs.plain.reconfigure(timeout=seconds)


@command("caPutJsonLogSetBurstTimeout", TIMEOUT, of="caPutLog")
def set_json_burst_timeout(shell: Shell, seconds: float) -> None:
    """The same for the put log in JSON."""
    logs = shell.ioc.server_logs
    logs.json_burst_seconds = _positive(seconds)
    if logs.json is not None:
        logs.json.reconfigure(timeout=seconds)


@command("caPutJsonLogAddMetadata", "key", "value", of="caPutLog")
def add_metadata(shell: Shell, key: str | None, value: str | None) -> None:
    """Have every line of the put log in JSON tell "key":"value"."""
    if not key or value is None:
        raise CommandFailed("caPutJsonLogAddMetadata: needs a key and a value")
    shell.ioc.server_logs.metadata[key] = value


@command("pydevpvaPutLog", Argument("file", PATH), of="pydevpva")
def put_file(shell: Shell, path: str | None) -> None:
    """Append a line of JSON to a file for each put of a client, and for each that is refused.

    Where rules of the access security file say TRAPWRITE, of the puts only those that they let through. As --put-log.
    """
    if not path:
        raise CommandFailed("pydevpvaPutLog: needs a file")
    ioc = shell.ioc
    ioc.put_log.add(PutFile(path, lambda: ioc.servers.rules is None or not ioc.servers.rules.has_traps))


@command("pydevpvaPutLogShow", of="pydevpva")
def show_files(shell: Shell) -> None:
    """Print the files of pydevpvaPutLog: lines written and lost; and how many puts wait to be logged."""
    for output in shell.ioc.put_log.outputs:
        if isinstance(output, PutFile):
            shell.print(f"put log: {output.path}: {output.written} lines written, {output.lost} lost")
    shell.print(_backlog(shell))


def _backlog(shell: Shell) -> str:
    log = shell.ioc.put_log
    return f"put log: {log.waiting()} puts wait to be logged, {log.lost} lost"


def _check(shell: Shell, name: str, opened: ServerLog | None) -> None:
    if shell.ioc.state == "new":
        raise CommandFailed(f"{name}: access security is not active before iocInit: {name}Init comes after it")
    if shell.ioc.servers.rules is None:
        raise CommandFailed(f"{name}: access security disabled, exiting now; asSetFilename, before iocInit, enables it")
    if opened is not None:
        raise CommandFailed(f"{name}: is initialized already; {name}Reconf changes what it takes")


def _clients(name: str, addresses: str | None, variable: str, most: int = 0) -> list[LogClient]:
    """One for each server, in which `most` lines may wait where that is more than usual."""
    words = (addresses or os.environ.get(variable, "")).split()
    if not words:
        raise CommandFailed(f"{name}: server address not specified: give host[:port], or set {variable}")
    try:
        return [LogClient(*parse_address(word, PORT), most) for word in dict.fromkeys(words)]
    except PydevpvaError as error:
        raise CommandFailed(f"{name}: bad address or host name: {error}") from None


def _record(shell: Shell, variable: str) -> Callable[[str], object] | None:
    """What puts a line into the record of that variable; None when there is none."""
    if not (name := os.environ.get(variable)):
        return None
    try:
        address = shell.on_database(shell.ioc.database.find, name)
    except NotFound:
        shell.complain(f"{variable}: PV {name} for put logging not found, logging to PV disabled")
        return None
    return functools.partial(shell.ioc.database.loop.submit, _put_line, address)


def _put_line(address: Address, line: str) -> None:
    """On the database thread."""
    raw = np.frombuffer(line.encode("utf-8", "surrogateescape") + b"\0", "i1")
    with suppress(PutError):  # it is disabled, as its owner wants it
        put_now(address, raw if address.dbf == "CHAR" else line)


def _valid(shell: Shell, config: int) -> int:
    if config in CONFIGS:
        return config
    shell.complain("caPutJsonLog: invalid config request, setting to default 'caPutJsonLogAll'")
    return ALL


def _positive(seconds: float) -> float:
    if seconds <= 0:
        raise CommandFailed(f"the timeout is {seconds:g}; it must be above 0")
    return seconds


def _opened(name: str, servers: ServerLog | None) -> ServerLog:
    if servers is None:
        raise CommandFailed(f"{name}: is not initialized; {name}Init does it")
    return servers


def _show(shell: Shell, name: str, servers: ServerLog | None) -> None:
    opened = _opened(name, servers)
    shell.print(f"{name} mode: {opened.config} = {MODES[opened.config]}")
    _states(shell, opened.clients)
    shell.print(f"{name}: Total count = {opened.count}")
    shell.print(_backlog(shell))


def _states(shell: Shell, clients: Sequence[LogClient]) -> None:
    for client in clients:
        shell.print(client.state())
