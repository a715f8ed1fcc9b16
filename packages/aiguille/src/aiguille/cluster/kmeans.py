"""k-means: groups around means, such that samples are near the mean of their group.

Read `k_means_plus_plus` (where to begin), `lloyd` (assign and average, in turn, until nothing
changes), then `hamerly`, which gives the same with fewer distances: once the means hardly
move, most samples cannot have changed sides, and two numbers for each tell so.
"""

import warnings
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Clusterer
from aiguille.parameters import check_option, check_random_state, check_real, check_whole
from aiguille.transformers import Transformer
from aiguille.validation import (
    ConvergenceWarning,
    check_array,
    check_data,
    check_sample_weight,
    check_samples,
)

__all__ = ["KMeans", "hamerly", "k_means_plus_plus", "lloyd"]

Numbers = NDArray[np.float64]
Labels = NDArray[np.intp]
BLOCK = 1 << 15  # distances at a time, which stay in the processor's cache


class Run(NamedTuple):
    """How one run has ended."""

    labels: Labels
    centers: Numbers
    inertia: float
    n_iter: int
    converged: bool


# -- where to begin -------------------------------------------------------------------------------


def k_means_plus_plus(
    X: Numbers, n_clusters: int, weights: Numbers, random: np.random.RandomState
) -> Numbers:
    """Choose samples as first means: far from each other, and not by outliers alone.

    Each is drawn with a chance that grows with its squared distance from those before; of
    some that are drawn, the one is taken that leaves the least.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    n_clusters : int
    weights : ndarray of shape (n_samples,)
    random : RandomState

    Returns
    -------
    ndarray of shape (n_clusters, n_features)

    References
    ----------
    Arthur & Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA.

    Examples
    --------
    >>> X = np.array([[0.0], [0.1], [9.0], [9.1]])
    >>> np.sort(k_means_plus_plus(X, 2, np.ones(4), np.random.RandomState(0)).round().ravel())
    array([0., 9.])
    """
    n_trials = 2 + int(np.log(n_clusters))
    norms = np.einsum("ij,ij->i", X, X)
    first = random.choice(len(X), p=weights / weights.sum())
    chosen = [first]
    nearest = squared_distances(X, norms, X[[first]])[0]
    for _ in range(1, n_clusters):
        left = np.cumsum(weights * nearest)
        drawn = np.searchsorted(left, random.uniform(size=n_trials) * left[-1])
        drawn = drawn.clip(max=len(X) - 1)
        then = np.minimum(squared_distances(X, norms, X[drawn]), nearest)
        best = int((then @ weights).argmin())
        nearest = then[best]
        chosen.append(int(drawn[best]))
    return X[chosen]


def squared_distances(X: Numbers, norms: Numbers, centers: Numbers) -> Numbers:
    """Give squared distances of shape (n_centers, n_samples)."""
    found = centers @ X.T
    found *= -2
    found += np.einsum("ij,ij->i", centers, centers)[:, None]
    found += norms
    return np.maximum(found, 0, out=found)


# -- assign and average ---------------------------------------------------------------------------


def lloyd(X: Numbers, weights: Numbers, centers: Numbers, max_iter: int, tol: float) -> Run:
    """Assign each sample to the nearest mean, take means anew, and so on.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    weights : ndarray of shape (n_samples,)
    centers : ndarray of shape (n_clusters, n_features)
        The first means.
    max_iter : int
    tol : float
        The sum of squared moves of the means at which to stop; also where nothing changes.

    Returns
    -------
    Run

    References
    ----------
    Lloyd (1982), "Least squares quantization in PCM", IEEE Transactions on Information
    Theory 28(2).

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [8.0], [9.0]])
    >>> lloyd(X, np.ones(4), np.array([[0.0], [1.0]]), 10, 0.0).centers.ravel()
    array([0.5, 8.5])
    """
    norms = np.einsum("ij,ij->i", X, X)
    labels, converged, change, done = np.full(len(X), -1), False, np.inf, 0
    while done < max_iter:
        done += 1
        before, (labels, own, _) = labels, two_nearest(X, norms, centers)
        moved = means_of(X, weights, labels, own, len(centers))
        change = float(((moved - centers) ** 2).sum())
        centers = moved
        if np.array_equal(labels, before):
            converged = True
            break
        if change <= tol:
            break
    return finished(X, norms, weights, labels, centers, done, converged, change <= tol)


