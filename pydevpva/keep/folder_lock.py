"""A folder that one IOC alone saves to: another would write over its file, once a second. Any thread.

The lock is the process's, by POSIX's rules: the kernel takes it back however the process ends, and no child has it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time

from pydevpva.errors import PydevpvaError

NAME = ".pydevpva.lock"
PATIENCE = 3.0  # seconds: an IOC that is started anew may meet its own end
STEP = 0.05


def hold(folder: str) -> None:
    """Have it, until the process ends. PydevpvaError: another process has it.

    Where nothing can be locked, as in a folder that is read-only now, nothing is.
    """
    try:
        descriptor = os.open(os.path.join(folder, NAME), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)
    except OSError:
        return
    end = time.monotonic() + PATIENCE
    while not _lock(descriptor):
        if time.monotonic() > end:
            os.close(descriptor)
            raise PydevpvaError(f"another IOC saves to {folder}; each needs a folder of its own")
        time.sleep(STEP)


def _lock(descriptor: int) -> bool:
    """False: another process has it."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN)
    return True
