"""Numbers as weighted sums of features: least squares, with a penalty on large weights or without.

Read `Linear`, what all do with weights once they have them, then `LinearRegression`, `Ridge` and
`RidgeCV`: thin objects around one decomposition of the samples.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Regressor, determination
from aiguille.fitting import FitAll, fits_in_groups
from aiguille.linear_model.decomposed import Decomposed, check_alphas, ridges
from aiguille.parameters import check_real
from aiguille.splitters import check_cv
from aiguille.validation import (
    check_consistent_length,
    check_data,
    check_numbers,
    check_sample_weight,
    check_samples,
)

__all__ = ["LinearRegression", "Ridge", "RidgeCV", "ridge_regression"]

Numbers = NDArray[np.float64]
Alphas = float | ArrayLike


def ridge_regression(
    X: ArrayLike, y: ArrayLike, alpha: Alphas, *, sample_weight: ArrayLike | None = None
) -> Numbers:
    """Give the weights of features that make the sum of squared errors and penalty least.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
    alpha : float or array-like of shape (n_targets,)
        How much the sum of squared weights counts.
    sample_weight : array-like of shape (n_samples,), optional

    Returns
    -------
    ndarray of shape (n_features,) or (n_targets, n_features)
        Without an intercept.

    References
    ----------
    Hoerl & Kennard (1970), "Ridge regression: biased estimation for nonorthogonal
    problems", Technometrics 12(1).

    Examples
    --------
    >>> ridge_regression([[1.0], [2.0]], [2.0, 4.0], alpha=5.0)
    array([1.])
    """
    model = Ridge(alpha, fit_intercept=False).fit(X, y, sample_weight)
    return model.coef_


class Linear(Regressor):
    """What all do with weights once they have them."""

    coef_: Numbers
    intercept_: Any
    fit_intercept: bool

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Give the weighted sums of features.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
        """
        sums: NDArray[Any] = check_samples(self, X) @ self.coef_.T + self.intercept_
        return sums

    def _targets(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None
    ) -> tuple[Numbers, Numbers, Numbers]:
        """Check what ``fit`` was given; targets get two dimensions."""
        samples, targets = check_data(self, X), check_numbers(y)
        check_consistent_length(X=samples, y=targets)
        self._one_target = targets.ndim == 1
        weights = check_sample_weight(sample_weight, len(samples))
        return samples, targets.reshape(len(targets), -1), weights

    def _keep(self, coef: Numbers, intercept: Numbers) -> Self:
        self.coef_ = coef[0] if self._one_target else coef
        self.intercept_ = float(intercept[0]) if self._one_target else intercept
        if not self.fit_intercept:
            self.intercept_ = 0.0
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class LinearRegression(Linear):
    """Predict by the weighted sum of features with the least squared errors.

    Where several sums are equally good, it is the one with the smallest weights.

    Parameters
    ----------
    fit_intercept : bool
        Whether a number may be added to the sum.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        The weights.
    intercept_ : float or ndarray of shape (n_targets,)
        What is added.
    rank_ : int
        How many directions the samples differ in.
    singular_ : ndarray of shape (rank_,)
        The singular values of the centred samples.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Legendre (1805), *Nouvelles méthodes pour la détermination des orbites des comètes*.

    Examples
    --------
    >>> model = LinearRegression().fit([[0], [1], [2]], [1, 3, 5])
    >>> model.coef_.round(6), round(model.intercept_, 6)
    (array([2.]), 1.0)
    """

    def __init__(self, *, fit_intercept: bool = True) -> None:
        self.fit_intercept = fit_intercept

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Find the weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
        sample_weight : array-like of shape (n_samples,), optional
        """
        samples, targets, weights = self._targets(X, y, sample_weight)
        found = Decomposed.of(samples, weights, self.fit_intercept)
        self.rank_, self.singular_ = len(found.values), found.values
        return self._keep(*found.solve(targets, np.zeros(targets.shape[1])))


class Ridge(Linear):
    """Predict by a weighted sum of features, with a penalty on large weights.

    Parameters
    ----------
    alpha : float or array-like of shape (n_targets,)
        How much the sum of squared weights counts; 0 for not at all.
    fit_intercept : bool
        Whether a number may be added to the sum, without penalty.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        The weights.
    intercept_ : float or ndarray of shape (n_targets,)
        What is added.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Hoerl & Kennard (1970), "Ridge regression: biased estimation for nonorthogonal
    problems", Technometrics 12(1).

    Examples
    --------
    >>> Ridge(alpha=2.0).fit([[0], [1], [2]], [0, 2, 4]).coef_
    array([1.])
    """

    def __init__(self, alpha: Alphas = 1.0, *, fit_intercept: bool = True) -> None:
        self.alpha = alpha
        self.fit_intercept = fit_intercept

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Find the weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
        sample_weight : array-like of shape (n_samples,), optional
        """
        fit_ridges([self], X, y, sample_weight)
        return self

    @classmethod
    def share_fits(cls, estimators: Sequence[Self]) -> FitAll | None:
        """One decomposition serves every penalty; see `aiguille.fitting`."""
        return fits_in_groups(estimators, fit_ridges, but=["alpha"])


