"""What casr prints of a server, as rsrv does (EPICS: caservertask.c casr). Any thread."""

from __future__ import annotations

import time
from collections.abc import Iterator

from pydevpva.ca.circuit import Circuit
from pydevpva.ca.protocol import MAY_READ, MAY_WRITE, MINOR
from pydevpva.ca.server import Server


def report(server: Server, level: int) -> list[str]:
    """The lines of a level: 0 how many clients, 1 which, and where the server listens, 2 their channels, 3 those with
    monitors and rights, 4 the circuits too."""
    circuits = sorted(server.circuits, key=lambda circuit: circuit.since)
    lines = [f"Channel Access Server V4.{MINOR}"]
    if not circuits:
        lines.append("No clients connected.")
    else:
        lines.append(f"{_counted(len(circuits), 'client')} connected{':' if level > 0 else '.'}")
    if level <= 0:
        return lines
    for circuit in circuits:
        lines += server.database.loop.call(_client, circuit, level - 1)
    return [*lines, *_listening(server)]


def _counted(number: int, what: str, plural: str = "s") -> str:
    return f"{number} {what}{plural if number != 1 else ''}"


def _client(circuit: Circuit, level: int) -> list[str]:
    return list(_told(circuit, level))


def _told(circuit: Circuit, level: int) -> Iterator[str]:
    """On the database thread, which the channels belong to."""
    channels = list(circuit.client.channels.values())
    yield f"    TCP client at {circuit.name} '{circuit.host}':"
    yield (
        f"\tUser '{circuit.user}', V4.{circuit.minor}, Priority = {circuit.priority}, "
        f"{_counted(len(channels), 'Channel')}"
    )
    if level >= 3:
        now = time.monotonic()
        yield f"\tSocket FD = {circuit.sock.fileno()}"
        yield (
            f"\t{now - circuit.since:.2f} secs since the connection, "
            f"{now - circuit.last_received:.2f} secs since last receive"
        )
        yield (
            f"\tUnprocessed request bytes = {circuit.unread}, Undelivered response bytes = {circuit.outgoing.size}"
            f"{', events are off' if circuit.client.is_off else ''}"
        )
    for channel in channels if level >= 1 else ():
        record, field = channel.address.record, channel.address.field
        yield f"        Channel: '{record.NAME}.{field.name}{'$' if channel.address.long else ''}'"
        if level >= 2:
            may = ("r" if channel.rights & MAY_READ else "-") + ("w" if channel.rights & MAY_WRITE else "-")
            yield f"            # on eventq={len(channel.monitors)}, access={may}"


def _listening(server: Server) -> Iterator[str]:
    config, sockets = server.config, server.sockets
    for interface in config.interfaces if sockets is not None else ():
        yield f"CAS-TCP server on {interface}:{sockets.port if sockets else 0} with"
        yield f"    CAS-UDP name server on {interface}:{config.port}"
    if config.groups:
        yield f"Monitoring {_counted(len(config.groups), 'multicast address', 'es')}:"
        yield from (f"    {group}:{config.port}" for group in config.groups)
    yield f"Sending CAS-beacons to {_counted(len(config.beacons), 'address', 'es')}:"
    yield from (f"    {address}:{port}" for address, port in config.beacons)
    if config.ignored:
        yield "Ignoring UDP messages from addresses"
        yield from (f"    {address}" for address in sorted(config.ignored))
