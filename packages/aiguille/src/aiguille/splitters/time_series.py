"""Cuts of samples in order of time: the future must not help to predict the past."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from aiguille.splitters.cuts import Cuts, Splitter, check_count, check_enough

__all__ = ["TimeSeriesSplit"]


@dataclass(frozen=True)
class TimeSeriesSplit(Splitter):
    """Learn from the past, test on what came next; the samples must be in order of time.

    Parameters
    ----------
    n_splits : int, default=5
        Number of cuts, at least 2.
    max_train_size : int or None, default=None
        Learn from the latest so many samples; None for all of the past.
    test_size : int or None, default=None
        Samples in each test set; None for `n_samples // (n_splits + 1)`.
    gap : int, default=0
        Samples to leave out between train and test, where neighbours in time resemble each other.

    Examples
    --------
    >>> for train, test in TimeSeriesSplit(n_splits=2, gap=1).split(range(6)):
    ...     print(train, test)
    [0] [2 3]
    [0 1 2] [4 5]
    """

    n_splits: int = 5
    _: KW_ONLY
    max_train_size: int | None = None
    test_size: int | None = None
    gap: int = 0

    def __post_init__(self) -> None:
        check_count("n_splits", self.n_splits, at_least=2)
        check_count("gap", self.gap, at_least=0)
        if self.max_train_size is not None:
            check_count("max_train_size", self.max_train_size, at_least=1)
        if self.test_size is not None:
            check_count("test_size", self.test_size, at_least=1)

    def _cut(self, n_samples: int, y: Any, groups: Any) -> Cuts:
        check_enough(self, "samples", n_samples, self.n_splits + 1)
        test_size = n_samples // (self.n_splits + 1) if self.test_size is None else self.test_size
        first_test = n_samples - self.n_splits * test_size
        if first_test <= self.gap:
            raise ValueError(
                f"n_splits={self.n_splits} test sets of {test_size} samples and gap={self.gap} "
                f"leave none of the {n_samples} samples to learn from: "
                "ask for fewer splits, a smaller test_size or a smaller gap"
            )
        longest = n_samples if self.max_train_size is None else self.max_train_size
        time = np.arange(n_samples)
        return (
            (time[max(0, start - self.gap - longest) : start - self.gap], time[start:][:test_size])
            for start in range(first_test, n_samples, test_size)
        )
