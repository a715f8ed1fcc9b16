"""What remembering was good for: hits, misses and seconds, counted in this process."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

__all__ = ["CacheInfo", "Tally"]


class CacheInfo(NamedTuple):
    """What a memory was good for, in this process.

    Attributes
    ----------
    hits : int
        Calls whose result was remembered.
    misses : int
        Calls that had to be computed.
    seconds_saved : float
        What the remembered calls took when they were computed.
    seconds_spent : float
        What the computed calls took.
    """

    hits: int = 0
    misses: int = 0
    seconds_saved: float = 0.0
    seconds_spent: float = 0.0


class Tally:
    """Counts hits and misses; adds to a larger tally what it counts."""

    def __init__(self, larger: Tally | None = None):
        self.larger, self.info, self.lock = larger, CacheInfo(), threading.Lock()

    def hit(self, seconds: float) -> None:
        """Count a remembered call."""
        self.add(CacheInfo(hits=1, seconds_saved=seconds))

    def miss(self, seconds: float) -> None:
        """Count a computed call."""
        self.add(CacheInfo(misses=1, seconds_spent=seconds))

    def add(self, more: CacheInfo) -> None:
        """Add up."""
        with self.lock:
            old = self.info
            self.info = CacheInfo(
                old.hits + more.hits,
                old.misses + more.misses,
                old.seconds_saved + more.seconds_saved,
                old.seconds_spent + more.seconds_spent,
            )
        if self.larger is not None:
            self.larger.add(more)

    def __reduce__(self) -> tuple[Any, ...]:
        return Tally, (self.larger,)  # another process counts from zero
