"""How well scores put the samples of a class before all others."""

import itertools
import warnings
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.metrics.classification import UndefinedMetricWarning
from aiguille.metrics.scores import named_labels, positions
from aiguille.validation import check_consistent_length, check_numbers, check_sample_weight

__all__ = ["roc_auc_score"]

Numbers = NDArray[np.float64]


def roc_auc_score(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    average: Literal["macro", "weighted"] | None = "macro",
    sample_weight: ArrayLike | None = None,
    multi_class: Literal["raise", "ovr", "ovo"] = "raise",
    labels: ArrayLike | None = None,
) -> Any:
    """Give the chance that a sample of a class has a higher score than one that is not of it.

    It is the area under the curve that draws the share of the found against that of the
    falsely found (ROC), for all thresholds.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        The true classes.
    y_score : array-like of shape (n_samples,) or (n_samples, n_classes)
        With two classes the scores for the second one; with more the probabilities of each.
    average : {"macro", "weighted"}, optional
        The mean over the classes, by their numbers of samples with "weighted"; None gives
        one number for each class, with "ovr".
    sample_weight : array-like of shape (n_samples,), optional
        How much each sample counts; not with "ovo".
    multi_class : {"raise", "ovr", "ovo"}
        With more than two classes: each against all others, or each pair of classes.
    labels : array-like of shape (n_classes,), optional
        The classes of the columns, sorted; by default those that occur.

    Returns
    -------
    float, or ndarray of shape (n_classes,)
        1 where all of them come first, 0.5 for chance; nan, with a warning, where there
        is one class only.

    References
    ----------
    Hanley & McNeil (1982), "The meaning and use of the area under a receiver operating
    characteristic (ROC) curve", Radiology 143(1). Hand & Till (2001), "A simple
    generalisation of the area under the ROC curve for multiple class classification
    problems", Machine Learning 45(2).

    Examples
    --------
    >>> roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    if average not in (None, "macro", "weighted"):
        raise ValueError(f"average={average!r} is not possible: give 'macro', 'weighted' or None.")
    true, scores = named_labels("y_true", y_true), check_numbers(y_score, name="y_score")
    check_consistent_length(y_true=true, y_score=scores)
    classes = np.unique(true) if labels is None else named_labels("labels", labels)
    if scores.ndim == 2 and scores.shape[1] == 1:
        scores = scores.ravel()
    if scores.ndim == 1 and len(classes) > 2:
        raise ValueError(
            f"y_true has {len(classes)} classes: y_score must have a column for each, "
            f"got shape {scores.shape}."
        )
    if scores.ndim == 1 or (len(classes) == 2 and scores.shape[1] == 2):
        one = scores if scores.ndim == 1 else scores[:, 1]
        weights = check_sample_weight(sample_weight, len(true))
        return area_under_roc(true == classes[-1], one, weights)
    check_columns(scores, classes, multi_class)
    codes = positions(true, classes)
    if (codes < 0).any():
        raise ValueError("'y_true' contains labels not in parameter 'labels'")
    if multi_class == "ovo":
        if sample_weight is not None or average is None:
            raise ValueError("multi_class='ovo' takes no sample_weight, and needs an average.")
        return of_pairs(codes, scores, average)
    weights = check_sample_weight(sample_weight, len(true))
    areas = np.array(
        [area_under_roc(codes == c, scores[:, c], weights) for c in range(len(classes))]
    )
    if average is None:
        return areas
    sizes = np.bincount(codes, weights, minlength=len(classes))
    return float(np.average(areas, weights=sizes if average == "weighted" else None))


def area_under_roc(found: NDArray[np.bool_], scores: Numbers, weights: Numbers) -> float:
    """Give the area for one class; equal scores count half."""
    order = np.argsort(-scores, kind="stable")
    found, scores, weights = found[order], scores[order], weights[order]
    ends = np.flatnonzero(np.r_[scores[1:] != scores[:-1], True])
    right = np.r_[0.0, np.cumsum(found * weights)[ends]]
    wrong = np.r_[0.0, np.cumsum(~found * weights)[ends]]
    if right[-1] == 0 or wrong[-1] == 0:
        warnings.warn(
            "Only one class is present in y_true. ROC AUC score is not defined in that case.",
            UndefinedMetricWarning,
            stacklevel=3,
        )
        return float("nan")
    area = np.diff(wrong) @ (right[1:] + right[:-1]) / 2
    return float(area / (right[-1] * wrong[-1]))


def of_pairs(codes: NDArray[np.intp], scores: Numbers, average: str) -> float:
    """Average over the pairs of classes, each looked at from both sides."""
    areas, sizes = [], []
    for a, b in itertools.combinations(range(scores.shape[1]), 2):
        both = (codes == a) | (codes == b)
        ones = np.ones(both.sum())
        areas.append(
            (
                area_under_roc(codes[both] == a, scores[both, a], ones)
                + area_under_roc(codes[both] == b, scores[both, b], ones)
            )
            / 2
        )
        sizes.append(both.mean())
    return float(np.average(areas, weights=sizes if average == "weighted" else None))


def check_columns(scores: Numbers, classes: NDArray[Any], multi_class: str) -> None:
    """Raise unless these can be the probabilities of more than two classes."""
    if multi_class not in ("ovr", "ovo"):
        raise ValueError(
            f"multi_class must be in ('ovo', 'ovr') where there are more than two classes, "
            f"got {multi_class!r}."
        )
    if scores.shape[1] != len(classes):
        raise ValueError(
            "Number of classes in y_true not equal to the number of columns in 'y_score': "
            f"{len(classes)} and {scores.shape[1]}; give labels= if some do not occur."
        )
    if not np.allclose(scores.sum(axis=1), 1):
        raise ValueError(
            "Target scores need to be probabilities for multiclass roc_auc, i.e. they should sum "
            "up to 1.0 over classes"
        )
