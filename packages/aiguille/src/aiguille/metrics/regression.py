"""How far predicted numbers are from the true ones."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import determination
from aiguille.validation import check_consistent_length, check_numbers, check_sample_weight

__all__ = [
    "mean_absolute_error",
    "mean_squared_error",
    "r2_score",
    "root_mean_squared_error",
]

Numbers = NDArray[np.float64]
Average = Literal["raw_values", "uniform_average"]


def mean_squared_error(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    multioutput: Average = "uniform_average",
) -> Any:
    """Give the mean of the squared differences.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,) or (n_samples, n_targets)
        The true numbers, and the predicted ones.
    sample_weight : array-like of shape (n_samples,), optional
        How much each sample counts.
    multioutput : {"uniform_average", "raw_values"}
        Of several targets the mean, or an array with one number for each.

    Returns
    -------
    float or ndarray of shape (n_targets,)
        In squared units of ``y``.

    Examples
    --------
    >>> mean_squared_error([1, 2, 3], [1, 2, 5])
    1.3333333333333333
    """
    true, predicted, weights = check_numbers_pair(y_true, y_pred, sample_weight)
    return of_targets(np.average((true - predicted) ** 2, axis=0, weights=weights), multioutput)


def root_mean_squared_error(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    multioutput: Average = "uniform_average",
) -> Any:
    """Give the root of the mean of the squared differences, in units of ``y``.

    Parameters and result are those of `mean_squared_error`.

    Examples
    --------
    >>> root_mean_squared_error([1, 2], [3, 4])
    2.0
    """
    errors = mean_squared_error(
        y_true, y_pred, sample_weight=sample_weight, multioutput="raw_values"
    )
    return of_targets(np.sqrt(errors), multioutput)


def mean_absolute_error(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    multioutput: Average = "uniform_average",
) -> Any:
    """Give the mean of the absolute differences, in units of ``y``.

    Parameters and result are those of `mean_squared_error`.

    Examples
    --------
    >>> mean_absolute_error([1, 2, 3], [1, 2, 5])
    0.6666666666666666
    """
    true, predicted, weights = check_numbers_pair(y_true, y_pred, sample_weight)
    return of_targets(np.average(np.abs(true - predicted), axis=0, weights=weights), multioutput)


def r2_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    multioutput: Average = "uniform_average",
) -> Any:
    """Tell which share of the variance of the true numbers is predicted.

    Parameters
    ----------
    y_true, y_pred, sample_weight, multioutput
        As for `mean_squared_error`.

    Returns
    -------
    float or ndarray of shape (n_targets,)
        1 for perfect predictions, 0 for those of the mean, less for worse ones.

    Raises
    ------
    ValueError
        If there is one sample only: it has no variance.

    Examples
    --------
    >>> r2_score([1, 2, 3], [1, 2, 3]), r2_score([1, 2, 3], [2, 2, 2])
    (1.0, 0.0)
    """
    true, predicted, weights = check_numbers_pair(y_true, y_pred, sample_weight)
    if len(true) < 2:
        raise ValueError("R² is not defined for 1 sample, which has no variance: give at least 2.")
    return of_targets(determination(true, predicted, weights), multioutput)


def check_numbers_pair(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[Numbers, Numbers, Numbers]:
    """Give both as arrays of shape (n_samples, n_targets), and the weights."""
    true, predicted = check_numbers(y_true, name="y_true"), check_numbers(y_pred, name="y_pred")
    check_consistent_length(y_true=true, y_pred=predicted)
    weights = check_sample_weight(sample_weight, len(true))
    true, predicted = (values.reshape(len(values), -1) for values in (true, predicted))
    if true.shape != predicted.shape:
        raise ValueError(
            f"y_true and y_pred have different number of output "
            f"({true.shape[1]}!={predicted.shape[1]}): give as many predictions as targets."
        )
    return true, predicted, weights


def of_targets(values: Numbers, multioutput: Any) -> Any:
    """Give the mean over the targets, or a number for each."""
    if multioutput == "raw_values":
        return values
    if multioutput == "uniform_average":
        return float(np.mean(values))
    raise ValueError(
        f"multioutput={multioutput!r} is not possible: give 'uniform_average' or 'raw_values'."
    )
