"""Linear discriminant analysis: which class a sample is of, told along directions.

Of pictures of faces the directions are Fisher's faces; `aiguille.discriminant_analysis.directions`
finds them. The estimator is a classifier and a transformer around it.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Classifier, log_probabilities
from aiguille.discriminant_analysis.directions import (
    covariance_within,
    directions_by_covariance,
    discriminants,
    shrunk_covariance,
)
from aiguille.parameters import check_option, check_real, check_whole
from aiguille.transformers import Transformer
from aiguille.validation import check_priors, check_samples, check_training_set

__all__ = ["LinearDiscriminantAnalysis"]

Numbers = NDArray[np.float64]


class LinearDiscriminantAnalysis(Classifier, Transformer):
    """Tell classes apart along the directions in which their means differ most.

    Parameters
    ----------
    solver : {"svd", "lsqr", "eigen"}
        "svd" makes no covariance matrix, and is best for many features. The others make one, and
        can shrink it: "lsqr" solves equations and gives no directions, "eigen" gives both.
    shrinkage : None, "auto" or float
        By which share, between 0 and 1, covariances are drawn towards features that go their own
        ways and vary alike; "auto" finds the share for each class (Ledoit and Wolf). Not with
        "svd".
    priors : array-like of shape (n_classes,), optional
        How probable each class is; by default its share of the samples.
    n_components : int, optional
        How many directions ``transform`` gives; at most, and by default, one less than
        classes, or the number of features.
    store_covariance : bool
        Whether ``covariance_`` is made with "svd" too, which does not need it.
    tol : float
        Directions with smaller singular values are left out, with "svd".

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted.
    coef_ : ndarray of shape (n_classes, n_features), or (1, n_features) for two classes
        The weights of features.
    intercept_ : ndarray of shape (n_classes,), or (1,) for two classes
        What is added.
    means_, xbar_ : ndarray of shapes (n_classes, n_features), (n_features,)
        The means of classes, and of all by ``priors_`` (with "svd").
    covariance_ : ndarray of shape (n_features, n_features)
        The mean of the classes' covariances by ``priors_``, shrunk as asked; not with "svd",
        unless ``store_covariance``.
    priors_ : ndarray of shape (n_classes,)
        How probable each class is.
    scalings_ : ndarray of shape (n_features, rank)
        The directions; not with "lsqr".
    explained_variance_ratio_ : ndarray of shape (n_components,)
        The share of the variance of means along each; not with "lsqr".
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

    covariance_: Numbers
    scalings_: Numbers

    def __init__(
        self,
        solver: str = "svd",
        *,
        shrinkage: float | str | None = None,
        priors: ArrayLike | None = None,
        n_components: int | None = None,
        store_covariance: bool = False,
        tol: float = 1e-4,
    ) -> None:
        self.solver = solver
        self.shrinkage = shrinkage
        self.priors = priors
        self.n_components = n_components
        self.store_covariance = store_covariance
        self.tol = tol

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # type: ignore[override]
        """Find the directions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            More samples than classes.
        y : array-like of shape (n_samples,)
            At least two classes.

        Raises
        ------
        ValueError
            If there are too few classes or samples, they have no spread, or shrinkage is asked
            of "svd".
        """
        solver = check_option("solver", self.solver, ["svd", "lsqr", "eigen"])
        shrinkage, tol = check_shrinkage(self.shrinkage, solver), check_real("tol", self.tol)
        samples, labels = check_training_set(self, X, y)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        n_classes = len(self.classes_)
        check_enough(samples, self.classes_)
        most = min(n_classes - 1, samples.shape[1])
        self._max_components = most
        if self.n_components is not None:
            self._max_components = check_whole("n_components", self.n_components, at_most=most)
        shares = np.bincount(codes) / len(samples)
        if self.priors is not None:
            shares = check_priors(self.priors, n_classes, normalize=True)
        self.priors_ = shares
        self.means_ = np.array([samples[codes == c].mean(axis=0) for c in range(n_classes)])
        self._forget()
        if solver != "svd" or self.store_covariance:
            self.covariance_ = covariance_within(samples, codes, shares, shrinkage)
        if solver == "svd":
            coef, constant = self._without_covariance(samples, codes, tol)
        else:
            coef = self._by_covariance(samples, shrinkage, solver)
            constant = -0.5 * (self.means_ * coef).sum(axis=1)
        with np.errstate(divide="ignore"):  # a class that cannot be has -inf
            intercept = constant + np.log(shares)
        if n_classes == 2:
            coef, intercept = coef[1:] - coef[:1], intercept[1:] - intercept[:1]
        self.coef_, self.intercept_ = coef, intercept
        return self

    def _without_covariance(
        self, X: Numbers, codes: NDArray[np.intp], tol: float
    ) -> tuple[Numbers, Numbers]:
        """Find directions by decompositions; give weights, and what is added to their sums."""
        self.xbar_ = self.priors_ @ self.means_
        self.scalings_, variances = discriminants(X, codes, self.means_, self.priors_, tol)
        self._explain(variances)
        places = (self.means_ - self.xbar_) @ self.scalings_
        coef = places @ self.scalings_.T
        return coef, -0.5 * (places**2).sum(axis=1) - coef @ self.xbar_

    def _by_covariance(self, X: Numbers, shrinkage: float | str | None, solver: str) -> Numbers:
        """Give weights by the covariance; with "eigen" keep directions."""
        if solver == "lsqr":
            weights: Numbers = np.linalg.lstsq(self.covariance_, self.means_.T, rcond=None)[0].T
            return weights
        between = shrunk_covariance(X, shrinkage) - self.covariance_
        self.scalings_, variances = directions_by_covariance(self.covariance_, between)
        self._explain(variances)
        return np.asarray(self.means_ @ self.scalings_ @ self.scalings_.T)

    def _explain(self, variances: Numbers) -> None:
        # A total covariance, shrunk, may be less than that within classes along a direction.
        positive = np.maximum(variances, 0.0)
        total = positive.sum()
        shares = positive / total if total > 0 else positive
        self.explained_variance_ratio_ = shares[: self._max_components]

    def _forget(self) -> None:
        """Remove what another solver has left."""
        for name in ("covariance_", "xbar_", "scalings_", "explained_variance_ratio_"):
            self.__dict__.pop(name, None)

    def transform(self, X: ArrayLike) -> NDArray[np.floating]:
        """Say where samples lie along the directions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            From the mean ``xbar_`` on with "svd", from zero on with "eigen".

        Raises
        ------
        NotImplementedError
            If the solver was "lsqr".
        """
        samples = check_samples(self, X, keep_float32=True)
        if not hasattr(self, "scalings_"):
            raise NotImplementedError(
                "solver='lsqr' finds no directions: transform needs solver='svd' or 'eigen'."
            )
        away = samples - self.xbar_ if hasattr(self, "xbar_") else samples
        along = away @ self.scalings_[:, : self._max_components]
        placed: NDArray[np.floating] = along.astype(samples.dtype, copy=False)
        return placed

    def decision_function(self, X: ArrayLike) -> Numbers:
        """Give the sums of each class; for two, more than 0 stands for the second."""
        sums: Numbers = check_samples(self, X) @ self.coef_.T + self.intercept_
        return sums[:, 0] if len(self.classes_) == 2 else sums

    def predict_log_proba(self, X: ArrayLike) -> Numbers:
        """Give the logarithm of each class's probability, of shape (n_samples, n_classes)."""
        return log_probabilities(self.decision_function(X))

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


def check_shrinkage(shrinkage: Any, solver: str) -> float | str | None:
    """Give a share between 0 and 1, "auto" or None, which is all that "svd" can do."""
    if shrinkage is None:
        return None
    if solver == "svd":
        raise ValueError(
            f"shrinkage={shrinkage!r} is not possible with solver='svd', which makes no "
            "covariance: choose solver='lsqr' or 'eigen'."
        )
    if isinstance(shrinkage, str):
        return str(check_option("shrinkage", shrinkage, ["auto"]))
    return check_real("shrinkage", shrinkage, high=1.0)


def check_enough(X: Numbers, classes: NDArray[Any]) -> None:
    """Refuse a single class, and no more samples than classes."""
    if len(classes) < 2:
        raise ValueError(
            f"y has one class only ({classes[0]!r}): the number of classes has to be greater "
            "than one."
        )
    if len(X) <= len(classes):
        raise ValueError(
            f"The number of samples ({len(X)}) must be more than the number of classes "
            f"({len(classes)})."
        )
