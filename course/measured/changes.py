"""Two runs compared: which differences are more than noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from course.measured.results import Results, drawn_again, interval
from course.measured.tables import ratio_in_words

__all__ = ["Change", "against", "since"]

ENOUGH = 5  # rounds: of fewer, the interval is as narrow as chance will have it


@dataclass(frozen=True)
class Change:
    """How much faster ours has become, in one comparison.

    Attributes
    ----------
    title : str
        What was done.
    ratio : float
        Over 1 means faster than before.
    low, high : float
        Between what it lies.
    rounds : int
        How many there are, in the run that has fewer.
    """

    title: str
    ratio: float
    low: float
    high: float
    rounds: int

    @property
    def beyond_noise(self) -> bool:
        """Whether the interval leaves out 1, and comes from enough rounds to mean something."""
        return (self.low > 1 or self.high < 1) and self.rounds >= ENOUGH

    def slower_by(self, share: float) -> bool:
        """Tell whether it takes more than a share longer, beyond noise."""
        return self.beyond_noise and self.ratio < 1 / (1 + share)

    def told(self) -> str:
        """Say it in a line."""
        between = f"({self.low:.2g} to {self.high:.2g})"
        if self.beyond_noise:
            word = "faster" if self.ratio > 1 else "SLOWER"
        else:
            word = "within noise" if self.rounds >= ENOUGH else "too few rounds to tell"
        return f"{self.title:<64} {ratio_in_words(self.ratio):>7} {between:<16} {word}"


def against(now: Results, then: Results) -> Iterator[Change]:
    """Compare two runs by their ratios to the peer, so that another machine does less harm.

    Parameters
    ----------
    now, then : Results
        A run, and an earlier one.

    Yields
    ------
    Change
        For each comparison that both have.
    """
    before = {(block, row.title, row.peer): row for block, row in then.rows()}
    for block, row in now.rows():
        old = before.get((block, row.title, row.peer))
        if old is not None:
            new_ratios, old_ratios = (
                drawn_again(one.theirs, one.ours, seed) for seed, one in enumerate((row, old))
            )
            low, high = np.quantile(new_ratios / old_ratios, [0.025, 0.975])
            fewest = min(map(len, (row.ours, row.theirs, old.ours, old.theirs)))
            yield Change(row.title, row.ratio / old.ratio, float(low), float(high), fewest)


def since(now: Results) -> Iterator[Change]:
    """Compare with the other revision that was measured in the same turns."""
    for _, row in now.rows():
        if row.before:
            ratio = float(np.median(row.before) / np.median(row.after))
            low, high = interval(row.before, row.after)
            yield Change(row.title, ratio, low, high, min(len(row.before), len(row.after)))