def hamerly(X: Numbers, weights: Numbers, centers: Numbers, max_iter: int, tol: float) -> Run:
    """Do as `lloyd`, and compute distances only for samples that may have changed sides.

    For each sample two bounds are kept: it is at most so far from its mean, and at least so
    far from every other. When means move, the bounds loosen by as much. As long as they do
    not overlap, nor reach half-way to the next mean, the sample stays where it is.

    Parameters and result are those of `lloyd`.

    References
    ----------
    Hamerly (2010), "Making k-means even faster", SIAM International Conference on Data
    Mining.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [8.0], [9.0]])
    >>> hamerly(X, np.ones(4), np.array([[0.0], [1.0]]), 10, 0.0).centers.ravel()
    array([0.5, 8.5])
    """
    norms = np.einsum("ij,ij->i", X, X)
    labels, upper, lower = two_nearest(X, norms, centers)
    converged, changed, change, done = False, True, np.inf, 0
    sums, sizes = totals(X, weights, labels, len(centers))
    for done in range(1, max_iter + 1):
        if (sizes == 0).any():  # rare: a mean without samples has to jump
            rest = lloyd(X, weights, centers, max_iter - done + 1, tol)
            return rest._replace(n_iter=done - 1 + rest.n_iter)
        moved = sums / sizes[:, None]
        moves = np.sqrt(((moved - centers) ** 2).sum(axis=1))
        change, centers = float((moves**2).sum()), moved
        if done > 1 and not changed:
            converged = True
            break
        if change <= tol or done == max_iter:
            break
        upper += moves[labels]
        lower -= largest_of_others(moves)[labels]
        bound = np.maximum(lower, half_way(centers)[labels])
        doubtful = np.flatnonzero(upper > bound)
        if 2 * len(doubtful) > len(X):  # to pick them out would cost more than it saves
            doubtful = np.arange(len(X))
        whole = len(doubtful) == len(X)
        some, their_norms = (X, norms) if whole else (X[doubtful], norms[doubtful])
        before = labels[doubtful]
        labels[doubtful], upper[doubtful], lower[doubtful] = two_nearest(some, their_norms, centers)
        other = labels[doubtful] != before
        changed = bool(other.any())
        if changed:
            rows, heavy = some[other], weights[doubtful[other]]
            gained = totals(rows, heavy, labels[doubtful[other]], len(centers))
            lost = totals(rows, heavy, before[other], len(centers))
            sums, sizes = sums + gained[0] - lost[0], sizes + gained[1] - lost[1]
            sizes[sizes < 1e-12 * sizes.max()] = 0
    return finished(X, norms, weights, labels, centers, done, converged, change <= tol)


def finished(
    X: Numbers,
    norms: Numbers,
    weights: Numbers,
    labels: Labels,
    centers: Numbers,
    n_iter: int,
    converged: bool,
    close: bool,
) -> Run:
    """Assign once more where means have moved since, and add up the squared distances."""
    if not converged:
        labels, _, _ = two_nearest(X, norms, centers)
    apart = X - centers[labels]
    inertia = float(weights @ np.einsum("ij,ij->i", apart, apart))
    return Run(labels, centers, inertia, n_iter, converged or close)