def fit_ridges(
    models: Sequence[Ridge], X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
) -> None:
    """Fit ridge regressions that differ in their penalty, together."""
    for model in models:
        samples, targets, weights = model._targets(X, y, sample_weight)
    alphas = [check_alphas(model.alpha, targets.shape[1]) for model in models]
    solved = ridges(samples, targets, weights, alphas, models[0].fit_intercept)
    for model, (coef, intercept) in zip(models, solved, strict=True):
        model._keep(coef, intercept)


class RidgeCV(Linear):
    """Ridge regression that chooses its penalty by the errors on samples left out.

    Each sample is left out once, for each penalty, and nothing is fitted twice; with folds
    in place of single samples, one decomposition of each fold serves all penalties.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        The penalties to try, more than 0.
    fit_intercept : bool
        Whether a number may be added to the sum, without penalty.
    cv : int, splitter or iterable of (train, test), optional
        Folds to leave out; by default each sample on its own.
    store_cv_results : bool
        Whether to keep the errors; not with ``cv``.

    Attributes
    ----------
    alpha_ : float
        The penalty with the least squared error, or with ``cv`` the largest R².
    best_score_ : float
        That error, negative, or that R².
    cv_results_ : ndarray of shape (n_samples, n_alphas) or (n_samples, n_targets, n_alphas)
        Squared errors on the samples left out; with ``store_cv_results``.
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        The weights.
    intercept_ : float or ndarray of shape (n_targets,)
        What is added.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Golub, Heath & Wahba (1979), "Generalized cross-validation as a method for choosing a
    good ridge parameter", Technometrics 21(2).

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(30, 20))
    >>> y = X[:, 0] + np.random.default_rng(1).normal(size=30)
    >>> RidgeCV([0.01, 1.0, 100.0]).fit(X, y).alpha_
    1.0
    """

    def __init__(
        self,
        alphas: ArrayLike = (0.1, 1.0, 10.0),
        *,
        fit_intercept: bool = True,
        cv: Any = None,
        store_cv_results: bool = False,
    ) -> None:
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.cv = cv
        self.store_cv_results = store_cv_results

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Choose the penalty, and find the weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            At least two samples.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
        sample_weight : array-like of shape (n_samples,), optional
        """
        samples, targets, weights = self._targets(X, y, sample_weight)
        if len(samples) < 2:
            raise ValueError(
                f"Found array with {len(samples)} sample(s) while a minimum of 2 is required: one "
                "is left out."
            )
        penalties = np.atleast_1d(np.asarray(self.alphas, dtype=np.float64))
        for alpha in penalties:
            check_real("alphas", float(alpha), open_low=True)
        if self.cv is not None:
            return self._choose_on_folds(samples, targets, weights, penalties)
        found = Decomposed.of(samples, weights, self.fit_intercept)
        errors = found.errors_left_out(targets, penalties) ** 2
        means = np.average(errors, axis=0, weights=weights).mean(axis=0)
        best = int(means.argmin())
        self.alpha_, self.best_score_ = float(penalties[best]), -float(means[best])
        if self.store_cv_results:
            self.cv_results_ = errors[:, 0] if self._one_target else errors
        return self._keep(*found.solve(targets, np.full(targets.shape[1], self.alpha_)))

    def _choose_on_folds(
        self, X: Numbers, Y: Numbers, weights: Numbers, penalties: Numbers
    ) -> Self:
        """Choose the penalty that explains most of what was left out."""
        scores = []
        for train, test in check_cv(self.cv, Y).split(X, Y):
            found = Decomposed.of(X[train], weights[train], self.fit_intercept)
            for alpha in penalties:
                coef, intercept = found.solve(Y[train], np.full(Y.shape[1], alpha))
                predicted = X[test] @ coef.T + intercept
                scores.append(determination(Y[test], predicted, weights[test]).mean())
        means = np.reshape(scores, (-1, len(penalties))).mean(axis=0)
        best = int(means.argmax())
        self.alpha_, self.best_score_ = float(penalties[best]), float(means[best])
        found = Decomposed.of(X, weights, self.fit_intercept)
        return self._keep(*found.solve(Y, np.full(Y.shape[1], self.alpha_)))
