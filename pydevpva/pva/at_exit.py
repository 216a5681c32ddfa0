"""p4p's own end of the process, which an IOC does not need: its servers are stopped, and os._exit closes the rest."""

from __future__ import annotations

import atexit

import p4p


def skip_cleanup() -> None:
    """Take p4p's function out of atexit: it closes clients' connections, and may wait for users' code."""
    atexit.unregister(p4p.cleanup)
