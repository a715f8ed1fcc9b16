"""Ward's tree: of all pairs of clusters, merge those whose union adds least to the variance.

Without a graph it is a nearest-neighbour chain over squared distances
(`aiguille.cluster.linkage`); with one, a heap of edges (`aiguille.cluster.structured`).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.cluster.connectivity import connected_edges
from aiguille.cluster.linkage import chained
from aiguille.cluster.structured import structured_ward
from aiguille.linalg import pairwise_distances
from aiguille.validation import check_array

__all__ = ["ward_tree"]


def ward_tree(
    X: ArrayLike, edges: NDArray[np.intp] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
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

    Notes
    -----
    Among equal costs the order is free; clusters may then differ from scikit-learn's.

    References
    ----------
    Ward (1963), "Hierarchical grouping to optimize an objective function", JASA 58(301).

    Examples
    --------
    >>> children, distances = ward_tree([[0.0], [1.0], [5.0], [7.0]])
    >>> children.tolist()
    [[0, 1], [2, 3], [4, 5]]
    """
    samples = check_array(X)
    if edges is not None:
        return structured_ward(samples, connected_edges(samples, edges))
    children, costs = chained(pairwise_distances(samples, metric="sqeuclidean"), "ward")
    return children, np.sqrt(np.maximum(costs, 0))
