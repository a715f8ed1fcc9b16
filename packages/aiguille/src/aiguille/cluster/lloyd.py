"""Lloyd's k-means: assign each sample to the nearest mean, take the means anew, and so on.

Read `lloyd`, which is the whole algorithm, then its two steps: `nearest_means` (who belongs
to whom) and `totals` (what the means are made of). The first is a matrix product and a few
passes over numbers that are still in the processor's cache. The second is done for the
samples that changed sides alone: soon these are few.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Run", "lloyd", "nearest_means"]

Numbers = NDArray[np.float64]
Labels = NDArray[Any]  # of whole numbers, as narrow as they may be
Nearest = Callable[[Numbers, Numbers], Labels]

BLOCK = 1 << 17
"""Numbers at a time: 1 MB, which stay in the processor's cache."""

MANY = 28
"""From so many means on, their distances from one sample are a row worth a search."""

SMALL = 1e-6
"""A group that weighs less, as a share, may have lost its digits by adding and subtracting."""


class Run(NamedTuple):
    """How one run has ended."""

    labels: Labels
    centers: Numbers
    inertia: float
    n_iter: int
    converged: bool


def lloyd(
    X: Numbers,
    weights: Numbers,
    centers: Numbers,
    max_iter: int,
    tol: float,
    nearest: Nearest | None = None,
) -> Run:
    """Assign each sample to the nearest mean, take means anew, and so on.

    A mean that is left without samples jumps to the sample that is farthest from its own.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    weights : ndarray of shape (n_samples,)
        More than zero.
    centers : ndarray of shape (n_clusters, n_features)
        The first means.
    max_iter : int
    tol : float
        The sum of squared moves of the means at which to stop; also where nothing changes.
    nearest : callable, optional
        ``nearest(X, centers)`` gives the number of the nearest mean of each sample: by
        default `nearest_means`.

    Returns
    -------
    Run

    References
    ----------
    Lloyd (1982), "Least squares quantization in PCM", IEEE Transactions on Information
    Theory 28(2).

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [8.0], [9.0]])
    >>> lloyd(X, np.ones(4), np.array([[0.0], [1.0]]), 10, 0.0).centers.ravel()
    array([0.5, 8.5])
    """
    assign = nearest or nearest_means
    labels = assign(X, centers)
    sums, sizes = totals(X, weights, labels, len(centers))
    converged, done = False, 0
    while not converged and done < max_iter:
        done += 1
        if sizes.min() < SMALL * sizes.sum():
            labels = refilled(X, centers, labels)
            sums, sizes = totals(X, weights, labels, len(centers))
        filled = sizes[:, None] > 0
        moved = np.divide(sums, sizes[:, None], out=centers.copy(), where=filled)
        change = float(((moved - centers) ** 2).sum())
        before, centers = labels, moved
        labels = assign(X, centers)
        if change <= tol:
            converged = True
        elif np.array_equal(labels, before):
            converged, done = True, min(done + 1, max_iter)  # the round that has found it out
        else:
            sums, sizes = updated(X, weights, before, labels, sums, sizes)
    return Run(labels, centers, inertia(X, weights, centers, labels), done, converged)


# -- who belongs to whom --------------------------------------------------------------------------


def nearest_means(X: Numbers, centers: Numbers) -> Labels:
    """Give the number of the nearest mean of each sample; of equally near ones the lowest.

    Of |x - c|² = |x|² - 2 (x·c - |c|²/2), the bracket alone decides.

    Examples
    --------
    >>> nearest_means(np.array([[0.0], [7.0]]), np.array([[1.0], [5.0], [8.0]])).tolist()
    [0, 2]
    """
    half = np.einsum("ij,ij->i", centers, centers) / 2
    search = in_columns if len(centers) < MANY else in_rows
    labels = np.empty(len(X), dtype=np.min_scalar_type(len(centers)))
    for part in parts(len(X), block_of(len(centers))):
        labels[part] = search(X[part], centers, half)
    return labels


