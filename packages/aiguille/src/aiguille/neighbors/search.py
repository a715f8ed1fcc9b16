"""Who is near: the ``k`` nearest samples, or all within a radius.

`NeighborSearch` is what the estimators of this package have in common: the samples that were kept,
and the search for the ``k`` nearest (by `aiguille.linalg.nearest_rows`). `NearestNeighbors` is
the search alone, and adds the radius (`aiguille.neighbors.radius`). The two functions make a
graph at once.
"""

from typing import Any, Literal, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator
from aiguille.linalg import metric_named, nearest_rows
from aiguille.neighbors.graphs import Mode, NeighborsGraph
from aiguille.neighbors.radius import rows_within
from aiguille.parameters import check_option, check_real, check_whole
from aiguille.validation import check_data, check_fitted, check_samples

__all__ = [
    "NearestNeighbors",
    "NeighborSearch",
    "check_n_neighbors",
    "kneighbors_graph",
    "radius_neighbors_graph",
]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


class NeighborSearch(Estimator):
    """What keeps samples and finds those near to others: a base of estimators."""

    largest_number = np.inf  # distances say themselves how far they go

    n_neighbors: int
    metric: str
    n_samples_fit_: int
    effective_metric_: str
    _samples: Array

    def _keep(self, X: Array) -> None:
        """Keep checked samples, in the form in which they are compared."""
        samples = metric_named(self.metric).embed(X)
        self._samples = samples
        self.n_samples_fit_ = len(X)
        self.effective_metric_ = self.metric

    def _weighed(self) -> bool:
        """Whether distances are weights, and must be exact."""
        return bool(getattr(self, "weights", "uniform") != "uniform")

    @overload
    def kneighbors(
        self,
        X: ArrayLike | None = None,
        n_neighbors: int | None = None,
        return_distance: Literal[True] = True,
    ) -> tuple[Array, Indices]: ...

    @overload
    def kneighbors(
        self,
        X: ArrayLike | None = None,
        n_neighbors: int | None = None,
        *,
        return_distance: bool,
    ) -> Any: ...

    def kneighbors(
        self,
        X: ArrayLike | None = None,
        n_neighbors: int | None = None,
        return_distance: bool = True,
    ) -> Any:
        """Find the nearest training samples of each sample.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), optional
            By default the training samples, none of which is its own neighbour.
        n_neighbors : int, optional
            By default the parameter of that name.
        return_distance : bool
            Whether to give the distances too.

        Returns
        -------
        distances, indices : ndarrays of shape (n_queries, n_neighbors)
            The nearest first; only the indices without ``return_distance``.
        """
        check_fitted(self)
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        check_n_neighbors(k, self.n_samples_fit_ - (X is None))
        metric = metric_named(self.effective_metric_)
        weighed = self._weighed()
        if X is None:
            distances, indices = nearest_rows(self._samples, self._samples, k + 1, metric, weighed)
            distances, indices = without_self(distances, indices)
        else:
            queries = metric.embed(check_samples(self, X))
            distances, indices = nearest_rows(queries, self._samples, k, metric, weighed)
        return (distances, indices) if return_distance else indices

    def kneighbors_graph(
        self,
        X: ArrayLike | None = None,
        n_neighbors: int | None = None,
        mode: Mode = "connectivity",
    ) -> NeighborsGraph:
        """Make a graph with an edge from each sample to its nearest training samples.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), optional
            By default the training samples, none of which is its own neighbour.
        n_neighbors : int, optional
            By default the parameter of that name.
        mode : {"connectivity", "distance"}
            Whether an edge has the value 1 or the distance.

        Returns
        -------
        NeighborsGraph
            Of shape (n_queries, n_samples_fit).
        """
        check_option("mode", mode, ["connectivity", "distance"])
        distances, indices = self.kneighbors(X, n_neighbors)
        n_queries, k = indices.shape
        data = distances if mode == "distance" else np.ones_like(distances)
        starts = np.arange(0, n_queries * k + 1, k)
        shape = (n_queries, self.n_samples_fit_)
        return NeighborsGraph(data.ravel(), indices.ravel(), starts, shape)


