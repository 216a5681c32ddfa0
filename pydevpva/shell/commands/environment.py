"""Environment variables: epicsEnvSet and its family."""

from __future__ import annotations

import os
import platform

from pydevpva.shell.language.registry import ENVIRONMENT, Argument, CommandFailed, command
from pydevpva.shell.reports.formats import glob
from pydevpva.shell.session import Shell

# EPICS's configuration parameters with their defaults, in the order of envDefs.h; None: no default
PARAMETERS: dict[str, str | None] = {
    "EPICS_BUILD_TARGET_ARCH": f"{platform.system().lower()}-{platform.machine()}",
    "EPICS_CA_ADDR_LIST": None, "EPICS_CA_AUTO_ADDR_LIST": "YES", "EPICS_CA_NAME_SERVERS": None,
    "EPICS_CA_CONN_TMO": "30.0", "EPICS_CA_REPEATER_PORT": "5065", "EPICS_CA_SERVER_PORT": "5064",
    "EPICS_CA_MAX_ARRAY_BYTES": "16384", "EPICS_CA_AUTO_ARRAY_BYTES": "YES", "EPICS_CA_BEACON_PERIOD": "15.0",
    "EPICS_CA_MAX_SEARCH_PERIOD": "300.0", "EPICS_CA_MCAST_TTL": "1", "EPICS_CAS_BEACON_PERIOD": None,
    "EPICS_CAS_BEACON_PORT": None, "EPICS_CAS_AUTO_BEACON_ADDR_LIST": None, "EPICS_CAS_BEACON_ADDR_LIST": None,
    "EPICS_CAS_SERVER_PORT": None, "EPICS_CAS_INTF_ADDR_LIST": None, "EPICS_CAS_IGNORE_ADDR_LIST": None,
    "EPICS_IOC_IGNORE_SERVERS": None, "EPICS_IOC_LOG_PORT": "7004",
    "EPICS_ALLOW_POSIX_THREAD_PRIORITY_SCHEDULING": "YES", "EPICS_TZ": "CST6CDT,M3.2.0/2,M11.1.0/2",
    "EPICS_TS_NTP_INET": None, "IOCSH_PS1": "epics> ", "IOCSH_HISTSIZE": "50", "IOCSH_HISTEDIT_DISABLE": None,
    "EPICS_IOC_LOG_INET": None, "EPICS_IOC_LOG_FILE_NAME": None, "EPICS_IOC_LOG_FILE_COMMAND": None,
    "EPICS_IOC_LOG_FILE_LIMIT": "1000000", "EPICS_ABORT_ON_ASSERT": "NO",
}  # fmt: skip


@command("epicsEnvSet", Argument("name", ENVIRONMENT), "value")
def epics_env_set(shell: Shell, name: str | None, value: str | None) -> None:
    """Set an environment variable, for $(name) in later lines, for Python and for programs that are started.

    A new PYTHONPATH changes where Python looks for modules at once.
    """
    if name is None:
        raise CommandFailed("Missing environment variable name argument.")
    if value is None:
        raise CommandFailed("Missing environment variable value argument.")
    if not name or "=" in name:
        raise CommandFailed(f"'{name}' cannot be the name of an environment variable.")
    shell.set_environment(name, value)


@command("epicsEnvUnset", Argument("name", ENVIRONMENT))
def epics_env_unset(shell: Shell, name: str | None) -> None:
    """Remove an environment variable."""
    if name is None:
        raise CommandFailed("Missing environment variable name argument.")
    shell.set_environment(name, None)


@command("epicsEnvShow", Argument("[name]", ENVIRONMENT))
def epics_env_show(shell: Shell, pattern: str | None) -> None:
    """Print the environment variables whose name matches the pattern; without one, all.

    Example: epicsEnvShow EPICS_*
    """
    matches = glob(pattern) if pattern else lambda _name: True
    for name, value in os.environ.items():
        if matches(name):
            shell.print(f"{name}={value}")


def _show_parameters(shell: Shell) -> None:
    """Print EPICS's configuration parameters: what the environment says, or the default."""
    for name, default in PARAMETERS.items():
        value = os.environ.get(name, default)
        shell.print(f"{name}: {value}" if value is not None else f"{name} is undefined")


command("epicsParamShow")(_show_parameters)
command("epicsPrtEnvParams")(_show_parameters)
