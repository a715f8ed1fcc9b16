"""Clusters of samples or of features from the bottom up: the estimators.

The work is a function of the samples and the graph alone (`grown_tree`); the number of
clusters only says where its tree is cut. So one tree serves every number: with ``memory``, or
by hand, ``cut_tree(fitted.children_, [30, 50, 100])`` and then `pooled`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Clusterer
from aiguille.cluster.connectivity import edges_of, pieces
from aiguille.cluster.linkage import LINKAGES, linkage_tree
from aiguille.cluster.trees import cut_tree
from aiguille.cluster.ward import ward_tree
from aiguille.fitting import FitAll, fits_in_groups, remember_the_same_features
from aiguille.parameters import check_option, check_real, check_whole
from aiguille.transformers import Transformer
from aiguille.validation import check_array, check_data, check_fitted, check_samples

__all__ = ["AgglomerativeClustering", "FeatureAgglomeration"]

TOGETHER = 2**15  # numbers that are added by one call: they fit the processor's cache
# What the tree does not depend on.
CUTS = ("n_clusters", "distance_threshold", "pooling_func")


class AgglomerativeClustering(Clusterer):
    """Merge the nearest clusters, from single samples up.

    Parameters
    ----------
    n_clusters : int or None
        None where ``distance_threshold`` decides.
    linkage : {"ward", "complete", "average", "single"}
        What the distance of two clusters is.
    connectivity : graph, optional
        Only neighbours merge: a sparse or square matrix, edges of shape (n_edges, 2), an
        object with ``edges`` and ``n_nodes``, or a function of ``X`` that gives one.
    metric : str
        "euclidean" for "ward"; else one of `aiguille.linalg.pairwise_distances`, or
        "precomputed".
    distance_threshold : float, optional
        Clusters this far apart, or further, do not merge.
    compute_full_tree : "auto" or bool
        Without effect, whatever it is: the tree is always full, since a full one serves
        every number of clusters (`cut_tree`). It is there for programs that set it.
    compute_distances : bool
        Likewise without effect: ``distances_`` are always there.
    memory : object with ``cache``, optional
        It keeps the tree, which serves every number of clusters.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,)
    children_ : ndarray of shape (n_samples - 1, 2)
        Row ``i`` names the two that became cluster ``n_samples + i``.
    distances_ : ndarray of shape (n_samples - 1,)
    n_clusters_, n_leaves_, n_connected_components_ : int
    n_features_in_ : int

    Examples
    --------
    >>> AgglomerativeClustering(2).fit_predict([[0], [1], [8], [9]])
    array([0, 0, 1, 1])
    """

    def __init__(
        self,
        n_clusters: int | None = 2,
        *,
        linkage: str = "ward",
        connectivity: Any = None,
        metric: str = "euclidean",
        distance_threshold: float | None = None,
        compute_full_tree: bool | str = "auto",
        compute_distances: bool = False,
        memory: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.linkage = linkage
        self.connectivity = connectivity
        self.metric = metric
        self.distance_threshold = distance_threshold
        self.compute_full_tree = compute_full_tree
        self.compute_distances = compute_distances
        self.memory = memory

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Grow the tree of the samples, and cut it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        """
        fit_trees([self], X)
        return self

    @classmethod
    def share_fits(cls, estimators: Sequence[Self]) -> FitAll | None:
        """One tree serves every number of clusters; see `aiguille.fitting`."""
        return fits_in_groups(estimators, lambda models, X, _: fit_trees(models, X), but=CUTS)

    def _to_merge(self, X: ArrayLike) -> NDArray[Any]:
        return check_data(self, X, min_samples=2)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        return tags


