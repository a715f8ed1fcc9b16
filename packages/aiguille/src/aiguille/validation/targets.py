"""Targets at the door: names of classes, or numbers, and how much each sample weighs."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.validation.arrays import as_array
from aiguille.validation.complaints import DataConversionWarning

__all__ = [
    "check_class_labels",
    "check_numbers",
    "check_priors",
    "check_same_kind",
    "check_sample_weight",
    "check_weights",
]


def check_class_labels(y: ArrayLike) -> NDArray[Any]:
    """Give the targets as a one-dimensional array of class labels.

    Raises
    ------
    ValueError
        If ``y`` is None, empty, has more than one column, is not finite, or
        holds measurements (1.5) rather than names of classes.

    Examples
    --------
    >>> check_class_labels(["Ada", "Bea"])
    array(['Ada', 'Bea'], dtype='<U3')
    """
    if y is None:
        raise ValueError(
            "This estimator requires y to be passed, but the target y is None: "
            "give one class label for each row of X."
        )
    try:
        labels = np.asarray(y)
    except ValueError:
        raise ValueError(
            "y should be a 1d array of one label for each sample, but its entries are lists "
            "that differ in length."
        ) from None
    if labels.ndim == 2 and labels.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. "
            "Please change the shape of y to (n_samples,), for example using y.ravel().",
            DataConversionWarning,
            stacklevel=2,
        )
        labels = labels.ravel()
    if labels.ndim != 1:
        raise ValueError(
            f"y should be a 1d array of one label for each sample, "
            f"got an array of shape {labels.shape} instead."
        )
    if labels.size == 0:
        raise ValueError("y is empty: give one class label for each row of X.")
    if labels.dtype.kind == "f":
        if not np.isfinite(labels).all():
            what = "NaN" if np.isnan(labels).any() else "infinity"
            raise ValueError(f"Input y contains {what}: drop these samples or name their class.")
        if (labels != np.rint(labels)).any():
            raise ValueError(
                f"Unknown label type: continuous. y holds measurements such as "
                f"{labels[labels != np.rint(labels)][0]}, not classes: a classifier needs labels."
            )
    if labels.dtype.kind == "O":
        labels = plain_labels(labels)
    return labels


def plain_labels(labels: NDArray[np.object_]) -> NDArray[Any]:
    """Labels of object dtype as what they are: all text, all numbers, or an error."""
    kinds = {type(label).__name__ for label in labels}
    if all(isinstance(label, str) for label in labels):
        return labels
    if all(isinstance(label, (bool, int, float, np.generic)) for label in labels):
        return check_class_labels(np.array(labels.tolist()))
    raise ValueError(
        f"Unknown label type: unknown. y holds values of type {', '.join(sorted(kinds))}: "
        "use text or whole numbers, of one kind."
    )


def check_numbers(y: ArrayLike | None, *, name: str = "y", columns: bool = True) -> NDArray[Any]:
    """Give the targets of a regression: finite numbers, one or several for each sample.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
    name : str
        What the errors call it.
    columns : bool
        Whether there may be several; else a single column is made flat, with a warning.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    ValueError
        If it is None, empty, no numbers, not finite, or has too many dimensions.
    """
    if y is None:
        raise ValueError(
            f"This estimator requires {name} to be passed, but the target {name} is None: "
            "give a number for each row of X."
        )
    values = as_array(y, name)
    if values.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} has dtype {values.dtype}.")
    values = as_array(values, name, dtype=np.float64)
    if not columns and values.ndim == 2 and values.shape[1] == 1:
        warnings.warn(
            f"A column-vector {name} was passed when a 1d array was expected. "
            f"Please change the shape of {name} to (n_samples,), for example using "
            f"{name}.ravel().",
            DataConversionWarning,
            stacklevel=3,
        )
        values = values.ravel()
    if values.ndim not in ((1, 2) if columns else (1,)):
        raise ValueError(
            f"{name} should be a 1d array of one number for each sample, got an array of shape "
            f"{values.shape} instead."
        )
    if values.size == 0:
        raise ValueError(f"{name} is empty: give a number for each row of X.")
    if not np.isfinite(values).all():
        what = "NaN" if np.isnan(values).any() else "infinity (inf)"
        raise ValueError(f"Input {name} contains {what}: drop these samples or fill in a number.")
    return values


def check_same_kind(**named: NDArray[Any]) -> None:
    """Refuse to compare names with numbers."""
    kinds = {name: "text" if y.dtype.kind in "OUST" else "numbers" for name, y in named.items()}
    if len(set(kinds.values())) > 1:
        told = " and ".join(f"{name} holds {kind}" for name, kind in kinds.items())
        raise ValueError(f"{told}, which are never equal: give both in the same form")


def check_sample_weight(weights: ArrayLike | None, n_samples: int) -> NDArray[np.float64]:
    """Give one weight for each sample, not negative; ones for None, a number for all."""
    if weights is None:
        return np.ones(n_samples)
    given = as_array(weights, "sample_weight")
    if given.ndim == 0:
        given = np.full(n_samples, given)
    if given.shape != (n_samples,):
        raise ValueError(
            f"sample_weight.shape == {given.shape}, expected {(n_samples,)}: one for each sample."
        )
    check_weights(given)
    if (given < 0).any():
        raise ValueError("Negative values in data passed to sample_weight: use weights >= 0.")
    return given.astype(np.float64)


def check_weights(weights: NDArray[Any]) -> None:
    """Refuse weights that are no list of finite numbers, or that weigh nothing."""
    if weights.ndim != 1 or weights.dtype.kind not in "biuf" or not np.isfinite(weights).all():
        raise ValueError(
            f"sample_weight must be one finite number for each sample; got shape {weights.shape} "
            f"and dtype {weights.dtype}"
        )
    if weights.sum() == 0:
        raise ValueError("sample_weight adds up to zero: at least one sample must count")


def check_priors(
    priors: ArrayLike, n_classes: int, *, normalize: bool = False
) -> NDArray[np.float64]:
    """Give one probability for each class, or say what is wrong with them.

    Parameters
    ----------
    priors : array-like of shape (n_classes,)
    n_classes : int
    normalize : bool
        Whether those that do not sum to one are made to, with a warning; else they are refused.

    Raises
    ------
    ValueError
        If they are not as many as classes, or negative, or sum to nothing.
    """
    given = as_array(priors, "priors", dtype=np.float64)
    if given.shape != (n_classes,):
        raise ValueError(
            f"Number of priors must match number of classes: got shape {given.shape}, give one "
            f"for each of the {n_classes} classes."
        )
    if not (given >= 0).all() or not np.isfinite(given).all():
        raise ValueError(f"priors must be non-negative and finite: got {priors!r}.")
    total = float(given.sum())
    if np.isclose(total, 1.0):
        return given / total if normalize else given
    if not normalize or total == 0:
        raise ValueError(f"The sum of the priors should be 1: it is {total:g}; divide by it.")
    warnings.warn(f"The priors sum to {total:g}, not 1: normalized.", stacklevel=3)
    normalized: NDArray[np.float64] = given / total
    return normalized