def two_nearest(X: Numbers, norms: Numbers, centers: Numbers) -> tuple[Labels, Numbers, Numbers]:
    """Give for each sample the nearest mean, its distance, and that of the second nearest.

    Mean by mean in blocks: a few passes over short rows of numbers in the cache are
    cheaper than to look for the least of each short column.
    """
    labels = np.zeros(len(X), dtype=np.intp)
    nearest, second = np.empty(len(X)), np.empty(len(X))
    step = max(BLOCK // len(centers), 64)
    norms_of_centers = np.einsum("ij,ij->i", centers, centers)[:, None]
    for start in range(0, len(X), step):
        part = X[start : start + step]
        apart = centers @ part.T
        apart *= -2
        apart += norms_of_centers
        first, then = apart[0].copy(), np.full(len(part), np.inf)
        label = labels[start : start + step]
        for number in range(1, len(centers)):
            row = apart[number]
            closer = row < first
            np.minimum(then, np.maximum(row, first), out=then)
            np.minimum(first, row, out=first)
            label[closer] = number
        nearest[start : start + step], second[start : start + step] = first, then
    for squares in nearest, second:
        squares += norms
        np.sqrt(np.maximum(squares, 0, out=squares), out=squares)
    return labels, nearest, second


def totals(
    X: Numbers, weights: Numbers, labels: Labels, n_clusters: int
) -> tuple[Numbers, Numbers]:
    """Add up the samples of each group, and their weights."""
    sizes: Numbers = np.bincount(labels, weights, minlength=n_clusters).astype(np.float64)
    if X.shape[1] <= 16:
        columns = [np.bincount(labels, weights * column, minlength=n_clusters) for column in X.T]
        return np.stack(columns, axis=1), sizes
    member = np.zeros((n_clusters, len(X)))
    member[labels, np.arange(len(X))] = weights
    return member @ X, sizes


def means_of(
    X: Numbers, weights: Numbers, labels: Labels, own: Numbers, n_clusters: int
) -> Numbers:
    """Take the mean of each group; an empty one gets the sample that is worst off."""
    sums, sizes = totals(X, weights, labels, n_clusters)
    empty = np.flatnonzero(sizes == 0)
    if empty.size:
        worst = np.argsort(np.where(weights > 0, -own, np.inf), kind="stable")[: len(empty)]
        for group, sample in zip(empty, worst, strict=False):
            old = labels[sample]
            sums[old] -= weights[sample] * X[sample]
            sizes[old] -= weights[sample]
            sums[group], sizes[group] = weights[sample] * X[sample], weights[sample]
    return sums / np.where(sizes == 0, 1, sizes)[:, None]


def half_way(centers: Numbers) -> Numbers:
    """Give for each mean half the distance to the next one."""
    if len(centers) == 1:
        return np.array([np.inf])
    norms = np.einsum("ij,ij->i", centers, centers)
    apart = squared_distances(centers, norms, centers)
    np.fill_diagonal(apart, np.inf)
    half: Numbers = np.sqrt(apart.min(axis=1)) / 2
    return half


def largest_of_others(moves: Numbers) -> Numbers:
    """Give for each mean how far any other has moved at most."""
    if len(moves) == 1:
        return np.zeros(1)
    largest = np.full(len(moves), moves.max())
    which = int(moves.argmax())
    largest[which] = np.delete(moves, which).max()
    return largest


def distinct_rows(X: Numbers, weights: Numbers) -> tuple[Numbers, Numbers, Labels] | None:
    """Give each row once, with the weight of all that are equal, where these are many.

    Rows are told apart by a number mixed of their bits; that equal numbers stand for equal
    rows is looked after.
    """
    some = X[:: max(1, len(X) // 512)]
    if len(np.unique(some, axis=0)) > 0.9 * len(some):
        return None
    bits = (X + 0.0).view(np.uint64)  # -0.0 is 0.0
    factors = np.random.default_rng(0).integers(1, 2**62, X.shape[1], dtype=np.uint64) * 2 + 1
    mixed = (bits ^ (bits >> np.uint64(29))) @ factors
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    if 2 * len(first) > len(X) or not np.array_equal(X[first][inverse], X):
        return None
    heavy: Numbers = np.bincount(inverse, weights).astype(np.float64)
    return X[first], heavy, inverse.astype(np.intp)


# -- the estimator --------------------------------------------------------------------------------


class KMeans(Clusterer, Transformer):
    """Group samples around means.

    Parameters
    ----------
    n_clusters : int
        How many groups.
    init : {"k-means++", "random"}, callable or array-like of shape (n_clusters, n_features)
        Where to begin: drawn far apart, drawn, what ``init(X, n_clusters, random_state)``
        gives, or there.
    n_init : int or "auto"
        How many times to begin, of which the best is kept; by default 10 for "random" and
        callables, else 1.
    max_iter : int
        The most iterations of each.
    tol : float
        How little the means move at the end, as a share of the features' mean variance.
    verbose : int
        Whether to print how each run has ended.
    random_state : None, int or RandomState
        For the beginnings.
    copy_x : bool
        Ignored, and there because scikit-learn has it: the input is never changed.
    algorithm : {"lloyd", "elkan"}
        Both give the same, and both are done with bounds (`hamerly`).

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        The means.
    labels_ : ndarray of shape (n_samples,)
        The group of each sample.
    inertia_ : float
        The sum of squared distances of samples from their means, weighted.
    n_iter_ : int
        How many iterations the best run took.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Notes
    -----
    Rows that occur many times, such as the colours of an image, are counted once with
    their number as weight.

    References
    ----------
    Lloyd (1982), "Least squares quantization in PCM", IEEE Transactions on Information
    Theory 28(2). Hamerly (2010), "Making k-means even faster", SIAM International
    Conference on Data Mining.

    Examples
    --------
    >>> model = KMeans(2, random_state=0).fit([[1, 2], [1, 4], [9, 2], [9, 4]])
    >>> sorted(model.cluster_centers_.tolist())
    [[1.0, 3.0], [9.0, 3.0]]
    >>> len(set(model.predict([[0, 0], [0, 5]]).tolist()))
    1
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: str | Callable[..., ArrayLike] | ArrayLike = "k-means++",
        n_init: int | Literal["auto"] = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: Literal["lloyd", "elkan"] = "lloyd",
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm

    def fit(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Find the groups.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            At least as many samples as groups.
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
        """
        check_whole("n_clusters", self.n_clusters)
        check_whole("max_iter", self.max_iter)
        tol = check_real("tol", self.tol)
        check_option("algorithm", self.algorithm, ("lloyd", "elkan"))
        given = check_data(self, X, keep_float32=True)
        if len(given) < self.n_clusters:
            raise ValueError(
                f"n_samples={len(given)} should be >= n_clusters={self.n_clusters}: ask for at "
                f"most {len(given)}."
            )
        weights = check_sample_weight(sample_weight, len(given))
        random = check_random_state(self.random_state)
        # What is far from zero would lose its last digits in products.
        offset = given.mean(axis=0, dtype=np.float64)
        samples = given - offset
        tol *= float(samples.var(axis=0).mean())
        once = distinct_rows(samples, weights)
        rows, heavy = (samples, weights) if once is None else once[:2]
        best: Run | None = None
        for number in range(self._n_runs()):
            centers = self._begin(samples, weights, offset, random)
            run = hamerly(rows, heavy, centers, self.max_iter, tol)
            if self.verbose:
                print(f"[KMeans] run {number + 1}: {run.n_iter} iterations, {run.inertia:g}")
            if best is None or run.inertia < best.inertia:
                best = run
        assert best is not None
        self.labels_ = best.labels if once is None else best.labels[once[2]]
        self.cluster_centers_ = (best.centers + offset).astype(given.dtype, copy=False)
        self.inertia_, self.n_iter_ = best.inertia, best.n_iter
        self._warn(best)
        return self

    def _warn(self, run: Run) -> None:
        n_found = len(np.unique(run.labels))
        if n_found < self.n_clusters:
            warnings.warn(
                f"Number of distinct clusters ({n_found}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X.",
                ConvergenceWarning,
                stacklevel=3,
            )
        elif not run.converged and run.n_iter > 1:
            warnings.warn(
                f"k-means has stopped after max_iter={self.max_iter} iterations, before its means "
                "stood still: raise max_iter, or tol.",
                ConvergenceWarning,
                stacklevel=3,
            )

    def _n_runs(self) -> int:
        if isinstance(self.n_init, str):
            check_option("n_init", self.n_init, ("auto",))
            drawn = callable(self.init) or (isinstance(self.init, str) and self.init == "random")
            return 10 if drawn else 1
        fixed = not isinstance(self.init, str) and not callable(self.init)
        return 1 if fixed else check_whole("n_init", self.n_init)

    def _begin(
        self, X: Numbers, weights: Numbers, offset: Numbers, random: np.random.RandomState
    ) -> Numbers:
        """Give the first means, less the offset."""
        if isinstance(self.init, str):
            check_option("init", self.init, ("k-means++", "random"))
            if self.init == "k-means++":
                return k_means_plus_plus(X, self.n_clusters, weights, random)
            chances = weights / weights.sum()
            return X[random.choice(len(X), self.n_clusters, replace=False, p=chances)]
        init: Any = self.init
        if callable(init):
            init = init(X + offset, self.n_clusters, random_state=random)
        centers = check_array(init, name="init")
        if centers.shape != (self.n_clusters, X.shape[1]):
            raise ValueError(
                f"The shape of the initial centers {centers.shape} does not match the number of "
                f"clusters {self.n_clusters} and of features {X.shape[1]}."
            )
        return centers - offset

    def predict(self, X: ArrayLike) -> Labels:
        """Give the group whose mean is nearest to each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of int of shape (n_samples,)
        """
        return self._nearest(X)[0]

    def _nearest(self, X: ArrayLike) -> tuple[Labels, Numbers]:
        samples = check_samples(self, X).astype(np.float64, copy=False)
        centers = self.cluster_centers_.astype(np.float64)
        offset = centers.mean(axis=0)
        shifted = samples - offset
        norms = np.einsum("ij,ij->i", shifted, shifted)
        labels, distances, _ = two_nearest(shifted, norms, centers - offset)
        return labels, distances

    def fit_predict(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Labels:
        """Find the groups, and give that of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        ndarray of int of shape (n_samples,)
        """
        return self.fit(X, y, sample_weight).labels_

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Give the distance of each sample from each mean.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_clusters)
        """
        samples = check_samples(self, X, keep_float32=True)
        centers = self.cluster_centers_.astype(np.float64)
        offset = centers.mean(axis=0)
        shifted = samples - offset
        norms = np.einsum("ij,ij->i", shifted, shifted)
        distances = np.sqrt(squared_distances(shifted, norms, centers - offset)).T
        return np.ascontiguousarray(distances, dtype=samples.dtype)

    def score(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> float:
        """Give the negative sum of squared distances from the nearest means.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        float
        """
        _, distances = self._nearest(X)
        return -float(check_sample_weight(sample_weight, len(distances)) @ distances**2)

    @property
    def _n_features_out(self) -> int:
        return len(self.cluster_centers_)
