"""How good a classifier is class by class: precision, recall, F1, and the report of all.

Read `precision_recall_fscore_support`; the others choose from what it gives.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.metrics.scores import accuracy_score, check_answers, named_labels, positions

__all__ = [
    "UndefinedMetricWarning",
    "classification_report",
    "f1_score",
    "precision_recall_fscore_support",
    "precision_score",
    "recall_score",
]

Numbers = NDArray[np.float64]
Average = Literal["binary", "micro", "macro", "weighted"] | None
ZeroDivision = float | Literal["warn"]
AVERAGES = (None, "binary", "micro", "macro", "weighted")


class UndefinedMetricWarning(UserWarning):
    """A score is a share of nothing: no sample is what it asks for."""


def precision_recall_fscore_support(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    beta: float = 1.0,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average = None,
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> tuple[Any, Any, Any, Any]:
    """Give precision, recall, F-score and number of samples of each class.

    Of the samples that are called Ada, *precision* is the share of those that are Ada;
    of the samples that are Ada, *recall* is the share of those that are called so. The
    F-score is their harmonic mean, in which recall counts ``beta`` times as much.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        The true classes, and the predicted ones.
    beta : float
        How much more recall counts than precision.
    labels : array-like of shape (n_classes,), optional
        The classes, in this order; by default all that occur, sorted.
    pos_label : class
        The class that is looked for, with ``average="binary"``.
    average : {"binary", "micro", "macro", "weighted"}, optional
        None gives arrays with a number for each class; "binary" those of ``pos_label``;
        "micro" counts all samples together; "macro" takes the mean over the classes, and
        "weighted" by their numbers of samples.
    sample_weight : array-like of shape (n_samples,), optional
        How much each sample counts.
    zero_division : {"warn", 0, 1, nan}
        What a share of nothing is; "warn" is 0 with a warning.

    Returns
    -------
    precision, recall, fscore : float, or ndarrays of shape (n_classes,)
    support : ndarray of shape (n_classes,), or None with an ``average``
        The number of samples of each class.

    Raises
    ------
    ValueError
        If a parameter is not possible, ``pos_label`` does not occur, or "binary" was asked
        for where there are more than two classes.

    References
    ----------
    van Rijsbergen (1979), *Information Retrieval*, chapter 7.

    Examples
    --------
    >>> y_true, y_pred = ["Ada", "Ada", "Bea", "Bea"], ["Ada", "Bea", "Bea", "Bea"]
    >>> precision, recall, fscore, support = precision_recall_fscore_support(y_true, y_pred)
    >>> precision.round(2), recall, fscore.round(2), support
    (array([1.  , 0.67]), array([0.5, 1. ]), array([0.67, 0.8 ]), array([2, 2]))
    """
    if average not in AVERAGES:
        raise ValueError(f"average={average!r} is not possible: give one of {AVERAGES}.")
    if not beta >= 0:
        raise ValueError(f"beta={beta!r} is not possible: give a number of at least 0.")
    if zero_division != "warn" and not (
        isinstance(zero_division, int | float)
        and (zero_division in (0, 1) or np.isnan(zero_division))
    ):
        raise ValueError(
            f"zero_division={zero_division!r} is not possible: give 'warn', 0, 1 or nan."
        )
    true, predicted, weights = check_answers(y_true, y_pred, sample_weight)
    if average == "binary":
        labels = [check_pos_label(true, predicted, pos_label)]
    counts = count(true, predicted, weights, labels)
    if average == "micro":
        counts = counts.together()
    precision = share(counts.right, counts.named, zero_division, "Precision", "predicted")
    recall = share(counts.right, counts.there, zero_division, "Recall", "true")
    fscore = share(
        (1 + beta**2) * counts.right,
        beta**2 * counts.there + counts.named,
        zero_division,
        "F-score",
        "true nor predicted",
    )
    if average is None:
        return precision, recall, fscore, counts.there
    importance = counts.there if average == "weighted" else np.ones(len(counts.there))
    return mean(precision, importance), mean(recall, importance), mean(fscore, importance), None


def precision_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """Tell which share of the samples that are given a name have it.

    Parameters and result are those of `precision_recall_fscore_support`.

    Examples
    --------
    >>> precision_score([1, 1, 0, 0], [1, 0, 0, 0])
    1.0
    """
    return precision_recall_fscore_support(
        y_true,
        y_pred,
        labels=labels,
        pos_label=pos_label,
        average=average,
        sample_weight=sample_weight,
        zero_division=zero_division,
    )[0]


def recall_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """Tell which share of the samples that have a name are given it.

    Parameters and result are those of `precision_recall_fscore_support`.

    Examples
    --------
    >>> recall_score([1, 1, 0, 0], [1, 0, 0, 0])
    0.5
    """
    return precision_recall_fscore_support(
        y_true,
        y_pred,
        labels=labels,
        pos_label=pos_label,
        average=average,
        sample_weight=sample_weight,
        zero_division=zero_division,
    )[1]


def f1_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    pos_label: Any = 1,
    average: Average = "binary",
    sample_weight: ArrayLike | None = None,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """Give the harmonic mean of precision and recall.

    Parameters and result are those of `precision_recall_fscore_support`.

    Examples
    --------
    >>> f1_score([1, 1, 0, 0], [1, 0, 0, 0])
    0.6666666666666666
    """
    return precision_recall_fscore_support(
        y_true,
        y_pred,
        labels=labels,
        pos_label=pos_label,
        average=average,
        sample_weight=sample_weight,
        zero_division=zero_division,
    )[2]


def classification_report(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    target_names: list[str] | None = None,
    sample_weight: ArrayLike | None = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: ZeroDivision = "warn",
) -> Any:
    """Write precision, recall and F1 of each class and their means as a table of text.

    Parameters
    ----------
    y_true, y_pred, labels, sample_weight, zero_division
        As for `precision_recall_fscore_support`.
    target_names : list of str, optional
        What the classes are called in the table.
    digits : int
        Digits behind the point.
    output_dict : bool
        Whether to give the numbers as a dict of dicts instead.

    Returns
    -------
    str or dict

    Examples
    --------
    >>> y_true, y_pred = ["Ada", "Ada", "Bea", "Bea"], ["Ada", "Bea", "Bea", "Bea"]
    >>> print(classification_report(y_true, y_pred))
                  precision    recall  f1-score   support
    <BLANKLINE>
             Ada       1.00      0.50      0.67         2
             Bea       0.67      1.00      0.80         2
    <BLANKLINE>
        accuracy                           0.75         4
       macro avg       0.83      0.75      0.73         4
    weighted avg       0.83      0.75      0.73         4
    <BLANKLINE>
    """
    present = np.union1d(named_labels("y_true", y_true), named_labels("y_pred", y_pred))
    shown = present if labels is None else np.asarray(labels)
    names = [str(label) for label in shown] if target_names is None else list(target_names)
    if len(names) != len(shown):
        raise ValueError(
            f"{len(shown)} classes are shown, but target_names has {len(names)}: name each."
        )

    def scores(average: Average) -> tuple[Any, ...]:
        return precision_recall_fscore_support(
            y_true,
            y_pred,
            labels=shown,
            average=average,
            sample_weight=sample_weight,
            zero_division=zero_division,
        )

    *each, support = scores(None)
    rows = dict(zip(names, zip(*each, support, strict=True), strict=True))
    total = support.sum()
    means = {"macro avg": (*scores("macro")[:3], total)}
    means["weighted avg"] = (*scores("weighted")[:3], total)
    if set(shown.tolist()) >= set(present.tolist()):
        accuracy = accuracy_score(y_true, y_pred, sample_weight=sample_weight)
        means = {"accuracy": (None, None, accuracy, total), **means}
    else:
        means = {"micro avg": (*scores("micro")[:3], total), **means}
    if output_dict:
        return {**as_dict(rows), **as_dict(means)}
    width = max(*map(len, names), len("weighted avg"), digits)
    lines = [f"{'':>{width}s} " + "".join(f" {title:>9}" for title in TITLES), ""]
    lines += [in_a_line(name, row, width, digits) for name, row in rows.items()]
    lines += ["", *(in_a_line(name, row, width, digits) for name, row in means.items()), ""]
    return "\n".join(lines)


TITLES = ("precision", "recall", "f1-score", "support")


def in_a_line(name: str, row: tuple[Any, ...], width: int, digits: int) -> str:
    """Write a row of the report."""
    *numbers, support = row
    cells = [f" {'':>9}" if number is None else f" {number:>9.{digits}f}" for number in numbers]
    return f"{name:>{width}s} {''.join(cells)} {support:>9}"


def as_dict(rows: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    """Give rows of the report as dicts."""
    return {
        name: float(row[2])
        if row[0] is None
        else {title: float(value) for title, value in zip(TITLES, row, strict=True)}
        for name, row in rows.items()
    }


# Counts


@dataclass(frozen=True)
class Counts:
    """Samples, or their weights, of each class."""

    right: NDArray[Any]
    """That have the name and are given it."""
    named: NDArray[Any]
    """That are given it."""
    there: NDArray[Any]
    """That have it."""

    def together(self) -> "Counts":
        """Count the samples of all classes as if they were one."""
        return Counts(*(np.array([kind.sum()]) for kind in (self.right, self.named, self.there)))


def count(
    true: NDArray[Any],
    predicted: NDArray[Any],
    weights: NDArray[Any] | None,
    labels: ArrayLike | None,
) -> Counts:
    """Count the samples of each class."""
    shown = np.union1d(true, predicted) if labels is None else named_labels("labels", labels)
    rows, columns = positions(true, shown), positions(predicted, shown)

    def of_each(places: NDArray[np.intp], kept: NDArray[np.bool_]) -> NDArray[Any]:
        some = None if weights is None else weights[kept]
        return np.bincount(places[kept], some, minlength=len(shown))

    return Counts(
        of_each(rows, (rows >= 0) & (rows == columns)),
        of_each(columns, columns >= 0),
        of_each(rows, rows >= 0),
    )


def check_pos_label(true: NDArray[Any], predicted: NDArray[Any], pos_label: Any) -> Any:
    """Give the class that is looked for among two, or say what is wrong."""
    present = np.union1d(true, predicted)
    if len(present) > 2:
        raise ValueError(
            "Target is multiclass but average='binary'. Please choose another average setting, "
            "one of [None, 'micro', 'macro', 'weighted']."
        )
    if pos_label not in present.tolist() and len(present) >= 2:
        raise ValueError(
            f"pos_label={pos_label!r} is not a valid label: it should be one of {present.tolist()}."
        )
    return pos_label


def share(
    part: NDArray[Any], whole: NDArray[Any], zero_division: ZeroDivision, what: str, which: str
) -> Numbers:
    """Divide; where there is nothing to divide by, give what was asked for."""
    empty = whole == 0
    if empty.any() and zero_division == "warn":
        warnings.warn(
            f"{what} is ill-defined and being set to 0.0 in labels with no {which} samples. "
            "Use `zero_division` parameter to control this behavior.",
            UndefinedMetricWarning,
            stacklevel=3,
        )
    shares: Numbers = np.full(len(whole), 0.0 if zero_division == "warn" else float(zero_division))
    np.divide(part, whole, out=shares, where=~empty)
    return shares


def mean(scores: Numbers, importance: NDArray[Any]) -> float:
    """Average what is a number; nothing of importance gives 0."""
    kept = ~np.isnan(scores)
    if not kept.any():
        return float("nan")
    total = importance[kept].sum()
    return float(scores[kept] @ importance[kept] / total) if total else 0.0
