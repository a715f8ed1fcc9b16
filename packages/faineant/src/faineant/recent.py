"""Contents that this process has read, so that it need not read them again.

Small files are always remembered, and asked for with one call to the system: are
they still the same? With ``level="memory"`` everything is, up to a limit, and the
system is not asked at all.

What is kept are bytes, from which each caller gets a value of their own. Of a large
file that was mapped only the rest is: each caller gets a map of their own.
"""

from __future__ import annotations

from collections import OrderedDict

from faineant.locks import Turn
from faineant.unpack import Content

__all__ = ["Recent"]

TURN = Turn()


class Recent:
    """The contents that were asked for last, up to a number of bytes.

    Parameters
    ----------
    most : int
        The most bytes in all.
    largest : int
        The most bytes of one content.
    """

    def __init__(self, most: int, largest: int):
        self.most, self.largest = most, largest
        self.size = 0
        self.seen: OrderedDict[str, Content] = OrderedDict()

    def get(self, place: str) -> Content | None:
        """Give what was seen at a place."""
        seen = self.seen.get(place)
        if seen is not None:
            try:
                self.seen.move_to_end(place)
            except KeyError:  # another thread has just let it go
                return None
        return seen

    def keep(self, place: str, seen: Content) -> None:
        """Remember what was seen at a place; what was asked for longest ago goes."""
        if not 0 <= seen.size <= self.largest:
            return
        with TURN.lock:
            old = self.seen.pop(place, None)
            self.size += seen.size - (old.size if old else 0)
            self.seen[place] = seen._replace(whole=None)
            while self.size > self.most:
                _, gone = self.seen.popitem(last=False)
                self.size -= gone.size

    def drop(self, place: str) -> None:
        """Forget what was seen at a place."""
        with TURN.lock:
            seen = self.seen.pop(place, None)
            self.size -= seen.size if seen else 0

    def clear(self) -> None:
        """Forget all that was seen."""
        with TURN.lock:
            self.seen.clear()
            self.size = 0
