"""What is text: versions, places, names, and EPICS's parameters (EPICS: devIocStatsString.c). Any thread."""

from __future__ import annotations

import os
import platform
import socket

from pydevpva.stats.statistics import Source
from pydevpva.versions import epics_version

PART = 39  # characters that a stringin shows
NOT_AVAILABLE = "<not available>"

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


def words() -> dict[str, Source]:
    """Texts of any length; those with a number at their end are the parts that a stringin shows of them."""
    whole = {
        "startup_script": startup_script,
        "pwd": os.getcwd,
        "bootline": lambda: NOT_AVAILABLE,
    }
    parts: dict[str, Source] = {}
    for name, form, count in (("startup_script", "startup_script_{}", 2), ("pwd", "pwd{}", 2)):
        parts |= {form.format(n + 1): _part(whole[name], n) for n in range(count)}
    parts |= {f"bootline_{n + 1}": _part(whole["bootline"], n) for n in range(6)}
    return {
        **whole,
        **parts,
        "bsp_rev": lambda: NOT_AVAILABLE,
        "kernel_ver": lambda: " ".join((platform.system(), platform.release(), platform.machine())),
        "epics_ver": lambda: f"EPICS R{epics_version()}",
        "engineer": lambda: _first("ENGINEER", "LOGNAME", "USER"),
        "location": lambda: _first("LOCATION"),
        "hostname": socket.gethostname,
    }


def startup_script() -> str:
    """$STARTUP/$ST_CMD where a site sets these, else the script that was given."""
    folder, name = os.environ.get("STARTUP"), os.environ.get("ST_CMD", "")
    if folder is None:
        folder = os.environ.get("IOCSH_STARTUP_SCRIPT", NOT_AVAILABLE)
    return f"{folder}/{name}" if name and folder != NOT_AVAILABLE else folder


def _part(whole: Source, number: int) -> Source:
    return lambda: str(whole())[number * PART : (number + 1) * PART]


def _first(*names: str) -> str:
    """The first of these variables that is set."""
    return next((os.environ[name] for name in names if name in os.environ), NOT_AVAILABLE)
