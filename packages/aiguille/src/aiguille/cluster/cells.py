"""Nearest means of samples with few features: cell by cell, not sample by sample.

Samples in a small box are all nearest to the same mean, unless the border between two means
goes through it. So samples are sorted into the cells of a grid, once; then each round asks
for the cells, and looks at single samples only in those that a border crosses. The answer is
the same.

Read `Cells.of`, then `Cells.nearest`.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from aiguille.cluster.lloyd import Labels, Numbers, block_of, nearest_means, parts

__all__ = ["Cells"]

EPSILON = float(np.finfo(np.float64).eps)
TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class Cells:
    """Samples sorted by cells, and the box around those of each cell.

    References
    ----------
    Pelleg & Moore (1999), "Accelerating exact k-means algorithms with geometric reasoning",
    KDD. Kanungo et al. (2002), "An efficient k-means clustering algorithm: analysis and
    implementation", IEEE Transactions on Pattern Analysis and Machine Intelligence 24(7).
    """

    order: NDArray[np.intp]
    """The samples, cell by cell."""
    sizes: NDArray[np.intp]
    """How many samples each cell has, (n_cells,)."""
    middle: Numbers
    """Of the boxes, (n_cells, n_features)."""
    reach: Numbers
    """Half their widths."""

    @staticmethod
    def pay(X: Numbers) -> bool:
        """Tell whether cells save more than they cost: few features, many samples."""
        return X.shape[1] <= 4 and len(X) >= 4096

    @classmethod
    def of(cls, X: Numbers) -> Self:
        """Sort samples, with means near zero, into the cells of a grid.

        It has up to 2**15 cells, such that 16 samples are in one on average if all have some.
        """
        n_samples, n_features = X.shape
        levels = 1 << min(15, int(np.log2(n_samples / 16))) // n_features
        number = np.zeros(n_samples, dtype=np.uint16)
        for column in np.ascontiguousarray(X.T):
            # Three deviations to each side; what is farther out goes with the outermost.
            spread = float(np.sqrt(np.vdot(column, column) / n_samples))
            column *= levels / 6 / max(spread, TINY)
            column += levels / 2
            np.clip(column, 0, levels - 1, out=column)
            number *= levels
            number += column.astype(np.uint16)
        order = np.argsort(number, kind="stable")  # 16 bits are sorted by counting
        number = number.take(order)
        first = np.flatnonzero(np.append(True, number[1:] != number[:-1]))
        columns = X.T.take(order, axis=1)
        low = np.minimum.reduceat(columns, first, axis=1).T
        high = np.maximum.reduceat(columns, first, axis=1).T
        sizes = np.diff(first, append=n_samples)
        return cls(order, sizes, (low + high) / 2, (high - low) / 2)

    def nearest(self, X: Numbers, centers: Numbers) -> Labels:
        """Give the nearest mean of each sample; they are ordered as the cells are."""
        owner = nearest_means(self.middle, centers)
        crossed = ~undisputed(self.middle, self.reach, centers, owner)
        labels = np.repeat(owner, self.sizes)
        left = np.flatnonzero(np.repeat(crossed, self.sizes))
        labels[left] = nearest_means(X.take(left, axis=0), centers)
        return labels


def undisputed(
    middle: Numbers, reach: Numbers, centers: Numbers, owner: Labels
) -> NDArray[np.bool_]:
    """Tell which boxes have no point to which another mean is nearer than that of its middle.

    How much nearer the owner is changes evenly from point to point: a box loses of it at most
    what its half widths make of the difference of both means.
    """
    half = np.einsum("ij,ij->i", centers, centers) / 2
    largest = max(float((np.abs(middle) + reach).max()), float(np.abs(centers).max()))
    doubt = 64 * EPSILON * middle.shape[1] * largest**2
    sure = np.empty(len(middle), dtype=bool)
    for part in parts(len(middle), block_of(len(centers))):
        own, each = owner[part], np.arange(len(owner[part]))
        lead = half[:, None] - centers @ middle[part].T
        lead -= lead[own, each]
        for width, column in zip(reach[part].T, centers.T, strict=True):
            lost = np.abs(column[:, None] - column[own])
            lost *= width
            lead -= lost
        lead[own, each] = np.inf
        sure[part] = lead.min(axis=0) > doubt
    return sure
