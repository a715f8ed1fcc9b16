"""Hold a program to the memory that it allows itself.

Linux can refuse memory to a process: ``RLIMIT_DATA`` bounds what it may have of its own. Pages of
a mapped file that is only read do not count, for they belong to the file. Other systems have no
such limit, or do not keep it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

__all__ = ["within"]

Result = TypeVar("Result")


def within(megabytes: float, do: Callable[[], Result]) -> Result:
    """Do something while this process is given so many megabytes more, and no more.

    It holds for all threads of the process, so a worker of its own is the place for it. What the
    process has been given before and does not need any more it may use again.

    Parameters
    ----------
    megabytes : float
        What may be asked for, in units of 1,000,000 bytes.
    do : callable
        What to do; it takes no arguments.

    Returns
    -------
    object
        What `do` returns.

    Raises
    ------
    MemoryError
        It asks for more, and this is Linux; elsewhere nothing is refused.

    Examples
    --------
    >>> within(40, lambda: len(bytes(1_000_000)))
    1000000
    """
    if sys.platform != "linux":
        return do()
    with limited(round(megabytes * 1_000_000)):
        return do()


@contextmanager
def limited(more: int) -> Iterator[None]:
    """Bound what this process has of its own to what it has now and so many bytes more."""
    import resource  # there is none on Windows

    pages = int(Path("/proc/self/statm").read_text().split()[5])  # data and stack
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = pages * resource.getpagesize() + more
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
