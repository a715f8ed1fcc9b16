"""How good are the predictions? One number, from the true classes and the predicted ones.

`accuracy_score` is the share of samples that got their right name, `zero_one_loss` the share that
did not (the talk's "0.5 % error"). Where classes have different sizes, both flatter a model that
knows only the large ones: of 99 healthy people and a sick one, "all are healthy" is 99 % right.
`balanced_accuracy_score` asks class by class, and `confusion_matrix` shows who is taken for whom.

The numbers are those of scikit-learn.
"""

import warnings
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.validation import check_class_labels, check_same_kind, check_weights

__all__ = ["accuracy_score", "balanced_accuracy_score", "confusion_matrix", "zero_one_loss"]

Labels = NDArray[Any]


def accuracy_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    normalize: bool = True,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Tell which share of the samples got their right class.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        The true classes, and the predicted ones: text, numbers or booleans.
    normalize : bool, default=True
        False for the number (or weight) of right answers instead of their share.
    sample_weight : array-like of shape (n_samples,), default=None
        How much each sample counts.

    Returns
    -------
    float
        Between 0 and 1, or the number of right answers.

    Raises
    ------
    ValueError
        If the lengths differ, there are no samples, or one array holds text and the other numbers.

    Examples
    --------
    >>> accuracy_score(["Ada", "Bea", "Ada", "Cy"], ["Ada", "Bea", "Bea", "Cy"])
    0.75
    """
    true, predicted, weights = check_answers(y_true, y_pred, sample_weight)
    right = true == predicted
    if normalize:
        return float(np.average(right, weights=weights))
    return float(right.sum() if weights is None else right @ weights)


def zero_one_loss(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    normalize: bool = True,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Tell which share of the samples got a wrong class: the error rate.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        The true classes, and the predicted ones.
    normalize : bool, default=True
        False for the number (or weight) of errors instead of their share.
    sample_weight : array-like of shape (n_samples,), default=None
        How much each sample counts.

    Returns
    -------
    float
        Between 0 and 1, or the number of errors.

    Examples
    --------
    >>> zero_one_loss(["Ada", "Bea", "Ada", "Cy"], ["Ada", "Bea", "Bea", "Cy"])
    0.25
    """
    right = accuracy_score(y_true, y_pred, normalize=normalize, sample_weight=sample_weight)
    if normalize:
        return 1 - right
    everything = np.sum(
        np.ones(len(np.asarray(y_true))) if sample_weight is None else sample_weight
    )
    return float(everything - right)


def balanced_accuracy_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    adjusted: bool = False,
) -> float:
    """Compute the accuracy for each class, and take the mean: small classes count as large ones.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        The true classes, and the predicted ones.
    sample_weight : array-like of shape (n_samples,), default=None
        How much each sample counts.
    adjusted : bool, default=False
        Whether to rescale, so that guessing scores 0 and perfection 1.

    Returns
    -------
    float
        Between 0 and 1.

    References
    ----------
    Brodersen, Ong, Stephan & Buhmann (2010), "The balanced accuracy and its posterior
    distribution", ICPR.

    Examples
    --------
    >>> healthy, sick = [0] * 99, [1]
    >>> accuracy_score(healthy + sick, [0] * 100)
    0.99
    >>> balanced_accuracy_score(healthy + sick, [0] * 100)
    0.5
    """
    matrix = confusion_matrix(y_true, y_pred, sample_weight=sample_weight)
    samples = matrix.sum(axis=1)
    there = samples != 0
    if not there.all():
        warnings.warn("y_pred contains classes not in y_true", UserWarning, stacklevel=2)
    score = float(np.mean(matrix.diagonal()[there] / samples[there]))
    if not adjusted:
        return score
    chance = 1 / there.sum()
    return float((score - chance) / (1 - chance))


def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    normalize: Literal["true", "pred", "all"] | None = None,
) -> NDArray[Any]:
    """Count who is taken for whom.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        The true classes, and the predicted ones.
    labels : array-like of shape (n_classes,), default=None
        The classes to show, in this order; None for all that occur, sorted. Samples whose true or
        predicted class is not among them are left out.
    sample_weight : array-like of shape (n_samples,), default=None
        How much each sample counts.
    normalize : {"true", "pred", "all"} or None, default=None
        Divide by the sum of each row, of each column, or of everything.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        Row: the true class. Column: the predicted one. The diagonal is right. Whole numbers,
        unless normalised or weighted with others.

    Examples
    --------
    >>> confusion_matrix(["Ada", "Bea", "Ada", "Cy"], ["Ada", "Bea", "Bea", "Cy"])
    array([[1, 1, 0],
           [0, 1, 0],
           [0, 0, 1]])
    """
    if normalize not in (None, "true", "pred", "all"):
        raise ValueError(f"normalize={normalize!r} must be 'true', 'pred', 'all' or None")
    true, predicted, weights = check_answers(y_true, y_pred, sample_weight)
    shown = np.unique(np.concatenate([true, predicted]))
    if labels is not None:
        shown = named_labels("labels", labels)
        check_same_kind(labels=shown, y_true=true)
    rows, columns = positions(true, shown), positions(predicted, shown)
    if (rows < 0).all():
        raise ValueError(
            f"At least one label specified must be in y_true: labels={shown.tolist()}, but y_true "
            f"has {np.unique(true).tolist()}"
        )
    kept = (rows >= 0) & (columns >= 0)
    cells = rows[kept] * len(shown) + columns[kept]
    counts = np.bincount(
        cells, None if weights is None else weights[kept], minlength=len(shown) ** 2
    )
    whole = weights is None or weights.dtype.kind in "biu"
    matrix = counts.reshape(len(shown), len(shown)).astype(np.int64 if whole else np.float64)
    if normalize is None:
        return matrix
    axis = {"true": 1, "pred": 0, "all": None}[normalize]
    totals = matrix.sum(axis=axis, keepdims=True)
    shares: NDArray[np.float64] = np.zeros(matrix.shape)
    np.divide(matrix, totals, out=shares, where=totals != 0)
    return shares


# What metrics compare


def check_answers(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[Labels, Labels, NDArray[Any] | None]:
    """Give true classes, predicted classes and weights as arrays that can be compared."""
    true, predicted = named_labels("y_true", y_true), named_labels("y_pred", y_pred)
    weights = None if sample_weight is None else np.asarray(sample_weight)
    lengths = [len(array) for array in (true, predicted, weights) if array is not None]
    if len(set(lengths)) > 1:
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: {lengths}; "
            "give one true class, one prediction and one weight for each sample"
        )
    check_same_kind(y_true=true, y_pred=predicted)
    if weights is not None:
        check_weights(weights)
    return true, predicted, weights


def named_labels(name: str, y: ArrayLike) -> Labels:
    """Check classes, and say in an error which array is meant."""
    labels = np.asarray(y)
    try:
        return check_class_labels(labels.ravel() if labels.shape[1:] == (1,) else labels)
    except ValueError as error:
        raise ValueError(f"{name} cannot be judged: {error}") from None


def positions(values: Labels, labels: Labels) -> NDArray[np.intp]:
    """Where each value stands among the labels; -1 where it does not."""
    order = np.argsort(labels, kind="stable")
    nearest = np.searchsorted(labels, values, sorter=order).clip(max=len(labels) - 1)
    found = order[nearest]
    return np.where(labels[found] == values, found, -1)
