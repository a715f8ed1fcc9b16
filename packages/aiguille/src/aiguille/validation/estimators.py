"""What an estimator asks of its input: in ``fit``, and of samples that come after it.

`check_training_set` and `check_data` remember the features that ``fit`` was given, and
`check_samples` refuses others.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.validation.arrays import (
    check_array,
    check_consistent_length,
    sum_of_squares,
)
from aiguille.validation.columns import check_feature_names, remember_features
from aiguille.validation.complaints import not_fitted_error
from aiguille.validation.targets import check_class_labels

__all__ = [
    "LARGEST_NUMBER",
    "check_data",
    "check_fitted",
    "check_magnitude",
    "check_samples",
    "check_training_set",
]

# Moments of moments are fourth powers of samples: of larger numbers they would be infinite.
LARGEST_NUMBER = 1e70


def check_training_set(
    estimator: Any, X: ArrayLike, y: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Check what ``fit`` was given; remember the number and names of the features.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features), float64
    y : ndarray of shape (n_samples,)
    """
    remember_features(estimator, X)
    samples = check_array(X)
    check_magnitude(estimator, samples)
    labels = check_class_labels(y)
    check_consistent_length(X=samples, y=labels)
    estimator.n_features_in_ = samples.shape[1]
    return samples, labels


def check_data(
    estimator: Any, X: ArrayLike, *, min_samples: int = 1, keep_float32: bool = False
) -> NDArray[Any]:
    """Check what ``fit`` was given without targets; remember the features.

    Parameters
    ----------
    estimator : estimator
        It gets ``n_features_in_``, and ``feature_names_in_`` from a data frame.
    X : array-like of shape (n_samples, n_features)
    min_samples, keep_float32
        As for `check_array`.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
    """
    remember_features(estimator, X)
    samples = check_array(X, min_samples=min_samples, keep_float32=keep_float32)
    check_magnitude(estimator, samples)
    estimator.n_features_in_ = samples.shape[1]
    return samples


def check_samples(estimator: Any, X: ArrayLike, *, keep_float32: bool = False) -> NDArray[Any]:
    """Check samples that a fitted estimator is to look at.

    Raises
    ------
    NotFittedError
        If the estimator has not been fitted.
    ValueError
        As `check_array`, and if the features are not those seen by ``fit``.
    """
    check_fitted(estimator)
    check_feature_names(estimator, X)
    samples = check_array(X, keep_float32=keep_float32)
    if samples.shape[1] != estimator.n_features_in_:
        raise ValueError(
            f"X has {samples.shape[1]} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input, as many as it was fitted on."
        )
    check_magnitude(estimator, samples)
    return samples


def check_magnitude(estimator: Any, samples: NDArray[Any], *, name: str = "X") -> None:
    """Refuse finite numbers that are too large to be squared and multiplied.

    Raises
    ------
    ValueError
        If a number is beyond ``estimator.largest_number``, which says how far it can count.
    """
    most = getattr(estimator, "largest_number", LARGEST_NUMBER)
    if samples.dtype == np.float32 or sum_of_squares(samples) < most**2:
        return
    beyond = np.abs(samples) > most
    if beyond.any():
        row, column = np.argwhere(beyond)[0]
        raise ValueError(
            f"Input {name} holds {samples[row, column]:.3g}, first in row {row}, column {column}, "
            f"and {type(estimator).__name__} multiplies squares: beyond {most:g} squares of "
            "squares overflow. Scale X first, for example with MinMaxScaler."
        )


def check_fitted(estimator: Any) -> None:
    """Raise `NotFittedError` unless ``fit`` has left its marks (attributes ending in ``_``)."""
    if not any(name.endswith("_") and not name.startswith("__") for name in vars(estimator)):
        raise not_fitted_error(
            f"This {type(estimator).__name__} instance is not fitted yet: call 'fit' with "
            "training samples before using this estimator."
        )
