"""Many models on many folds: fit on the one part, score on the other.

`evaluate` is the one loop under cross-validation and search. It runs each model
on each fold with `fit_and_score`, unless the models offer to share their work
(`aiguille.sharing.SharedEvaluation`): then `score_together` gets the same
predictions for less. Else, where a search's models can be fitted together
(`aiguille.fitting`), a task is a fold, not a model on a fold.

The engine that runs the tasks and the memory that remembers them are handed in:
``parallel`` is anything that takes triples ``(function, args, kwargs)`` and
gives their results in order, ``memory`` anything whose ``cache(function)`` is a
function that remembers.
"""

import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aiguille.base import Estimator, Remembers, clone, is_classifier
from aiguille.fitting import shared_fits
from aiguille.metrics import get_scorer
from aiguille.sharing import SharedEvaluation, shared_evaluation
from aiguille.splitters import check_cv
from aiguille.validation import check_consistent_length, n_rows, take_rows

Indices: TypeAlias = NDArray[np.intp]
Fold: TypeAlias = tuple[Indices, Indices]
Task: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
Engine: TypeAlias = Callable[[Iterable[Task]], Iterable[Any]]
Scores: TypeAlias = dict[str, float]
Scoring: TypeAlias = str | Callable[..., float] | Iterable[str] | Mapping[str, Any] | None


@dataclass(frozen=True)
class Request:
    """What is asked of each model on each fold."""

    scorers: Mapping[str, Any]
    """Scorers by name; None stands for the model's own ``score``."""
    train_scores: bool = False
    keep_models: bool = False
    error_score: float | Literal["raise"] = "raise"

    def __post_init__(self) -> None:
        number = isinstance(self.error_score, (int, float, np.number))
        if self.error_score != "raise" and not number:
            raise ValueError(f"error_score={self.error_score!r} must be 'raise' or a number.")

    @property
    def can_share(self) -> bool:
        """Whether predictions, which is all that shared models give, are enough."""
        return (
            not self.keep_models
            and self.error_score == "raise"
            and all(scores_predictions(scorer) for scorer in self.scorers.values())
        )


@dataclass(frozen=True)
class Outcome:
    """How one model fared on one fold; times in seconds."""

    test: Scores
    train: Scores | None
    fit_time: float
    score_time: float
    model: Any = None


def evaluate(
    models: Sequence[Any],
    X: Any,
    y: Any,
    folds: Sequence[Fold],
    request: Request,
    *,
    parallel: Engine | None = None,
    memory: Remembers | None = None,
) -> list[list[Outcome]]:
    """Score each model on each fold; gives a list of outcomes, a fold each, for each model."""
    check_protocols(parallel, memory)
    if request.can_share and shared_evaluation(models, X, y) is not None:
        if memory is not None:
            # One step to remember: cutting it up would bring back the distances of each fold.
            return list(memory.cache(score_all_together)(models, X, y, folds, request))
        return score_all_together(models, X, y, folds, request, parallel)
    if shared_fits(models) is not None:
        together = (
            fit_and_score_together if memory is None else memory.cache(fit_and_score_together)
        )
        of_folds: Iterable[Task] = ((together, (models, X, y, *f, request), {}) for f in folds)
        return [list(of_model) for of_model in zip(*run(of_folds, parallel), strict=True)]
    function = fit_and_score if memory is None else memory.cache(fit_and_score)
    tasks: Iterable[Task] = (
        (function, (m, X, y, *fold, request), {}) for m in models for fold in folds
    )
    outcomes = run(tasks, parallel)
    return [outcomes[start : start + len(folds)] for start in range(0, len(outcomes), len(folds))]


def run(tasks: Iterable[Task], parallel: Engine | None) -> list[Any]:
    """Run tasks with the engine, or in a plain loop."""
    if parallel is None:
        return [function(*args, **kwargs) for function, args, kwargs in tasks]
    return list(parallel(tasks))


def fit_and_score(
    model: Any, X: Any, y: Any, train: Indices, test: Indices, request: Request
) -> Outcome:
    """Fit a fresh copy of a model on the training part and score it on the test part."""
    model = clone(model)
    start = time.perf_counter()
    try:
        fit(model, *part_of(model, X, y, train, train))
        return scored(model, X, y, train, test, request, time.perf_counter() - start)
    except Exception as error:
        if request.error_score == "raise":
            error.add_note(f"This happened to {model!r}, trained on {len(train)} samples.")
            raise
        warnings.warn(
            f"{model!r} failed, its score is {request.error_score}: {error}", stacklevel=2
        )
        failed = dict.fromkeys(request.scorers, float(request.error_score))
        return Outcome(failed, failed if request.train_scores else None, np.nan, np.nan)


