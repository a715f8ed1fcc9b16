"""Keep the columns that tell classes apart.

Of 4,096 pixels many are background. The analysis of variance asks of each column by itself
whether its mean differs between the classes by more than chance makes it differ. Read
`f_classif` (the question), `f_tail` (what chance does: how often F is as large), then
`SelectKBest` (the transformer that keeps the best).
"""

import math
import warnings
from collections.abc import Callable
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.parameters import check_whole
from aiguille.transformers import Transformer, names_of_features
from aiguille.validation import (
    check_array,
    check_class_labels,
    check_consistent_length,
    check_data,
    check_fitted,
    check_samples,
)

__all__ = ["SelectKBest", "f_classif", "f_tail"]

Numbers = NDArray[np.float64]


def f_classif(X: ArrayLike, y: ArrayLike) -> tuple[Numbers, Numbers]:
    """Compare the scatter between classes with that within, for each column.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,)
        Their classes.

    Returns
    -------
    f_statistic : ndarray of shape (n_features,)
        About 1 for a column that has nothing to do with the classes, more for one that
        has; infinity where all samples of a class have the same value; NaN for a column
        that does not vary, with a warning.
    p_values : ndarray of shape (n_features,)
        How often chance alone would make F at least as large.

    Raises
    ------
    ValueError
        If there is one class only, or no class with two samples.

    References
    ----------
    Fisher (1925), "Statistical methods for research workers", chapter 7.

    Examples
    --------
    >>> F, p = f_classif([[1, 7], [2, 9], [8, 7], [9, 9]], ["low", "low", "high", "high"])
    >>> F
    array([98.,  0.])
    >>> p.round(3)
    array([0.01, 1.  ])
    """
    samples, labels = check_array(X, keep_float32=True), check_class_labels(y)
    check_consistent_length(X=samples, y=labels)
    classes, codes = np.unique(labels, return_inverse=True)
    n, k = len(samples), len(classes)
    if k < 2:
        raise ValueError(
            f"y names one class only, {classes[0]!r}: columns are judged by how they tell "
            "classes apart, so give samples of at least 2."
        )
    if n == k:
        raise ValueError(
            f"each of the {k} classes has one sample: give at least two samples of one of them, "
            "or there is no scatter within classes to compare with."
        )
    constant = (samples == samples[0]).all(axis=0)
    if constant.any():
        warnings.warn(
            f"Features {np.flatnonzero(constant).tolist()} are constant: they have no F "
            "(it is NaN) and are chosen last.",
            stacklevel=2,
        )
    between, within = scatters(samples, codes, k)
    between[constant] = within[constant] = np.nan
    with np.errstate(divide="ignore", over="ignore"):  # no scatter within makes F infinite
        F = (between / (k - 1)) / (within / (n - k))
    return F, f_tail(F, k - 1, n - k)


def scatters(X: NDArray[Any], codes: NDArray[np.intp], n_classes: int) -> tuple[Numbers, Numbers]:
    """Sum squared differences of class means from the mean, and of samples from class means.

    Differences are taken before they are squared. The usual short cut, the sum of squares
    minus the square of the sum, loses all digits in a column that is far from zero.
    """
    within = np.zeros(X.shape[1])
    means = np.empty((n_classes, X.shape[1]))
    for code in range(n_classes):  # one class at a time: no copy of all samples is made
        # Counted from its first sample, a class with one value has exactly no scatter.
        rows = X[codes == code].astype(np.float64)
        first = rows[0].copy()
        rows -= first
        middle = rows.mean(axis=0)
        rows -= middle
        within += np.einsum("ij,ij->j", rows, rows)
        means[code] = (first - X[0]) + middle
    sizes = np.bincount(codes, minlength=n_classes)
    means -= sizes @ means / len(X)
    return sizes @ means**2, within


# The F distribution


