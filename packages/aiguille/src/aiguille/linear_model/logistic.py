"""Probabilities of classes by weighted sums of features: logistic regression.

Each class has a sum, and its probability is its share of the exponentials of all sums. Read
`softmax_loss` (how wrong probabilities are, and which way is better), `coordinates` (in which the
weights are found in few steps), then `logistic_weights`. The estimator is a thin object around
it.
"""

import warnings
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import log_probabilities
from aiguille.linear_model.classification import LinearClassifier
from aiguille.linear_model.decomposed import Decomposed
from aiguille.linear_model.descent import Descent, least_loss
from aiguille.parameters import check_real, check_whole
from aiguille.validation import ConvergenceWarning

__all__ = ["LogisticRegression", "logistic_weights", "softmax_loss"]

Numbers = NDArray[np.float64]
Codes = NDArray[np.intp]


def softmax_loss(sums: Numbers, codes: Codes, shares: Numbers) -> tuple[float, Numbers]:
    """Give the mean of -log(probability of the true class), and its derivatives by the sums.

    Parameters
    ----------
    sums : ndarray of shape (n_classes, n_samples), or (1, n_samples) for two classes
        A single sum is that of the second class, beside 0 for the first.
    codes : ndarray of shape (n_samples,)
        The class of each sample, from 0 on.
    shares : ndarray of shape (n_samples,)
        How much each sample counts; together 1.

    Returns
    -------
    loss : float
    derivatives : ndarray of the shape of ``sums``

    Examples
    --------
    >>> loss, derivatives = softmax_loss(np.zeros((2, 2)), np.array([0, 1]), np.full(2, 0.5))
    >>> round(loss, 3), derivatives.tolist()
    (0.693, [[-0.25, 0.25], [0.25, -0.25]])
    """
    if len(sums) == 1:
        # exp of a number that is not positive never overflows.
        small = np.exp(-np.abs(sums))
        lost = np.log1p(small) + np.maximum(sums, 0.0) - codes * sums
        proba = np.where(sums < 0, small, 1.0) / (1.0 + small)
        return float(lost[0] @ shares), shares * (proba - codes)
    everyone = np.arange(len(codes))
    proba = sums - sums.max(axis=0)
    own = proba[codes, everyone]
    np.exp(proba, out=proba)
    total = proba.sum(axis=0)
    loss = float(shares @ (np.log(total) - own))
    proba *= shares / total
    proba[codes, everyone] -= shares
    return loss, proba


@dataclass(frozen=True)
class Coordinates:
    """Samples in coordinates along which the loss is curved alike, and the way back.

    Parameters
    ----------
    Z : ndarray of shape (rank, n_samples) or (rank + 1, n_samples)
        A row for each coordinate, the last one of equal numbers for the intercept.
    unit : ndarray of shape (n_rows,)
        By what each row was divided: the root of the curvature along it.
    axes : ndarray of shape (rank, n_features), or None
        The directions of the rows; None where they are the features.
    mean : ndarray of shape (n_features,)
        What was subtracted.
    centred : bool
        Whether anything was, and there is a row for the intercept.
    """

    Z: Numbers
    unit: Numbers
    axes: Numbers | None
    mean: Numbers
    centred: bool

    @classmethod
    def of(
        cls, X: Numbers, weights: Numbers, centre: bool, curvature: float, penalty: float, k: int
    ) -> "Coordinates":
        """Choose coordinates for samples.

        At the start the loss has along each singular vector the curvature of its squared singular
        value, and the penalty has its own along all. Divided by the root of their sum, all are
        curved alike, and the first step goes nearly to where Newton's would. Of few samples
        with many features only as many columns remain as there are samples.
        """
        n, d = X.shape
        # A decomposition takes as long as so many steps.
        if min(n, d) ** 3 > 40 * n * d * k:
            mean = weights @ X / weights.sum() if centre else np.zeros(d)
            axes, rank = None, d
            Z = np.empty((n, rank + centre)).T  # in memory as X is
            np.subtract(X.T, mean[:, None], out=Z[:rank])
            spread = root_mean_squares(Z[:rank], weights)
            unit = root_curvature(spread, curvature, penalty)
            Z[:rank] /= unit[:, None]
        else:
            found = Decomposed.of(X, weights, centre)
            axes, mean, rank = found.Vt, found.mean, len(found.values)
            spread = found.values / np.sqrt(weights.sum())
            unit = root_curvature(spread, curvature, penalty)
            Z = np.empty((rank + centre, n))
            np.multiply(found.U.T, (found.values / unit)[:, None], out=Z[:rank])
            Z[:rank] /= found.roots
        if centre:
            unit = np.append(unit, np.sqrt(curvature))
            Z[rank] = 1.0 / unit[rank]
        return cls(Z, unit, axes, mean, centre)

    def inside(self, coef: Numbers, intercept: Numbers) -> Numbers:
        """Give the weights of coordinates, (n_sums, n_rows), for weights of features."""
        along = coef if self.axes is None else coef @ self.axes.T
        if self.centred:
            along = np.column_stack([along, intercept + coef @ self.mean])
        return along * self.unit

    def outside(self, V: Numbers) -> tuple[Numbers, Numbers]:
        """Give the weights of features, (n_sums, n_features), and what is added to sums."""
        along, last = V / self.unit, np.zeros(len(V))
        if self.centred:
            along, last = along[:, :-1], along[:, -1]
        coef = along.copy() if self.axes is None else along @ self.axes
        return coef, last - coef @ self.mean