def scored(
    model: Any,
    X: Any,
    y: Any,
    train: Indices,
    test: Indices,
    request: Request,
    fit_time: float,
) -> Outcome:
    """Score a fitted model."""
    start = time.perf_counter()
    test_scores = all_scores(model, *part_of(model, X, y, test, train), request.scorers)
    score_time = time.perf_counter() - start
    train_scores = (
        all_scores(model, *part_of(model, X, y, train, train), request.scorers)
        if request.train_scores
        else None
    )
    kept = model if request.keep_models else None
    return Outcome(test_scores, train_scores, fit_time, score_time, kept)


def fit_and_score_together(
    models: Sequence[Any], X: Any, y: Any, train: Indices, test: Indices, request: Request
) -> list[Outcome]:
    """Fit copies of all models on the training part together; score each on the test part."""
    fit_all = shared_fits(models)
    try:
        if fit_all is not None:
            start = time.perf_counter()
            fitted = fit_all(*part_of(models[0], X, y, train, train))
            each = (time.perf_counter() - start) / len(models)
            return [scored(model, X, y, train, test, request, each) for model in fitted]
    except Exception:
        # Alone, the one that cannot be fitted is named, or gets its error score.
        return [fit_and_score(model, X, y, train, test, request) for model in models]
    raise RuntimeError(f"{models[0]!r} offered to be fitted with others and took it back.")


def fit(model: Any, X: Any, y: Any) -> Any:
    """Fit with or without targets."""
    return model.fit(X) if y is None else model.fit(X, y)


def part_of(model: Any, X: Any, y: Any, rows: Indices, train: Indices) -> tuple[Any, Any]:
    """Take some samples and their targets; of a matrix of similarities, columns too."""
    if takes_similarities(model):
        return np.asarray(X)[np.ix_(rows, train)], None if y is None else take_rows(y, rows)
    return take_rows(X, rows), None if y is None else take_rows(y, rows)


def takes_similarities(model: Any) -> bool:
    """Whether the columns of X are samples too (a precomputed kernel, say)."""
    if isinstance(model, Estimator) or not hasattr(model, "__sklearn_tags__"):
        return False
    return bool(model.__sklearn_tags__().input_tags.pairwise)


# Models that share their work


def score_all_together(
    models: Sequence[Any],
    X: Any,
    y: Any,
    folds: Sequence[Fold],
    request: Request,
    parallel: Engine | None = None,
) -> list[list[Outcome]]:
    """Do once what all folds and models need, then score them fold by fold."""
    shared = shared_evaluation(models, X, y)
    if shared is None:
        raise RuntimeError(f"{models[0]!r} offered to share its evaluation and took it back.")
    start = time.perf_counter()
    shared.prepare()
    each = (time.perf_counter() - start) / (len(folds) * len(models))
    count = len(models)
    tasks: Iterable[Task] = (
        (score_together, (shared, count, y, *f, request, each), {}) for f in folds
    )
    by_fold = run(tasks, parallel)
    return [[outcomes[number] for outcomes in by_fold] for number in range(count)]


def score_together(
    shared: SharedEvaluation,
    count: int,
    y: Any,
    train: Indices,
    test: Indices,
    request: Request,
    fit_time: float,
) -> list[Outcome]:
    """Score all models on one fold."""

    def scores(part: Indices) -> list[Scores]:
        truth = take_rows(y, part)
        predicted = shared.predictions(train, part, range(count))
        return [
            {
                name: score_of_predictions(shared, number, scorer, truth, labels)
                for name, scorer in request.scorers.items()
            }
            for number, labels in enumerate(predicted)
        ]

    start = time.perf_counter()
    of_test = scores(test)
    each = (time.perf_counter() - start) / count
    of_train = scores(train) if request.train_scores else [None] * count
    return [Outcome(of_test[n], of_train[n], fit_time, each) for n in range(count)]