def f_tail(F: ArrayLike, d1: int, d2: int) -> Numbers:
    """Give the probability that F is at least this large, by chance alone.

    Parameters
    ----------
    F : array-like
        Ratios of two estimates of the same variance.
    d1, d2 : int
        Degrees of freedom of the estimate above and of the one below the line.

    Returns
    -------
    ndarray of the shape of ``F``
        Between 0 and 1, exact to ten digits or more, also where it is tiny; NaN for NaN.

    References
    ----------
    Abramowitz & Stegun (1964), "Handbook of mathematical functions", 26.6.2.

    Examples
    --------
    >>> f_tail([0.0, 1.0, 161.4476, np.inf], 1, 1).round(6)
    array([1.  , 0.5 , 0.05, 0.  ])
    """
    ratios = np.asarray(F, dtype=np.float64)
    tail = np.where(np.isnan(ratios), np.nan, np.where(ratios > 0, 0.0, 1.0))
    usual = np.isfinite(ratios) & (ratios > 0)
    f = ratios[usual].clip(1e-290, 1e290)  # products with it must stay finite
    # The tail is the incomplete beta function at x, one minus that with all turned round at
    # 1 - x; the fraction is quick below the mean of the beta distribution, so one of them is.
    a, b = d2 / 2, d1 / 2
    x = 1 / (1 + f * (d1 / d2))
    height = np.exp(log_beta_density(f, d1, d2))
    below = x < (a + 1) / (a + b + 2)
    found = np.empty_like(f)
    found[below] = height[below] / a * beta_fraction(x[below], a, b)
    y = 1 / (1 + (d2 / d1) / f[~below])
    found[~below] = 1 - height[~below] / b * beta_fraction(y, b, a)
    tail[usual] = found.clip(0, 1)
    return tail


def log_beta_density(f: Numbers, d1: int, d2: int) -> Numbers:
    """Give the logarithm of ``x**a * (1 - x)**b / B(a, b)`` for ``x = d2 / (d2 + d1 * f)``.

    For many samples each of these factors is huge or tiny, and logarithms of gamma functions
    leave few digits when they are subtracted. Their large parts (Stirling's formula) cancel on
    paper: what stays is how far x is from the mean, and corrections that are less than one.
    """
    a, b = d2 / 2, d1 / 2
    # x and 1 - x, over their means.
    share = 1 / (d2 + d1 * f)
    above = log_near_one((d1 + d2) * share, d1 * (1 - f) * share)
    below = log_near_one(f * ((d1 + d2) * share), d2 * (f - 1) * share)
    corrections = stirling_correction(a + b) - stirling_correction(a) - stirling_correction(b)
    width = 0.5 * math.log(a * b / (2 * math.pi * (a + b)))
    density: Numbers = a * above + b * below + width + corrections
    return density


def log_near_one(ratio: Numbers, less_one: Numbers) -> Numbers:
    """Give a logarithm from the number, or near 1 from what it is more than 1."""
    near = np.abs(less_one) < 0.5
    return np.where(near, np.log1p(np.where(near, less_one, 0)), np.log(ratio))


def stirling_correction(z: float) -> float:
    """Give what Stirling's formula lacks of the logarithm of the gamma function.

    References
    ----------
    Abramowitz & Stegun (1964), 6.1.41.
    """
    if z < 10:
        return math.lgamma(z) - ((z - 0.5) * math.log(z) - z + 0.5 * math.log(2 * math.pi))
    terms = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
    return sum(term / z ** (2 * n + 1) for n, term in enumerate(terms))


def beta_fraction(x: Numbers, a: float, b: float) -> Numbers:
    """Give the continued fraction of the incomplete beta function.

    It is worked out from the front, each step multiplying by a factor that goes to 1, until
    the slowest of ``x`` is done: some ten steps far from the mean, about the square root of
    ``a`` near it.

    References
    ----------
    Abramowitz & Stegun (1964), 26.5.8. Thompson & Barnett (1986), "Coulomb and Bessel
    functions of complex arguments and order", J. Comput. Phys. 64 (the modified Lentz method).
    """
    tiny = 1e-300  # in the place of a zero that would be divided by
    numerator = np.ones_like(x)
    denominator = 1 / away_from_zero(1 - (a + b) / (a + 1) * x, tiny)
    fraction = denominator.copy()
    for m in range(1, 1000 + int(10 * math.sqrt(a + b))):
        even = m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m)) * x
        odd = -(a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1)) * x
        for step in (even, odd):
            denominator = 1 / away_from_zero(1 + step * denominator, tiny)
            numerator = away_from_zero(1 + step / numerator, tiny)
            factor = numerator * denominator
            fraction *= factor
        if np.all(np.abs(factor - 1) < 1e-15):
            break
    return fraction


def away_from_zero(values: Numbers, tiny: float) -> Numbers:
    """Replace what is too near to zero to divide by."""
    return np.where(np.abs(values) < tiny, tiny, values)


# The transformer


