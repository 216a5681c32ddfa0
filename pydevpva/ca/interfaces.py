"""The broadcast addresses of this machine's network interfaces, as libCom finds them. No thread."""

from __future__ import annotations

import ctypes
import socket
from functools import cache
from typing import Any

from pydevpva.libraries import get_lib

LOOPBACK = "127.0.0.1"


class _Node(ctypes.Structure):
    """ELLNODE, and the sockaddr_in that follows it in an osiSockAddrNode."""


_Node._fields_ = [
    ("next", ctypes.POINTER(_Node)),
    ("previous", ctypes.POINTER(_Node)),
    ("family", ctypes.c_ushort),
    ("port", ctypes.c_ushort),
    ("address", ctypes.c_ubyte * 4),
    ("zero", ctypes.c_ubyte * 8),
]


class _List(ctypes.Structure):
    """ELLLIST."""

    _fields_ = [
        ("next", ctypes.POINTER(_Node)),
        ("previous", ctypes.POINTER(_Node)),
        ("count", ctypes.c_int),
    ]  # fmt: skip


class _Address(ctypes.Structure):
    """sockaddr_in."""

    _fields_ = [
        ("family", ctypes.c_ushort),
        ("port", ctypes.c_ushort),
        ("address", ctypes.c_ubyte * 4),
        ("zero", ctypes.c_ubyte * 8),
    ]  # fmt: skip


@cache
def _lib() -> Any:
    lib = ctypes.CDLL(get_lib("Com"))
    lib.osiSockDiscoverBroadcastAddresses.restype = None
    lib.osiSockDiscoverBroadcastAddresses.argtypes = [
        ctypes.POINTER(_List), ctypes.c_int, ctypes.POINTER(_Address)
    ]  # fmt: skip
    lib.ellFree2.restype = None
    lib.ellFree2.argtypes = [ctypes.POINTER(_List), ctypes.c_void_p]
    return lib


def broadcast_addresses(interface: str) -> list[str]:
    """Those of the interface with this address; of all for 0.0.0.0. The loopback interface has its own address."""
    if interface == LOOPBACK:
        return [LOOPBACK]
    found, wanted = _List(), _Address(socket.AF_INET, 0, (ctypes.c_ubyte * 4)(*socket.inet_aton(interface)))
    lib = _lib()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        lib.osiSockDiscoverBroadcastAddresses(ctypes.byref(found), sock.fileno(), ctypes.byref(wanted))
    addresses, node = [], found.next
    while node:
        addresses.append(socket.inet_ntoa(bytes(node.contents.address)))
        node = node.contents.next
    lib.ellFree2(ctypes.byref(found), _free())
    return list(dict.fromkeys(addresses))


@cache
def _free() -> Any:
    """C's own free, which gives back what libCom has made."""
    return ctypes.cast(ctypes.CDLL(None).free, ctypes.c_void_p)
