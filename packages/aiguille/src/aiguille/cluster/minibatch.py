"""k-means from small batches: means that follow a few samples at a time.

For millions of samples, or samples that come one batch after the other. Each mean is the
average of all samples that were nearest to it when they came, so each new one moves it less.
Read `learned` (one step), then `reassigned` (what becomes of means that hardly get any), then
`Progress` (when to stop); `MiniBatchKMeans` calls them in turn.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.cluster.kmeans import AroundMeans
from aiguille.cluster.lloyd import Labels, Numbers, inertia, nearest_means, totals
from aiguille.cluster.seeding import Init, check_init, check_n_init, first_means
from aiguille.linalg import with_finite_squares
from aiguille.parameters import check_random_state, check_real, check_whole
from aiguille.validation import (
    ConvergenceWarning,
    check_data,
    check_sample_weight,
    check_samples,
    outer_stacklevel,
)

__all__ = ["Means", "MiniBatchKMeans", "learned", "reassigned"]


class Means(NamedTuple):
    """What has been learned so far."""

    centers: Numbers
    """The means, (n_clusters, n_features)."""
    counts: Numbers
    """The weight of the samples in each, (n_clusters,)."""


def learned(means: Means, X: Numbers, weights: Numbers) -> tuple[Means, float]:
    """Let each mean take in the samples that are nearest to it.

    Parameters
    ----------
    means : Means
    X : ndarray of shape (n_samples, n_features)
    weights : ndarray of shape (n_samples,)

    Returns
    -------
    means : Means
    inertia : float
        The samples' squared distances from the means as they were.

    References
    ----------
    Sculley (2010), "Web-scale k-means clustering", WWW.

    Examples
    --------
    >>> means = Means(np.array([[0.0], [9.0]]), np.array([1.0, 1.0]))
    >>> means, _ = learned(means, np.array([[1.0], [2.0], [8.0]]), np.ones(3))
    >>> means.centers.ravel().tolist(), means.counts.tolist()
    ([1.0, 8.5], [3.0, 2.0])
    """
    labels = nearest_near_zero(X, means.centers)
    sums, sizes = totals(X, weights, labels, len(means.centers))
    counts = means.counts + sizes
    # By differences: a mean of very many samples must not lose the digits of a few.
    moves = np.divide(
        sums - sizes[:, None] * means.centers,
        counts[:, None],
        out=np.zeros_like(sums),
        where=sizes[:, None] > 0,
    )
    return Means(means.centers + moves, counts), inertia(X, weights, means.centers, labels)


def reassigned(
    means: Means, X: Numbers, weights: Numbers, ratio: float, random: np.random.RandomState
) -> Means:
    """Let means that have hardly any samples begin anew, at samples drawn from the batch.

    Parameters
    ----------
    means : Means
    X : ndarray of shape (n_samples, n_features)
    weights : ndarray of shape (n_samples,)
    ratio : float
        What is hardly any, as a share of the largest group.
    random : RandomState

    Returns
    -------
    Means
    """
    few = means.counts < ratio * means.counts.max()
    candidates = np.flatnonzero(weights > 0)
    # Half of a batch may become means, the other half has to find some.
    most = min(len(X) // 2, len(candidates))
    if few.sum() > most:
        few[np.argsort(means.counts)[most:]] = False
    if not few.any():
        return means
    drawn = candidates[random.choice(len(candidates), replace=False, size=int(few.sum()))]
    centers, counts = means.centers.copy(), means.counts.copy()
    centers[few] = X[drawn]
    counts[few] = counts[~few].min()  # not the fewest by far, or they would move again at once
    return Means(centers, counts)


def nearest_near_zero(X: Numbers, centers: Numbers) -> Labels:
    """Give the nearest mean of each sample, moved such that fewer digits cancel."""
    offset = centers.mean(axis=0)
    return nearest_means(X - offset, centers - offset)


@dataclass
class Progress:
    """Whether batches still make the means better: a smoothed inertia tells."""

    share: float
    """Of a batch in the smoothed inertia."""
    patience: int | None
    """After so many batches without a new minimum it is over."""
    smoothed: float = np.inf
    least: float = np.inf
    n_without: int = 0

    def is_over(self, batch_inertia: float) -> bool:
        """Take in the inertia of one more batch."""
        if self.smoothed == np.inf:
            self.smoothed = batch_inertia
        else:
            self.smoothed += self.share * (batch_inertia - self.smoothed)
        self.n_without = 0 if self.smoothed < self.least else self.n_without + 1
        self.least = min(self.least, self.smoothed)
        return self.patience is not None and self.n_without >= self.patience


class MiniBatchKMeans(AroundMeans):
    """Group samples around means that are learned from small random batches.

    Parameters
    ----------
    n_clusters : int
        How many groups.
    init : {"k-means++", "random"}, callable or array-like of shape (n_clusters, n_features)
        Where to begin, as for `KMeans`.
    max_iter : int
        How many times as many samples are drawn, at most, as there are.
    batch_size : int
        How many samples are drawn at a time.
    verbose : int
        Whether to print when it stops.
    compute_labels : bool
        Whether to find the group of each sample in the end.
    random_state : None, int or RandomState
        For the beginnings and the batches.
    tol : float
        How little the means move in a step at the end, as a share of the features' mean
        variance; 0 to leave this out.
    max_no_improvement : int or None
        After how many batches without a better smoothed inertia to stop.
    init_size : int or None
        From how many samples the beginning is drawn; by default three batches.
    n_init : int or "auto"
        How many beginnings are tried, of which the best is taken; by default 3 for "random"
        and callables, else 1.
    reassignment_ratio : float
        Means with less than this share of the largest group's samples begin anew.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        The means.
    counts_ : ndarray of shape (n_clusters,)
        The weight of the samples that each mean has taken in.
    labels_ : ndarray of shape (n_samples,)
        The group of each sample, with ``compute_labels``.
    inertia_ : float
        The sum of squared distances of samples from their means, weighted; without
        ``compute_labels``, what the batches let one expect.
    n_iter_ : int
        How many times as many samples were drawn as there are.
    n_steps_ : int
        How many batches were learned.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Sculley (2010), "Web-scale k-means clustering", WWW.

    Examples
    --------
    >>> X = np.repeat([[1.0, 1.0], [9.0, 9.0]], 50, axis=0)
    >>> model = MiniBatchKMeans(2, batch_size=20, random_state=0).fit(X)
    >>> np.sort(model.cluster_centers_, axis=0)
    array([[1., 1.],
           [9., 9.]])
    """

    counts_: Numbers

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Init = "k-means++",
        max_iter: int = 100,
        batch_size: int = 1024,
        verbose: int | bool = 0,
        compute_labels: bool = True,
        random_state: Any = None,
        tol: float = 0.0,
        max_no_improvement: int | None = 10,
        init_size: int | None = None,
        n_init: int | Literal["auto"] = "auto",
        reassignment_ratio: float = 0.01,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.verbose = verbose
        self.compute_labels = compute_labels
        self.random_state = random_state
        self.tol = tol
        self.max_no_improvement = max_no_improvement
        self.init_size = init_size
        self.n_init = n_init
        self.reassignment_ratio = reassignment_ratio

    def fit(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Find the means from batches drawn from all samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            At least as many samples as groups.
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
            How likely each sample is drawn, relative to the others.

        Raises
        ------
        ValueError
            If there are fewer samples that count than groups, or their squares overflow.
        """
        self._check_numbers()
        random = check_random_state(self.random_state)
        given = with_finite_squares(check_data(self, X, keep_float32=True))
        weights = check_sample_weight(sample_weight, len(given))
        init = check_init(self.init, self._check_size(weights), given.shape[1])
        batch_size = min(self.batch_size, len(given))
        tol = self.tol * float(given.var(axis=0, dtype=np.float64).mean()) if self.tol else 0.0
        progress = Progress(min(1.0, 2 * batch_size / (len(given) + 1)), self.max_no_improvement)
        self._means = self._begin(given, weights, init, random)
        self._n_drawn = 0
        n_steps, over, step = self.max_iter * len(given) // batch_size, False, 0
        # Samples are drawn by their weights, and are alike then. The sums are taken once.
        chances = np.cumsum(weights / weights.sum())
        chances /= chances[-1]
        alike = np.ones(batch_size)
        while not over and step < n_steps:
            step += 1
            drawn = chances.searchsorted(random.random_sample(batch_size), side="right")
            before = self._means.centers
            batch = given.take(drawn, axis=0).astype(np.float64, copy=False)
            lost = self._step(batch, alike, batch_size, random)
            if step > 1:  # the first inertia is that of the beginning
                over = progress.is_over(lost / batch_size)
                over |= 0 < tol >= float(((self._means.centers - before) ** 2).sum())
        self.n_steps_, self.n_iter_ = step, -(-step * batch_size // len(given))
        self._publish(given, weights, progress.smoothed * float(weights.sum()))
        if self.verbose:
            print(f"[MiniBatchKMeans] {step} of {n_steps} batches, {self.inertia_:g}")
        if not over and n_steps > 1 and (tol or self.max_no_improvement is not None):
            warnings.warn(
                f"The means have become better until the last of {n_steps} batches: raise "
                f"max_iter={self.max_iter}, or tol.",
                ConvergenceWarning,
                stacklevel=outer_stacklevel(),
            )
        return self

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Learn from one batch more; the first one also says where to begin.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            In the first batch at least as many samples as groups.
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
            How much each sample counts.
        """
        self._check_numbers()
        first = not hasattr(self, "cluster_centers_")
        check = check_data if first else check_samples
        given = with_finite_squares(check(self, X, keep_float32=True))
        weights = check_sample_weight(sample_weight, len(given))
        if not hasattr(self, "_random"):
            self._random = check_random_state(self.random_state)
        if first:
            init = check_init(self.init, self._check_size(weights), given.shape[1])
            self._means = self._begin(given, weights, init, self._random, compare=False)
            self._n_drawn = self.n_steps_ = 0
        samples = given.astype(np.float64, copy=False)
        lost = self._step(samples, weights, min(self.batch_size, len(given)), self._random)
        self.n_steps_ += 1
        self._publish(given, weights, lost)
        return self

    def _check_numbers(self) -> None:
        for name in ("n_clusters", "max_iter", "batch_size"):
            check_whole(name, getattr(self, name))
        for name in ("max_no_improvement", "init_size"):
            if getattr(self, name) is not None:
                check_whole(name, getattr(self, name), at_least=int(name == "init_size"))
        check_whole("verbose", int(self.verbose), at_least=0)
        check_real("tol", self.tol)
        check_real("reassignment_ratio", self.reassignment_ratio)
        check_n_init(self.n_init, self.init, many=3)

    def _begin(
        self,
        X: NDArray[Any],
        weights: Numbers,
        init: Any,
        random: np.random.RandomState,
        compare: bool = True,
    ) -> Means:
        """Draw first means from some samples; of several the best for some others."""
        size = self.init_size or 3 * min(self.batch_size, len(X))
        size = min(3 * self.n_clusters if size < self.n_clusters else size, len(X))
        n_init = check_n_init(self.n_init, self.init, many=3) if compare else 1
        others = random.randint(0, len(X), size) if compare else np.arange(0)
        tested = X[others].astype(np.float64)
        best, least = None, np.inf
        for _ in range(n_init):
            some = random.randint(0, len(X), size) if size < len(X) else np.arange(len(X))
            if np.count_nonzero(weights[some]) < self.n_clusters:
                some = np.flatnonzero(weights)
            samples = X[some].astype(np.float64)
            offset = samples.mean(axis=0)
            heavy = weights[some]
            begin = first_means(samples - offset, self.n_clusters, init, heavy, random, offset)
            begin += offset
            found = inertia(tested, weights[others], begin, nearest_near_zero(tested, begin))
            if best is None or found < least:
                best, least = begin, found
        assert best is not None
        return Means(best, np.zeros(self.n_clusters))

    def _step(
        self, X: Numbers, weights: Numbers, batch_size: int, random: np.random.RandomState
    ) -> float:
        """Learn from a batch; now and then, means with hardly any samples begin anew."""
        self._n_drawn += batch_size
        due = self._n_drawn >= 10 * self.n_clusters or not self._means.counts.all()
        self._means, lost = learned(self._means, X, weights)
        if due:
            self._n_drawn = 0
            if self.reassignment_ratio:
                ratio = float(self.reassignment_ratio)
                self._means = reassigned(self._means, X, weights, ratio, random)
        return lost

    def _publish(self, X: NDArray[Any], weights: Numbers, expected: float) -> None:
        """Set the attributes."""
        centers, self.counts_ = self._means
        self.cluster_centers_ = centers.astype(X.dtype, copy=False)
        self.inertia_ = expected
        if self.compute_labels:
            samples = X.astype(np.float64, copy=False)
            labels = nearest_near_zero(samples, centers)
            self.inertia_ = inertia(samples, weights, centers, labels)
            self.labels_ = labels.astype(np.intp)
