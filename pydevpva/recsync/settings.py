"""What startup scripts set of the RecCaster (recsync: castinit.c, dbcb.c). Before iocInit, on the shell's thread."""

from __future__ import annotations

from dataclasses import dataclass, field

PORT = 5049  # UDP, on which RecCeivers announce themselves
VARIABLES = (  # of the environment, told of the IOC when they are set
    "HOSTNAME", "EPICS_BASE", "TOP", "ARCH", "IOC", "EPICS_CA_ADDR_LIST", "EPICS_CA_AUTO_ADDR_LIST",
    "EPICS_CA_MAX_ARRAY_BYTES", "RSRV_SERVER_PORT", "PVAS_SERVER_PORT", "PWD", "EPICS_HOST_ARCH", "IOCNAME",
    "ENGINEER", "LOCATION",
)  # fmt: skip


@dataclass(slots=True)
class Settings:
    """`wanted`: a script or a database speaks of it; else nothing listens and nothing is sent. Times in seconds."""

    wanted: bool = False
    timeout: float = 20.0
    longest_holdoff: float = 10.0
    port: int = PORT
    variables: list[str] = field(default_factory=lambda: list(VARIABLES))
    excluded: list[str] = field(default_factory=list)  # patterns of names
