"""Environment variables: epicsEnvSet and its family."""

from __future__ import annotations

import os

from pydevpva.patterns import glob
from pydevpva.shell.language.registry import ENVIRONMENT, Argument, CommandFailed, command
from pydevpva.shell.session import Shell
from pydevpva.stats.texts import PARAMETERS


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