def score_of_predictions(
    shared: SharedEvaluation, number: int, scorer: Any, y_true: Any, y_pred: NDArray[Any]
) -> float:
    """Score what a model that shares predicts, with the targets as the user gave them."""
    if scorer is None:
        return shared.own_score(number, y_true, y_pred)
    return one_number(scorer.of_predictions(y_true, y_pred), scorer)


# Scorers


def scorers_named(scoring: Scoring) -> dict[str, Any]:
    """Scorers by name, from any way to ask for them; one alone is called "score"."""
    if scoring is None:
        return {"score": None}
    if isinstance(scoring, str) or callable(scoring):
        return {"score": get_scorer(scoring)}
    if isinstance(scoring, Mapping):
        named = {str(name): get_scorer(scorer) for name, scorer in scoring.items()}
    elif not isinstance(scoring, Iterable):
        raise TypeError(
            f"scoring={scoring!r} is not possible: give a name such as 'accuracy', a function "
            "scorer(estimator, X, y), or a list or dict of them."
        )
    else:
        names = list(scoring)
        if len(set(names)) < len(names):
            raise ValueError(f"scoring={names!r} names a score twice.")
        named = {name: get_scorer(name) for name in names}
    if not named:
        raise ValueError("scoring is empty: name at least one score, or leave it out.")
    return named


def all_scores(model: Any, X: Any, y: Any, scorers: Mapping[str, Any]) -> Scores:
    """Ask each scorer about a fitted model."""
    targets = () if y is None else (y,)
    scores = {}
    for name, scorer in scorers.items():
        value = model.score(X, *targets) if scorer is None else scorer(model, X, *targets)
        scores[name] = one_number(value, scorer)
    return scores


def one_number(value: Any, scorer: Any) -> float:
    """Give the score as a float, or raise."""
    if np.ndim(value) > 0 or np.asarray(value).dtype.kind not in "biuf":
        raise ValueError(
            f"a score must be a number, but scoring={scorer!r} gives {value!r}: "
            "make a scorer of a metric that gives one number."
        )
    return float(value)


def scores_predictions(scorer: Any) -> bool:
    """Whether a scorer needs no more of a model than what it predicts."""
    if scorer is None:
        return True
    return hasattr(scorer, "of_predictions") and scorer.response_method == "predict"


# At the door


def check_inputs(estimator: Any, X: Any, y: Any, groups: Any = None) -> tuple[Any, Any]:
    """Give samples and targets whose rows can be taken; raise unless they are equally many."""
    if y is None and is_classifier(estimator):
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None: "
            "give one class label for each row of X."
        )
    X, y = as_rows(X), None if y is None else as_rows(y)
    given = {"X": X, "y": y, "groups": groups}
    check_consistent_length(
        **{name: range(n_rows(value)) for name, value in given.items() if value is not None}
    )
    return X, y


def as_rows(values: Any) -> Any:
    """Leave arrays, frames and lists as they are; make an array of what can become one."""
    if isinstance(values, (list, tuple)) or len(getattr(values, "shape", ())) > 0:
        # Of the sparse formats only some can give rows.
        return values.tocsr() if hasattr(values, "tocsr") else values
    array = np.asarray(values)
    if array.ndim == 0:
        raise TypeError(f"Expected an array of samples, got {type(values).__name__} instead.")
    return array


def folds_of(estimator: Any, X: Any, y: Any, groups: Any, cv: Any) -> list[Fold]:
    """Cut the samples as ``cv`` says, stratified by default for a classifier."""
    splitter = check_cv(cv, y, classifier=is_classifier(estimator))
    folds = list(splitter.split(X, y, groups))
    for number, (train, test) in enumerate(folds):
        if len(train) == 0 or len(test) == 0:
            raise ValueError(
                f"Fold {number} of cv={cv!r} has {len(train)} samples to train on and "
                f"{len(test)} to test on: both need at least one."
            )
    return folds


def check_protocols(parallel: Any, memory: Any) -> None:
    """Raise unless the engine can be called and the memory can cache."""
    if parallel is not None and not callable(parallel):
        raise TypeError(
            f"parallel={parallel!r} is no engine: pass something like "
            "faineant.Parallel(n_jobs=2), or nothing for a plain loop."
        )
    if memory is not None and not callable(getattr(memory, "cache", None)):
        raise TypeError(
            f"memory={memory!r} has no cache method: pass something like "
            "faineant.Memory(folder), or nothing to remember nothing."
        )
