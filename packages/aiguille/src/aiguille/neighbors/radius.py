"""All samples within a radius: as many as there are, so in arrays of no fixed width.

A matrix product gives the first guess, as in `aiguille.linalg`, with a bound on its error. Only
the pairs whose distance may be on either side of the radius are computed again.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from aiguille.linalg import CANCELLED, Metric, exact_ranks, places_of, query_parts

__all__ = ["rows_within"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


def rows_within(
    queries: Array,
    references: Array,
    radius: float,
    metric: Metric,
    *,
    nearest_first: bool = False,
    others: bool = False,
) -> tuple[Indices, Indices, Array]:
    """Find all references within a radius of each query; all rows are embedded already.

    Parameters
    ----------
    queries : ndarray of shape (n_queries, n_features)
    references : ndarray of shape (n_references, n_features)
    radius : float
    metric : Metric
    nearest_first : bool
        Whether each row is sorted by distance, then by index; else by index.
    others : bool
        Whether query i does not count reference i.

    Returns
    -------
    starts : ndarray of shape (n_queries + 1,)
        Where the neighbours of each query begin in the other two.
    indices, distances : ndarrays of shape (n_pairs,)
    """
    counts = np.zeros(len(queries), dtype=np.intp)
    found = []
    # Only the pairs that are found are kept of each block: all distances need never fit at once.
    ranks_of = metric.quick(references)
    for part in query_parts(len(queries), references):
        block = queries[part]
        ranks, doubt = ranks_of(block)
        exact = partial(exact_ranks, block, references, metric=metric)
        row, column, distance = pairs_within(ranks, radius, doubt, metric, exact, nearest_first)
        if others:
            other = row + part.start != column
            row, column, distance = row[other], column[other], distance[other]
        counts[part] = np.bincount(row, minlength=len(block))
        found.append((column, distance))
    starts = np.concatenate([[0], np.cumsum(counts)])
    indices, distances = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    return starts, indices, distances


def pairs_within(
    ranks: Array,
    radius: float,
    doubt: Array,
    metric: Metric,
    exact: Callable[[Indices, Indices], Array],
    nearest_first: bool,
) -> tuple[Indices, Indices, Array]:
    """Give the rows, columns and distances of the pairs within a radius, row by row."""
    # The first guess may be off by its doubt, and the radius by a rounding: whoever could be
    # within is looked at again.
    limit = metric.rank(radius) * (1 + 1e-12) + doubt
    row, column = places_of(ranks <= limit[:, None])
    rank, doubt = ranks[row, column], doubt[row]
    close = (metric.distance(rank + doubt) > radius) | (rank < CANCELLED * doubt)
    rank[close] = exact(row[close], column[close])
    within = metric.distance(rank) <= radius
    row, column, rank = row[within], column[within], rank[within]
    if nearest_first:
        doubt, close = doubt[within], close[within]
        order = np.lexsort((rank, row))
        # Who is nearer is in doubt where two that follow each other differ by less than that.
        near = (np.diff(rank[order]) <= 2 * doubt[order[1:]]) & (np.diff(row) == 0)
        unsure = np.zeros(len(order), dtype=bool)
        unsure[order[:-1]] |= near
        unsure[order[1:]] |= near
        unsure &= ~close
        rank[unsure] = exact(row[unsure], column[unsure])
        order = np.lexsort((rank, row))
        row, column, rank = row[order], column[order], rank[order]
    return row, column, metric.distance(rank)
