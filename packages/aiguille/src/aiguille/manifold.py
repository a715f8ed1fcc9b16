"""Maps: few coordinates such that what is alike, or near, lies together.

Multidimensional scaling draws a map from a table of distances. `classical_mds` reads it off
eigenvectors, exactly where the distances are those of points. `smacof` moves points until their
distances fit as well as they can, or, where only the order of the dissimilarities counts, until
they rise with them. `SpectralEmbedding` keeps only who is near whom.

Read `classical_mds`, then `smacof` and its one step, `guttman_transform`, then the estimators.
"""

import warnings
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator
from aiguille.laplacian import affinity_of, spectral_embedding
from aiguille.linalg import METRICS, pairwise_distances
from aiguille.parameters import check_option, check_random_state, check_real, check_whole
from aiguille.validation import ConvergenceWarning, check_array, check_data

__all__ = [
    "MDS",
    "ClassicalMDS",
    "SpectralEmbedding",
    "classical_mds",
    "isotonic",
    "smacof",
    "spectral_embedding",
]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


# Classical scaling


def classical_mds(dissimilarities: ArrayLike, n_components: int = 2) -> tuple[Array, Array]:
    """Give points that have these distances, from eigenvectors.

    Squared distances with the means of rows and columns taken away are, but for a factor of
    -1/2, the products of points around their centre; the eigenvectors of products are points.

    Parameters
    ----------
    dissimilarities : array-like of shape (n_samples, n_samples)
        Symmetric, zeros on the diagonal.
    n_components : int
        At most ``n_samples``.

    Returns
    -------
    points : ndarray of shape (n_samples, n_components)
        The direction with most spread first; the entry of each that is largest is positive.
    eigenvalues : ndarray of shape (n_components,)
        The sums of squares of these columns. No points have these distances where one
        is negative; its column is zero.

    References
    ----------
    Torgerson (1952), "Multidimensional scaling: I. Theory and method", Psychometrika 17(4).

    Examples
    --------
    >>> points, _ = classical_mds([[0.0, 1.0, 3.0], [1.0, 0.0, 2.0], [3.0, 2.0, 0.0]], 1)
    >>> (points - points[0]).round(10).ravel()
    array([0., 1., 3.])
    """
    D = check_dissimilarities(dissimilarities)
    n_components = check_whole("n_components", n_components)
    if n_components > len(D):
        raise ValueError(
            f"n_components={n_components} is more than the {len(D)} samples; ask for at most "
            f"{len(D)}."
        )
    products = D**2
    products -= products.mean(axis=0)
    products -= products.mean(axis=1, keepdims=True)
    products *= -0.5
    eigenvalues, vectors = np.linalg.eigh(products)
    eigenvalues = eigenvalues[::-1][:n_components]
    vectors = vectors[:, ::-1][:, :n_components]
    largest = np.abs(vectors).argmax(axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(n_components)])
    return np.sqrt(eigenvalues.clip(0)) * vectors, eigenvalues


