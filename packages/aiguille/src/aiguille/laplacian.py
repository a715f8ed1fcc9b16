"""A graph's Laplacian, and the map that its smallest eigenvectors draw.

Samples that are alike are joined, strongly where they are much alike (`rbf_affinity`,
`neighbour_affinity`). The normalised Laplacian I - D^-1/2 W D^-1/2 of that graph has small
eigenvalues for what varies little along strong edges. Their eigenvectors give each sample a
place (`spectral_embedding`): groups come to lie together, whatever their shape was.

Read `spectral_embedding`, then `normalized`, then the affinities. `aiguille.spectrum` finds the
eigenvectors.
"""

import warnings
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.graph import Graph, as_graph, connected_components
from aiguille.linalg import metric_named, nearest_rows, pairwise_distances
from aiguille.parameters import check_random_state, check_real, check_whole
from aiguille.spectrum import Links, largest_eigenvectors
from aiguille.validation import check_array, check_data, remember_features

__all__ = [
    "affinity_of",
    "check_affinity",
    "neighbour_affinity",
    "normalized",
    "rbf_affinity",
    "spectral_embedding",
]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


def spectral_embedding(
    adjacency: Any,
    *,
    n_components: int = 8,
    random_state: Any = None,
    eigen_tol: float | Literal["auto"] = "auto",
    drop_first: bool = True,
) -> Array:
    """Give the nodes of a graph places such that strongly joined ones lie near each other.

    Parameters
    ----------
    adjacency : array-like of shape (n_nodes, n_nodes), Graph, or sparse matrix
        How strongly nodes are joined, not negative; what joins a node with itself is of no
        effect.
    n_components : int
        How many coordinates.
    random_state : int, RandomState or None
        Where the search for eigenvectors begins; of no effect but on last digits.
    eigen_tol : float or "auto"
        The residual at which an eigenvector of a large graph is good; 1e-8 by default.
    drop_first : bool
        Whether to leave out the first eigenvector, which is flat in a connected graph.

    Returns
    -------
    ndarray of shape (n_nodes, n_components)
        Eigenvectors, the one with the smallest eigenvalue first, divided by the square roots of
        the degrees. The entry of each that is largest is positive.

    Raises
    ------
    ValueError
        If the graph is not square, not finite, has negative weights or too few nodes.

    Warns
    -----
    UserWarning
        If the graph is not connected. Then the first eigenvectors are its parts, the heaviest
        first, and each is a point. A node without edges is at zero, as in scikit-learn.

    References
    ----------
    Belkin & Niyogi (2003), "Laplacian eigenmaps for dimensionality reduction and data
    representation", Neural Computation 15(6).

    Examples
    --------
    >>> path = Graph(np.array([[0, 1], [1, 2], [2, 3], [3, 4]]), 5)
    >>> spectral_embedding(path, n_components=1).round(2).ravel()
    array([ 0.5 ,  0.35, -0.  , -0.35, -0.5 ])
    """
    affinity = check_affinity(adjacency)
    n_nodes = len(affinity) if isinstance(affinity, np.ndarray) else affinity.n_nodes
    n_components = check_whole("n_components", n_components)
    n_vectors = n_components + bool(drop_first)
    if n_vectors > n_nodes:
        raise ValueError(
            f"n_components={n_components} is more than the {n_nodes} samples give: ask for at "
            f"most {n_nodes - bool(drop_first)}."
        )
    tol = 1e-8 if eigen_tol == "auto" else max(1e-13, check_real("eigen_tol", eigen_tol))
    random = check_random_state(random_state)
    N, scale, component = normalized(affinity)
    known = flat_parts(scale, component)
    if component.any():
        warnings.warn(
            f"Graph is not fully connected, spectral embedding may not work as expected: it has "
            f"{component.max() + 1} parts between which there is no edge. Raise n_neighbors or "
            "lower gamma to join them.",
            stacklevel=3,
        )
    more = n_vectors - known.shape[1]
    if more > 0:
        found = largest_eigenvectors(N, known, component, more, random, tol)
        known = np.column_stack([known, found])
    vectors = known[:, bool(drop_first) : n_vectors] / scale[:, None]
    largest = np.abs(vectors).argmax(axis=0)
    return np.ascontiguousarray(vectors * np.sign(vectors[largest, np.arange(n_components)]))


