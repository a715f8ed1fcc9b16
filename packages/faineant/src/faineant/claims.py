"""Claims: who computes a key, and who waits.

The unfinished file of a key, locked, is the claim on it. Whoever holds it
computes, and everybody else who needs the same key waits for the lock, which the
system takes back from an owner that dies. A forked child closes the claims of
its parent at once, or the lock would outlive a killed owner by its children.

Where there are no locks (some network file systems) nobody waits.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Literal

from faineant.locks import lock

__all__ = ["Claim", "abandoned", "claimed", "is_file", "release"]

FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
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
        return self.descriptor in DESCRIPTORS


DESCRIPTORS: set[int] = set()


def let_go() -> None:
    """Close the claims in a forked child."""
    for descriptor in DESCRIPTORS:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    DESCRIPTORS.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=let_go)


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
        try:
            descriptor = os.open(part, FLAGS, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(part), exist_ok=True)
            descriptor = os.open(part, FLAGS, 0o600)
        DESCRIPTORS.add(descriptor)
        claim = Claim(part, descriptor)
        try:
            got = lock(descriptor, wait)
            if not got:
                shut(claim)
                return None if got is None else False
        except BaseException:
            shut(claim)
            raise
        opened = os.fstat(descriptor)
        # Empty, it has not been renamed; with a name, it has not been removed.
        if (not opened.st_size and opened.st_nlink) or is_file(part, opened):
            claim.size = opened.st_size
            return claim
        shut(claim)  # its owner has renamed or removed it meanwhile


def release(claim: Claim) -> None:
    """Give a claim back, and remove what was not finished.

    Parameters
    ----------
    claim : Claim
        Any, also one that a forked child never had.
    """
    unfinished = claim.held and not claim.kept and is_file(claim.part, os.fstat(claim.descriptor))
    if claim.separate:
        shut(claim)  # Windows removes no open file; whoever waits for this one keeps it
    if unfinished:
        with contextlib.suppress(OSError):
            os.unlink(claim.part)
    shut(claim)


def abandoned(part: Path) -> bool:
    """Tell whether nobody writes an unfinished file any more.

    Parameters
    ----------
    part : Path
        The file.

    Returns
    -------
    bool
        True if its lock is free; without locks, if it is an hour old.
    """
    with open(part, "r+b") as file:
        got = lock(file.fileno(), wait=False)
    return time.time() - part.stat().st_mtime > 3600 if got is None else got


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


def shut(claim: Claim) -> None:
    """Close a claim's file, which frees the lock."""
    if claim.held:
        DESCRIPTORS.discard(claim.descriptor)
        os.close(claim.descriptor)
