"""Cross-validation: every sample is judged by a model that has not seen it.

`cross_val_score` for the scores, `cross_validate` for times and more than one
score, `cross_val_predict` for the predictions themselves.
"""

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Remembers, clone
from aiguille.model_selection.evaluation import (
    Engine,
    Indices,
    Request,
    Scoring,
    Task,
    check_inputs,
    check_protocols,
    evaluate,
    fit,
    folds_of,
    part_of,
    run,
    scorers_named,
)
from aiguille.sharing import shared_evaluation
from aiguille.validation import n_rows

__all__ = ["cross_val_predict", "cross_val_score", "cross_validate"]


def cross_val_score(
    estimator: Any,
    X: Any,
    y: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    scoring: Scoring = None,
    cv: Any = None,
    parallel: Engine | None = None,
    memory: Remembers | None = None,
    error_score: float | Literal["raise"] = "raise",
) -> NDArray[np.float64]:
    """Score an estimator on each fold, trained on the others.

    Parameters
    ----------
    estimator : estimator
        Ours or scikit-learn's. It is cloned, and left as it is.
    X : array-like of shape (n_samples, n_features)
        Samples: an array, a list, a data frame.
    y : array-like of shape (n_samples,), optional
        Their targets.
    groups : array-like of shape (n_samples,), optional
        For a splitter that keeps groups together.
    scoring : str or callable, optional
        A name ("accuracy"), or ``scorer(estimator, X, y)``; by default the
        estimator's own ``score``.
    cv : int, splitter or iterable of (train, test), optional
        How to cut; 5 folds by default, stratified for a classifier.
    parallel : callable, optional
        An engine such as ``faineant.Parallel(n_jobs=2)`` or
        ``joblib.Parallel(2)``: it takes triples ``(function, args, kwargs)``
        and gives results in order. A plain loop by default.
    memory : object with ``cache``, optional
        Such as ``faineant.Memory(folder)``: what was computed once is not again.
    error_score : "raise" or float
        What a model that fails scores, with a warning; by default it is an error.

    Returns
    -------
    ndarray of shape (n_folds,)

    Raises
    ------
    ValueError
        If lengths differ or the samples cannot be cut so; whatever the
        estimator raises, with a note that names it.

    Notes
    -----
    Where an estimator offers to share work between folds
    (`aiguille.sharing.SharedEvaluation`), as `KNeighborsClassifier` does, also
    inside `GridSearchCV`, that is used; the scores are the same.

    Examples
    --------
    >>> import numpy as np
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> X, y = np.r_[0:10, 20:30].reshape(-1, 1), np.repeat(["low", "high"], 10)
    >>> cross_val_score(KNeighborsClassifier(1), X, y, cv=5)
    array([1., 1., 1., 1., 1.])
    """
    results = cross_validate(
        estimator,
        X,
        y,
        groups=groups,
        scoring=one_score(scoring),
        cv=cv,
        parallel=parallel,
        memory=memory,
        error_score=error_score,
    )
    scores: NDArray[np.float64] = results["test_score"]
    return scores


def one_score(scoring: Scoring) -> Scoring:
    """Refuse several scores where one is wanted."""
    if scoring is not None and not isinstance(scoring, str) and not callable(scoring):
        raise ValueError(
            f"scoring={scoring!r} asks for several scores; cross_validate gives them, "
            "cross_val_score takes one name or function."
        )
    return scoring


