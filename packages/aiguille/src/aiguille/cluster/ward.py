"""Ward's tree: of all pairs of clusters, merge those whose union adds least to the variance.

Without a graph, clusters that are each other's nearest merge at once, wherever they are: no
later merge could come between them, since a union is never nearer to a third cluster than
both its halves were. So all such pairs merge in one round. Rounds are few, some fifty for
thousands of samples, and each is a few products of matrices. For the same reason a cluster
keeps its nearest until that merges: only some look again.

Means and sizes tell all distances, so no table of them is kept: memory grows with the
samples, not with their square. Only of many features distances take longer than a table of
moderate size does (`aiguille.cluster.linkage`).

With a graph all this does not hold: see `aiguille.cluster.structured`.

Read `ward_tree`, `mutual_merges`, then `nearest_clusters`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.cluster.connectivity import connected_edges
from aiguille.cluster.linkage import chained
from aiguille.cluster.structured import structured_ward
from aiguille.cluster.trees import numbered_merges
from aiguille.linalg import (
    CANCELLED,
    EPSILON,
    METRICS,
    WORKING_MEMORY,
    exact_ranks,
    moved_with_squares,
    pairwise_distances,
    with_finite_squares,
)
from aiguille.validation import check_array

__all__ = ["mutual_merges", "ward_tree"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
WIDE = 32  # features, from which a table of distances is quicker
TOGETHER = 2**17  # distances at a time: they fit the processor's cache


def ward_tree(X: ArrayLike, edges: NDArray[np.intp] | None = None) -> tuple[Indices, Array]:
    """Merge clusters so that the sum of squares within them grows least.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    edges : ndarray of shape (n_edges, 2), optional
        Only neighbours may merge. A graph in pieces is completed, with a warning.

    Returns
    -------
    children : ndarray of shape (n_samples - 1, 2)
        Row ``i`` names the two that became cluster ``n_samples + i``.
    distances : ndarray of shape (n_samples - 1,)
        Square roots of twice the growth: for two samples, their distance. They never fall,
        except on a graph, where a union can be nearer to a third than its halves could be.

    Raises
    ------
    ValueError
        If values are so large that their squares overflow.

    Notes
    -----
    Among equal costs the order is free; clusters may then differ from scikit-learn's.

    References
    ----------
    Ward (1963), "Hierarchical grouping to optimize an objective function", JASA 58(301).
    Murtagh (1983), "A survey of recent advances in hierarchical clustering algorithms".

    Examples
    --------
    >>> children, distances = ward_tree([[0.0], [1.0], [5.0], [7.0]])
    >>> children.tolist()
    [[0, 1], [2, 3], [4, 5]]
    """
    samples = with_finite_squares(check_array(X))
    if edges is not None:
        return structured_ward(samples, connected_edges(samples, edges))
    n, d = samples.shape
    if d > WIDE and 8 * n * n <= WORKING_MEMORY:
        children, squares = chained(pairwise_distances(samples, metric="sqeuclidean"), "ward")
        return children, np.sqrt(np.maximum(squares, 0))
    pairs, costs = mutual_merges(samples)
    return numbered_merges(pairs, np.sqrt(2 * costs))


def mutual_merges(X: Array) -> tuple[Indices, Array]:
    """Merge clusters that are each other's nearest, round by round.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)

    Returns
    -------
    pairs : ndarray of shape (n_samples - 1, 2)
        A sample of each of the two clusters that merge, not in order of cost.
    costs : ndarray of shape (n_samples - 1,)
        How much the sum of squares within clusters grows.
    """
    n = len(X)
    means, sizes, names = X - X.mean(axis=0), np.ones(n), np.arange(n)
    # Who has no partner but itself looks for one; its cost is no less than it was before.
    partner, cost = np.arange(n), np.zeros(n)
    pairs, costs = [np.empty((0, 2), dtype=np.intp)], [np.empty(0)]
    most = n
    while len(means) > 1:
        everyone = np.arange(len(means))
        seeking = np.flatnonzero(partner == everyone)
        # All could look around one hub, whenever it merges: first those who can be next.
        seeking = seeking[np.argsort(cost[seeking], kind="stable")[:most]]
        partner[seeking], cost[seeking] = nearest_clusters(means, sizes, seeking)
        one = np.flatnonzero((partner[partner] == everyone) & (everyone < partner))
        if not len(one) and (partner == everyone).any():
            continue
        if not len(one):  # roundings can make a circle: its shortest side is a pair
            one = np.array([cost.argmin()])
        other = partner[one]
        pairs.append(np.stack([names[one], names[other]], axis=1))
        costs.append(cost[one])
        total = sizes[one] + sizes[other]
        means[one] += (means[other] - means[one]) * (sizes[other] / total)[:, None]
        sizes[one] = total
        merged, left = np.zeros(len(means), dtype=bool), np.ones(len(means), dtype=bool)
        merged[one] = merged[other] = True
        left[other] = False
        partner = np.where(merged | merged[partner], everyone, partner)
        partner = (np.cumsum(left) - 1)[partner[left]]
        means, sizes, names, cost = means[left], sizes[left], names[left], cost[left]
        most = 64 + 8 * len(one)
    return np.concatenate(pairs), np.concatenate(costs)


def nearest_clusters(means: Array, sizes: Array, seeking: Indices) -> tuple[Indices, Array]:
    """Give the cluster that is cheapest to merge with for some clusters, and its cost.

    Of equals it is the one whose number differs in the last bits. So does its own choice,
    and many equal samples merge two by two, where all would look at the same one otherwise.
    """
    m, d = means.shape
    right, squares = moved_with_squares(means, means.mean(axis=0), column=-2)
    doubts = 2 * EPSILON * (d + 8) * (squares + squares.max()) * sizes
    shares = 1 / sizes
    partner = np.empty(len(seeking), dtype=np.intp)
    step = max(16, TOGETHER // m)
    for start in range(0, len(seeking), step):
        rows = seeking[start : start + step]
        # (-2a, 1, |a|²) · (b, |b|², 1) = |a - b|²
        left = -2.0 * right[rows]
        left[:, -2], left[:, -1] = 1.0, squares[rows]
        costs = left @ right.T
        costs /= np.add.outer(shares[rows], shares)
        costs[np.arange(len(rows)), rows] = np.inf
        least, doubt = costs.min(axis=1), doubts[rows]
        rivals = np.flatnonzero(costs <= (least + 2 * doubt)[:, None])
        row, column = np.divmod(rivals, m)
        found = least[row]
        unsure = np.flatnonzero((least < CANCELLED * doubt)[row])
        found[unsure] = exact_costs(means, shares, rows[row[unsure]], column[unsure])
        order = np.lexsort((rows[row] ^ column, found, row))
        first = np.diff(row, prepend=-1) != 0  # rows are in order, before and after
        partner[start : start + step] = column[order[first]]
    return partner, exact_costs(means, shares, seeking, partner)


def exact_costs(means: Array, shares: Array, one: Indices, other: Indices) -> Array:
    """Compute what pairs of clusters cost, from the differences of their means."""
    squares = exact_ranks(means, means, one, other, METRICS["sqeuclidean"])
    return squares / (shares[one] + shares[other])
