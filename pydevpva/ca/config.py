"""What the environment says of the server: EPICS_CAS_..., else EPICS_CA_... (EPICS: rsrv caservertask.c). No thread."""

from __future__ import annotations

import logging
import math
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydevpva.ca.interfaces import broadcast_addresses

log = logging.getLogger(__name__)

Place = tuple[str, int]  # an IPv4 address and a port

SERVER_PORT, REPEATER_PORT = 5064, 5065
RESERVED = 5000  # ports up to this are not Channel Access's
BEACON_PERIOD = 15.0  # seconds
ANYWHERE = "0.0.0.0"
SMALLEST_ARRAYS = 1 << 14  # bytes
ANY_ARRAYS = 1 << 28  # where EPICS_CA_AUTO_ARRAY_BYTES sets no limit: more would be memory for whoever asks


@dataclass(frozen=True)
class Config:
    """`largest`: bytes of the largest value; `groups`: multicast addresses that searches come to as well."""

    interfaces: tuple[str, ...]
    port: int
    beacons: tuple[Place, ...]
    beacon_period: float = BEACON_PERIOD
    ignored: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()
    largest: int = ANY_ARRAYS
    ttl: int = 1


@dataclass
class Variables:
    """Variables of an IOC (epicsEnvSet) before those of the process. What is wrong is said, and the default taken."""

    own: Mapping[str, str] = field(default_factory=dict)

    def get(self, *names: str) -> tuple[str, str]:
        """The first of these that is set, and its name; ("", "") for none."""
        for name in names:
            if text := (self.own.get(name) or os.environ.get(name, "")).strip():
                return text, name
        return "", names[0]

    def port(self, default: int, *names: str) -> int:
        """A port above those that are reserved."""
        text, name = self.get(*names)
        if not text:
            return default
        if text.isdecimal() and RESERVED < int(text) <= 65535:
            return int(text)
        log.warning("%s=%s is no port from %d to 65535: %d is taken", name, text, RESERVED + 1, default)
        return default

    def is_yes(self, name: str, default: bool = True) -> bool:
        """Whether it says YES."""
        text, _ = self.get(name)
        return text.upper() == "YES" if text else default

    def number(self, default: float, *names: str) -> float:
        """A number above 0."""
        text, name = self.get(*names)
        if not text:
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if 0 < value < math.inf:
            return value
        log.warning("%s=%s is no number above 0: %g is taken", name, text, default)
        return default

    def places(self, name: str, port: int) -> list[Place]:
        """A list of hosts, each perhaps with :port. Those that nobody knows are named and left out."""
        found: list[Place] = []
        for word in self.get(name)[0].split():
            host, _, own_port = word.partition(":")
            try:
                place = (socket.gethostbyname(host), int(own_port) if own_port else port)
            except (OSError, ValueError, UnicodeError) as error:
                log.warning("%s: %s is no address (%s) and is left out", name, word, error)
                continue
            if place not in found:
                found.append(place)
        return found


def read_config(environment: Mapping[str, str]) -> Config:
    """The settings of a server. Looks up the names of hosts."""
    variables = Variables(environment)
    port = variables.port(SERVER_PORT, "EPICS_CAS_SERVER_PORT", "EPICS_CA_SERVER_PORT")
    named = [host for host, _ in variables.places("EPICS_CAS_INTF_ADDR_LIST", port)]
    groups = [host for host in named if 224 <= int(host.split(".")[0]) <= 239]
    interfaces = [host for host in named if host not in groups] or [ANYWHERE]
    if ANYWHERE in interfaces and len(interfaces) > 1:
        log.warning("EPICS_CAS_INTF_ADDR_LIST: %s means all interfaces; the others are left out", ANYWHERE)
        interfaces = [ANYWHERE]
    return Config(
        interfaces=tuple(interfaces),
        port=port,
        beacons=tuple(_beacons(variables, interfaces)),
        beacon_period=variables.number(BEACON_PERIOD, "EPICS_CAS_BEACON_PERIOD", "EPICS_CA_BEACON_PERIOD"),
        ignored=frozenset(host for host, _ in variables.places("EPICS_CAS_IGNORE_ADDR_LIST", 0)),
        groups=tuple(groups),
        largest=_largest(variables),
        ttl=int(variables.number(1, "EPICS_CA_MCAST_TTL")),
    )


def _beacons(variables: Variables, interfaces: list[str]) -> list[Place]:
    port = variables.port(REPEATER_PORT, "EPICS_CAS_BEACON_PORT", "EPICS_CA_REPEATER_PORT")
    found: list[Place] = []
    if variables.is_yes("EPICS_CAS_AUTO_BEACON_ADDR_LIST"):
        found += [(address, port) for interface in interfaces for address in broadcast_addresses(interface)]
    found += variables.places("EPICS_CAS_BEACON_ADDR_LIST", port)
    return list(dict.fromkeys(found))


def _largest(variables: Variables) -> int:
    limit = int(variables.number(SMALLEST_ARRAYS, "EPICS_CA_MAX_ARRAY_BYTES"))
    return ANY_ARRAYS if variables.is_yes("EPICS_CA_AUTO_ARRAY_BYTES") else max(limit, SMALLEST_ARRAYS)
