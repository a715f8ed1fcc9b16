"""Gaussian naive Bayes: each class is a bell curve along each feature, as if independent.

Only counts, means and variances are kept, so that samples may come part by part. Read
`class_moments`, `merged_moments` (how two parts become one), then `GaussianNB`.
"""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Classifier, log_probabilities
from aiguille.parameters import check_real
from aiguille.validation import (
    check_class_labels,
    check_consistent_length,
    check_data,
    check_priors,
    check_sample_weight,
    check_samples,
    check_training_set,
)

__all__ = ["GaussianNB"]

Numbers = NDArray[np.float64]
Moments = tuple[Numbers, Numbers, Numbers]


def class_moments(X: Numbers, codes: NDArray[np.intp], weights: Numbers, n: int) -> Moments:
    """Give the weight, mean and variance of each of ``n`` classes; zeros for an absent one.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    codes : ndarray of shape (n_samples,)
        The class of each sample, from 0 on.
    weights : ndarray of shape (n_samples,)
    n : int

    Returns
    -------
    counts, means, variances : ndarrays
        Of shapes (n,), (n, n_features), (n, n_features).
    """
    counts = np.bincount(codes, weights, minlength=n).astype(np.float64)
    means, variances = np.zeros((n, X.shape[1])), np.zeros((n, X.shape[1]))
    for c in np.flatnonzero(counts > 0):
        rows, shares = X[codes == c], weights[codes == c] / counts[c]
        means[c] = shares @ rows
        variances[c] = shares @ (rows - means[c]) ** 2
    return counts, means, variances


def merged_moments(one: Moments, two: Moments) -> Moments:
    """Give the moments of two parts together, from those of each.

    References
    ----------
    Chan, Golub & LeVeque (1979), "Updating formulae and a pairwise algorithm for computing
    sample variances", Stanford STAN-CS-79-773.
    """
    counts = one[0] + two[0]
    share = (two[0] / np.where(counts > 0, counts, 1.0))[:, None]
    apart = two[1] - one[1]
    means = one[1] + share * apart
    variances = (1 - share) * one[2] + share * two[2] + share * (1 - share) * apart**2
    return counts, means, variances


class GaussianNB(Classifier):
    """Name a sample after the class whose bell curves make it most probable.

    Parameters
    ----------
    priors : array-like of shape (n_classes,), optional
        How probable each class is beforehand; by default its share of the samples.
    var_smoothing : float
        This share of the largest variance of a feature is added to all variances.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted.
    class_count_, class_prior_ : ndarray of shape (n_classes,)
        The weight of each class's samples, and how probable it is beforehand.
    theta_, var_ : ndarray of shape (n_classes, n_features)
        Means and variances.
    epsilon_ : float
        What was added to the variances.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Examples
    --------
    >>> model = GaussianNB().fit([[0], [1], [8], [9]], ["low", "low", "high", "high"])
    >>> model.predict([[3], [7]])
    array(['low', 'high'], dtype='<U4')
    """

    class_count_: Numbers
    class_prior_: Numbers
    theta_: Numbers
    var_: Numbers
    epsilon_: float

    def __init__(self, *, priors: ArrayLike | None = None, var_smoothing: float = 1e-9) -> None:
        self.priors = priors
        self.var_smoothing = var_smoothing

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn the bell curves.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), optional

        Raises
        ------
        ValueError
            If ``priors`` do not fit the classes, or a class does not vary and nothing is added.
        """
        samples, labels = check_training_set(self, X, y)
        self.__dict__.pop("theta_", None)
        self.classes_ = np.unique(labels)
        return self._learn(samples, labels, sample_weight)

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn from some more samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        classes : array-like of shape (n_classes,), optional
            All classes that will come; needed the first time.
        sample_weight : array-like of shape (n_samples,), optional
        """
        first = not hasattr(self, "theta_")
        if first and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        samples = check_data(self, X) if first else check_samples(self, X)
        labels = check_class_labels(y)
        check_consistent_length(X=samples, y=labels)
        named = None if classes is None else np.unique(np.asarray(classes))
        if named is not None and not first and not np.array_equal(named, self.classes_):
            raise ValueError(
                f"classes={named} is not the same as on the first call to partial_fit: "
                f"{self.classes_}."
            )
        if first and named is not None:
            self.classes_ = named
        return self._learn(samples, labels, sample_weight)

    def _learn(self, X: Numbers, y: NDArray[np.generic], sample_weight: ArrayLike | None) -> Self:
        smoothing = check_real("var_smoothing", self.var_smoothing)
        weights = check_sample_weight(sample_weight, len(X))
        unknown = np.setdiff1d(y, self.classes_)
        if unknown.size:
            raise ValueError(
                f"The target label(s) {unknown} in y do not exist in the initial classes "
                f"{self.classes_}."
            )
        n = len(self.classes_)
        found = class_moments(X, np.searchsorted(self.classes_, y), weights, n)
        if hasattr(self, "theta_"):
            before = (self.class_count_, self.theta_, self.var_ - self.epsilon_)
            found = merged_moments(before, found)
        mean = np.average(X, axis=0, weights=weights)
        spread = float(np.average((X - mean) ** 2, axis=0, weights=weights).max())
        # Where nothing varies there is no scale: one stands for it, so that no variance is zero.
        epsilon = smoothing * (spread or 1.0)
        if (found[2] + epsilon <= 0).any():
            raise ValueError(
                f"var_smoothing={self.var_smoothing} leaves a class without variance along a "
                "feature: give more than 0."
            )
        prior = found[0] / found[0].sum() if self.priors is None else check_priors(self.priors, n)
        self.class_count_, self.theta_, self.var_ = found[0], found[1], found[2] + epsilon
        self.epsilon_, self.class_prior_ = epsilon, prior
        return self

    def predict_joint_log_proba(self, X: ArrayLike) -> Numbers:
        """Give the logarithm of each class's probability together with the sample's.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        samples = check_samples(self, X)
        joint = np.empty((len(samples), len(self.classes_)))
        with np.errstate(divide="ignore"):  # a class that cannot be has -inf
            priors = np.log(self.class_prior_)
        for c, (mean, var) in enumerate(zip(self.theta_, self.var_, strict=True)):
            with np.errstate(over="ignore"):
                far = ((samples - mean) ** 2 / var).sum(axis=1)
            joint[:, c] = priors[c] - 0.5 * (np.log(2 * np.pi * var).sum() + far)
        if not np.isfinite(joint.max(axis=1)).all():
            raise ValueError(
                "X has samples so far from all classes that squares overflow: scale the features, "
                "or leave such samples out."
            )
        return joint

    def predict_log_proba(self, X: ArrayLike) -> Numbers:
        """Give the logarithm of each class's probability, of shape (n_samples, n_classes)."""
        return log_probabilities(self.predict_joint_log_proba(X))

    def predict_proba(self, X: ArrayLike) -> Numbers:
        """Give the probability of each class, of shape (n_samples, n_classes)."""
        proba: Numbers = np.exp(self.predict_log_proba(X))
        return proba

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Name the most probable class of each sample, of shape (n_samples,)."""
        joint = self.predict_joint_log_proba(X)
        named: NDArray[np.generic] = self.classes_[joint.argmax(axis=1)]
        return named
