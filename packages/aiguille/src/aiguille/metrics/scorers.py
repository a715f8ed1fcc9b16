"""From metrics to scorers, which judge a fitted model.

A *metric* compares two arrays of classes, ``metric(y_true, y_pred)``. A *scorer* judges a fitted
model, ``scorer(model, X, y)``, and more is always better: that is what cross-validation and
searches ask for. `make_scorer` makes one of a metric, `get_scorer` finds one by its name.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.metrics.classification import f1_score, precision_score, recall_score
from aiguille.metrics.clusters import adjusted_rand_score, normalized_mutual_info_score
from aiguille.metrics.ranking import roc_auc_score
from aiguille.metrics.regression import (
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)
from aiguille.metrics.scores import accuracy_score, balanced_accuracy_score

__all__ = ["Scorer", "get_scorer", "make_scorer"]


@dataclass(frozen=True)
class Scorer:
    """Judge a fitted model by a metric; more is better. `make_scorer` makes them.

    Examples
    --------
    >>> from aiguille.dummy import DummyClassifier
    >>> from aiguille.metrics import zero_one_loss
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


AVERAGES = ("micro", "macro", "weighted")
BY_RANK = ("decision_function", "predict_proba")
NAMED_SCORERS = {
    "accuracy": make_scorer(accuracy_score),
    "balanced_accuracy": make_scorer(balanced_accuracy_score),
    "roc_auc": make_scorer(roc_auc_score, response_method=BY_RANK),
    "roc_auc_ovr": make_scorer(roc_auc_score, response_method="predict_proba", multi_class="ovr"),
    "roc_auc_ovo": make_scorer(roc_auc_score, response_method="predict_proba", multi_class="ovo"),
    "adjusted_rand_score": make_scorer(adjusted_rand_score),
    "normalized_mutual_info_score": make_scorer(normalized_mutual_info_score),
    "r2": make_scorer(r2_score),
    "neg_mean_squared_error": make_scorer(mean_squared_error, greater_is_better=False),
    "neg_root_mean_squared_error": make_scorer(root_mean_squared_error, greater_is_better=False),
    "neg_mean_absolute_error": make_scorer(mean_absolute_error, greater_is_better=False),
}
for name, metric in {"precision": precision_score, "recall": recall_score, "f1": f1_score}.items():
    NAMED_SCORERS[name] = make_scorer(metric)
    for average in AVERAGES:
        NAMED_SCORERS[f"{name}_{average}"] = make_scorer(metric, average=average)


def get_scorer(scoring: str | Callable[..., Any]) -> Callable[..., Any]:
    """Find a scorer by its name; a scorer is given back as it is.

    Parameters
    ----------
    scoring : str or callable
        A name, such as "accuracy", "f1_macro", "roc_auc", "r2" or "neg_mean_squared_error", or
        anything that is called as ``scorer(estimator, X, y)``, ours or not.

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
