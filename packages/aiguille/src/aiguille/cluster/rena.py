"""Group the pixels of images in time that grows with the pixels: recursive nearest agglomeration.

Ward's method joins the best pair of clusters, one pair at a time. `ReNA` joins *every* cluster
to its nearest neighbour at once, and again, until few enough are left. Each round at least
halves the clusters that have neighbours, so that all rounds together cost about as
much as two of the first.

Read `recursive_nearest_agglomeration`, then `ReNA`, the thin object around it.
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.graph import Graph, as_graph, nearest_neighbor_forest, numbered, roots
from aiguille.parameters import check_whole
from aiguille.transformers import Transformer
from aiguille.validation import (
    ConvergenceWarning,
    check_array,
    check_data,
    check_fitted,
    check_samples,
)

__all__ = ["ReNA", "recursive_nearest_agglomeration"]

Indices = NDArray[np.intp]


class ReNA(Transformer):
    """Group features, such as pixels, that are neighbours and alike.

    Parameters
    ----------
    n_clusters : int
        How many groups to make.
    connectivity : Graph, sparse matrix or array-like, optional
        Which features are neighbours, as `aiguille.image.grid_to_graph` tells for pixels.
        By default all are neighbours of all, for few features only.
    scaling : bool
        Whether to multiply a group's mean by the root of its size, which keeps distances.
    n_iter : int, optional
        The most rounds; by default as many as it takes.

    Attributes
    ----------
    labels_ : ndarray of shape (n_features,)
        The group of each feature.
    n_clusters_ : int
        The number of groups; more than ``n_clusters`` if the graph has more parts.
    sizes_ : ndarray of shape (n_clusters_,)
        How many features each group has.
    n_iter_ : int
        The number of rounds.
    n_features_in_ : int

    References
    ----------
    Hoyos-Idrobo, Varoquaux, Kahn & Thirion (2019), "Recursive nearest agglomeration (ReNA):
    fast clustering for approximation of structured signals", IEEE TPAMI 41(3).

    Examples
    --------
    >>> from aiguille.image import grid_to_graph
    >>> images = np.array([[0.0, 0.1, 5.0, 5.2], [1.0, 1.1, 9.0, 9.1]])
    >>> model = ReNA(n_clusters=2, connectivity=grid_to_graph(1, 4)).fit(images)
    >>> model.labels_
    array([0, 0, 1, 1])
    >>> model.transform(images).round(2)
    array([[0.05, 5.1 ],
           [1.05, 9.05]])
    """

    def __init__(
        self,
        n_clusters: int = 2,
        *,
        connectivity: Any = None,
        scaling: bool = False,
        n_iter: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.connectivity = connectivity
        self.scaling = scaling
        self.n_iter = n_iter

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Group the features.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored

        Raises
        ------
        ValueError
            If more groups are asked for than there are features, or the graph does not fit.
        """
        X = check_data(self, X, keep_float32=True)
        n_features = X.shape[1]
        n_clusters = check_whole("n_clusters", self.n_clusters)
        if n_clusters > n_features:
            raise ValueError(
                f"n_clusters={n_clusters} is more than the {n_features} features "
                f"(X has {n_features} feature(s)); ask for at most {n_features}"
            )
        rounds = n_features if self.n_iter is None else check_whole("n_iter", self.n_iter)
        if self.connectivity is None:
            graph = Graph(np.column_stack(np.triu_indices(n_features, 1)), n_features)
        else:
            graph = as_graph(self.connectivity, n_features)
        self.labels_, self.n_iter_ = recursive_nearest_agglomeration(
            X.T, graph, n_clusters, n_iter=rounds
        )
        self.sizes_ = np.bincount(self.labels_)
        self.n_clusters_ = len(self.sizes_)
        if self.n_clusters_ > n_clusters and self.n_iter_ == rounds:
            warnings.warn(
                f"after n_iter={rounds} rounds {self.n_clusters_} clusters are left, more than "
                f"n_clusters={n_clusters}: raise n_iter, or leave it out.",
                ConvergenceWarning,
                stacklevel=2,
            )
        elif self.n_clusters_ > n_clusters:
            warnings.warn(
                f"the graph has {self.n_clusters_} parts without an edge between them, more than "
                f"n_clusters={n_clusters}: each is one cluster. Ask for more, or join them.",
                stacklevel=2,
            )
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Average the features of each group.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_clusters_)
        """
        X = check_samples(self, X, keep_float32=True)
        means = cluster_means(X.T, self.labels_, self.sizes_).T
        if self.scaling:
            means = means * np.sqrt(self.sizes_)
        return means.astype(X.dtype, order="C")

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Give each feature the value of its group.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_clusters_)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        check_fitted(self)
        X = check_array(X, keep_float32=True)
        if X.shape[1] != self.n_clusters_:
            raise ValueError(
                f"X has {X.shape[1]} columns where there are {self.n_clusters_} groups."
            )
        if self.scaling:
            X = (X / np.sqrt(self.sizes_)).astype(X.dtype)
        return X[:, self.labels_]

    @property
    def _n_features_out(self) -> int:
        return self.n_clusters_


def recursive_nearest_agglomeration(
    X: NDArray[Any], graph: Graph, n_clusters: int, *, n_iter: int | None = None
) -> tuple[Indices, int]:
    """Join all clusters to their nearest neighbours, until there are ``n_clusters``.

    Parameters
    ----------
    X : ndarray of shape (n_nodes, n_values)
        What each node looks like: one row for each pixel.
    graph : Graph
        Which nodes are neighbours; its weights are not used.
    n_clusters : int
    n_iter : int, optional
        The most rounds.

    Returns
    -------
    labels : ndarray of shape (n_nodes,)
        Numbered in the order of their first nodes.
    n_rounds : int
        How many rounds were made.

    Examples
    --------
    >>> line = Graph(np.array([[0, 1], [1, 2], [2, 3]]), 4)
    >>> recursive_nearest_agglomeration(np.array([[0.0], [1.0], [7.0], [9.0]]), line, 2)
    (array([0, 0, 1, 1]), 1)
    """
    labels = np.arange(graph.n_nodes)
    means = np.asarray(X, dtype=np.float64)
    sizes: NDArray[Any] = np.ones(graph.n_nodes)
    a, b = graph.edges.T
    n_rounds = 0
    while len(means) > n_clusters and len(a) and n_rounds != n_iter:
        lengths = squared_lengths(means, a, b)
        order = np.argsort(lengths, kind="stable")
        parent, best = nearest_neighbor_forest(a[order], b[order], len(means))
        parent = shortest_joins(parent, best, at_most=len(means) - n_clusters)
        n_left, joined = numbered(roots(parent))
        new_sizes = np.bincount(joined, sizes)
        means = cluster_means(means * sizes[:, None], joined, new_sizes)
        sizes, labels = new_sizes, joined[labels]
        a, b = edges_between(joined[a], joined[b], n_left)
        n_rounds += 1
    return numbered_by_first(labels), n_rounds


def squared_lengths(means: NDArray[np.float64], a: Indices, b: Indices) -> NDArray[np.float64]:
    """Compute how far apart the ends of each edge are, squared."""
    lengths = np.zeros(len(a))
    # Column by column: no array of edges times values is ever made.
    for column in means.T:
        values = np.ascontiguousarray(column)
        gap = values[a]
        gap -= values[b]
        gap *= gap
        lengths += gap
    return lengths


def shortest_joins(parent: Indices, best: Indices, at_most: int) -> Indices:
    """Keep the shortest edges of a forest, so that not too few trees are left."""
    children = np.flatnonzero(parent != np.arange(len(parent)))
    if len(children) <= at_most:
        return parent
    # The edges are in order of length: the place of an edge tells.
    kept = children[np.argsort(best[children])[:at_most]]
    fewer = np.arange(len(parent))
    fewer[kept] = parent[kept]
    return fewer


def cluster_means(sums: NDArray[Any], labels: Indices, sizes: NDArray[Any]) -> NDArray[np.float64]:
    """Add the rows of each cluster up, in float64, and divide by its size."""
    means = np.empty((len(sizes), sums.shape[1]))
    for n, column in enumerate(sums.T):
        means[:, n] = np.bincount(labels, column, minlength=len(sizes))
    means /= sizes[:, None]
    return means


def edges_between(a: Indices, b: Indices, n_nodes: int) -> tuple[Indices, Indices]:
    """Give the edges that still join two clusters, each once."""
    apart = a != b
    a, b = a[apart], b[apart]
    low, high = np.divmod(np.unique(np.minimum(a, b) * n_nodes + np.maximum(a, b)), n_nodes)
    return low, high


def numbered_by_first(labels: Indices) -> Indices:
    """Give clusters numbers in the order of their first nodes."""
    _, first, codes = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[codes]
