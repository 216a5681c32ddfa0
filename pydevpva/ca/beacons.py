"""Beacons: the server says that it is there, quickly at first (EPICS: online_notify.c). Network's thread."""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydevpva.ca.protocol import HEADER, IS_UP, MINOR

if TYPE_CHECKING:
    from pydevpva.ca.config import Place
    from pydevpva.ca.network import Network

log = logging.getLogger(__name__)

FIRST_PERIOD = 0.02  # seconds; each is twice as long as the one before


class Beacons:
    """To these places; `port` is that of the server."""

    def __init__(self, network: Network, places: Sequence[Place], port: int, longest: float, ttl: int) -> None:
        self._network, self.places, self._port, self._longest = network, places, port, longest
        self._period, self._number = FIRST_PERIOD, 0
        self._errors: dict[Place, int | None] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)

    def send(self) -> None:
        """One to each place, and the next after the period."""
        beacon = HEADER.pack(IS_UP, 0, MINOR, self._port, self._number & 0xFFFFFFFF, 0)
        self._number += 1
        for place in self.places:
            self._send(beacon, place)
        self._network.after(self._period, self.send)
        self._period = min(2 * self._period, self._longest)

    def _send(self, beacon: bytes, place: Place) -> None:
        error: OSError | None = None
        try:
            self.socket.sendto(beacon, place)
        except OSError as failure:
            error = failure
        number = error.errno if error is not None else None
        if number != self._errors.get(place):
            self._errors[place] = number
            if error is not None:
                log.warning("Channel Access beacons to %s:%d: %s", *place, error)
            else:
                log.warning("Channel Access beacons to %s:%d are sent again", *place)
