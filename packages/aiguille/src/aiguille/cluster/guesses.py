"""Nearest means of samples with many features: guessed in half the digits, and checked.

In float32 a matrix product takes half the time. Its error has a bound; where the two
nearest means are closer to each other than that, the sample is looked at again in float64.
These are few, and the answer is the same, but for means that float64 cannot tell apart either.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from aiguille.cluster.lloyd import Labels, Numbers, block_of, nearest_means, parts

__all__ = ["Guesses"]

ROUNDING = 2.0**-24
"""The most that a float32 is off, as a share."""

SMALLEST = 2.0**-100
"""Products of float32 that are smaller may lose all of their digits."""


@dataclass(frozen=True)
class Guesses:
    """Samples in float32, scaled such that the largest number is about one.

    References
    ----------
    Higham (2002), "Accuracy and stability of numerical algorithms", chapter 3, for the
    error of a sum of products.
    """

    rows: NDArray[np.float32]
    lengths: Numbers
    """Of the scaled samples, (n_samples,)."""
    scale: float

    @staticmethod
    def pay(X: Numbers) -> bool:
        """Tell whether products take most of the time: where features are many."""
        return bool(X.shape[1] >= 64)

    @classmethod
    def of(cls, X: Numbers) -> Self:
        """Make them of samples."""
        largest = max(float(X.max()), -float(X.min()))
        scale = 2.0 ** min(1000, -int(np.frexp(largest)[1]))  # a power of two changes no digit
        rows, squares = np.empty(X.shape, dtype=np.float32), np.empty(len(X))
        for part in parts(len(X), block_of(X.shape[1])):
            rows[part] = scaled = X[part] * scale
            np.einsum("ij,ij->i", scaled, scaled, out=squares[part])
        return cls(rows, np.sqrt(squares), scale)

    def nearest(self, X: Numbers, centers: Numbers) -> Labels:
        """Give the nearest mean of each sample, as `nearest_means` does."""
        scaled = centers * self.scale
        means = scaled.astype(np.float32).T
        squares = np.einsum("ij,ij->i", scaled, scaled)
        half, largest = (squares / 2).astype(np.float32), float(np.sqrt(squares.max()))
        # A sum of d products of rounded numbers is off by at most d + 2 roundings, and taking
        # it from the half square by some more.
        doubt = (self.lengths + largest) * (largest * (X.shape[1] + 8) * ROUNDING) + SMALLEST
        labels = np.empty(len(X), dtype=np.min_scalar_type(len(centers)))
        close = np.empty(len(X), dtype=bool)
        for part in parts(len(X), block_of(len(centers))):
            apart = half - self.rows[part] @ means
            each, first = np.arange(len(apart)), apart.argmin(axis=1)
            least = apart[each, first]
            apart[each, first] = np.inf
            labels[part] = first
            close[part] = apart.min(axis=1) - least <= 2 * doubt[part]
        again = np.flatnonzero(close)
        labels[again] = nearest_means(X.take(again, axis=0), centers)
        return labels