def root_curvature(spread: Numbers, curvature: float, penalty: float) -> Numbers:
    """Give the root of a loss's curvature along directions in which samples spread so far."""
    # hypot is the root of the sum of squares, without squares that overflow.
    unit: Numbers = np.hypot(spread * np.sqrt(curvature), np.sqrt(penalty))
    unit[unit == 0] = 1.0
    return unit


def root_mean_squares(rows: Numbers, weights: Numbers) -> Numbers:
    """Give the root of the weighted mean square of each row."""
    with np.errstate(over="ignore", invalid="ignore"):
        roots: Numbers = np.sqrt(np.einsum("ij,ij,j->i", rows, rows, weights) / weights.sum())
    if not np.isfinite(roots).all():
        raise ValueError("X has values so large that squares overflow: divide it by a constant.")
    return roots


def logistic_weights(
    X: Numbers,
    codes: Codes,
    weights: Numbers,
    *,
    C: float = 1.0,
    fit_intercept: bool = True,
    tol: float = 1e-4,
    max_iter: int = 100,
    start: tuple[Numbers, Numbers] | None = None,
) -> tuple[Numbers, Numbers, Descent]:
    """Find the weights of features that make the true classes most probable, with a penalty.

    They minimise the sum of -log(probability of the true class) over samples, and half the sum
    of squared weights divided by ``C``.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    codes : ndarray of shape (n_samples,)
        The class of each sample, from 0 on.
    weights : ndarray of shape (n_samples,)
        How much each sample counts.
    C, fit_intercept, tol, max_iter
        As for `LogisticRegression`.
    start : pair of ndarrays of the shapes of what is returned, optional
        Where to begin.

    Returns
    -------
    coef : ndarray of shape (n_classes, n_features), or (1, n_features) for two classes
    intercept : ndarray of shape (n_classes,), or (1,)
    descent : Descent
        How it went.

    Examples
    --------
    >>> X, codes = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 1, 0, 1])
    >>> coef, intercept, _ = logistic_weights(X, codes, np.ones(4), tol=1e-8)
    >>> coef.round(3), intercept.round(3)
    (array([[0.453]]), array([-0.679]))
    """
    n_classes, counted = int(codes.max()) + 1, weights > 0
    if not counted.all():
        X, codes, weights = X[counted], codes[counted], weights[counted]
    total = float(weights.sum())
    proba = np.bincount(codes, weights, minlength=n_classes) / total
    # How the loss is curved by a sum where probabilities are those of the classes.
    k = 1 if n_classes == 2 else n_classes
    curvature = float(1 - proba @ proba) / (2 if k == 1 else k - 1)
    penalty = 1.0 / (C * total)
    space = Coordinates.of(X, weights, fit_intercept, curvature, penalty, k)
    if start is None:
        start = np.zeros((k, X.shape[1])), before_any_feature(proba)
    ridge = (np.sqrt(penalty) / space.unit) ** 2
    if fit_intercept:
        ridge[-1] = 0.0
    found = least_loss(
        space.Z,
        partial(softmax_loss, codes=codes, shares=weights / total),
        ridge,
        space.inside(*start),
        unit=space.unit,
        tol=tol,
        max_iter=max_iter,
    )
    return *space.outside(found.weights), found


def before_any_feature(proba: Numbers) -> Numbers:
    """Give the sums of classes that are as probable as this; their mean is zero."""
    sums = np.log(np.maximum(proba, 1e-10))
    return np.asarray(sums[1:] - sums[:1] if len(sums) == 2 else sums - sums.mean())


