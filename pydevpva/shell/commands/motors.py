"""motorUtilInit: the records of motorUtil.db, which tell how many motors move, and stop them."""

from __future__ import annotations

from pydevpva.engine.address import Address
from pydevpva.engine.moving_motors import MovingMotors
from pydevpva.engine.scan import in_slices
from pydevpva.errors import NotFound
from pydevpva.records.core.record import Record
from pydevpva.shell.language.registry import Argument, CommandFailed, command
from pydevpva.shell.session import Shell


@command("motorUtilInit", Argument("IOC name"), of="motor")
def motor_util_init(shell: Shell, prefix: str | None) -> None:
    """Have the records of motorUtil.db with this prefix tell which motors move; a 1 in allstop stops them.

    Example: motorUtilInit("LAB:")
    """
    if shell.ioc.state == "new":
        raise CommandFailed("motorUtilInit: only possible after iocInit; doAfterIocInit runs a line then")
    database = shell.ioc.database
    try:
        told = [database.look_up(f"{prefix or ''}{name}") for name in ("alldone", "moving", "movingDiff")]
    except NotFound as error:
        raise CommandFailed(f"motorUtilInit: {error}; load motorUtil.db with P={prefix or ''}") from None
    all_stop = _find(shell, f"{prefix or ''}allstop")
    if not database.services.is_news("motorUtilInit"):
        raise CommandFailed("motorUtilInit: done already; it is for one prefix in an IOC")
    motors = MovingMotors(database.puts, *told)
    for _ in shell.in_steps(in_slices(motors.follow, _motors(shell))):
        pass
    if all_stop is not None:
        shell.on_database(motors.obey, all_stop)


@command("listMovingMotors", of="motor")
def list_moving_motors(shell: Shell) -> None:
    """Print the motors whose DMOV is 0."""
    shell.print("The following motors are moving:")
    for motor in _motors(shell):
        if motor.DMOV == 0:
            shell.print(motor.NAME)


def _motors(shell: Shell) -> list[Record]:
    return [record for record in shell.ioc.database.records.values() if record.rtype.name == "motor"]


def _find(shell: Shell, name: str) -> Address | None:
    """allstop, which may be missing."""
    try:
        return shell.ioc.database.look_up(name)
    except NotFound as error:
        shell.complain(f"motorUtilInit: {error}")
        return None
