"""k-means: groups around means, such that samples are near the mean of their group.

Read `KMeans`. What it does is told in `seeding` (where to begin), `lloyd` (assign and
average, in turn, until nothing changes) and `cells` and `guesses` (the same with less work,
for few features and for many). `AroundMeans` is what models made of means have in common.
"""

import warnings
from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Clusterer
from aiguille.cluster.cells import Cells, fine_enough, mostly_equal
from aiguille.cluster.guesses import Guesses
from aiguille.cluster.lloyd import Labels, Numbers, Run, inertia, lloyd, nearest_means
from aiguille.cluster.seeding import Init, check_init, check_n_init, first_means
from aiguille.linalg import pairwise_distances, with_finite_squares
from aiguille.parameters import check_option, check_random_state, check_real, check_whole
from aiguille.transformers import Transformer
from aiguille.validation import (
    ConvergenceWarning,
    check_data,
    check_sample_weight,
    check_samples,
    outer_stacklevel,
)

__all__ = ["AroundMeans", "KMeans"]


class AroundMeans(Clusterer, Transformer):
    """Base of models that are a set of means: which is nearest, and how far away.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        The means.
    """

    n_clusters: int
    cluster_centers_: NDArray[Any]

    def fit(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Find the means."""
        raise NotImplementedError(f"{type(self).__name__} has no fit")

    def fit_predict(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> NDArray[np.intp]:
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

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Give the group whose mean is nearest to each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of int of shape (n_samples,)
        """
        samples = with_finite_squares(check_samples(self, X))
        return self._nearest(samples).astype(np.intp)

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
        return pairwise_distances(samples, self.cluster_centers_).astype(samples.dtype, copy=False)

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
        samples = with_finite_squares(check_samples(self, X))
        weights = check_sample_weight(sample_weight, len(samples))
        centers = self.cluster_centers_.astype(np.float64)
        return -inertia(samples, weights, centers, self._nearest(samples))

    def _nearest(self, samples: Numbers) -> Labels:
        # Near zero, fewer digits cancel.
        offset = self.cluster_centers_.mean(axis=0, dtype=np.float64)
        return nearest_means(samples - offset, self.cluster_centers_ - offset)

    def _check_size(self, weights: Numbers) -> int:
        """Give ``n_clusters``, or say that there are too few samples that count."""
        n_clusters = check_whole("n_clusters", self.n_clusters)
        if len(weights) < n_clusters:
            raise ValueError(
                f"n_samples={len(weights)} should be >= n_clusters={n_clusters}: ask for at "
                f"most {len(weights)}."
            )
        counted = int(np.count_nonzero(weights))
        if counted < n_clusters:
            raise ValueError(
                f"n_clusters={n_clusters} is more than the {counted} samples whose sample_weight "
                f"is not zero; ask for at most {counted}."
            )
        return n_clusters

    @property
    def _n_features_out(self) -> int:
        return len(self.cluster_centers_)


class KMeans(AroundMeans):
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
        Both give the same, and both are done by `lloyd`, with `Cells` where features are few.

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
    Distances and sums are in float64, whatever the samples are in.

    References
    ----------
    Lloyd (1982), "Least squares quantization in PCM", IEEE Transactions on Information
    Theory 28(2).

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
        init: Init = "k-means++",
        n_init: int | Literal["auto"] = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int | bool = 0,
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
            How often each sample counts.

        Raises
        ------
        ValueError
            If there are fewer samples that count than groups, or their squares overflow.
        """
        max_iter = check_whole("max_iter", self.max_iter)
        tol = check_real("tol", self.tol)
        verbose = check_whole("verbose", int(self.verbose), at_least=0)
        check_option("algorithm", self.algorithm, ("lloyd", "elkan"))
        n_init = check_n_init(self.n_init, self.init, many=10)
        random = check_random_state(self.random_state)
        given = with_finite_squares(check_data(self, X, keep_float32=True))
        weights = check_sample_weight(sample_weight, len(given))
        n_clusters = self._check_size(weights)
        init = check_init(self.init, n_clusters, given.shape[1])

        # What is far from zero would lose its last digits in products. A product with ones
        # is the quickest sum.
        offset = np.full(len(given), 1 / len(given)) @ given
        samples = given - offset
        tol *= float(np.vdot(samples, samples)) / samples.size  # the features' mean variance
        counts = weights > 0
        some = samples if counts.all() else samples[counts]
        heavy = weights[counts]
        starts = [first_means(some, n_clusters, init, heavy, random, offset) for _ in range(n_init)]
        best = best_run(some, heavy, starts, max_iter, tol, verbose > 0)
        labels = best.labels if some is samples else nearest_means(samples, best.centers)
        self.labels_ = labels.astype(np.intp)
        self.cluster_centers_ = (best.centers + offset).astype(given.dtype, copy=False)
        self.inertia_, self.n_iter_ = best.inertia, best.n_iter
        self._warn(best)
        return self

    def _warn(self, run: Run) -> None:
        n_found = len(np.unique(run.labels))
        if n_found < self.n_clusters:
            told = (
                f"Number of distinct clusters ({n_found}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X: ask for at most "
                f"{n_found} clusters."
            )
        elif not run.converged and run.n_iter > 1:
            told = (
                f"k-means has stopped after max_iter={self.max_iter} iterations, before its means "
                "stood still: raise max_iter, or tol."
            )
        else:
            return
        warnings.warn(told, ConvergenceWarning, stacklevel=outer_stacklevel())


def best_run(
    X: Numbers,
    weights: Numbers,
    starts: Sequence[Numbers],
    max_iter: int,
    tol: float,
    verbose: bool = False,
) -> Run:
    """Run `lloyd` from each of some starts, and keep the run with the least inertia.

    Parameters and result are those of `lloyd`.
    """
    fine = fine_enough(X, len(starts[0]))
    cells = Cells.of(X) if fine or mostly_equal(X) else None
    nearest = cells.nearest if cells and fine else nearest_means
    if cells is not None:
        X, weights = cells.rows, cells.weights(weights)
    elif Guesses.pay(X):
        nearest = Guesses.of(X).nearest
    best: Run | None = None
    for number, centers in enumerate(starts, 1):
        run = lloyd(X, weights, centers, max_iter, tol, nearest)
        if verbose:
            print(f"[KMeans] run {number}: {run.n_iter} iterations, {run.inertia:g}")
        if best is None or run.inertia < best.inertia:
            best = run
    assert best is not None, "no start"
    return best if cells is None else best._replace(labels=cells.of_samples(best.labels))
