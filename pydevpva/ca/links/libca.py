"""The functions of libca that we need, as ctypes sees them, and how libca's own threads come into Python.

The calls give the GIL away (CDLL): nearly each of them may wait until a callback on another thread is over. libca is
the one that epicscorelibs installs, next to the libCom that p4p uses.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_long, c_short, c_uint, c_ulong, c_void_p
from functools import cache
from typing import Any

from pydevpva.foreign_threads import hold_thread, holds_thread, release_thread
from pydevpva.libraries import get_lib

NORMAL = 1  # ECA_NORMAL
PREEMPTIVE = 1  # callbacks come when they come, on libca's threads
CONNECTED = 6  # CA_OP_CONN_UP
DB_LINKS = 80  # CA_PRIORITY_DB_LINKS: a server gives links their own circuit and answers them first
DBE_VALUE, DBE_ALARM, DBE_PROPERTY = 1, 4, 8


class EventArgs(ctypes.Structure):
    """struct event_handler_args: an update, or the end of a put."""

    _fields_ = (
        ("usr", c_void_p), ("chid", c_void_p), ("type", c_long), ("count", c_long), ("dbr", c_void_p), ("status", c_int)
    )  # fmt: skip


class ConnectionArgs(ctypes.Structure):
    """struct connection_handler_args."""

    _fields_ = (("chid", c_void_p), ("op", c_long))


class AccessArgs(ctypes.Structure):
    """struct access_rights_handler_args; bit 0 of rights: may read, bit 1: may write."""

    _fields_ = (("chid", c_void_p), ("rights", c_uint))


class ExceptionArgs(ctypes.Structure):
    """struct exception_handler_args."""

    _fields_ = (
        ("usr", c_void_p), ("chid", c_void_p), ("type", c_long), ("count", c_long), ("addr", c_void_p),
        ("status", c_long), ("op", c_long), ("context", c_char_p), ("file", c_char_p), ("line", c_uint),
    )  # fmt: skip


EventHandler = ctypes.CFUNCTYPE(None, EventArgs)
ConnectionHandler = ctypes.CFUNCTYPE(None, ConnectionArgs)
AccessHandler = ctypes.CFUNCTYPE(None, AccessArgs)
ExceptionHandler = ctypes.CFUNCTYPE(None, ExceptionArgs)
_ExitHandler = ctypes.CFUNCTYPE(None, c_void_p)


@cache
def lib() -> Any:
    """libca with the types of what is called."""
    library = ctypes.CDLL(get_lib("ca"))
    for name, result, arguments in (
        ("ca_context_create", c_int, [c_int]),
        ("ca_context_destroy", None, []),
        ("ca_add_exception_event", c_int, [ExceptionHandler, c_void_p]),
        ("ca_create_channel", c_int, [c_char_p, ConnectionHandler, c_void_p, c_uint, POINTER(c_void_p)]),
        ("ca_replace_access_rights_event", c_int, [c_void_p, AccessHandler]),
        ("ca_clear_channel", c_int, [c_void_p]),
        ("ca_create_subscription", c_int,
         [c_long, c_ulong, c_void_p, c_long, EventHandler, c_void_p, POINTER(c_void_p)]),
        ("ca_clear_subscription", c_int, [c_void_p]),
        ("ca_array_get_callback", c_int, [c_long, c_ulong, c_void_p, EventHandler, c_void_p]),
        ("ca_array_put", c_int, [c_long, c_ulong, c_void_p, c_char_p]),
        ("ca_array_put_callback", c_int, [c_long, c_ulong, c_void_p, c_char_p, EventHandler, c_void_p]),
        ("ca_flush_io", c_int, []),
        ("ca_puser", c_void_p, [c_void_p]),
        ("ca_field_type", c_short, [c_void_p]),
        ("ca_element_count", c_ulong, [c_void_p]),
        ("ca_host_name", c_char_p, [c_void_p]),
        ("ca_read_access", c_uint, [c_void_p]),
        ("ca_write_access", c_uint, [c_void_p]),
        ("ca_name", c_char_p, [c_void_p]),
        ("ca_message", c_char_p, [c_long]),
    ):  # fmt: skip
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def message(status: int) -> str:
    """What libca says a status means."""
    return str(lib().ca_message(status).decode())


# ---- its threads ----


def keep_thread() -> None:
    """Hold the calling thread, one of libca's, until it ends: there are two for each server that is connected.

    Without that, each callback would make Python's state of the thread anew, and forget it again.
    """
    if not holds_thread():
        hold_thread()
        _libcom().epicsAtThreadExit(_AT_EXIT, None)


@cache
def _libcom() -> Any:
    library = ctypes.PyDLL(get_lib("Com"))
    library.epicsAtThreadExit.argtypes = [_ExitHandler, c_void_p]
    return library


def _release(_: object) -> None:
    release_thread()


_AT_EXIT = _ExitHandler(_release)
