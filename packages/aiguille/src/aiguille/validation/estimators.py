"""What an estimator asks of its input: in ``fit``, and of samples that come after it.

`check_training_set` and `check_data` remember the features that ``fit`` was given, and
`check_samples` refuses others.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.validation.arrays import check_array, check_consistent_length
from aiguille.validation.columns import check_feature_names, remember_features
from aiguille.validation.complaints import not_fitted_error
from aiguille.validation.targets import check_class_labels

__all__ = [
    "check_data",
    "check_fitted",
    "check_samples",
    "check_training_set",
]


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
    samples = check_array(X, estimator=estimator)
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
    samples = check_array(
        X, min_samples=min_samples, keep_float32=keep_float32, estimator=estimator
    )
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
    samples = check_array(X, keep_float32=keep_float32, estimator=estimator)
    if samples.shape[1] != estimator.n_features_in_:
        raise ValueError(
            f"X has {samples.shape[1]} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input, as many as it was fitted on."
        )
    return samples


def check_fitted(estimator: Any) -> None:
    """Raise `NotFittedError` unless ``fit`` has left its marks (attributes ending in ``_``)."""
    if not any(name.endswith("_") and not name.startswith("__") for name in vars(estimator)):
        raise not_fitted_error(
            f"This {type(estimator).__name__} instance is not fitted yet: call 'fit' with "
            "training samples before using this estimator."
        )