class NearestNeighbors(NeighborSearch):
    """Find the nearest samples, or all that are within a radius.

    Parameters
    ----------
    n_neighbors : int
        How many neighbours `kneighbors` finds.
    radius : float
        How far `radius_neighbors` looks; samples just as far away are within.
    metric : {"euclidean", "cosine", "manhattan", "sqeuclidean", "chebyshev"}
        How far apart two samples are.

    Attributes
    ----------
    n_samples_fit_ : int
        Number of training samples.
    effective_metric_ : str
        The metric used, also if the parameter is set anew before the next ``fit``.
    n_features_in_ : int
        Number of features seen by ``fit``.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Notes
    -----
    Of equally distant neighbours the one with the lowest index in the training
    set counts as nearer.

    Examples
    --------
    >>> search = NearestNeighbors(n_neighbors=2, radius=1.5).fit([[0], [1], [3], [8]])
    >>> search.kneighbors([[2.2]], return_distance=False)
    array([[2, 1]])
    >>> distances, indices = search.radius_neighbors([[0.5], [6]])
    >>> indices.tolist()
    [array([0, 1]), array([], dtype=int64)]
    >>> search.radius_neighbors_graph([[2.2]], mode="distance").toarray().round(1)
    array([[0. , 1.2, 0.8, 0. ]])
    """

    def __init__(
        self, *, n_neighbors: int = 5, radius: float = 1.0, metric: str = "euclidean"
    ) -> None:
        self.n_neighbors = n_neighbors
        self.radius = radius
        self.metric = metric

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Keep the samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
            It is there for the sake of pipelines.

        Raises
        ------
        ValueError
            If a parameter is not possible.
        """
        check_whole("n_neighbors", self.n_neighbors)
        check_real("radius", self.radius)
        metric_named(self.metric)
        self._keep(check_data(self, X))
        return self

    def radius_neighbors(
        self,
        X: ArrayLike | None = None,
        radius: float | None = None,
        return_distance: bool = True,
        sort_results: bool = False,
    ) -> Any:
        """Find all training samples within a radius of each sample.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), optional
            By default the training samples, none of which is its own neighbour.
        radius : float, optional
            By default the parameter of that name.
        return_distance : bool
            Whether to give the distances too.
        sort_results : bool
            Whether the nearest come first; else they are in the order of the training samples.

        Returns
        -------
        distances, indices : ndarrays of shape (n_queries,)
            Their entries are arrays, as long as there are neighbours; only the indices
            without ``return_distance``.
        """
        if sort_results and not return_distance:
            raise ValueError(
                "return_distance must be True if sort_results is True: leave one of them out."
            )
        starts, indices, distances = self._within(X, radius, sort_results)
        neighbours = in_rows(indices, starts)
        return (in_rows(distances, starts), neighbours) if return_distance else neighbours

    def radius_neighbors_graph(
        self,
        X: ArrayLike | None = None,
        radius: float | None = None,
        mode: Mode = "connectivity",
        sort_results: bool = False,
    ) -> NeighborsGraph:
        """Make a graph with an edge from each sample to the training samples within a radius.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), optional
            By default the training samples, none of which is its own neighbour.
        radius : float, optional
            By default the parameter of that name.
        mode : {"connectivity", "distance"}
            Whether an edge has the value 1 or the distance.
        sort_results : bool
            Whether the nearest come first in each row.

        Returns
        -------
        NeighborsGraph
            Of shape (n_queries, n_samples_fit).
        """
        check_option("mode", mode, ["connectivity", "distance"])
        starts, indices, distances = self._within(X, radius, sort_results)
        data = distances if mode == "distance" else np.ones_like(distances)
        return NeighborsGraph(data, indices, starts, (len(starts) - 1, self.n_samples_fit_))

    def _within(
        self, X: ArrayLike | None, radius: float | None, nearest_first: bool
    ) -> tuple[Indices, Indices, Array]:
        check_fitted(self)
        reach = check_real("radius", self.radius if radius is None else radius)
        metric = metric_named(self.effective_metric_)
        queries = self._samples if X is None else metric.embed(check_samples(self, X))
        return rows_within(
            queries, self._samples, reach, metric, nearest_first=nearest_first, others=X is None
        )


def kneighbors_graph(
    X: ArrayLike,
    n_neighbors: int,
    *,
    mode: Mode = "connectivity",
    metric: str = "euclidean",
    include_self: bool = False,
) -> NeighborsGraph:
    """Make a graph with an edge from each sample to its nearest ones.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    n_neighbors : int
    mode : {"connectivity", "distance"}
        Whether an edge has the value 1 or the distance.
    metric : str
        One of `aiguille.linalg.METRICS`.
    include_self : bool
        Whether a sample is its own first neighbour.

    Returns
    -------
    NeighborsGraph
        Of shape (n_samples, n_samples). It is directed: a sample need not be a neighbour of
        its neighbours.

    Examples
    --------
    >>> kneighbors_graph([[0], [1], [5]], 1, mode="distance").toarray()
    array([[0., 1., 0.],
           [1., 0., 0.],
           [0., 4., 0.]])
    """
    search = NearestNeighbors(n_neighbors=n_neighbors, metric=metric).fit(X)
    return search.kneighbors_graph(X if include_self else None, mode=mode)


def radius_neighbors_graph(
    X: ArrayLike,
    radius: float,
    *,
    mode: Mode = "connectivity",
    metric: str = "euclidean",
    include_self: bool = False,
) -> NeighborsGraph:
    """Make a graph with an edge from each sample to all within a radius.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    radius : float
    mode : {"connectivity", "distance"}
        Whether an edge has the value 1 or the distance.
    metric : str
        One of `aiguille.linalg.METRICS`.
    include_self : bool
        Whether a sample is its own neighbour.

    Returns
    -------
    NeighborsGraph
        Of shape (n_samples, n_samples).

    Examples
    --------
    >>> radius_neighbors_graph([[0], [1], [5]], 1.5).toarray()
    array([[0., 1., 0.],
           [1., 0., 0.],
           [0., 0., 0.]])
    """
    search = NearestNeighbors(radius=radius, metric=metric).fit(X)
    return search.radius_neighbors_graph(X if include_self else None, mode=mode)


def in_rows(values: NDArray[Any], starts: Indices) -> NDArray[np.object_]:
    """Cut an array into those of each query."""
    rows = np.empty(len(starts) - 1, dtype=object)
    for number in range(len(rows)):
        rows[number] = values[starts[number] : starts[number + 1]]
    return rows


def check_n_neighbors(k: Any, n_samples: int) -> None:
    """Raise unless there can be ``k`` neighbours among so many samples."""
    if not isinstance(k, (int, np.integer)) or isinstance(k, bool):
        raise TypeError(f"n_neighbors={k!r} must be a whole number, got {type(k).__name__}.")
    if k < 1:
        raise ValueError(f"n_neighbors={k} must be at least 1.")
    if k > n_samples:
        raise ValueError(
            f"Expected n_neighbors <= n_samples_fit, but n_neighbors = {k}, "
            f"n_samples = {n_samples}: ask for at most {n_samples} neighbours, "
            "or train on more samples."
        )


def without_self(distances: Array, indices: Indices) -> tuple[Array, Indices]:
    """Drop from each row the sample that it belongs to, or the last where it is not there."""
    own = indices == np.arange(len(indices))[:, None]
    # A sample may not be among its nearest when others are equal to it.
    own[~own.any(axis=1), -1] = True
    shape = (len(indices), indices.shape[1] - 1)
    return distances[~own].reshape(shape), indices[~own].reshape(shape)
