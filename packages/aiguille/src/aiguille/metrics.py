"""How good are the predictions? One number, from the true classes and the predicted ones.

`accuracy_score` is the share of samples that got their right name, `zero_one_loss` the share that
did not (the talk's "0.5 % error"). Where classes have different sizes, both flatter a model that
knows only the large ones: of 99 healthy people and a sick one, "all are healthy" is 99 % right.
`balanced_accuracy_score` asks class by class, and `confusion_matrix` shows who is taken for whom.

A *metric* compares two arrays of classes, ``metric(y_true, y_pred)``. A *scorer* judges a fitted
model, ``scorer(model, X, y)``, and more is always better: that is what cross-validation and
searches ask for. `make_scorer` makes one of a metric, `get_scorer` finds one by its name.

Read `accuracy_score`, `confusion_matrix`, then `Scorer`. The numbers are those of scikit-learn.
"""

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.linalg import pairwise_distances
from aiguille.validation import check_class_labels

__all__ = [
    "Scorer",
    "accuracy_score",
    "balanced_accuracy_score",
    "confusion_matrix",
    "get_scorer",
    "make_scorer",
    "pairwise_distances",
    "zero_one_loss",
]

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
    matrix = counts.reshape(len(shown), len(shown))
    if weights is None or weights.dtype.kind in "biu":
        matrix = matrix.astype(np.int64)
    if normalize is None:
        return matrix
    axis = {"true": 1, "pred": 0, "all": None}[normalize]
    totals = matrix.sum(axis=axis, keepdims=True)
    shares: NDArray[np.float64] = np.zeros(matrix.shape)
    np.divide(matrix, totals, out=shares, where=totals != 0)
    return shares


# From metrics to scorers


@dataclass(frozen=True)
class Scorer:
    """Judge a fitted model by a metric; more is better. `make_scorer` makes them.

    Examples
    --------
    >>> from aiguille.dummy import DummyClassifier
    >>> model = DummyClassifier().fit([[1], [2], [3]], ["a", "a", "b"])
    >>> errors = make_scorer(zero_one_loss, greater_is_better=False, normalize=False)
    >>> errors
    make_scorer(zero_one_loss, greater_is_better=False, normalize=False)
    >>> errors(model, [[4], [5], [6]], ["a", "b", "b"])
    -2.0
    >>> errors.of_predictions(["a", "b", "b"], ["a", "b", "a"])
    -1.0
    """

    score_func: Callable[..., Any]
    response_method: str | tuple[str, ...] = "predict"
    greater_is_better: bool = True
    kwargs: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __call__(
        self, estimator: Any, X: Any, y: Any, sample_weight: ArrayLike | None = None
    ) -> float:
        """Let the model answer for the samples, and compare.

        Parameters
        ----------
        estimator : fitted estimator
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            The true classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Handed to the metric, if given.

        Returns
        -------
        float
            What the metric says; its negative if less is better.
        """
        return self._score(y, response(estimator, X, self), sample_weight)

    def of_predictions(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Score predictions that were made already.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,)
            The true classes, and what ``predict`` said.
        sample_weight : array-like of shape (n_samples,), default=None
            Handed to the metric, if given.

        Returns
        -------
        float
            The same score as the model would get that made these predictions.

        Raises
        ------
        ValueError
            If the metric does not judge what ``predict`` says.
        """
        if self.response_method != "predict":
            raise ValueError(
                f"{self!r} judges the model's {self.response_method}, not its predictions: "
                "call it with the fitted model"
            )
        return self._score(y_true, y_pred, sample_weight)

    def _score(self, y: Any, answers: Any, sample_weight: ArrayLike | None) -> float:
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        value: float = self.score_func(y, answers, **{**self.kwargs, **weights})
        return value if self.greater_is_better else -value

    def __repr__(self) -> str:
        shown = [getattr(self.score_func, "__name__", repr(self.score_func))]
        if self.response_method != "predict":
            shown.append(f"response_method={self.response_method!r}")
        if not self.greater_is_better:
            shown.append("greater_is_better=False")
        shown += [f"{name}={value!r}" for name, value in self.kwargs.items()]
        return f"make_scorer({', '.join(shown)})"


def make_scorer(
    score_func: Callable[..., Any],
    *,
    response_method: str | Sequence[str] = "predict",
    greater_is_better: bool = True,
    **kwargs: Any,
) -> Scorer:
    """Make a scorer of a metric.

    Parameters
    ----------
    score_func : callable
        A metric, called as ``score_func(y_true, answers, **kwargs)``.
    response_method : {"predict", "predict_proba", "decision_function"} or several, \
            default="predict"
        The method of the model that gives the answers; of several, the first that it has.
        With two classes, the answers other than ``predict``'s are those for the second class
        alone (or for ``pos_label``, if that is among the ``kwargs``).
    greater_is_better : bool, default=True
        False for a loss: the scorer then gives its negative.
    **kwargs
        Handed to the metric.

    Returns
    -------
    Scorer
        Called as ``scorer(estimator, X, y)``.

    Raises
    ------
    ValueError
        If ``score_func`` cannot be called or there is no such response method.

    Examples
    --------
    >>> make_scorer(accuracy_score, normalize=False)
    make_scorer(accuracy_score, normalize=False)
    """
    if not callable(score_func):
        raise ValueError(f"score_func={score_func!r} must be a metric, such as accuracy_score")
    methods = (response_method,) if isinstance(response_method, str) else tuple(response_method)
    known = ("predict", "predict_proba", "decision_function")
    if not methods or any(method not in known for method in methods):
        raise ValueError(f"response_method={response_method!r} must be one or several of {known}")
    return Scorer(
        score_func, methods if len(methods) > 1 else methods[0], greater_is_better, kwargs
    )


NAMED_SCORERS = {
    "accuracy": make_scorer(accuracy_score),
    "balanced_accuracy": make_scorer(balanced_accuracy_score),
}


def get_scorer(scoring: str | Callable[..., Any]) -> Callable[..., Any]:
    """Find a scorer by its name; a scorer is given back as it is.

    Parameters
    ----------
    scoring : {"accuracy", "balanced_accuracy"} or callable
        A name, or anything that is called as ``scorer(estimator, X, y)``, ours or not.

    Returns
    -------
    callable

    Raises
    ------
    ValueError
        If there is none of that name, or a metric is given in place of a scorer.

    Examples
    --------
    >>> get_scorer("accuracy")
    make_scorer(accuracy_score)
    """
    if isinstance(scoring, str) and scoring in NAMED_SCORERS:
        return NAMED_SCORERS[scoring]
    if isinstance(scoring, str) or not callable(scoring):
        raise ValueError(
            f"scoring={scoring!r} is not a valid scoring value: give one of "
            f"{sorted(NAMED_SCORERS)}, or make_scorer(metric)"
        )
    if looks_like_a_metric(scoring):
        raise ValueError(
            f"scoring={scoring!r} looks like a metric, which compares two arrays, not like a "
            f"scorer, which judges a model: give make_scorer({scoring.__name__})"
        )
    return scoring


def looks_like_a_metric(scoring: Callable[..., Any]) -> bool:
    """Whether a function's first argument is the true classes, not a model."""
    if not inspect.isfunction(scoring):
        return False
    return next(iter(inspect.signature(scoring).parameters), "") == "y_true"


