"""The versions -V and coreRelease print, without importing what they are the versions of."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from pydevpva._version import __version__


def own_version() -> str:
    return __version__


def epics_version() -> str:
    """The EPICS release that epicscorelibs is made from: "7.0.10.99.0.2" is 7.0.10 and the packagers' own numbers."""
    return ".".join(_installed("epicscorelibs").split(".")[:3])


def p4p_version() -> str:
    return _installed("p4p")


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
