"""What the PVAccess libraries say of themselves, for the shell's reports. Any thread."""

from __future__ import annotations

import os
import platform


def references() -> dict[str, int]:
    """pvxs's objects that are alive, by kind."""
    from p4p import listRefs

    return {str(kind): int(count) for kind, count in listRefs().items() if count}


def versions() -> list[str]:
    """Lines on this host and the libraries' versions."""
    from p4p import pvxsVersion, version

    pvxs = ".".join(str(byte) for byte in int(pvxsVersion()).to_bytes(4, "big")[:3])
    return [
        f"Host: {platform.system().lower()}-{platform.machine()}, Python {platform.python_version()}",
        "Versions",
        f"    PVXS {pvxs}",
        f"    p4p {version}",
        "Runtime",
        f"    uname() -> {' '.join(os.uname())}",
        f"    processors -> {os.cpu_count()}",
    ]


def set_log_level(level: str) -> bool:
    """Set the level of all pvxs loggers; False when there is none of that name."""
    from p4p import _p4p

    known = {name[8:].upper(): getattr(_p4p, name) for name in dir(_p4p) if name.startswith("logLevel")}
    found = {**known, "CRIT": known["FATAL"], "ERR": known["ERROR"]}.get(level.strip().upper())
    if found is None:
        return False
    _p4p.logger_level_set("pvxs.*", found)
    return True