class FeatureAgglomeration(Transformer):
    """Merge similar features, and put the mean of each cluster in their place.

    Parameters
    ----------
    n_clusters, linkage, connectivity, metric, distance_threshold, compute_full_tree, \
compute_distances, memory
        As for `AgglomerativeClustering`, of features instead of samples.
    pooling_func : callable
        Makes one number of the features of a cluster; it is called with ``axis=1``.

    Attributes
    ----------
    labels_ : ndarray of shape (n_features,)
    children_, distances_, n_clusters_, n_leaves_, n_connected_components_
        As for `AgglomerativeClustering`.

    Examples
    --------
    >>> FeatureAgglomeration(2).fit_transform([[0.0, 2.0, 9.0], [1.0, 1.0, 5.0]])
    array([[9., 1.],
           [5., 1.]])
    """

    labels_: NDArray[np.intp]
    n_clusters_: int

    def __init__(
        self,
        n_clusters: int | None = 2,
        *,
        linkage: str = "ward",
        connectivity: Any = None,
        metric: str = "euclidean",
        distance_threshold: float | None = None,
        compute_full_tree: bool | str = "auto",
        compute_distances: bool = False,
        memory: Any = None,
        pooling_func: Callable[..., Any] = np.mean,
    ) -> None:
        self.n_clusters = n_clusters
        self.linkage = linkage
        self.connectivity = connectivity
        self.metric = metric
        self.distance_threshold = distance_threshold
        self.compute_full_tree = compute_full_tree
        self.compute_distances = compute_distances
        self.memory = memory
        self.pooling_func = pooling_func

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Grow the tree of the features, and cut it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            At least two features.
        y : ignored
        """
        fit_trees([self], X)
        return self

    @classmethod
    def share_fits(cls, estimators: Sequence[Self]) -> FitAll | None:
        """One tree serves every number of clusters; see `aiguille.fitting`."""
        return fits_in_groups(estimators, lambda models, X, _: fit_trees(models, X), but=CUTS)

    def _to_merge(self, X: ArrayLike) -> NDArray[Any]:
        samples = check_data(self, X)
        if samples.shape[1] < 2:
            raise ValueError(
                "Found array with 1 feature(s) while a minimum of 2 is required: "
                "one feature has nothing to merge with."
            )
        return np.ascontiguousarray(samples.T)

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Pool the features of each cluster.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_clusters)
        """
        check_fitted(self)
        samples = check_samples(self, X, keep_float32=True)
        return pooled(samples, self.labels_, self.pooling_func)

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Give each feature the value of its cluster.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_clusters)

        Returns
        -------
        ndarray of shape (n_samples, n_features)

        Raises
        ------
        ValueError
            If there are more columns than clusters, or fewer.
        """
        check_fitted(self)
        X = check_array(X, keep_float32=True)
        if X.shape[1] != self.n_clusters_:
            raise ValueError(
                f"X has {X.shape[1]} columns where there are {self.n_clusters_} clusters: "
                "give one column for each, as transform does."
            )
        return X[:, self.labels_]

    @property
    def _n_features_out(self) -> int:
        return self.n_clusters_


def pooled(
    X: NDArray[Any], labels: NDArray[np.intp], pooling_func: Callable[..., Any] = np.mean
) -> NDArray[Any]:
    """Make one column of the columns of each cluster.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    labels : ndarray of shape (n_features,)
        The cluster of each column, from 0: one row of ``cut_tree(children, [30, 50, 100])``.
    pooling_func : callable
        It is called with ``axis=1``.

    Returns
    -------
    ndarray of shape (n_samples, n_clusters)
        Of the dtype of ``X``.

    Examples
    --------
    >>> pooled(np.array([[0.0, 2.0, 9.0], [1.0, 1.0, 5.0]]), np.array([1, 1, 0]))
    array([[9., 1.],
           [5., 1.]])
    """
    sizes = np.bincount(labels)
    if pooling_func is np.mean:
        return (summed(X, labels, len(sizes)) / sizes).astype(X.dtype)
    groups = np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])
    return np.stack([pooling_func(X[:, group], axis=1) for group in groups], axis=1).astype(X.dtype)


def summed(X: NDArray[Any], labels: NDArray[np.intp], n_clusters: int) -> NDArray[np.float64]:
    """Add the columns of each cluster up, in float64: some rows at a time, by one count."""
    n, d = X.shape
    height = max(1, TOGETHER // d)
    places = (labels + n_clusters * np.arange(min(n, height))[:, None]).ravel()
    sums = np.empty((n, n_clusters))
    for start in range(0, n, height):
        rows = X[start : start + height]
        counts = np.bincount(places[: rows.size], rows.ravel(), len(rows) * n_clusters)
        sums[start : start + height] = counts.reshape(-1, n_clusters)
    return sums


def grown_tree(X: NDArray[Any], edges: Any, linkage: str, metric: str) -> tuple[Any, Any]:
    """Give children and distances: all that can be cached, whatever the number of clusters."""
    return ward_tree(X, edges) if linkage == "ward" else linkage_tree(X, edges, linkage, metric)


def fit_trees(models: Sequence[Any], X: ArrayLike) -> None:
    """Grow one tree for models that differ only in where they cut it, and cut it for each."""
    rows = models[0]._to_merge(X)
    remember_the_same_features(models)
    for model in models:
        check_parameters(model, len(rows))
    first, n = models[0], len(rows)
    edges = None if first.connectivity is None else edges_of(first.connectivity, n, rows)
    grow = grown_tree if first.memory is None else first.memory.cache(grown_tree)
    children, distances = grow(rows, edges, first.linkage, first.metric)
    n_components = 1 if edges is None else int(pieces(n, edges).max()) + 1
    for model in models:
        model.children_, model.distances_ = children, distances
        model.n_leaves_, model.n_connected_components_ = n, n_components
        model.n_clusters_ = model.n_clusters
        if model.distance_threshold is not None:
            model.n_clusters_ = int((distances >= model.distance_threshold).sum()) + 1
    cuts = cut_tree(children, [model.n_clusters_ for model in models])
    for model, labels in zip(models, cuts, strict=True):
        model.labels_ = labels


def check_parameters(model: Any, n: int) -> None:
    """Raise unless a model can say which tree of ``n`` leaves it wants, and where to cut it."""
    check_option("linkage", model.linkage, LINKAGES)
    if model.linkage == "ward" and model.metric != "euclidean":
        raise ValueError(
            f"metric={model.metric!r} was given, but linkage='ward' works with 'euclidean' only: "
            "choose another linkage, such as 'average'."
        )
    if (model.n_clusters is None) == (model.distance_threshold is None):
        raise ValueError(
            f"n_clusters={model.n_clusters} and distance_threshold={model.distance_threshold}: "
            "exactly one of them has to be set, and the other one None."
        )
    if model.n_clusters is not None and check_whole("n_clusters", model.n_clusters) > n:
        raise ValueError(
            f"n_clusters={model.n_clusters} is more than the {n} samples or features to merge; "
            f"ask for at most {n}"
        )
    if model.distance_threshold is not None:
        check_real("distance_threshold", model.distance_threshold)
