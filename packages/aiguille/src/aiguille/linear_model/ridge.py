"""Least squares, with a penalty on large weights: one decomposition serves every penalty.

Read `Decomposed`: with the singular values of the centred samples, the weights for any
``alpha`` are a product away, and so are the errors on each sample left out. `Ridge`,
`RidgeCV` and `RidgeClassifier` are thin objects around it.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Classifier, Regressor, determination
from aiguille.parameters import check_real
from aiguille.splitters import check_cv
from aiguille.validation import (
    check_consistent_length,
    check_data,
    check_numbers,
    check_sample_weight,
    check_samples,
    check_training_set,
)

__all__ = ["LinearRegression", "Ridge", "RidgeCV", "RidgeClassifier", "ridge_regression"]

Numbers = NDArray[np.float64]
Alphas = float | ArrayLike


@dataclass(frozen=True)
class Decomposed:
    """Samples, centred and weighted, as their singular values and vectors.

    Parameters
    ----------
    U : ndarray of shape (n_samples, rank)
    values : ndarray of shape (rank,)
    Vt : ndarray of shape (rank, n_features)
    mean : ndarray of shape (n_features,)
        What was subtracted.
    roots : ndarray of shape (n_samples,)
        Roots of the samples' weights, by which rows were multiplied.
    """

    U: Numbers
    values: Numbers
    Vt: Numbers
    mean: Numbers
    roots: Numbers
    centred: bool

    @classmethod
    def of(cls, X: Numbers, weights: Numbers, centre: bool) -> "Decomposed":
        """Decompose samples; what is shorter than rounding errors is left out.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
        weights : ndarray of shape (n_samples,)
        centre : bool
            Whether to subtract the weighted mean.
        """
        mean = np.average(X, axis=0, weights=weights) if centre else np.zeros(X.shape[1])
        roots = np.sqrt(weights)
        U, values, Vt = np.linalg.svd((X - mean) * roots[:, None], full_matrices=False)
        eps = np.finfo(np.float64).eps * max(X.shape)
        kept = values > eps * values.max(initial=0.0)
        return cls(U[:, kept], values[kept], Vt[kept], mean, roots, centre)

    def solve(self, Y: Numbers, alphas: Numbers) -> tuple[Numbers, Numbers]:
        """Give the weights of features, and what is added to their sum.

        Parameters
        ----------
        Y : ndarray of shape (n_samples, n_targets)
        alphas : ndarray of shape (n_targets,)
            The penalty for each target.

        Returns
        -------
        coef : ndarray of shape (n_targets, n_features)
        intercept : ndarray of shape (n_targets,)
        """
        middle = self.middle(Y)
        along = self.U.T @ ((Y - middle) * self.roots[:, None])
        shrunk = self.values[:, None] / (self.values[:, None] ** 2 + alphas) * along
        coef: Numbers = shrunk.T @ self.Vt
        return coef, middle - coef @ self.mean

    def middle(self, Y: Numbers) -> Numbers:
        """Give the weighted means of the targets; nothing without an intercept."""
        if not self.centred:
            return np.zeros(Y.shape[1])
        middle: Numbers = np.average(Y, axis=0, weights=self.roots**2)
        return middle

    def errors_left_out(self, Y: Numbers, alpha: float) -> Numbers:
        """Give the error on each sample of the model that is fitted on all others.

        Leaving a sample out stretches its error by what it has to say about itself (the
        diagonal of the hat matrix), so that nothing is fitted anew.

        Parameters
        ----------
        Y : ndarray of shape (n_samples, n_targets)
        alpha : float

        Returns
        -------
        ndarray of shape (n_samples, n_targets)

        References
        ----------
        Allen (1974), "The relationship between variable selection and data augmentation and
        a method for prediction", Technometrics 16(1).
        """
        rows = (Y - self.middle(Y)) * self.roots[:, None]
        shares = self.values**2 / (self.values**2 + alpha)
        residuals = rows - self.U @ (shares[:, None] * (self.U.T @ rows))
        own = (self.U**2) @ shares
        if self.centred:
            own = own + self.roots**2 / (self.roots**2).sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            stretched = residuals / (1 - own)[:, None] / self.roots[:, None]
        return np.where(np.isfinite(stretched), stretched, 0.0)


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
        samples, targets, weights = self._targets(X, y, sample_weight)
        alphas = check_alphas(self.alpha, targets.shape[1])
        found = Decomposed.of(samples, weights, self.fit_intercept)
        return self._keep(*found.solve(targets, alphas))


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
        errors = np.stack([found.errors_left_out(targets, a) ** 2 for a in penalties], axis=-1)
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


class RidgeClassifier(Classifier):
    """Name a sample after the class whose ridge regression gives most.

    Each class has the number 1 where it is the sample's, and -1 where not; one
    decomposition serves them all.

    Parameters
    ----------
    alpha : float
        How much the sum of squared weights counts.
    fit_intercept : bool
        Whether a number may be added to the sums, without penalty.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted.
    coef_ : ndarray of shape (n_classes, n_features), or (1, n_features) for two classes
        The weights.
    intercept_ : ndarray of shape (n_classes,), or (1,) for two classes
        What is added.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    See Also
    --------
    Ridge : for numbers.

    Examples
    --------
    >>> model = RidgeClassifier().fit([[0], [1], [8], [9]], ["low", "low", "high", "high"])
    >>> model.predict([[3], [7]])
    array(['low', 'high'], dtype='<U4')
    """

    def __init__(self, alpha: float = 1.0, *, fit_intercept: bool = True) -> None:
        self.alpha = alpha
        self.fit_intercept = fit_intercept

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Find the weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            At least two classes.
        sample_weight : array-like of shape (n_samples,), optional
        """
        samples, labels = check_training_set(self, X, y)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y has one class only ({self.classes_[0]!r}): the number of classes has to be "
                "greater than one."
            )
        weights = check_sample_weight(sample_weight, len(samples))
        signs = np.where(codes[:, None] == np.arange(len(self.classes_)), 1.0, -1.0)
        signs = signs[:, 1:] if len(self.classes_) == 2 else signs
        alphas = check_alphas(self.alpha, signs.shape[1])
        found = Decomposed.of(samples, weights, self.fit_intercept)
        self.coef_, self.intercept_ = found.solve(signs, alphas)
        return self

    def decision_function(self, X: ArrayLike) -> Numbers:
        """Give the sums of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes), or (n_samples,) for two classes
            For two classes more than 0 stands for the second.
        """
        sums: Numbers = check_samples(self, X) @ self.coef_.T + self.intercept_
        return sums[:, 0] if len(self.classes_) == 2 else sums

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Name each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        sums = self.decision_function(X)
        named: NDArray[Any] = self.classes_[
            (sums > 0).astype(np.intp) if sums.ndim == 1 else sums.argmax(axis=1)
        ]
        return named


def check_alphas(alpha: Any, n_targets: int) -> Numbers:
    """Give a penalty for each target."""
    if np.ndim(alpha) == 0:
        return np.full(n_targets, check_real("alpha", alpha))
    alphas = np.asarray(alpha, dtype=np.float64)
    if alphas.shape != (n_targets,) or not (alphas >= 0).all():
        raise ValueError(
            f"alpha={alpha!r} must be a number of at least 0, or one for each of the {n_targets} "
            "targets."
        )
    return alphas
