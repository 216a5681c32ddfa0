"""iocLogServer: the log of this IOC, sent to a server (iocLog.c, logClient.c)."""

from __future__ import annotations

import os

from pydevpva.errors import PydevpvaError
from pydevpva.log_client import LogClient, parse_address
from pydevpva.shell.language.registry import INT, Argument, CommandFailed, command
from pydevpva.shell.session import Shell

HOST, PORT = "EPICS_IOC_LOG_INET", "EPICS_IOC_LOG_PORT"
DEFAULT_PORT = 7004


@command("iocLogInit", differs="connects without waiting; lines are sent at once, and wait while the server is away")
def ioc_log_init(shell: Shell) -> int:
    """Send the log, from now on, to the iocLogServer at EPICS_IOC_LOG_INET, port EPICS_IOC_LOG_PORT or 7004."""
    server = shell.common.log_server
    host = os.environ.get(HOST)
    if not host:
        shell.complain(f'iocLog: EPICS environment variable "{HOST}" undefined')
        return -1
    if server.client is not None or server.disabled:
        return 0
    try:
        address = parse_address(f"{host}:{os.environ.get(PORT) or DEFAULT_PORT}", DEFAULT_PORT)
    except PydevpvaError as error:
        raise CommandFailed(f"iocLogInit: {error}") from None
    server.client = LogClient(*address)
    shell.common.log.add(server)
    return 0


@command("iocLogPrefix", "prefix")
def ioc_log_prefix(shell: Shell, prefix: str | None) -> None:
    """What each line for the iocLogServer begins with; it can be set once."""
    server = shell.common.log_server
    if server.prefix and prefix != server.prefix:
        shell.complain(f'WARNING iocLogPrefix: The prefix was already set to "{server.prefix}" and can\'t be changed.')
        return
    server.prefix = prefix or ""


@command("iocLogShow", Argument("level", INT), differs="counts lines")
def ioc_log_show(shell: Shell, level: int) -> None:
    """Print whether the iocLogServer is connected, and how many lines were sent, wait, or were lost."""
    server = shell.common.log_server
    if server.client is None:
        return
    shell.print(server.client.state())
    if server.prefix:
        shell.print(f'log client: prefix is "{server.prefix}"')


@command("setIocLogDisable", Argument("(0,1)=>(false,true)", INT))
def set_ioc_log_disable(shell: Shell, disable: int) -> None:
    """1: send nothing to the iocLogServer; 0: go on with it."""
    shell.common.log_server.disabled = disable != 0