def cross_validate(
    estimator: Any,
    X: Any,
    y: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    scoring: Scoring = None,
    cv: Any = None,
    parallel: Engine | None = None,
    memory: Remembers | None = None,
    return_train_score: bool = False,
    return_estimator: bool = False,
    return_indices: bool = False,
    error_score: float | Literal["raise"] = "raise",
) -> dict[str, Any]:
    """Score an estimator on each fold by one or more scores, with times.

    Parameters
    ----------
    estimator, X, y, groups, cv, parallel, memory, error_score
        As for `cross_val_score`.
    scoring : str, callable, list of str or dict, optional
        One score, or several by name.
    return_train_score : bool
        Whether to score on the training samples too.
    return_estimator : bool
        Whether to keep the fitted estimators.
    return_indices : bool
        Whether to give the folds' indices.

    Returns
    -------
    dict of arrays of shape (n_folds,)
        "fit_time" and "score_time" in seconds; "test_score", or "test_NAME" for
        several; "train_..." if asked for; "estimator", a list; "indices", a dict
        of the lists "train" and "test". What folds share is divided among their times.

    Examples
    --------
    >>> import numpy as np
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> X, y = np.r_[0:10, 20:30].reshape(-1, 1), np.repeat(["low", "high"], 10)
    >>> found = cross_validate(KNeighborsClassifier(1), X, y, cv=2, return_train_score=True)
    >>> found["train_score"]
    array([1., 1.])
    """
    X, y = check_inputs(estimator, X, y, groups)
    request = Request(scorers_named(scoring), return_train_score, return_estimator, error_score)
    folds = folds_of(estimator, X, y, groups, cv)
    [outcomes] = evaluate([estimator], X, y, folds, request, parallel=parallel, memory=memory)
    found: dict[str, Any] = {
        "fit_time": np.array([outcome.fit_time for outcome in outcomes]),
        "score_time": np.array([outcome.score_time for outcome in outcomes]),
    }
    if return_estimator:
        found["estimator"] = [outcome.model for outcome in outcomes]
    if return_indices:
        found["indices"] = {
            "train": [train for train, _ in folds],
            "test": [test for _, test in folds],
        }
    for name in request.scorers:
        found[f"test_{name}"] = np.array([outcome.test[name] for outcome in outcomes])
        if return_train_score:
            train_scores = [outcome.train[name] for outcome in outcomes if outcome.train]
            found[f"train_{name}"] = np.array(train_scores)
    return found


def cross_val_predict(
    estimator: Any,
    X: Any,
    y: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    cv: Any = None,
    method: str = "predict",
    parallel: Engine | None = None,
    memory: Remembers | None = None,
) -> NDArray[Any]:
    """Predict each sample by a model trained on the folds without it.

    Parameters
    ----------
    estimator, X, y, groups, cv, parallel, memory
        As for `cross_val_score`; the folds must test every sample once.
    method : {"predict", "predict_proba", "predict_log_proba", "decision_function"}
        What to ask of the fitted estimators. Columns of probabilities are the
        sorted classes of ``y``; a class that a fold has not seen gets 0 (-inf
        for their logarithms).

    Returns
    -------
    ndarray of shape (n_samples,) or (n_samples, n_classes)

    Examples
    --------
    >>> import numpy as np
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> X, y = np.array([[0], [1], [8], [9]]), ["low", "low", "high", "high"]
    >>> cross_val_predict(KNeighborsClassifier(1), X, y, cv=2)
    array(['low', 'low', 'high', 'high'], dtype='<U4')
    """
    X, y = check_inputs(estimator, X, y, groups)
    check_protocols(parallel, memory)
    if not hasattr(estimator, method):
        raise AttributeError(f"{estimator!r} has no method {method!r} to predict with.")
    folds = folds_of(estimator, X, y, groups, cv)
    tested = np.concatenate([test for _, test in folds])
    if not np.array_equal(np.sort(tested), np.arange(n_rows(X))):
        raise ValueError(
            "cross_val_predict only works for partitions: the folds of cv must test each sample "
            "exactly once, as KFold does and ShuffleSplit does not."
        )
    shared = shared_evaluation([estimator], X, y) if method == "predict" else None
    if shared is not None and memory is None:
        shared.prepare()
        found = [shared.predictions(train, test, [0])[0] for train, test in folds]
    else:
        function = fit_and_predict if memory is None else memory.cache(fit_and_predict)
        tasks: Iterable[Task] = ((function, (estimator, X, y, *fold, method), {}) for fold in folds)
        found = run(tasks, parallel)
    back = np.empty(len(tested), dtype=np.intp)
    back[tested] = np.arange(len(tested))
    predictions: NDArray[Any] = np.concatenate(found)[back]
    return predictions


def fit_and_predict(
    estimator: Any, X: Any, y: Any, train: Indices, test: Indices, method: str
) -> NDArray[Any]:
    """Fit on one part, and say what the method gives for the other."""
    model = fit(clone(estimator), *part_of(estimator, X, y, train, train))
    samples, _ = part_of(estimator, X, None, test, train)
    predicted = np.asarray(getattr(model, method)(samples))
    if method == "predict" or y is None or predicted.ndim == 1:
        return predicted
    classes = np.unique(np.asarray(y))
    unseen = {"predict_proba": 0.0, "predict_log_proba": -np.inf}.get(
        method, np.finfo(np.float64).min
    )
    complete = np.full((len(predicted), len(classes)), unseen)
    complete[:, np.searchsorted(classes, model.classes_)] = predicted
    return complete