def normalized(affinity: Array | Graph) -> tuple[Array | Links, Array, Indices]:
    """Divide the weights of a graph by the roots of their nodes' degrees: D^-1/2 W D^-1/2.

    The normalised Laplacian is the identity less that.

    Parameters
    ----------
    affinity : ndarray of shape (n_nodes, n_nodes) or Graph
        Symmetric, not negative; its diagonal is of no effect.

    Returns
    -------
    N : ndarray of shape (n_nodes, n_nodes) or Links
        With zeros on its diagonal.
    scale : ndarray of shape (n_nodes,)
        The square roots of the degrees; 1 for nodes without edges.
    component : ndarray of shape (n_nodes,)
        The connected part of each node.

    Examples
    --------
    >>> N, scale, _ = normalized(np.array([[9.0, 4, 0], [4, 0, 12], [0, 12, 0]]))
    >>> scale.round(3), N.round(3)[0]
    (array([2.   , 4.   , 3.464]), array([0. , 0.5, 0. ]))
    """
    if isinstance(affinity, np.ndarray):
        N = affinity.astype(np.float64)
        np.fill_diagonal(N, 0.0)
        scale = root_degrees(N.sum(axis=1))
        N /= scale[:, None]
        N /= scale
        return N, scale, parts_of_array(N)
    weights = np.ones(len(affinity.edges)) if affinity.weights is None else affinity.weights
    there = weights > 0
    i, j = affinity.edges[there].T
    weights = weights[there].astype(np.float64)
    degree = np.bincount(i, weights, affinity.n_nodes) + np.bincount(j, weights, affinity.n_nodes)
    scale = root_degrees(degree)
    links = Links(affinity.edges[there], weights / (scale[i] * scale[j]), affinity.n_nodes)
    _, component = connected_components(Graph(links.edges, affinity.n_nodes))
    return links, scale, component


def root_degrees(degree: NDArray[Any]) -> Array:
    """Give the square roots of degrees, 1 for zero."""
    roots: Array = np.sqrt(np.where(degree > 0, degree, 1.0))
    return roots


def parts_of_array(N: Array) -> Indices:
    """Tell the connected part of each node, numbered in the order of their first nodes."""
    component = np.full(len(N), -1)
    for first in range(len(N)):
        if component[first] >= 0:
            continue
        number = component.max() + 1
        front = np.array([first])
        while len(front):
            component[front] = number
            front = np.flatnonzero((N[front] > 0).any(axis=0) & (component < 0))
    return component


def flat_parts(scale: Array, component: Indices) -> Array:
    """Give the eigenvectors with eigenvalue 1 of D^-1/2 W D^-1/2, which are known.

    For each connected part, that is the root of the degree on its nodes, zero elsewhere.
    The heaviest part comes first. Nodes without edges have the eigenvalue 0.
    """
    n_parts = int(component.max()) + 1
    alone = np.bincount(component)[component] == 1
    weight = np.bincount(component, scale**2, n_parts)
    weight[component[alone]] = 0
    heaviest = np.argsort(-weight, kind="stable")[: np.count_nonzero(weight)]
    known = np.zeros((len(scale), len(heaviest)))
    for column, part in enumerate(heaviest):
        members = component == part
        known[members, column] = scale[members] / np.sqrt(weight[part])
    return known


# How strongly samples are joined


