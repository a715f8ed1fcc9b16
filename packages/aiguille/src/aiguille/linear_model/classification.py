"""Classes by weighted sums of features: one sum for each class, and the largest names it.

Read `LinearClassifier`, what all do with weights once they have them, then `RidgeClassifier`,
which finds them by least squares. `aiguille.linear_model.logistic` finds them by probabilities.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Classifier
from aiguille.fitting import FitAll, fits_in_groups
from aiguille.linear_model.decomposed import check_alphas, ridges
from aiguille.validation import check_sample_weight, check_samples, check_training_set

__all__ = ["LinearClassifier", "RidgeClassifier"]

Numbers = NDArray[np.float64]


class LinearClassifier(Classifier):
    """What all do with weights of features once they have them.

    Attributes
    ----------
    coef_ : ndarray of shape (n_classes, n_features), or (1, n_features) for two classes
    intercept_ : ndarray of shape (n_classes,), or (1,) for two classes
    """

    coef_: Numbers
    intercept_: Numbers

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

    def _classes(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None
    ) -> tuple[Numbers, NDArray[np.intp], Numbers]:
        """Check what ``fit`` was given; give samples, the number of each one's class, weights."""
        samples, labels = check_training_set(self, X, y)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y has one class only ({self.classes_[0]!r}): the number of classes has to be "
                "greater than one."
            )
        return samples, codes, check_sample_weight(sample_weight, len(samples))


class RidgeClassifier(LinearClassifier):
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
        fit_ridges([self], X, y, sample_weight)
        return self

    @classmethod
    def share_fits(cls, estimators: Sequence[Self]) -> FitAll | None:
        """One decomposition serves every penalty; see `aiguille.fitting`."""
        return fits_in_groups(estimators, fit_ridges, but=["alpha"])


def fit_ridges(
    models: Sequence[RidgeClassifier],
    X: ArrayLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
) -> None:
    """Fit classifiers that differ in their penalty, together."""
    for model in models:
        samples, codes, weights = model._classes(X, y, sample_weight)
    n_classes = len(models[0].classes_)
    signs = np.where(codes[:, None] == np.arange(n_classes), 1.0, -1.0)
    signs = signs[:, 1:] if n_classes == 2 else signs
    alphas = [check_alphas(model.alpha, signs.shape[1]) for model in models]
    solved = ridges(samples, signs, weights, alphas, models[0].fit_intercept)
    for model, (coef, intercept) in zip(models, solved, strict=True):
        model.coef_, model.intercept_ = coef, intercept
