"""Leave to start a task: a count that a worker takes from, and that its parent can take back.

The worker takes a token before each task but the first of a batch. The parent takes back
what is left, and with it the tasks. Each token is taken once, whoever is faster.

- `Semaphore`: a worker inherits it. To take a token costs a tenth of a microsecond.
- `Pipe`: a byte for each token. Ten times as dear; a fresh interpreter can be given it.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import os
from typing import Any, Protocol

__all__ = ["Pipe", "Semaphore", "Tokens", "inherited_tokens"]

try:  # what `multiprocessing.Semaphore` stands on, without the forty modules around it
    SemLock: Any = importlib.import_module("_multiprocessing").SemLock
except (ImportError, AttributeError):
    SemLock = None

COUNTS = 1  # a kind of `SemLock`; the other is a lock
MOST = 2**15 - 1  # that any system lets a semaphore count to
NUMBERS = itertools.count()


class Tokens(Protocol):
    """A count that two processes share."""

    def put(self, count: int) -> None:
        """Give leave for so many tasks."""

    def take(self) -> bool:
        """Take leave for one task; False if there is none."""

    def take_all(self) -> int:
        """Take back what is left; give how many."""

    def close(self) -> None:
        """Close it in this process."""


class Pipe:
    """Tokens that are bytes in a pipe.

    Parameters
    ----------
    inlet, outlet : int, optional
        Descriptors of its ends, where it exists already.
    """

    def __init__(self, inlet: int = -1, outlet: int = -1):
        if inlet < 0:
            inlet, outlet = os.pipe()
            os.set_blocking(inlet, False)
        self.inlet, self.outlet = inlet, outlet

    def put(self, count: int) -> None:
        """Give leave for so many tasks."""
        os.write(self.outlet, bytes(count))

    def take(self) -> bool:
        """Take leave for one task; False if there is none."""
        try:
            return bool(os.read(self.inlet, 1))
        except BlockingIOError:
            return False

    def take_all(self) -> int:
        """Take back what is left; give how many."""
        try:
            return len(os.read(self.inlet, MOST))
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Close both ends."""
        for end in (self.inlet, self.outlet):
            if end >= 0:
                os.close(end)
        self.inlet = self.outlet = -1


class Semaphore:
    """Tokens that are counted in shared memory, under no name.

    Raises
    ------
    OSError
        There is no room for it.
    """

    def __init__(self) -> None:
        name = f"/faineant-{os.getpid()}-{next(NUMBERS)}"
        self.count = SemLock(COUNTS, 0, MOST, name, True)  # the name is taken away at once

    def put(self, count: int) -> None:
        """Give leave for so many tasks."""
        for _ in range(count):
            self.count.release()

    def take(self) -> bool:
        """Take leave for one task; False if there is none."""
        return bool(self.count.acquire(False))

    def take_all(self) -> int:
        """Take back what is left; give how many."""
        return sum(1 for _ in iter(self.take, False))

    def close(self) -> None:
        """Do nothing: it goes with its object."""


def inherited_tokens() -> Tokens:
    """Make tokens for a worker that is forked from this process."""
    with contextlib.suppress(OSError):  # some sandboxes have no shared memory
        if SemLock is not None:
            return Semaphore()
    return Pipe()
