"""What remembering was good for: hits, misses and seconds, counted in this process."""

from __future__ import annotations

from typing import Any, NamedTuple

from faineant.locks import Turn

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


TURN = Turn()  # one for all: a hit takes it once


class Tally:
    """Counts hits and misses; adds to a larger tally what it counts."""

    __slots__ = ("hits", "larger", "misses", "saved", "spent")

    def __init__(self, larger: Tally | None = None):
        self.larger = larger
        self.hits = self.misses = 0
        self.saved = self.spent = 0.0

    def hit(self, seconds: float) -> None:
        """Count a remembered call."""
        with TURN.lock:
            self.hits += 1
            self.saved += seconds
            if (larger := self.larger) is not None:
                larger.hits += 1
                larger.saved += seconds

    def miss(self, seconds: float) -> None:
        """Count a computed call."""
        with TURN.lock:
            for each in (self, self.larger):
                if each is not None:
                    each.misses += 1
                    each.spent += seconds

    @property
    def info(self) -> CacheInfo:
        """What was counted so far."""
        with TURN.lock:
            return CacheInfo(self.hits, self.misses, self.saved, self.spent)

    def __reduce__(self) -> tuple[Any, ...]:
        return Tally, (self.larger,)  # another process counts from zero