def affinity_of(
    estimator: Any, X: Any, *, affinity: str, gamma: float | None, n_neighbors: int | None
) -> Any:
    """Check what ``fit`` was given, and join its samples as an estimator's parameters say.

    Returns
    -------
    affinity : ndarray of shape (n_samples, n_samples) or Graph
    dtype : dtype
        That of the samples.
    """
    if affinity == "precomputed":
        if isinstance(X, Graph) or hasattr(X, "tocoo"):
            remember_features(estimator, None)
            graph = check_affinity(X)
            estimator.n_features_in_ = graph.n_nodes
            return graph, np.dtype(np.float64)
        samples = check_data(estimator, X, min_samples=2, keep_float32=True)
        return check_affinity(samples), samples.dtype
    samples = check_data(estimator, X, min_samples=2, keep_float32=True)
    if affinity == "rbf":
        width = 1.0 / samples.shape[1] if gamma is None else gamma
        return rbf_affinity(samples, width), samples.dtype
    k = max(len(samples) // 10, 1) if n_neighbors is None else n_neighbors
    return neighbour_affinity(samples, k), samples.dtype


def rbf_affinity(X: ArrayLike, gamma: float) -> Array:
    """Join each pair of samples with exp(-gamma d²), where d is their distance.

    Examples
    --------
    >>> rbf_affinity([[0.0], [1.0]], gamma=np.log(2))
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    gamma = check_real("gamma", gamma)
    affinity = pairwise_distances(X, metric="sqeuclidean")
    affinity *= -gamma
    return np.exp(affinity, out=affinity)


def neighbour_affinity(X: ArrayLike, n_neighbors: int) -> Graph:
    """Join each sample to its nearest ones with 1/2, and with 1 where both find each other.

    Each sample counts as the first neighbour of its own.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    n_neighbors : int
        At most ``n_samples``.

    Returns
    -------
    Graph

    Examples
    --------
    >>> graph = neighbour_affinity([[0.0], [1.0], [3.0]], 2)
    >>> graph.edges.tolist(), graph.weights
    ([[0, 1], [1, 2]], array([1. , 0.5]))
    """
    metric = metric_named("euclidean")
    rows = metric.embed(check_array(X))
    k = check_whole("n_neighbors", n_neighbors, at_most=len(rows))
    _, found = nearest_rows(rows, rows, k, metric)
    i = np.repeat(np.arange(len(rows)), k)
    return symmetric(i, found.ravel(), np.ones(len(i)), len(rows))[0]


def symmetric(i: Any, j: Any, weights: Any, n_nodes: int) -> tuple[Graph, bool]:
    """Give the graph of (W + W.T) / 2, and whether W was symmetric."""
    weights = weights.astype(np.float64)
    i, j = i.astype(np.intp), j.astype(np.intp)
    same = i == j
    diagonal = np.bincount(i[same], weights[same], minlength=n_nodes)
    i, j, weights = i[~same], j[~same], weights[~same]
    keys, pair = np.unique(np.minimum(i, j) * n_nodes + np.maximum(i, j), return_inverse=True)
    edges = np.column_stack(np.divmod(keys, n_nodes))
    total = np.bincount(pair, weights, minlength=len(keys)) / 2
    difference = np.bincount(pair, np.where(i < j, weights, -weights), minlength=len(keys))
    even = bool((np.abs(difference) <= 1e-10 * (1 + np.abs(total))).all())
    return Graph(edges, n_nodes, total, diagonal if same.any() else None), even


def check_affinity(given: Any) -> Any:
    """Give an affinity as a symmetric array or a graph, or say what is wrong with it.

    Parameters
    ----------
    given : array-like of shape (n_nodes, n_nodes), Graph, or sparse matrix

    Returns
    -------
    ndarray of shape (n_nodes, n_nodes), float64, or Graph

    Raises
    ------
    ValueError
        If it is not square, not finite, or negative.
    """
    even = True
    affinity: Any
    if isinstance(given, Graph):
        affinity = as_graph(given)
        values = affinity.weights
    elif hasattr(given, "tocoo"):
        check_square(given.shape)
        entries = given.tocoo()
        # scipy's triplets are attributes; graphs of neighbours give them as they are.
        if isinstance(entries, tuple):
            data, (i, j) = entries
        else:
            data, i, j = entries.data, entries.row, entries.col
        affinity, even = symmetric(i, j, data, given.shape[0])
        as_graph(affinity)  # refuses what is not finite
        values = affinity.weights
    else:
        affinity = check_array(given, name="affinity")
        check_square(affinity.shape)
        even = bool(np.allclose(affinity, affinity.T, rtol=1e-7, atol=1e-10))
        if not even:
            affinity = (affinity + affinity.T) / 2
        values = affinity
    if not even:
        warnings.warn(
            "Array is not symmetric, and will be converted to symmetric by average with its "
            "transpose: an affinity has one weight for each pair.",
            stacklevel=4,
        )
    if values is not None and values.size and values.min() < 0:
        raise ValueError(
            f"the affinity has negative values, such as {values.min():g}: weights tell how much "
            "nodes are alike, zero at least. np.exp(-distances) makes them of distances."
        )
    return affinity


def check_square(shape: tuple[int, ...]) -> None:
    """Refuse an affinity that does not have an entry for each pair."""
    if shape[0] != shape[1]:
        raise ValueError(
            f"affinity='precomputed' needs a square array, a weight for each pair of samples; "
            f"got shape {shape}."
        )
