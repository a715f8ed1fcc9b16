"""Nearest means of samples with few features: cell by cell, not sample by sample.

Samples in a small box are all nearest to the same mean, unless the border between two means
goes through it. So samples are sorted into the cells of a grid, once; then each round asks
for the cells, and looks at single samples only in those that a border crosses. The answer is
the same. Equal samples, such as the colours of a picture, become one that weighs more.

Read `Cells.of`, then `Cells.nearest`; `fine_enough` and `mostly_equal` tell when this pays.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from aiguille.cluster.lloyd import Labels, Numbers, block_of, nearest_means, parts

__all__ = ["Cells", "fine_enough", "mostly_equal"]

EPSILON = float(np.finfo(np.float64).eps)
TINY = 1e-290
"""A spread that no square tells from nothing, yet one may divide by."""

PER_CELL = 16
"""Samples in a cell."""


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
    """The samples, cell by cell, and equal ones one after the other."""
    times: NDArray[np.intp]
    """How many of them are equal, for each of the rows."""
    rows: Numbers
    """Each once, (n_rows, n_features)."""
    sizes: NDArray[np.intp]
    """How many rows each cell has, (n_cells,)."""
    middle: Numbers
    """Of the boxes, (n_cells, n_features)."""
    reach: Numbers
    """Half their widths."""

    @classmethod
    def of(cls, X: Numbers) -> Self:
        """Sort samples, whose mean is near zero, into the cells of a grid.

        It has up to 2**15 cells, such that `PER_CELL` samples are in one on average if all
        have some.
        """
        order, new_cell, new = sorted_by_cells(X)
        rows = X.take(order, axis=0)
        first = np.arange(len(X))
        if 2 * np.count_nonzero(new) < len(X):  # else too few are equal
            for column in rows.T:
                new[1:] |= column[1:] != column[:-1]
            first = np.flatnonzero(new)
            rows, new_cell = rows.take(first, axis=0), new_cell.take(first)
        begins = np.flatnonzero(new_cell)
        low, high = (of.reduceat(rows, begins, axis=0) for of in (np.minimum, np.maximum))
        times, sizes = np.diff(first, append=len(X)), np.diff(begins, append=len(rows))
        return cls(order, times, rows, sizes, (low + high) / 2, (high - low) / 2)

    def nearest(self, X: Numbers, centers: Numbers) -> Labels:
        """Give the nearest mean of each of the rows, ``X``."""
        owner = nearest_means(self.middle, centers)
        crossed = ~undisputed(self.middle, self.reach, centers, owner)
        labels = np.repeat(owner, self.sizes)
        left = np.flatnonzero(np.repeat(crossed, self.sizes))
        labels[left] = nearest_means(X.take(left, axis=0), centers)
        return labels

    def weights(self, weights: Numbers) -> Numbers:
        """Give the weights of rows for those of samples."""
        first = np.cumsum(self.times) - self.times
        return np.add.reduceat(weights.take(self.order), first)

    def of_samples(self, labels: Labels) -> Labels:
        """Give the labels of samples for those of rows."""
        every = np.empty(len(self.order), dtype=labels.dtype)
        every[self.order] = np.repeat(labels, self.times)
        return every


def fine_enough(X: Numbers, n_clusters: int) -> bool:
    """Tell whether most cells have one owner: a group is a dozen cells long on each side."""
    n_samples, n_features = X.shape
    return bool(n_samples >= PER_CELL * n_clusters * 12 ** min(n_features, 9))


def mostly_equal(X: Numbers) -> bool:
    """Tell from some samples whether fewer than half of all are different.

    Of m samples among n, m²/n are equal to an earlier one if each occurs twice (birthdays
    in a class tell the length of the year).
    """
    n_samples, n_features = X.shape
    if n_features > 4 or n_samples < 4096:
        return False
    some = X[:: max(8, n_samples // 4096)]
    _, _, new = sorted_by_cells(some)
    return bool(np.count_nonzero(~new) > len(some) ** 2 / n_samples)


def sorted_by_cells(
    X: Numbers,
) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.bool_]]:
    """Give the samples in the order of their cells.

    Two more arrays tell of each whether it is the first in its cell, and whether it is in
    another place than the one before: if not, they may be equal.

    What is sorted are whole numbers of 63 bits: the cell, the place in it such that equal
    samples come together, and last the sample's own number. Thus one plain sort, which
    processors do well, gives the order too.
    """
    n_samples, n_features = X.shape
    own = n_samples.bit_length()
    coarse = min(15, int(np.log2(max(n_samples / PER_CELL, 1)))) // n_features
    fine = min((63 - own) // n_features - coarse, 40)
    cell, place = np.zeros((2, n_samples), dtype=np.int64)
    levels = 1 << (coarse + fine)
    for column in X.T:
        # Three deviations to each side; what is farther out goes with the outermost.
        spread = max(float(np.sqrt(np.square(column).mean())), TINY)
        at = column * (levels / 6 / spread)
        at += levels / 2
        whole = np.clip(at, 0, levels - 1, out=at).astype(np.int64)
        cell <<= coarse
        cell |= whole >> fine
        place <<= fine
        place |= whole & ((1 << fine) - 1)
    key = cell << (n_features * fine) | place
    key = key << own | np.arange(n_samples)
    key.sort()
    order = (key & ((1 << own) - 1)).astype(np.intp)
    key >>= own
    new_place = np.append(True, key[1:] != key[:-1])
    key >>= n_features * fine
    new_cell = np.append(True, key[1:] != key[:-1])
    return order, new_cell, new_place


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