def in_columns(X: Numbers, centers: Numbers, half: Numbers) -> Labels:
    """Find the least of each column of distances, (n_clusters, n_samples).

    Columns are short: three passes along the rows are cheaper than a search in each.
    """
    apart = centers @ X.T
    np.subtract(half[:, None], apart, out=apart)
    least = (apart == apart.min(axis=0)).view(np.uint8)
    # The lowest of equally near means has the largest number counted from the end.
    from_the_end = np.arange(len(centers), 0, -1, dtype=np.uint8)[:, None]
    least *= from_the_end
    labels: Labels = len(centers) - least.max(axis=0)
    return labels


def in_rows(X: Numbers, centers: Numbers, half: Numbers) -> Labels:
    """Find the least of each row of distances, (n_samples, n_clusters)."""
    apart = X @ centers.T
    np.subtract(half, apart, out=apart)
    labels: Labels = apart.argmin(axis=1)
    return labels


# -- what the means are made of -------------------------------------------------------------------


def totals(
    X: Numbers, weights: Numbers, labels: Labels, n_clusters: int
) -> tuple[Numbers, Numbers]:
    """Add up the samples of each group, and their weights.

    The sums are a product too: of who belongs to whom, (n_clusters, n_samples), with X.
    """
    sums, sizes = np.zeros((n_clusters, X.shape[1])), np.zeros(n_clusters)
    for part in parts(len(X), block_of(n_clusters)):
        member = np.zeros((n_clusters, len(X[part])))
        member[labels[part], np.arange(len(X[part]))] = weights[part]
        sums += member @ X[part]
        sizes += member.sum(axis=1)
    return sums, sizes


def updated(
    X: Numbers, weights: Numbers, before: Labels, labels: Labels, sums: Numbers, sizes: Numbers
) -> tuple[Numbers, Numbers]:
    """Give `totals` after some samples have changed sides: add and subtract these alone."""
    changed = np.flatnonzero(labels != before)
    if 3 * len(changed) > len(X):
        return totals(X, weights, labels, len(sums))
    rows, heavy = X.take(changed, axis=0), weights[changed]
    gained = totals(rows, heavy, labels[changed], len(sums))
    lost = totals(rows, heavy, before[changed], len(sums))
    return sums + (gained[0] - lost[0]), sizes + (gained[1] - lost[1])


def refilled(X: Numbers, centers: Numbers, labels: Labels) -> Labels:
    """Give groups without samples those that are farthest from their means.

    No sample is taken that is alone, as its group would be the next without.
    """
    counts = np.bincount(labels, minlength=len(centers))
    empty = list(np.flatnonzero(counts == 0))
    if not empty:
        return labels
    labels, apart = labels.copy(), from_means(X, centers, labels)
    for sample in np.argsort(-apart, kind="stable"):
        if not empty or apart[sample] == 0:
            break
        if counts[labels[sample]] > 1:
            counts[labels[sample]] -= 1
            labels[sample] = empty.pop(0)
    return labels


# -- how well they fit ----------------------------------------------------------------------------


def inertia(X: Numbers, weights: Numbers, centers: Numbers, labels: Labels) -> float:
    """Add up the squared distances of samples from their means."""
    return float(weights @ from_means(X, centers, labels))


def from_means(X: Numbers, centers: Numbers, labels: Labels) -> Numbers:
    """Give the squared distance of each sample from its mean, by differences: none cancel."""
    squares = np.empty(len(X))
    for part in parts(len(X), block_of(X.shape[1])):
        apart = X[part] - centers[labels[part]]
        np.einsum("ij,ij->i", apart, apart, out=squares[part])
    return squares


def block_of(width: int) -> int:
    """How many rows of so many numbers are a block."""
    return max(BLOCK // width, 64)


def parts(n_rows: int, step: int) -> Iterator[slice]:
    """Cut rows into slices."""
    return (slice(start, start + step) for start in range(0, n_rows, step))
