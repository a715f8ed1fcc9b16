"""What to do with a tree of clusters: cut it for any number of clusters, put its leaves in order.

A tree of ``n`` leaves is the array ``children`` of shape (n - 1, 2): row ``i`` names the two
nodes that became node ``n + i``. Nodes below ``n`` are the samples. One tree serves every
number of clusters: `cut_tree` only undoes the last merges.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.parameters import check_whole

__all__ = ["cut_tree", "leaves_order", "numbered_merges"]

Indices = NDArray[np.intp]


def cut_tree(children: ArrayLike, n_clusters: int | ArrayLike) -> Indices:
    """Give the cluster of each leaf when the last merges are undone.

    Parameters
    ----------
    children : array-like of shape (n_samples - 1, 2)
    n_clusters : int, or array-like of int of shape (n_cuts,)
        Many cuts cost little more than the finest of them: its clusters are the leaves of
        the coarser ones.

    Returns
    -------
    ndarray of shape (n_samples,), or (n_cuts, n_samples) for many cuts
        Numbers from 0; the cluster that was made first has the smallest.

    Raises
    ------
    ValueError
        If there are fewer leaves than clusters.

    Examples
    --------
    >>> cut_tree([[0, 1], [2, 3], [4, 5]], n_clusters=2)
    array([0, 0, 1, 1])
    >>> cut_tree([[0, 1], [2, 3], [4, 5]], n_clusters=[1, 2, 3])
    array([[0, 0, 0, 0],
           [0, 0, 1, 1],
           [2, 2, 0, 1]])
    """
    merges = np.asarray(children, dtype=np.intp).reshape(-1, 2)
    n = len(merges) + 1
    asked = [check_whole("n_clusters", k) for k in np.ravel(n_clusters)]
    if asked and max(asked) > n:
        raise ValueError(
            f"n_clusters={max(asked)} is more than the {n} samples; ask for at most {n}"
        )
    labels, above = undone(merges, max(asked, default=1))
    if np.ndim(n_clusters) == 0:
        return labels
    return np.array([undone(above, k)[0][labels] for k in asked]).reshape(-1, n)


def undone(merges: Indices, n_clusters: int) -> tuple[Indices, Indices]:
    """Undo the last merges: give the cluster of each leaf, and the tree above the clusters."""
    n = len(merges) + 1
    end = 2 * n - n_clusters
    parents = np.arange(end)
    parents[merges[: n - n_clusters].ravel()] = np.repeat(np.arange(n, end), 2)
    # Each round doubles the height that a node looks up.
    while (parents != (higher := parents[parents])).any():
        parents = higher
    # Nodes are numbered as they are made: sorted, they stand in that order.
    roots, labels = np.unique(parents[:n], return_inverse=True)
    above = merges[n - n_clusters :]
    above = np.where(above < end, np.searchsorted(roots, above), above - end + n_clusters)
    return labels.astype(np.intp), above


def leaves_order(children: ArrayLike) -> Indices:
    """Give the leaves from left to right as a dendrogram shows them, clusters side by side.

    Parameters
    ----------
    children : array-like of shape (n_samples - 1, 2)

    Returns
    -------
    ndarray of shape (n_samples,)
        ``matrix[order][:, order]`` shows clusters as blocks on the diagonal.

    Examples
    --------
    >>> leaves_order([[0, 2], [1, 3], [4, 5]])
    array([0, 2, 1, 3])
    """
    merges: list[Any] = np.asarray(children, dtype=np.intp).reshape(-1, 2).tolist()
    n = len(merges) + 1
    order, waiting = [], [2 * n - 2]
    while waiting:
        node = waiting.pop()
        if node < n:
            order.append(node)
        else:
            waiting.extend(reversed(merges[node - n]))
    return np.array(order, dtype=np.intp)


def numbered_merges(
    pairs: Indices, distances: NDArray[np.float64]
) -> tuple[Indices, NDArray[np.float64]]:
    """Sort merges that name any sample of each cluster, and number the clusters they make."""
    order = np.argsort(distances, kind="stable")
    n = len(pairs) + 1
    above = list(range(2 * n - 1))
    children = []
    for new, (a, b) in enumerate(pairs[order].tolist(), start=n):
        found = []
        for node in (a, b):
            while above[node] != node:
                # Halving the path keeps the next walk short.
                above[node] = node = above[above[node]]
            found.append(node)
        above[found[0]] = above[found[1]] = new
        children.append((min(found), max(found)))
    return np.array(children, dtype=np.intp).reshape(-1, 2), distances[order]