class SelectKBest(Transformer):
    """Keep the columns with the best scores.

    Parameters
    ----------
    score_func : callable
        Called with the samples and their targets, gives a score for each column, or scores
        and p-values: `f_classif`, or one of scikit-learn's.
    k : int or "all"
        How many columns to keep; of equal scores those further right.

    Attributes
    ----------
    scores_ : ndarray of shape (n_features,)
        The columns' scores.
    pvalues_ : ndarray of shape (n_features,) or None
        Their p-values, if ``score_func`` gives some.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Examples
    --------
    >>> X = [[1, 7, 3], [2, 9, 3], [8, 7, 5], [9, 9, 6]]
    >>> select = SelectKBest(k=2).fit(X, ["low", "low", "high", "high"])
    >>> select.get_support(indices=True)
    array([0, 2])
    >>> select.transform([[5, 6, 7]])
    array([[5., 7.]])
    """

    def __init__(
        self, score_func: Callable[..., Any] = f_classif, *, k: int | Literal["all"] = 10
    ) -> None:
        self.score_func = score_func
        self.k = k

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Score the columns.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Classes, or what else ``score_func`` takes.

        Raises
        ------
        ValueError
            If ``k`` is less than 1, or ``score_func`` gives another number of scores than
            there are columns.
        """
        if not callable(self.score_func):
            raise TypeError(
                f"score_func={self.score_func!r} must be a function of samples and targets, "
                "such as f_classif."
            )
        # What is text in k is not a number of columns, whatever it says.
        if not (isinstance(self.k, str) and self.k == "all"):
            check_whole("k", self.k)
        samples = check_data(self, X, keep_float32=True)
        if y is not None:
            check_consistent_length(X=samples, y=np.asarray(y))
        n_features = samples.shape[1]
        if self.k != "all" and self.k > n_features:
            warnings.warn(
                f"k={self.k} is greater than n_features={n_features}. All the features will be "
                f"returned: ask for at most {n_features}, or for k='all'.",
                stacklevel=2,
            )
        scored = self.score_func(samples, y)
        scores, p_values = scored if isinstance(scored, tuple | list) else (scored, None)
        self.scores_ = np.asarray(scores)
        self.pvalues_ = None if p_values is None else np.asarray(p_values)
        if self.scores_.shape != (n_features,):
            raise ValueError(
                f"score_func={self.score_func!r} gave scores of shape {self.scores_.shape} for "
                f"{n_features} features: it must give one for each."
            )
        return self

    def get_support(self, indices: bool = False) -> NDArray[Any]:
        """Tell which columns are kept.

        Parameters
        ----------
        indices : bool
            Whether to give their places; else one truth value for each column.

        Returns
        -------
        ndarray of shape (n_features,), bool, or of shape (k,), int
        """
        check_fitted(self)
        kept = best(self.scores_, self.k)
        return np.flatnonzero(kept) if indices else kept

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Keep the best columns.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, k)
        """
        samples = check_samples(self, X, keep_float32=True)
        return np.ascontiguousarray(samples[:, self.get_support()])

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Put the columns back in their places, with zeros in those of the others.

        Parameters
        ----------
        X : array-like of shape (n_samples, k)

        Returns
        -------
        ndarray of shape (n_samples, n_features)

        Raises
        ------
        ValueError
            If there are not as many columns as are kept.
        """
        kept = self.get_support()
        chosen = check_array(X, keep_float32=True)
        if chosen.shape[1] != kept.sum():
            raise ValueError(
                f"X has {chosen.shape[1]} features, but {kept.sum()} of {len(kept)} are kept: "
                "X has a different shape than during fitting, give what transform gives."
            )
        samples = np.zeros((len(chosen), len(kept)), dtype=chosen.dtype)
        samples[:, kept] = chosen
        return samples

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Give the names of the columns that are kept.

        Parameters
        ----------
        input_features : array-like of str of shape (n_features,), optional
            By default the names that ``fit`` has seen, or x0, x1 and so on.

        Returns
        -------
        ndarray of str objects of shape (k,)
        """
        names: NDArray[np.object_] = names_of_features(self, input_features)[self.get_support()]
        return names

    @property
    def _n_features_out(self) -> int:
        return int(self.get_support().sum())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def best(scores: NDArray[Any], k: int | Literal["all"]) -> NDArray[np.bool_]:
    """Mark the ``k`` largest scores; no number is the smallest."""
    if k == "all" or k >= len(scores):
        return np.ones(len(scores), dtype=bool)
    marked = np.zeros(len(scores), dtype=bool)
    order = np.argsort(np.where(np.isnan(scores), -np.inf, scores), kind="stable")
    marked[order[len(order) - k :]] = True
    return marked
