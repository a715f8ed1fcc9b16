"""Claims: who computes a key, and who waits.

The unfinished file of a key, locked, is the claim on it. Whoever holds it
computes, and everybody else who needs the same key waits for the lock, which the
system takes back from an owner that dies.

Where there are no locks (some network file systems) nobody waits.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Literal

from faineant.locks import OPEN, lock, open_to_lock, shut

__all__ = ["Claim", "claimed", "is_file", "open_in_folder", "release", "remove_abandoned"]

FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
TRIES = 10  # to open a file in a folder that others clear meanwhile
SEPARATE = os.name == "nt"  # an open file cannot be renamed there: it is the claim, no more


class Claim:
    """The right to compute one key: a locked file that becomes the entry.

    Parameters
    ----------
    part : str
        The unfinished file.
    descriptor : int
        It, open and locked.
    size : int
        What a dead owner has left in it.
    """

    def __init__(self, part: str, descriptor: int, size: int = 0):
        self.part, self.descriptor, self.size = part, descriptor, size
        self.separate, self.kept = SEPARATE, False

    @property
    def held(self) -> bool:
        """Whether it is still ours: a forked child has none of its parent's claims."""
        return self.descriptor in OPEN


def claimed(part: str, wait: bool = True) -> Claim | Literal[False] | None:
    """Open and lock an unfinished file, after waiting for whoever has it.

    Parameters
    ----------
    part : str
        The file; its folder is made if it is not there.
    wait : bool
        Whether to wait.

    Returns
    -------
    Claim, False or None
        False if somebody else has it, None where there are no locks.

    Raises
    ------
    OSError
        Nothing can be written there.
    """
    while True:
        descriptor = open_in_folder(part, FLAGS)
        claim = Claim(part, descriptor)
        try:
            got = lock(descriptor, wait)
            if not got:
                shut(descriptor)
                return None if got is None else False
        except BaseException:
            shut(descriptor)
            raise
        opened = os.fstat(descriptor)
        # Empty, it has not been renamed; with a name, it has not been removed.
        if (not opened.st_size and opened.st_nlink) or is_file(part, opened):
            claim.size = opened.st_size
            return claim
        shut(descriptor)  # its owner has renamed or removed it meanwhile


def release(claim: Claim) -> None:
    """Give a claim back, and remove what was not finished.

    Parameters
    ----------
    claim : Claim
        Any, also one that a forked child never had.
    """
    unfinished = claim.held and not claim.kept and is_file(claim.part, os.fstat(claim.descriptor))
    if claim.separate:
        shut(claim.descriptor)  # Windows removes no open file; whoever waits for this one keeps it
    if unfinished:
        with contextlib.suppress(OSError):
            os.unlink(claim.part)
    shut(claim.descriptor)


def open_in_folder(part: str, flags: int) -> int:
    """Open an unfinished file, in a folder that is made if it is not there.

    Parameters
    ----------
    part : str
        The file.
    flags : int
        How.

    Returns
    -------
    int
        Its descriptor, for `faineant.locks.shut`.

    Raises
    ------
    OSError
        It cannot be opened, or there is no way to make the folder.
    """
    for _ in range(TRIES):
        try:
            return open_to_lock(part, flags)
        except FileNotFoundError:
            with contextlib.suppress(FileNotFoundError, FileExistsError):
                os.makedirs(os.path.dirname(part), exist_ok=True)
    return open_to_lock(part, flags)


def remove_abandoned(part: Path) -> None:
    """Remove an unfinished file that nobody writes any more.

    Parameters
    ----------
    part : Path
        The file. It goes if its lock is free, and is not free while it goes: who
        waits for it sees that it has gone. Without locks it goes when it is an
        hour old.

    Raises
    ------
    OSError
        It is not there any more, or cannot be removed.
    """
    descriptor = open_to_lock(str(part), FLAGS & ~os.O_CREAT)
    try:
        got = lock(descriptor, wait=False)
        if got is None:
            got = time.time() - os.fstat(descriptor).st_mtime > 3600
        if SEPARATE:
            shut(descriptor)  # Windows removes no open file, and so none that is claimed meanwhile
        if got:
            part.unlink()
    finally:
        shut(descriptor)


def is_file(path: str, opened: os.stat_result) -> bool:
    """Tell whether a name still stands for an open file.

    Parameters
    ----------
    path : str
        The name.
    opened : os.stat_result
        What `os.fstat` says of the file.

    Returns
    -------
    bool
        False if somebody has removed or replaced it.
    """
    try:
        there = os.stat(path)
    except OSError:
        return False
    return (there.st_ino, there.st_dev) == (opened.st_ino, opened.st_dev)