class ClassicalMDS(Estimator):
    """Draw a map of distances, exactly where they are those of points.

    Parameters
    ----------
    n_components : int
        How many coordinates.
    metric : str
        One of `aiguille.linalg.METRICS`, or "precomputed" where ``X`` is the distances.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        The map.
    eigenvalues_ : ndarray of shape (n_components,)
        The sum of squares of each coordinate.
    dissimilarity_matrix_ : ndarray of shape (n_samples, n_samples)
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)

    References
    ----------
    Torgerson (1952), "Multidimensional scaling: I. Theory and method", Psychometrika 17(4).

    Examples
    --------
    >>> from aiguille.linalg import pairwise_distances
    >>> X = [[0.0, 0, 0], [2, 0, 0], [0, 1, 0]]
    >>> places = ClassicalMDS().fit_transform(X)
    >>> bool(np.allclose(pairwise_distances(places), pairwise_distances(X)))
    True
    """

    embedding_: NDArray[Any]

    def __init__(self, n_components: int = 2, *, metric: str = "euclidean") -> None:
        self.n_components = n_components
        self.metric = metric

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Draw the map.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or (n_samples, n_samples)
        y : ignored
        """
        self.dissimilarity_matrix_, dtype = dissimilarities_of(self, X, self.metric)
        points, self.eigenvalues_ = classical_mds(self.dissimilarity_matrix_, self.n_components)
        negative = self.eigenvalues_ < -1e-9 * self.eigenvalues_[0]
        if negative.any():
            n_good = int(negative.argmax())
            warnings.warn(
                f"no points have these dissimilarities: n_components={self.n_components} asks for "
                f"coordinates that are not there, and those after the first {n_good} are zero. "
                f"Ask for at most {n_good}, or let MDS fit.",
                stacklevel=2,
            )
        self.embedding_ = points.astype(dtype, copy=False)
        return self

    def fit_transform(self, X: ArrayLike, y: ArrayLike | None = None) -> NDArray[Any]:
        """Draw the map, and give it; see `fit`."""
        return self.fit(X).embedding_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        tags.input_tags.positive_only = tags.input_tags.pairwise
        return tags


# Scaling by majorisation


def smacof(
    dissimilarities: ArrayLike,
    *,
    metric: bool = True,
    n_components: int = 2,
    init: ArrayLike | None = None,
    n_init: int = 1,
    max_iter: int = 300,
    eps: float = 1e-6,
    random_state: Any = None,
    return_n_iter: bool = False,
    normalized_stress: bool | Literal["auto"] = "auto",
) -> Any:
    """Move points until their distances fit a table: scaling by majorising a function.

    The misfit, the *stress*, has no simple minimum. But it lies below a parabola that touches
    it where the points are, and whose minimum is known. Going there makes the stress
    smaller; then comes the next parabola. There is no step size to choose.

    Parameters
    ----------
    dissimilarities : array-like of shape (n_samples, n_samples)
        Symmetric.
    metric : bool
        Whether distances are to equal the dissimilarities; else they are to rise with them, and
        a dissimilarity of 0 stands for an unknown one.
    n_components : int
        How many coordinates; ``init`` goes before.
    init : array-like of shape (n_samples, n_components), optional
        Where to begin; drawn by default.
    n_init : int
        How many times to begin, of which the best is kept.
    max_iter : int
        The most steps of each.
    eps : float
        How little the stress falls at the end, as a share of the sum of squared distances.
    random_state : int, RandomState or None
        For where to begin.
    return_n_iter : bool
        Whether to give the number of steps too.
    normalized_stress : bool or "auto"
        Whether to give the stress as the root of its share of the squared distances (Kruskal's
        Stress-1); "auto" does so unless ``metric``.

    Returns
    -------
    points : ndarray of shape (n_samples, n_components)
    stress : float
        Half the sum of squared differences, over all ordered pairs.
    n_iter : int
        Only with ``return_n_iter``.

    References
    ----------
    de Leeuw (1977), "Applications of convex analysis to multidimensional scaling", in Recent
    developments in statistics. Kruskal (1964), "Nonmetric multidimensional scaling: a
    numerical method", Psychometrika 29.

    Examples
    --------
    >>> D = [[0.0, 3, 5], [3, 0, 4], [5, 4, 0]]
    >>> points, stress = smacof(D, random_state=0)
    >>> float(np.linalg.norm(points[0] - points[2]).round(1)), stress < 1e-2
    (5.0, True)
    """
    D = check_dissimilarities(dissimilarities)
    n_components = check_whole("n_components", n_components)
    n_init, max_iter = check_whole("n_init", n_init), check_whole("max_iter", max_iter)
    eps = check_real("eps", eps)
    check_option("normalized_stress", normalized_stress, (True, False, "auto"))
    random = check_random_state(random_state)
    share = not metric if normalized_stress == "auto" else bool(normalized_stress)
    if init is not None:
        n_init, init = 1, check_array(init, name="init")
        if len(init) != len(D):
            raise ValueError(
                f"init has {len(init)} rows where there are {len(D)} samples: give a place for "
                "each."
            )
    best: tuple[Array, float, int] | None = None
    settled = True
    for _ in range(n_init):
        start = random.uniform(size=(len(D), n_components)) if init is None else init
        points, stress, n_iter, ended = majorize(D, start, metric, max_iter, eps, share)
        if best is None or stress < best[1]:
            best, settled = (points, stress, n_iter), ended
    assert best is not None
    if not settled:
        warnings.warn(
            f"the stress still fell by more than eps={eps:g} after max_iter={max_iter} steps: "
            "raise max_iter, or eps.",
            ConvergenceWarning,
            stacklevel=2,
        )
    return best if return_n_iter else best[:2]


def majorize(
    D: Array, points: Array, metric: bool, max_iter: int, eps: float, share: bool
) -> tuple[Array, float, int, bool]:
    """Take steps from one start; give points, stress, their number, and whether they settled."""
    targets = D
    order = None if metric else Ordered(D)
    distances = distances_between(points)
    stress, n_iter, settled = np.inf, 0, False
    for n_iter in range(1, max_iter + 1):
        if order is not None:
            # At first the dissimilarities themselves: a random start has nothing to tell.
            targets = order.targets(D if n_iter == 1 else distances)
        points = guttman_transform(points, distances, targets)
        distances = distances_between(points)
        before, stress = stress, float(((distances - targets) ** 2).sum()) / 2
        size = float((distances**2).sum()) / 2
        if before - stress < eps * size or size == 0:
            settled = True
            break
    if share:
        stress = float(np.sqrt(stress / size)) if size > 0 else 0.0
    return points, stress, n_iter, settled


def guttman_transform(points: Array, distances: Array, targets: Array) -> Array:
    """Move each point to the mean of where the others would have it.

    Point j would have i in its own direction, as far away as the target says. This is the
    minimum of the parabola that touches the stress.

    Parameters
    ----------
    points : ndarray of shape (n_samples, n_components)
    distances, targets : ndarrays of shape (n_samples, n_samples)
        Of the points, and wanted.

    Returns
    -------
    ndarray of shape (n_samples, n_components)
        Around zero.

    References
    ----------
    Guttman (1968), "A general nonmetric technique for finding the smallest coordinate space
    for a configuration of points", Psychometrika 33(4).

    Examples
    --------
    >>> points = np.array([[0.0], [1.0]])
    >>> guttman_transform(points, np.array([[0, 1.0], [1, 0]]), np.array([[0, 4.0], [4, 0]]))
    array([[-2.],
           [ 2.]])
    """
    # Points that coincide have no direction; a tiny distance lets them part slowly.
    ratio = targets / np.where(distances > 0, distances, 1e-5)
    moved: Array = (ratio.sum(axis=1)[:, None] * points - ratio @ points) / len(points)
    return moved


def distances_between(points: Array) -> Array:
    """Compute all distances from differences, coordinate by coordinate: few are the quickest."""
    squares = np.zeros((len(points), len(points)))
    for x in points.T:
        gaps = np.subtract.outer(x, x)
        gaps *= gaps
        squares += gaps
    return np.sqrt(squares, out=squares)


class Ordered:
    """Which of the dissimilarities is larger, prepared once for all steps."""

    def __init__(self, D: Array) -> None:
        self.rows, self.columns = np.nonzero(np.triu(D, 1))
        given = D[self.rows, self.columns]
        order = np.argsort(given, kind="stable")
        # What differs by rounding only is equal.
        larger = np.diff(given[order], prepend=-np.inf) > 1e-12 * given.max(initial=0.0)
        self.rank = np.empty(len(given), dtype=np.intp)
        self.rank[order] = np.cumsum(larger) - 1
        self.counts: Array = np.bincount(self.rank).astype(np.float64)

    def targets(self, distances: Array) -> Array:
        """Give what is nearest to distances and rises with the dissimilarities, of one size."""
        n = len(distances)
        given = distances[self.rows, self.columns]
        # Equal dissimilarities get equal targets.
        means = np.bincount(self.rank, given, len(self.counts)) / self.counts
        fitted = isotonic(means, self.counts)[self.rank]
        length = np.sqrt((fitted**2).sum())
        fitted = fitted * (np.sqrt(n * (n - 1) / 2) / length) if length > 0 else fitted
        targets = np.zeros((n, n))
        targets[self.rows, self.columns] = targets[self.columns, self.rows] = fitted
        return targets


def isotonic(values: ArrayLike, weights: ArrayLike | None = None) -> Array:
    """Give the sequence that never falls and is nearest to another in weighted squares.

    Neighbours that fall are pooled: both get their mean. Here each round pools whole runs of
    blocks that fall, all at once, instead of going from left to right.

    Parameters
    ----------
    values : array-like of shape (n,)
    weights : array-like of shape (n,), optional
        Positive; ones by default.

    Returns
    -------
    ndarray of shape (n,)

    References
    ----------
    Barlow, Bartholomew, Bremner & Brunk (1972), "Statistical inference under order
    restrictions", Wiley: pooling in any order leads to the same.

    Examples
    --------
    >>> isotonic([1.0, 3.0, 2.0, 4.0])
    array([1. , 2.5, 2.5, 4. ])
    """
    means = np.asarray(values, dtype=np.float64)
    mass = np.ones(len(means)) if weights is None else np.asarray(weights, dtype=np.float64)
    block = np.arange(len(means))
    while True:
        rises = np.append(True, np.diff(means) >= 0)[: len(means)]
        if rises.all():
            fitted: Array = means[block]
            return fitted
        number = np.cumsum(rises) - 1
        sums = np.bincount(number, means * mass)
        mass = np.bincount(number, mass).astype(np.float64)
        means = sums / mass
        block = number[block]


class MDS(Estimator):
    """Draw a map whose distances fit given ones, or their order.

    Parameters
    ----------
    n_components : int
        How many coordinates.
    metric_mds : bool
        Whether distances are to equal the dissimilarities; else they are to rise with them, and
        a dissimilarity of 0 stands for an unknown one.
    n_init : int
        How many times to begin at random, of which the best is kept.
    init : {"random", "classical_mds"}
        Where to begin. `classical_mds` draws nothing, and begins once.
    max_iter : int
        The most steps.
    eps : float
        How little the stress falls at the end, as a share of the sum of squared distances.
    random_state : int, RandomState or None
        For where to begin.
    dissimilarity : {"euclidean", "precomputed"}, optional
        The older name of ``metric``.
    metric : str
        One of `aiguille.linalg.METRICS`, or "precomputed" where ``X`` is the dissimilarities.
    normalized_stress : bool or "auto"
        Whether ``stress_`` is Kruskal's Stress-1, a share; "auto" for yes unless
        ``metric_mds``.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        The map.
    stress_ : float
        The misfit; of Stress-1, 0.025 is excellent, 0.05 good, 0.1 fair, 0.2 poor.
    dissimilarity_matrix_ : ndarray of shape (n_samples, n_samples)
    n_iter_ : int
        The number of steps from the best start.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)

    References
    ----------
    Borg & Groenen (2005), "Modern multidimensional scaling", 2nd edition, Springer.

    Examples
    --------
    >>> cities = [[0, 3.0, 4.0], [3.0, 0, 5.0], [4.0, 5.0, 0]]
    >>> model = MDS(init="classical_mds", metric="precomputed").fit(cities)
    >>> model.embedding_.shape, model.stress_ < 1e-20
    ((3, 2), True)
    """

    embedding_: NDArray[Any]

    def __init__(
        self,
        n_components: int = 2,
        *,
        metric_mds: bool = True,
        n_init: int = 1,
        init: Literal["random", "classical_mds"] = "random",
        max_iter: int = 300,
        eps: float = 1e-6,
        random_state: Any = None,
        dissimilarity: Literal["euclidean", "precomputed"] | None = None,
        metric: str = "euclidean",
        normalized_stress: bool | Literal["auto"] = "auto",
    ) -> None:
        self.n_components = n_components
        self.metric_mds = metric_mds
        self.n_init = n_init
        self.init = init
        self.max_iter = max_iter
        self.eps = eps
        self.random_state = random_state
        self.dissimilarity = dissimilarity
        self.metric = metric
        self.normalized_stress = normalized_stress

    def fit(self, X: ArrayLike, y: ArrayLike | None = None, init: ArrayLike | None = None) -> Self:
        """Draw the map.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or (n_samples, n_samples)
        y : ignored
        init : array-like of shape (n_samples, n_components), optional
            Where to begin.
        """
        check_option("init", self.init, ("random", "classical_mds"))
        check_option("metric_mds", self.metric_mds, (True, False))
        D, dtype = dissimilarities_of(self, X, self._metric())
        if init is None and self.init == "classical_mds":
            init, _ = classical_mds(D, self.n_components)
        self.dissimilarity_matrix_ = D
        points, self.stress_, self.n_iter_ = smacof(
            D,
            metric=self.metric_mds,
            n_components=self.n_components,
            init=init,
            n_init=self.n_init,
            max_iter=self.max_iter,
            eps=self.eps,
            random_state=self.random_state,
            return_n_iter=True,
            normalized_stress=self.normalized_stress,
        )
        self.embedding_ = points.astype(dtype, copy=False)
        return self

    def _metric(self) -> str:
        """Give the metric by its newer or its older name."""
        if self.dissimilarity is None:
            return self.metric
        check_option("dissimilarity", self.dissimilarity, ("euclidean", "precomputed"))
        if self.metric not in ("euclidean", self.dissimilarity):
            raise ValueError(
                f"dissimilarity={self.dissimilarity!r} and metric={self.metric!r} are two names of "
                "one thing: give metric alone."
            )
        return self.dissimilarity

    def fit_transform(
        self, X: ArrayLike, y: ArrayLike | None = None, init: ArrayLike | None = None
    ) -> NDArray[Any]:
        """Draw the map, and give it; see `fit`."""
        self.fit(X, init=init)
        return self.embedding_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        given = "precomputed" in (self.metric, self.dissimilarity)
        tags.input_tags.pairwise = tags.input_tags.positive_only = given
        return tags


def dissimilarities_of(estimator: Any, X: Any, metric: Any) -> tuple[Array, np.dtype[Any]]:
    """Check what ``fit`` was given, and give the table of its dissimilarities and its dtype."""
    if isinstance(metric, bool):
        raise ValueError(
            f"metric={metric} is not possible: metric_mds={metric} says so, metric is a distance."
        )
    check_option("metric", metric, (*METRICS, "precomputed"))
    samples = check_data(estimator, X, min_samples=2, keep_float32=True)
    if metric == "precomputed":
        return check_dissimilarities(samples), samples.dtype
    return pairwise_distances(samples, metric=metric), samples.dtype


def check_dissimilarities(given: ArrayLike) -> Array:
    """Give a symmetric table of numbers that are not negative, or say what is wrong with it."""
    D = check_array(given, name="dissimilarities", min_samples=2)
    if D.shape[0] != D.shape[1]:
        raise ValueError(
            f"dissimilarities must be a square array, one for each pair of samples; got shape "
            f"{D.shape}."
        )
    if not np.allclose(D, D.T, rtol=1e-6, atol=1e-10):
        i, j = np.unravel_index(np.abs(D - D.T).argmax(), D.shape)
        raise ValueError(
            f"Array must be symmetric: dissimilarities[{i}, {j}] = {D[i, j]:g}, but "
            f"[{j}, {i}] = {D[j, i]:g}. (D + D.T) / 2 takes the mean."
        )
    if D.min() < 0:
        raise ValueError(
            f"dissimilarities has negative values, such as {D.min():g}: it must hold distances, "
            "not similarities."
        )
    mean: Array = (D + D.T) / 2
    return mean


# Laplacian eigenmaps


class SpectralEmbedding(Estimator):
    """Draw a map that keeps together what a graph of neighbours joins.

    Parameters
    ----------
    n_components : int
        How many coordinates.
    affinity : {"nearest_neighbors", "rbf", "precomputed"}
        How strongly samples are joined: as neighbours, by their distance, or as ``X`` says.
    gamma : float, optional
        The "rbf" affinity is exp(-gamma d²), where d is the distance; 1 / n_features by
        default.
    random_state : int, RandomState or None
        Where the search for eigenvectors begins; of no effect but on last digits.
    eigen_solver : {"arpack", "lobpcg", "amg"} or None
        Ignored, and there because scikit-learn has it: the graph tells which way is fastest.
    eigen_tol : float or "auto"
        The residual at which an eigenvector of a large graph is good; 1e-9 by default.
    n_neighbors : int, optional
        For neighbours, each sample among its own; a tenth of the samples by default.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        The map.
    affinity_matrix_ : ndarray of shape (n_samples, n_samples) or Graph
        Neighbours and sparse matrices are a `Graph`, whose ``to_scipy()`` gives a matrix.
    n_neighbors_ : int
        The number of neighbours that was used, if any were.
    gamma_ : float
        The width that was used, if any was.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (n_features_in_,)

    References
    ----------
    Belkin & Niyogi (2003), "Laplacian eigenmaps for dimensionality reduction and data
    representation", Neural Computation 15(6).

    Examples
    --------
    >>> X = [[0.0, 0], [0, 1], [0, 2], [9, 9], [9, 8]]
    >>> places = SpectralEmbedding(1, affinity="rbf", gamma=0.02).fit_transform(X).ravel()
    >>> (places > 0).tolist()
    [False, False, False, True, True]
    """

    embedding_: NDArray[Any]
    n_features_in_: int

    def __init__(
        self,
        n_components: int = 2,
        *,
        affinity: Literal["nearest_neighbors", "rbf", "precomputed"] = "nearest_neighbors",
        gamma: float | None = None,
        random_state: Any = None,
        eigen_solver: Literal["arpack", "lobpcg", "amg"] | None = None,
        eigen_tol: float | Literal["auto"] = "auto",
        n_neighbors: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.affinity = affinity
        self.gamma = gamma
        self.random_state = random_state
        self.eigen_solver = eigen_solver
        self.eigen_tol = eigen_tol
        self.n_neighbors = n_neighbors

    def fit(self, X: Any, y: ArrayLike | None = None) -> Self:
        """Draw the map.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            With ``affinity="precomputed"`` a square array of weights, a `Graph` or a
            sparse matrix.
        y : ignored
        """
        check_option("affinity", self.affinity, ("nearest_neighbors", "rbf", "precomputed"))
        check_option("eigen_solver", self.eigen_solver, (None, "arpack", "lobpcg", "amg"))
        affinity, dtype = affinity_of(
            self, X, affinity=self.affinity, gamma=self.gamma, n_neighbors=self.n_neighbors
        )
        places = spectral_embedding(
            affinity,
            n_components=self.n_components,
            random_state=self.random_state,
            eigen_tol=self.eigen_tol,
        )
        self.affinity_matrix_ = affinity
        if self.affinity == "rbf":
            self.gamma_ = 1.0 / self.n_features_in_ if self.gamma is None else self.gamma
        elif self.affinity == "nearest_neighbors":
            tenth = max(len(places) // 10, 1)
            self.n_neighbors_ = tenth if self.n_neighbors is None else self.n_neighbors
        self.embedding_ = places.astype(dtype, copy=False)
        return self

    def fit_transform(self, X: Any, y: ArrayLike | None = None) -> NDArray[Any]:
        """Draw the map, and give it; see `fit`."""
        return self.fit(X).embedding_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = tags.input_tags.sparse = self.affinity == "precomputed"
        tags.input_tags.positive_only = tags.input_tags.pairwise
        return tags
