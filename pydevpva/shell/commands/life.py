"""The life of the IOC: iocInit and its halves, pause and resume, what is run once it runs."""

from __future__ import annotations

from pydevpva.shell.commands import access
from pydevpva.shell.language.registry import CommandFailed, command
from pydevpva.shell.language.scope import GivenLine
from pydevpva.shell.session import Shell

NOT_NEW = "iocBuild: ERROR IOC can only be initialized from uninitialized or stopped state"


@command("iocInit")
def ioc_init(shell: Shell) -> None:
    """Make the loaded records live: connect links, process PINI records, start scans, serve clients.

    Prints where it listens.
    """
    _build(shell)
    _run(shell)


@command("iocBuild")
def ioc_build(shell: Shell) -> None:
    """The first half of iocInit: make the records and their links. Nothing scans, and clients see nothing yet."""
    _build(shell)


@command("iocRun")
def ioc_run(shell: Shell) -> int:
    """The second half of iocInit, after iocBuild; or let scanning go on after iocPause."""
    if shell.ioc.state == "paused":
        shell.ioc.resume()
        shell.complain("iocRun: IOC restarted")
        return 0
    if shell.ioc.state != "built":
        shell.complain("iocRun: WARNING IOC not paused")
        return -1
    _run(shell)
    return 0


@command("iocPause")
def ioc_pause(shell: Shell) -> int:
    """Stop scanning, until iocRun; puts of clients are still served."""
    if shell.ioc.state != "running":
        shell.complain("iocPause: WARNING IOC not running")
        return -1
    shell.ioc.pause()
    shell.complain("iocPause: IOC suspended")
    return 0


@command("afterIocRunning", "command (before iocInit)")
def after_ioc_running(shell: Shell, line: str | None) -> int:
    """Run a line once iocInit is through; several are run in their order.

    Example: afterIocRunning("dbpf LAB:Start 1")
    """
    if shell.ioc.state != "new":
        shell.print("WARNING afterIocRunning: can only be used before 'iocInit'")
        return 1
    if not line:
        shell.print("ERROR afterIocRunning: received an empty 'command' argument")
        return 1
    scope = shell.scope
    shell.common.after_init.append(GivenLine(line, scope.path, scope.line, scope.place))
    return 0


@command("doAfterIocInit", "command (before iocInit)", of="std")
def do_after_ioc_init(shell: Shell, line: str | None) -> int | None:
    """The same as afterIocRunning, under the name that the module std gave it."""
    return after_ioc_running(shell, line)


@command("coreRelease", differs="pydevpva's own version is said with the release of the EPICS definitions")
def core_release(shell: Shell) -> None:
    """Print the versions of pydevpva and of the EPICS definitions it uses."""
    _banner(shell)


def _build(shell: Shell) -> None:
    if shell.ioc.state == "stopped":
        raise CommandFailed("iocInit: this IOC has been stopped: put right what is said above, and start it anew")
    if shell.ioc.state != "new":
        raise CommandFailed(NOT_NEW)
    shell.complain("Starting iocInit")
    _banner(shell)
    shell.common.init_failed = True
    with access.ready_file(shell) as path:
        shell.ioc.servers.access_file = path
        shell.ioc.build()
    shell.common.init_failed = False


def _run(shell: Shell) -> None:
    shell.ioc.run()
    for listening in shell.ioc.servers.listens():
        shell.complain(listening)
    shell.complain("iocRun: All initialization complete")
    for given in shell.common.after_init:
        shell.print(f"afterIocRunning: {given.text}")
        if shell.run_text(given.text, given_at=given.place) and given.path:
            shell.failures.note(given.path, given.line)
    shell.common.after_init.clear()


def _banner(shell: Shell) -> None:
    from pydevpva.versions import epics_version, own_version

    rule = "#" * 76
    shell.print(f"{rule}\n## pydevpva {own_version()}\n## EPICS {epics_version()} definitions\n{rule}")
