"""The analysis of variance: means of classes that differ more than chance makes them differ.

Read `f_classif` (the question), then `f_tail` (what chance does: how often F is as large).
"""

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.validation import check_array, check_class_labels, check_consistent_length

__all__ = ["f_classif", "f_tail"]

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
    # No scatter within makes F infinite; numbers too tiny to be squared have none, and no F.
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
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
