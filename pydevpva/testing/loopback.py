"""Ports of its own on 127.0.0.1 for an IOC and its clients. Any thread."""

from __future__ import annotations

import random
import socket
from contextlib import closing

BELOW_EPHEMERAL = range(20000, 32000)  # the kernel gives none of these to outgoing connections


def free_ports() -> tuple[int, int]:
    """A TCP and a UDP port that nobody on this machine uses, nor the next two: Channel Access and its repeater."""
    for port in random.SystemRandom().sample(BELOW_EPHEMERAL, 100):
        if all(_is_free(near) for near in range(port, port + 3)):
            return port, port
    raise RuntimeError("100 ports tried, none of them free")


def _is_free(port: int) -> bool:
    try:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with closing(socket.socket(socket.AF_INET, kind)) as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def loopback() -> dict[str, str]:
    """The variables with which a server and its clients see each other and nobody else."""
    tcp, udp = free_ports()
    return {
        "EPICS_PVAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_PVAS_BEACON_ADDR_LIST": "127.0.0.1",
        "EPICS_PVAS_AUTO_BEACON_ADDR_LIST": "NO",
        "EPICS_PVA_ADDR_LIST": "127.0.0.1",
        "EPICS_PVA_AUTO_ADDR_LIST": "NO",
        "EPICS_PVA_SERVER_PORT": str(tcp),
        "EPICS_PVA_BROADCAST_PORT": str(udp),
        # softIocPVX starts a Channel Access server as well
        "EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_BEACON_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO",
        "EPICS_CA_ADDR_LIST": "127.0.0.1",
        "EPICS_CA_AUTO_ADDR_LIST": "NO",
        "EPICS_CAS_SERVER_PORT": str(tcp + 1),  # also where the client looks for another server
        "EPICS_CA_SERVER_PORT": str(tcp + 1),
        "EPICS_CA_REPEATER_PORT": str(tcp + 2),
        "EPICS_ALLOW_POSIX_THREAD_PRIORITY_SCHEDULING": "NO",  # the real one as ours
    }
