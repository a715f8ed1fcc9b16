"""Locks: on files, for processes, and turns that threads take.

The system takes the lock on a file back from a process that dies. A forked child
closes at once what its parent has opened to lock, or the lock would outlive its
owner by the children. Linux and macOS have ``flock``; Windows locks bytes, here
one far behind the end of the file, so that it can be read meanwhile. Some network
file systems have neither: there, nothing is locked and nobody waits.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:  # everywhere else
    msvcrt = None  # type: ignore[assignment]

__all__ = ["OPEN", "Turn", "lock", "open_to_lock", "shut"]

NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS}
FAR = 1 << 30
OPEN: set[int] = set()  # the descriptors of files that are open to be locked


class Turn:
    """A turn that one thread takes at a time: ``with turn.lock: ...``.

    A forked child finds it free, although a thread that it has not may have had it.
    """

    def __init__(self) -> None:
        self.renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        """Begin with a free lock."""
        self.lock = threading.Lock()


def open_to_lock(file: str, flags: int) -> int:
    """Open a file that will be locked; give its descriptor."""
    descriptor = os.open(file, flags, 0o600)
    OPEN.add(descriptor)
    return descriptor


def shut(descriptor: int) -> None:
    """Free the lock on a file, also where a child was forked while it was opened, and close it."""
    if descriptor in OPEN:
        OPEN.discard(descriptor)
        if fcntl is not None:
            with contextlib.suppress(OSError):  # there are no locks
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def let_go() -> None:
    """Close in a forked child what its parent has opened to lock."""
    for descriptor in OPEN:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    OPEN.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=let_go)


def lock(descriptor: int, wait: bool = True) -> bool | None:
    """Lock an open file; `shut` frees the lock.

    Parameters
    ----------
    descriptor : int
        The file.
    wait : bool
        Whether to wait for whoever has the lock.

    Returns
    -------
    bool or None
        True if it is locked, False if somebody else has it, None if there are
        no locks here.
    """
    if fcntl is not None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno in NO_LOCKS:
                return None
            raise
        return True
    if msvcrt is not None:
        return lock_byte(descriptor, wait)
    return None


def lock_byte(descriptor: int, wait: bool) -> bool:
    """Lock one byte, as Windows can; its own way to wait gives up after ten seconds."""
    assert msvcrt is not None
    pause = 0.001
    while True:
        os.lseek(descriptor, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            if not wait:
                return False
            time.sleep(pause)
            pause = min(2 * pause, 0.1)
        else:
            os.lseek(descriptor, 0, os.SEEK_SET)
            return True