class LogisticRegression(LinearClassifier):
    """Give each class a probability by a weighted sum of features, and name the most probable.

    Parameters
    ----------
    C : float
        How much the samples count against a penalty on squared weights; more than 0, and
        infinity for no penalty.
    tol : float
        It stops where the gradient of the mean loss is not longer than this.
    fit_intercept : bool
        Whether a number may be added to the sums, without penalty.
    class_weight : None, "balanced" or dict
        How much samples of each class count: all alike, so that each class counts as much as
        any other, or a number for each label (1 for a label that is not there).
    max_iter : int
        The most steps.
    random_state : ignored
        Nothing is drawn at random: it is there for the sake of programs that set it.
    warm_start : bool
        Whether ``fit`` begins where the last one ended, if classes and features are as many.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, sorted.
    coef_ : ndarray of shape (n_classes, n_features), or (1, n_features) for two classes
        The weights.
    intercept_ : ndarray of shape (n_classes,), or (1,) for two classes
        What is added.
    n_iter_ : ndarray of shape (1,)
        How many steps were taken.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    See Also
    --------
    RidgeClassifier : faster, without probabilities.

    Notes
    -----
    With three classes or more it is one model with a sum for each (multinomial), not one
    against the rest.

    References
    ----------
    Cox (1958), "The regression analysis of binary sequences", Journal of the Royal Statistical
    Society B 20(2). Böhning (1992), "Multinomial logistic regression algorithm", Annals of the
    Institute of Statistical Mathematics 44.

    Examples
    --------
    >>> model = LogisticRegression().fit([[0], [1], [8], [9]], ["low", "low", "high", "high"])
    >>> model.predict([[3], [7]])
    array(['low', 'high'], dtype='<U4')
    >>> model.predict_proba([[4.5]]).round(3)
    array([[0.5, 0.5]])
    """

    n_iter_: NDArray[np.int32]

    def __init__(
        self,
        *,
        C: float = 1.0,
        tol: float = 1e-4,
        fit_intercept: bool = True,
        class_weight: Any = None,
        max_iter: int = 100,
        random_state: Any = None,
        warm_start: bool = False,
    ) -> None:
        self.C = C
        self.tol = tol
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.max_iter = max_iter
        self.random_state = random_state
        self.warm_start = warm_start

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Find the weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            At least two classes.
        sample_weight : array-like of shape (n_samples,), optional

        Raises
        ------
        ValueError
            If fewer than two classes have samples that count.
        """
        C, tol = check_real("C", self.C, open_low=True), check_real("tol", self.tol)
        max_iter = check_whole("max_iter", self.max_iter, at_least=0)
        before = (self.classes_, self.coef_, self.intercept_) if self._goes_on() else None
        samples, codes, weights = self._classes(X, y, sample_weight)
        weights = weights * class_factors(self.class_weight, self.classes_, codes, weights)[codes]
        check_weigh_something(weights, codes, self.classes_)
        start = None
        if before is not None and np.array_equal(before[0], self.classes_):
            start = before[1:] if before[1].shape[1] == samples.shape[1] else None
        self.coef_, self.intercept_, found = logistic_weights(
            samples,
            codes,
            weights,
            C=C,
            fit_intercept=self.fit_intercept,
            tol=tol,
            max_iter=max_iter,
            start=start,
        )
        self.n_iter_ = np.array([found.n_iter], dtype=np.int32)
        if not found.converged:
            warnings.warn(
                f"It has not converged in max_iter={max_iter} steps: raise max_iter or tol="
                f"{tol:g}, lower C={C:g}, or bring the features to one scale (StandardScaler).",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def predict_log_proba(self, X: ArrayLike) -> Numbers:
        """Give the logarithm of each class's probability.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        return log_probabilities(self.decision_function(X))

    def predict_proba(self, X: ArrayLike) -> Numbers:
        """Give the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        proba: Numbers = np.exp(self.predict_log_proba(X))
        return proba

    def _goes_on(self) -> bool:
        return self.warm_start and hasattr(self, "coef_")


def class_factors(
    class_weight: Any, classes: NDArray[Any], codes: Codes, weights: Numbers
) -> Numbers:
    """Give the number by which the weights of each class's samples are multiplied."""
    if class_weight is None:
        return np.ones(len(classes))
    if isinstance(class_weight, str) and class_weight == "balanced":
        counts = np.bincount(codes, weights, minlength=len(classes))
        with np.errstate(divide="ignore"):
            factors = weights.sum() / (len(classes) * counts)
        return np.where(counts > 0, factors, 0.0)
    if not isinstance(class_weight, dict):
        raise ValueError(
            f"class_weight={class_weight!r} is not possible: give None, 'balanced' or a dict of "
            "labels and numbers."
        )
    labels = classes.tolist()
    unknown = [label for label in class_weight if label not in labels]
    if unknown:
        raise ValueError(f"class_weight has {unknown}, but y has only the classes {labels}.")
    return np.array(
        [check_real(f"class_weight of {label!r}", class_weight.get(label, 1.0)) for label in labels]
    )


def check_weigh_something(weights: Numbers, codes: Codes, classes: NDArray[Any]) -> None:
    """Refuse samples of which only one class counts."""
    there = np.unique(codes[weights > 0])
    if len(there) < 2:
        raise ValueError(
            f"Only one class counts ({classes[there[:1]].tolist()}), the others weigh nothing: "
            "give samples of at least two classes a weight of more than 0."
        )
