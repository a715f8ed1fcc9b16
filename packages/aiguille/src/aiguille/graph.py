"""Sparse graphs as arrays of edges, and what can be told of them.

A graph with few edges is three arrays: who is joined, how strongly, and, for some matrices,
what stands on the diagonal. Each undirected edge is there once, its lower node first. The
functions below have no loop over nodes or edges: all nodes take a step at once, and a few
rounds suffice, as many as the logarithm of the nodes.

Read `Graph`, then `as_graph`, the door for whatever else holds a graph, then
`connected_components` and `minimum_spanning_tree`.
"""

import importlib
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.linalg import metric_named, nearest_rows
from aiguille.parameters import check_whole
from aiguille.validation import check_array

__all__ = [
    "Graph",
    "as_graph",
    "connected_components",
    "minimum_spanning_tree",
    "nearest_neighbors_graph",
]

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes, numbered from zero, and the undirected edges between them.

    Parameters
    ----------
    edges : ndarray of shape (n_edges, 2), int
        Each edge once, the lower node first.
    n_nodes : int
    weights : ndarray of shape (n_edges,), optional
        None where all edges are alike.
    diagonal : ndarray of shape (n_nodes,), optional
        What the matrix of this graph has on its diagonal; zeros if None.

    Raises
    ------
    ValueError
        If an edge has no such nodes, does not have its lower node first, or arrays do not fit.

    Examples
    --------
    >>> path = Graph(np.array([[0, 1], [1, 2]]), n_nodes=3)
    >>> connected_components(path)
    (1, array([0, 0, 0]))
    """

    edges: Indices
    n_nodes: int
    weights: NDArray[Any] | None = None
    diagonal: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        edges = self.edges
        if edges.ndim != 2 or edges.shape[1] != 2 or edges.dtype.kind not in "iu":
            raise ValueError(
                f"edges has shape {edges.shape} and dtype {edges.dtype}: give whole numbers of "
                "shape (n_edges, 2), as_graph makes them from a matrix."
            )
        if len(edges) and (
            edges.min() < 0 or edges.max() >= self.n_nodes or (edges[:, 0] >= edges[:, 1]).any()
        ):
            raise ValueError(
                f"each edge needs two nodes i < j of 0 to {self.n_nodes - 1}; edges go from "
                f"{edges.min()} to {edges.max()}: as_graph puts them in order."
            )
        for name, array, length in (
            ("weights", self.weights, len(edges)),
            ("diagonal", self.diagonal, self.n_nodes),
        ):
            if array is not None and array.shape != (length,):
                raise ValueError(f"{name} has shape {array.shape}, expected ({length},).")

    @classmethod
    def from_scipy(cls, matrix: Any) -> Self:
        """Take a square sparse matrix; where its halves differ, an edge weighs their mean."""
        if matrix.shape[0] != matrix.shape[1]:
            raise ValueError(f"the matrix of a graph is square, got shape {matrix.shape}.")
        coo = matrix.tocoo()
        return cls(*undirected(coo.row, coo.col, coo.data, matrix.shape[0]))

    def to_scipy(self) -> Any:
        """Give a symmetric ``scipy.sparse.coo_matrix``; scipy is imported here and only here."""
        sparse = importlib.import_module("scipy.sparse")
        i, j = self.edges.T
        weights = np.ones(len(i), dtype=np.int64) if self.weights is None else self.weights
        values, rows, columns = [weights, weights], [i, j], [j, i]
        if self.diagonal is not None:
            nodes = np.arange(self.n_nodes)
            values, rows, columns = [*values, self.diagonal], [*rows, nodes], [*columns, nodes]
        places = (np.concatenate(rows), np.concatenate(columns))
        return sparse.coo_matrix((np.concatenate(values), places), shape=(self.n_nodes,) * 2)


def as_graph(given: Any, n_nodes: int | None = None) -> Graph:
    """Give a graph for whatever holds one.

    Parameters
    ----------
    given : Graph, sparse matrix, or array-like
        A square array holds a weight for each pair, zero for no edge; an array of whole
        numbers of shape (n_edges, 2) holds edges.
    n_nodes : int, optional
        How many nodes there must be; for edges the highest node in them tells by default.

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        If it is none of these, not finite, or has another number of nodes.

    Examples
    --------
    >>> as_graph([[0, 2.0, 0], [2.0, 0, 1.0], [0, 1.0, 0]]).edges.tolist()
    [[0, 1], [1, 2]]
    >>> as_graph(np.array([[1, 0], [2, 1], [0, 1]])).edges.tolist()
    [[0, 1], [1, 2]]
    """
    if isinstance(given, Graph):
        graph = given
    elif hasattr(given, "tocoo"):
        graph = Graph.from_scipy(given)
    else:
        graph = graph_of_array(np.asarray(given), n_nodes)
    if n_nodes is not None and graph.n_nodes != n_nodes:
        raise ValueError(
            f"the graph has {graph.n_nodes} nodes where {n_nodes} are needed: one for each."
        )
    for values in (graph.weights, graph.diagonal):
        if values is not None and not np.isfinite(values).all():
            raise ValueError("the graph has weights that are NaN or infinity: drop these edges.")
    return graph


def graph_of_array(array: NDArray[Any], n_nodes: int | None) -> Graph:
    """Tell a square array of weights from an array of edges."""
    if array.ndim == 2 and array.shape[0] == array.shape[1] and array.dtype.kind in "biuf":
        i, j = np.nonzero(array)
        return Graph(*undirected(i, j, array[i, j], len(array)))
    if array.ndim == 2 and array.shape[1] == 2 and array.dtype.kind in "iu":
        highest = int(array.max(initial=-1))
        n = highest + 1 if n_nodes is None else n_nodes
        if highest >= n or array.min(initial=0) < 0:
            raise ValueError(f"edges have nodes from {array.min()} to {highest}, not 0 to {n - 1}.")
        edges, _, _, _ = undirected(array[:, 0], array[:, 1], np.ones(len(array)), n)
        return Graph(edges, n)
    raise ValueError(
        f"no graph in an array of shape {array.shape} and dtype {array.dtype}: give a square "
        "array of weights, whole numbers of shape (n_edges, 2), or a sparse matrix."
    )


def undirected(
    i: NDArray[Any], j: NDArray[Any], weights: NDArray[Any], n_nodes: int
) -> tuple[Indices, int, NDArray[Any], NDArray[Any] | None]:
    """Give each pair once, with the mean of both directions, and the diagonal apart."""
    if weights.dtype.kind not in "f":
        weights = weights.astype(np.float64)
    low, high = np.minimum(i, j).astype(np.intp), np.maximum(i, j).astype(np.intp)
    same = low == high
    diagonal = np.bincount(low[same], weights[same], minlength=n_nodes) if same.any() else None
    backwards = (i > j)[~same]
    low, high, weights = low[~same], high[~same], weights[~same]
    keys, first, pair = np.unique(low * n_nodes + high, return_index=True, return_inverse=True)
    # An edge that stands in one half only weighs as it stands there.
    both = np.bincount(pair[backwards], minlength=len(keys)).astype(bool)
    both &= np.bincount(pair[~backwards], minlength=len(keys)).astype(bool)
    total = np.bincount(pair, weights, minlength=len(keys)) / (1 + both)
    edges = np.column_stack([low[first], high[first]])
    return edges, n_nodes, total.astype(weights.dtype), diagonal


def connected_components(graph: Graph) -> tuple[int, Indices]:
    """Tell the parts of a graph apart, between which there is no edge.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    n_components : int
    labels : ndarray of shape (n_nodes,)
        The part of each node, numbered in the order of their first nodes.

    References
    ----------
    Shiloach & Vishkin (1982), "An O(log n) parallel connectivity algorithm", Journal of
    Algorithms 3(1).

    Examples
    --------
    >>> connected_components(Graph(np.array([[0, 2], [1, 3]]), n_nodes=5))
    (3, array([0, 1, 0, 1, 2]))
    """
    i, j = graph.edges.T
    root = np.arange(graph.n_nodes)
    while len(i):
        # Each root hooks onto the lowest root next to it: never upwards, so never in a circle.
        np.minimum.at(root, np.maximum(i, j), np.minimum(i, j))
        root = roots(root)
        # What remains is the graph between the roots.
        i, j = root[i], root[j]
        apart = i != j
        i, j = i[apart], j[apart]
    return numbered(root)


def roots(parent: Indices) -> Indices:
    """Follow parents up to the top: all nodes jump at once, each time twice as far."""
    while True:
        above = parent[parent]
        if (above == parent).all():
            return parent
        parent = above


def numbered(root: Indices) -> tuple[int, Indices]:
    """Count trees and number them in the order of their roots."""
    number = np.cumsum(root == np.arange(len(root))) - 1
    return int(number[-1]) + 1 if len(number) else 0, number[root]


def minimum_spanning_tree(graph: Graph) -> Graph:
    """Keep the lightest edges that hold each part of a graph together.

    Parameters
    ----------
    graph : Graph
        Of edges of equal weight, or without weights, earlier ones count as lighter.

    Returns
    -------
    Graph
        Without diagonal; its edges in the order they had.

    References
    ----------
    Borůvka (1926), in Nešetřil, Milková & Nešetřilová (2001), "Otakar Borůvka on minimum
    spanning tree problem", Discrete Mathematics 233.

    Examples
    --------
    >>> triangle = Graph(np.array([[0, 1], [0, 2], [1, 2]]), 3, np.array([1.0, 3.0, 2.0]))
    >>> minimum_spanning_tree(triangle).edges.tolist()
    [[0, 1], [1, 2]]
    """
    order = np.arange(len(graph.edges))
    if graph.weights is not None:
        order = np.argsort(graph.weights, kind="stable")
    chosen = np.zeros(len(order), dtype=bool)
    root = np.arange(graph.n_nodes)
    left = order
    while len(left):
        a, b = root[graph.edges[left]].T
        apart = a != b
        left, a, b = left[apart], a[apart], b[apart]
        parent, best = nearest_neighbor_forest(a, b, graph.n_nodes)
        grown = np.flatnonzero(parent != np.arange(graph.n_nodes))
        chosen[left[best[grown]]] = True
        root = roots(parent)[root]
    weights = None if graph.weights is None else graph.weights[chosen]
    return Graph(graph.edges[chosen], graph.n_nodes, weights)


def nearest_neighbor_forest(a: Indices, b: Indices, n_nodes: int) -> tuple[Indices, Indices]:
    """Join each node to its nearest one: trees, since no two edges are equally short.

    Parameters
    ----------
    a, b : ndarrays of shape (n_edges,)
        The ends of the edges, the shortest edge first.
    n_nodes : int

    Returns
    -------
    parent : ndarray of shape (n_nodes,)
        The nearest node of each; itself for the root of a tree, and without edges.
    best : ndarray of shape (n_nodes,)
        The place of the edge that leads there, where there is one.
    """
    nodes = np.arange(n_nodes)
    best = np.full(n_nodes, -1)
    places = np.arange(len(a))
    # Of several values for one place the last one stays: backwards, that is the shortest edge.
    ends = np.column_stack([a, b]).ravel()
    best[ends[::-1]] = np.repeat(places, 2)[::-1]
    joined = best >= 0
    parent = nodes.copy()
    parent[joined] = (a + b)[best[joined]] - nodes[joined]
    # Two nodes that are each other's nearest are the only circle: the lower one is the root.
    mutual = (parent[parent] == nodes) & (nodes < parent)
    parent[mutual] = nodes[mutual]
    return parent, best


def nearest_neighbors_graph(X: ArrayLike, n_neighbors: int, *, metric: str = "euclidean") -> Graph:
    """Join each sample to its nearest ones; the edges weigh as much as they are long.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    n_neighbors : int
        At most ``n_samples - 1``: a sample is not its own neighbour.
    metric : str
        One of `aiguille.linalg.METRICS`.

    Returns
    -------
    Graph
        With an edge where one of two samples is among the nearest of the other.

    Examples
    --------
    >>> nearest_neighbors_graph([[0.0], [1.0], [5.0]], 1).edges.tolist()
    [[0, 1], [1, 2]]
    """
    chosen = metric_named(metric)
    rows = chosen.embed(check_array(X, min_samples=2))
    n = len(rows)
    k = check_whole("n_neighbors", n_neighbors, at_most=n - 1)
    distances, found = nearest_rows(rows, rows, k + 1, chosen)
    # Of more than k equal samples, one may not find itself: then the last one found goes.
    others = found != np.arange(n)[:, None]
    others[others.all(axis=1), -1] = False
    i = np.repeat(np.arange(n), k)
    edges, n, weights, _ = undirected(i, found[others], distances[others], n)
    return Graph(edges, n, weights)
