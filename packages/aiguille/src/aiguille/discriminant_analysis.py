"""Linear discriminant analysis: the directions along which classes differ, beside their spread.

Of pictures of faces they are Fisher's faces. Read `discriminants`: one decomposition makes the
spread within classes round, a second finds where the means then lie. The estimator is a
classifier and a transformer around it.
"""

import warnings
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Classifier
from aiguille.parameters import check_option, check_real, check_whole
from aiguille.transformers import Transformer
from aiguille.validation import check_samples, check_training_set

__all__ = ["LinearDiscriminantAnalysis", "discriminants"]

Numbers = NDArray[np.float64]


def discriminants(
    X: Numbers, codes: NDArray[np.intp], means: Numbers, priors: Numbers, tol: float = 1e-4
) -> tuple[Numbers, Numbers]:
    """Give the directions that tell classes apart best, and the variance of means along each.

    No covariance matrix is made: with many features it would be large, and squaring loses
    half of the digits.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    codes : ndarray of shape (n_samples,)
        The class of each sample, from 0 on.
    means : ndarray of shape (n_classes, n_features)
    priors : ndarray of shape (n_classes,)
        How probable each class is.
    tol : float
        Directions with smaller singular values are left out.

    Returns
    -------
    scalings : ndarray of shape (n_features, rank)
        Along each the variance within classes, the mean squared distance, is 1.
    variances : ndarray of shape (n_directions,)

    References
    ----------
    Fisher (1936), "The use of multiple measurements in taxonomic problems", Annals of
    Eugenics 7(2). Belhumeur, Hespanha & Kriegman (1997), "Eigenfaces vs. Fisherfaces", IEEE
    Transactions on Pattern Analysis and Machine Intelligence 19(7).

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [6.0, 2.0]])
    >>> means = np.array([[0.0, 1.0], [5.0, 1.0]])
    >>> discriminants(X, np.array([0, 0, 1, 1]), means, np.array([0.5, 0.5]))[0].shape
    (2, 1)
    """
    n, n_classes = len(X), len(means)
    within = X - means[codes]
    spread = within.std(axis=0)
    spread[spread == 0] = 1.0
    _, values, Vt = np.linalg.svd(within / spread / np.sqrt(n), full_matrices=False)
    rank = int((values > tol).sum())
    if rank == 0:
        raise ValueError(
            "The samples of each class are all the same (or differ by less than "
            f"tol={tol:g}): there is no spread to compare the means with; give other samples."
        )
    whitening = (Vt[:rank] / spread).T / values[:rank]
    share = np.sqrt(n * priors / max(n_classes - 1, 1))
    between = share[:, None] * (means - priors @ means)
    _, lengths, Wt = np.linalg.svd(between @ whitening, full_matrices=False)
    kept = int((lengths > tol * lengths[0]).sum())
    return whitening @ Wt[:kept].T, lengths**2


