"""Trees of clusters without a graph: nearest-neighbour chains, and a spanning tree.

Follow nearest neighbours from any cluster, and soon two are each other's nearest: these merge
at once, since no later merge could come between them (that holds for all linkages here as
long as any two clusters may merge). Each step looks at one row of the distances, so all is
done in O(n²). Merges come out of turn and are sorted at the end.

Among equal distances the first found merges first: then other trees are as good.

Read `linkage_tree`, `chained`, then `spanning`.

References
----------
Murtagh (1983), "A survey of recent advances in hierarchical clustering algorithms".
Lance & Williams (1967), "A general theory of classificatory sorting strategies".
Prim (1957), "Shortest connection networks and some generalizations".
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.cluster.connectivity import connected_edges
from aiguille.cluster.structured import structured_linkage
from aiguille.cluster.trees import numbered_merges
from aiguille.linalg import pairwise_distances
from aiguille.parameters import check_option
from aiguille.validation import check_array

__all__ = ["LINKAGES", "chained", "linkage_tree", "pairs_distances"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
LINKAGES = ("ward", "complete", "average", "single")


def linkage_tree(
    X: ArrayLike, edges: Indices | None = None, linkage: str = "complete", metric: str = "euclidean"
) -> tuple[Indices, Array]:
    """Merge the two nearest clusters until one is left.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Or distances of shape (n_samples, n_samples) with the metric "precomputed".
    edges : ndarray of shape (n_edges, 2), optional
        Only neighbours may merge.
    linkage : {"complete", "average", "single"}
        Whether the distance of two clusters is the largest, the mean or the smallest of those
        between their samples (between neighbours, where there are edges).
    metric : str
        As for `aiguille.linalg.pairwise_distances`, or "precomputed".

    Returns
    -------
    children : ndarray of shape (n_samples - 1, 2)
        Row ``i`` names the two that became cluster ``n_samples + i``.
    distances : ndarray of shape (n_samples - 1,)

    Raises
    ------
    ValueError
        If there is no such linkage or metric.

    Examples
    --------
    >>> children, distances = linkage_tree([[0.0], [1.0], [5.0]], linkage="complete")
    >>> children.tolist(), distances.tolist()
    ([[0, 1], [2, 3]], [1.0, 5.0])
    """
    check_option("linkage", linkage, LINKAGES[1:])
    samples = check_array(X)
    if edges is not None:
        edges = connected_edges(samples, edges, metric)
        lengths = pairs_distances(samples, edges, metric)
        return structured_linkage(len(samples), edges, lengths, linkage)
    if metric == "precomputed":
        if samples.shape[0] != samples.shape[1]:
            raise ValueError(f"Precomputed distances must be square, got shape {samples.shape}.")
        distances = samples.copy()
    else:
        distances = pairwise_distances(samples, metric=metric)
    return spanning(distances) if linkage == "single" else chained(distances, linkage)


def pairs_distances(X: Array, pairs: Indices, metric: str) -> Array:
    """Give the distance of each pair of samples."""
    if metric == "precomputed":
        looked_up: Array = X[pairs[:, 0], pairs[:, 1]]
        return looked_up
    if metric == "euclidean":
        gaps = X[pairs[:, 0]] - X[pairs[:, 1]]
        euclidean: Array = np.sqrt(np.einsum("ij,ij->i", gaps, gaps))
        return euclidean
    found = [pairwise_distances(X[[i]], X[[j]], metric=metric)[0, 0] for i, j in pairs]
    return np.array(found, dtype=np.float64)


def chained(D: Array, linkage: str) -> tuple[Indices, Array]:
    """Merge reciprocal nearest neighbours, found by chains; ``D`` is used up.

    For "ward", ``D`` holds squared distances, and so does what is given.
    """
    n = len(D)
    np.fill_diagonal(D, np.inf)
    sizes, names = np.ones(n), np.arange(n)
    pairs, heights = np.empty((n - 1, 2), dtype=np.intp), np.empty(n - 1)
    chain: list[int] = []
    living = n
    for step in range(n - 1):
        if living < 0.7 * len(D):
            # Rows of the dead are read no longer than until they are a third of all.
            kept = np.flatnonzero(sizes)
            places = np.cumsum(sizes > 0) - 1
            chain = [int(places[node]) for node in chain]
            D, sizes, names = D[np.ix_(kept, kept)], sizes[kept], names[kept]
        if not chain:
            chain = [int(np.argmax(sizes > 0))]
        while True:
            a = chain[-1]
            b = int(D[a].argmin())
            # Among equals the one we came from, or the chain would run in a circle.
            if len(chain) > 1 and D[a, chain[-2]] <= D[a, b]:
                b = chain[-2]
                break
            chain.append(b)
        del chain[-2:]
        height = D[a, b]
        pairs[step], heights[step] = (names[a], names[b]), height
        one, other, size_a, size_b = D[a], D[b], sizes[a], sizes[b]
        if linkage == "complete":
            row = np.maximum(one, other)
        elif linkage == "average":
            row = (size_a * one + size_b * other) / (size_a + size_b)
        else:
            row = (size_a + sizes) * one + (size_b + sizes) * other - height * sizes
            row /= size_a + size_b + sizes
        row[a] = row[b] = np.inf
        D[b], D[:, b], D[:, a] = row, row, np.inf
        sizes[b], sizes[a] = size_a + size_b, 0
        living -= 1
    return numbered_merges(pairs, heights)


def spanning(D: Array) -> tuple[Indices, Array]:
    """Merge along the shortest tree that reaches all samples: that is single linkage."""
    n = len(D)
    reach, source = np.full(n, np.inf), np.zeros(n, dtype=np.intp)
    outside = np.ones(n, dtype=bool)
    pairs, lengths = np.empty((n - 1, 2), dtype=np.intp), np.empty(n - 1)
    node = 0
    for step in range(n - 1):
        outside[node] = False
        nearer = outside & (D[node] < reach)
        reach[nearer], source[nearer] = D[node][nearer], node
        node = int(np.where(outside, reach, np.inf).argmin())
        pairs[step], lengths[step] = (source[node], node), reach[node]
    return numbered_merges(pairs, lengths)
