"""Who may merge with whom: edges of any kind of graph, and a graph in pieces made whole."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiguille.linalg import pairwise_distances

__all__ = ["connected_edges", "edges_of", "pieces"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
ROWS = 512  # of distances between two pieces, at a time


def edges_of(connectivity: Any, n: int, X: Any = None) -> Indices:
    """Give each edge of a graph once, the smaller number first.

    Parameters
    ----------
    connectivity : graph
        An object with ``edges`` and ``n_nodes``, a sparse matrix (anything with ``tocoo``),
        a square array, an array of edges of shape (n_edges, 2), or a function of ``X`` that
        gives one of these. Two rows and two columns are a square array if ``n`` is 2.
    n : int
        The number of samples.
    X : ndarray, optional
        What a function is called with.

    Returns
    -------
    ndarray of shape (n_edges, 2)

    Raises
    ------
    ValueError
        If it is none of these, or names samples that do not exist.

    Examples
    --------
    >>> edges_of([[0, 1, 0], [1, 0, 1], [0, 1, 0]], 3)
    array([[0, 1],
           [1, 2]])
    """
    if callable(connectivity):
        connectivity = connectivity(X)
    if hasattr(connectivity, "edges") and hasattr(connectivity, "n_nodes"):
        check_size(connectivity.n_nodes, connectivity.n_nodes, n)
        pairs = np.asarray(connectivity.edges)
    elif hasattr(connectivity, "tocoo"):
        check_size(connectivity.shape[0], connectivity.shape[1], n)
        entries = connectivity.tocoo()
        there = entries.data != 0
        pairs = np.stack([entries.row[there], entries.col[there]], axis=1)
    else:
        pairs = np.asarray(connectivity)
        if pairs.shape == (n, n):
            pairs = np.argwhere(pairs)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
        raise ValueError(
            f"connectivity has shape {pairs.shape} and dtype {pairs.dtype}: give a "
            f"sparse or square matrix of shape {(n, n)}, or whole numbers of shape (n_edges, 2)."
        )
    if pairs.size and (pairs.min() < 0 or pairs.max() >= n):
        raise ValueError(
            f"connectivity names sample {pairs.max() if pairs.max() >= n else pairs.min()}, "
            f"but there are {n}: number them from 0 to {n - 1}."
        )
    pairs = np.sort(pairs.astype(np.intp), axis=1)
    codes = np.unique((pairs[:, 0] * n + pairs[:, 1])[pairs[:, 0] != pairs[:, 1]])
    return np.stack(np.divmod(codes, n), axis=1)


def check_size(rows: int, columns: int, n: int) -> None:
    """Refuse a graph of another number of nodes."""
    if (rows, columns) != (n, n):
        raise ValueError(
            f"Wrong shape for connectivity matrix: {(rows, columns)} when X has {n} samples; "
            "give one node for each."
        )


def pieces(n: int, edges: Indices) -> Indices:
    """Give the number of the connected piece of each node."""
    labels = np.arange(n)
    one, other = edges.T
    while True:
        before = labels.copy()
        least = np.minimum(labels[one], labels[other])
        # Roots are hooked to the smallest number seen, then every node looks up.
        np.minimum.at(labels, before[one], least)
        np.minimum.at(labels, before[other], least)
        while (labels != (above := labels[labels])).any():
            labels = above
        if (labels == before).all():
            return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def connected_edges(X: Array, connectivity: Any, metric: str = "euclidean") -> Indices:
    """Give the edges of a graph; join its pieces by their nearest pairs, with a warning."""
    edges = edges_of(connectivity, len(X), X)
    piece = pieces(len(X), edges)
    n_pieces = int(piece.max()) + 1
    if n_pieces == 1:
        return edges
    warnings.warn(
        f"the number of connected components of the connectivity matrix is {n_pieces} > 1: "
        "their nearest samples are joined; give edges between them to choose yourself.",
        stacklevel=4,
    )
    members = [np.flatnonzero(piece == number) for number in range(n_pieces)]
    joints = [
        nearest_pair(X, members[i], members[j], metric) for i in range(n_pieces) for j in range(i)
    ]
    return edges_of(np.concatenate([edges, np.array(joints, dtype=np.intp)]), len(X))


def nearest_pair(X: Array, some: Indices, others: Indices, metric: str) -> tuple[int, int]:
    """Give the two samples, one of each set, that are nearest to each other."""
    best, pair = np.inf, (int(some[0]), int(others[0]))
    for start in range(0, len(some), ROWS):
        rows = some[start : start + ROWS]
        if metric == "precomputed":
            distances = X[np.ix_(rows, others)]
        else:
            distances = pairwise_distances(X[rows], X[others], metric=metric)
        i, j = np.unravel_index(distances.argmin(), distances.shape)
        if distances[i, j] < best:
            best, pair = distances[i, j], (int(rows[i]), int(others[j]))
    return pair