class LinearDiscriminantAnalysis(Classifier, Transformer):
    """Tell classes apart along the directions in which their means differ most.

    Parameters
    ----------
    solver : {"svd"}
        The only one there is: it makes no covariance matrix.
    priors : array-like of shape (n_classes,), optional
        How probable each class is; by default its share of the samples.
    n_components : int, optional
        How many directions ``transform`` gives; at most, and by default, one less than
        classes, or the number of features.
    tol : float
        Directions with smaller singular values are left out.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted.
    coef_ : ndarray of shape (n_classes, n_features), or (1, n_features) for two classes
        The weights of features.
    intercept_ : ndarray of shape (n_classes,), or (1,) for two classes
        What is added.
    means_, xbar_ : ndarray of shapes (n_classes, n_features), (n_features,)
        The means of classes, and of all by ``priors_``.
    priors_ : ndarray of shape (n_classes,)
        How probable each class is.
    scalings_ : ndarray of shape (n_features, rank)
        The directions.
    explained_variance_ratio_ : ndarray of shape (n_components,)
        The share of the variance of means along each.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Examples
    --------
    >>> X = [[-1, -1], [-2, -1], [-3, -2], [1, 1], [2, 1], [3, 2]]
    >>> model = LinearDiscriminantAnalysis().fit(X, [1, 1, 1, 2, 2, 2])
    >>> model.predict([[-0.8, -1]]), model.transform(X).shape
    (array([1]), (6, 1))
    """

    def __init__(
        self,
        solver: str = "svd",
        *,
        priors: ArrayLike | None = None,
        n_components: int | None = None,
        tol: float = 1e-4,
    ) -> None:
        self.solver = solver
        self.priors = priors
        self.n_components = n_components
        self.tol = tol

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # type: ignore[override]
        """Find the directions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            More samples than classes.
        y : array-like of shape (n_samples,)
            At least two classes.
        """
        check_option("solver", self.solver, ["svd"])
        tol = check_real("tol", self.tol)
        samples, labels = check_training_set(self, X, y)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        n_classes = len(self.classes_)
        if n_classes < 2:
            raise ValueError(
                f"y has one class only ({self.classes_[0]!r}): the number of classes has to be "
                "greater than one."
            )
        if len(samples) <= n_classes:
            raise ValueError(
                f"The number of samples ({len(samples)}) must be more than the number of classes "
                f"({n_classes})."
            )
        most = min(n_classes - 1, samples.shape[1])
        wanted = most
        if self.n_components is not None:
            wanted = check_whole("n_components", self.n_components, at_most=most)
        counts = np.bincount(codes)
        shares = counts / len(samples)
        self.priors_ = shares if self.priors is None else check_priors(self.priors, n_classes)
        self.means_ = np.array([samples[codes == c].mean(axis=0) for c in range(n_classes)])
        self.xbar_ = self.priors_ @ self.means_
        self.scalings_, variances = discriminants(samples, codes, self.means_, self.priors_, tol)
        total = variances.sum()
        self.explained_variance_ratio_ = (variances / total if total > 0 else variances)[:wanted]
        self._max_components = wanted
        places = (self.means_ - self.xbar_) @ self.scalings_
        coef = places @ self.scalings_.T
        with np.errstate(divide="ignore"):  # a class that cannot be has -inf
            beforehand = np.log(self.priors_)
        intercept = beforehand - 0.5 * (places**2).sum(axis=1) - coef @ self.xbar_
        if n_classes == 2:
            coef, intercept = coef[1:] - coef[:1], intercept[1:] - intercept[:1]
        self.coef_, self.intercept_ = coef, intercept
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.floating]:
        """Say where samples lie along the directions, of shape (n_samples, n_components)."""
        samples = check_samples(self, X, keep_float32=True)
        along = (samples - self.xbar_) @ self.scalings_[:, : self._max_components]
        placed: NDArray[np.floating] = along.astype(samples.dtype, copy=False)
        return placed

    def decision_function(self, X: ArrayLike) -> Numbers:
        """Give the sums of each class; for two, more than 0 stands for the second."""
        sums: Numbers = check_samples(self, X) @ self.coef_.T + self.intercept_
        return sums[:, 0] if len(self.classes_) == 2 else sums

    def predict_log_proba(self, X: ArrayLike) -> Numbers:
        """Give the logarithm of each class's probability, of shape (n_samples, n_classes)."""
        sums = self.decision_function(X)
        if sums.ndim == 1:  # infinite where a class cannot be
            return np.column_stack([-np.logaddexp(0, sums), -np.logaddexp(0, -sums)])
        sums = sums - sums.max(axis=1, keepdims=True)  # so that the largest never underflows
        log_proba: Numbers = sums - np.log(np.exp(sums).sum(axis=1, keepdims=True))
        return log_proba

    def predict_proba(self, X: ArrayLike) -> Numbers:
        """Give the probability of each class, of shape (n_samples, n_classes)."""
        proba: Numbers = np.exp(self.predict_log_proba(X))
        return proba

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Name each sample, of shape (n_samples,)."""
        sums = self.decision_function(X)
        named: NDArray[np.generic] = self.classes_[
            (sums > 0).astype(np.intp) if sums.ndim == 1 else sums.argmax(axis=1)
        ]
        return named

    @property
    def _n_features_out(self) -> int:
        return int(min(self._max_components, self.scalings_.shape[1]))


def check_priors(priors: ArrayLike, n_classes: int) -> Numbers:
    """Give one probability for each class; those that do not sum to one are made to."""
    given = np.asarray(priors, dtype=np.float64)
    if given.shape != (n_classes,) or not (given >= 0).all() or not 0 < given.sum() < np.inf:
        raise ValueError(
            f"priors={priors!r} must be non-negative, one for each of the {n_classes} classes."
        )
    if not np.isclose(given.sum(), 1.0):
        warnings.warn(f"The priors sum to {given.sum():g}, not 1: normalized.", stacklevel=3)
    normalized: Numbers = given / given.sum()
    return normalized