def response(estimator: Any, X: Any, scorer: Scorer) -> NDArray[Any]:
    """Ask the model for the answers that the scorer judges."""
    wanted = scorer.response_method
    methods = (wanted,) if isinstance(wanted, str) else wanted
    method = next((name for name in methods if hasattr(estimator, name)), None)
    if method is None:
        raise AttributeError(
            f"{type(estimator).__name__} has none of the methods {', '.join(methods)} that "
            f"{scorer!r} judges: use another model or another scorer"
        )
    answers: NDArray[Any] = np.asarray(getattr(estimator, method)(X))
    classes = getattr(estimator, "classes_", None)
    if method == "predict" or classes is None or len(classes) != 2:
        return answers
    pos_label = scorer.kwargs.get("pos_label", classes[1])
    if method == "predict_proba":
        column: NDArray[Any] = answers[:, list(classes).index(pos_label)]
        return column
    return answers if pos_label == classes[1] else -answers


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


def check_same_kind(**named: Labels) -> None:
    """Refuse to compare names with numbers."""
    kinds = {name: "text" if y.dtype.kind in "OUST" else "numbers" for name, y in named.items()}
    if len(set(kinds.values())) > 1:
        told = " and ".join(f"{name} holds {kind}" for name, kind in kinds.items())
        raise ValueError(f"{told}, which are never equal: give both in the same form")


def check_weights(weights: NDArray[Any]) -> None:
    """Refuse weights that are no list of finite numbers, or that weigh nothing."""
    if weights.ndim != 1 or weights.dtype.kind not in "biuf" or not np.isfinite(weights).all():
        raise ValueError(
            f"sample_weight must be one finite number for each sample; got shape {weights.shape} "
            f"and dtype {weights.dtype}"
        )
    if weights.sum() == 0:
        raise ValueError("sample_weight adds up to zero: at least one sample must count")


def positions(values: Labels, labels: Labels) -> NDArray[np.intp]:
    """Where each value stands among the labels; -1 where it does not."""
    order = np.argsort(labels, kind="stable")
    nearest = np.searchsorted(labels, values, sorter=order).clip(max=len(labels) - 1)
    found = order[nearest]
    return np.where(labels[found] == values, found, -1)
