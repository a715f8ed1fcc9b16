"""How a score depends on a parameter, on the number of samples, and on chance.

Each function lays many fits out for the one loop under cross-validation
(`aiguille.model_selection.evaluation`), so that models share their work where they can.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Remembers, clone
from aiguille.model_selection.cross_validation import one_score
from aiguille.model_selection.evaluation import (
    Engine,
    Indices,
    Outcome,
    Request,
    Scoring,
    Task,
    check_inputs,
    check_protocols,
    evaluate,
    folds_of,
    run,
    scorers_named,
)
from aiguille.parameters import check_random_state, check_whole
from aiguille.validation import n_rows, take_rows

__all__ = ["learning_curve", "permutation_test_score", "validation_curve"]

Scores = NDArray[np.float64]


def validation_curve(
    estimator: Any,
    X: Any,
    y: ArrayLike | None = None,
    *,
    param_name: str,
    param_range: Iterable[Any],
    groups: ArrayLike | None = None,
    scoring: Scoring = None,
    cv: Any = None,
    parallel: Engine | None = None,
    memory: Remembers | None = None,
    error_score: float | Literal["raise"] = "raise",
) -> tuple[Scores, Scores]:
    """Score an estimator for each value of one parameter, on what it learned from and on the rest.

    Parameters
    ----------
    estimator, X, y, groups, scoring, cv, parallel, memory, error_score
        As for `cross_val_score`.
    param_name : str
        The parameter, ``step__parameter`` for one of a pipeline's step.
    param_range : iterable
        Its values.

    Returns
    -------
    train_scores, test_scores : ndarrays of shape (n_values, n_folds)

    Examples
    --------
    >>> import numpy as np
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> X, y = np.r_[0:10, 20:30].reshape(-1, 1), np.repeat(["low", "high"], 10)
    >>> model = KNeighborsClassifier()
    >>> train, test = validation_curve(
    ...     model, X, y, param_name="n_neighbors", param_range=[1, 9], cv=2
    ... )
    >>> test
    array([[1., 1.],
           [1., 1.]])
    """
    X, y = check_inputs(estimator, X, y, groups)
    values = list(param_range)
    if not values:
        raise ValueError("param_range is empty: give at least one value.")
    request = Request(scorers_named(one_score(scoring)), True, error_score=error_score)
    models = [clone(estimator).set_params(**{param_name: value}) for value in values]
    folds = folds_of(estimator, X, y, groups, cv)
    outcomes = evaluate(models, X, y, folds, request, parallel=parallel, memory=memory)
    return scores_of(outcomes)


def learning_curve(
    estimator: Any,
    X: Any,
    y: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    train_sizes: ArrayLike = (0.1, 0.325, 0.55, 0.775, 1.0),
    scoring: Scoring = None,
    cv: Any = None,
    parallel: Engine | None = None,
    memory: Remembers | None = None,
    shuffle: bool = False,
    random_state: Any = None,
    error_score: float | Literal["raise"] = "raise",
) -> tuple[Indices, Scores, Scores]:
    """Score an estimator that learns from some, from more, and from all training samples.

    Parameters
    ----------
    estimator, X, y, groups, scoring, cv, parallel, memory, error_score
        As for `cross_val_score`.
    train_sizes : array-like
        Numbers of samples, or shares of those of the first fold.
    shuffle : bool
        Whether to take the training samples in random order; else as they come, which
        for sorted classes leaves out the last ones.
    random_state : None, int or RandomState
        For ``shuffle``.

    Returns
    -------
    train_sizes : ndarray of shape (n_sizes,)
        The numbers of samples, each once.
    train_scores, test_scores : ndarrays of shape (n_sizes, n_folds)

    Raises
    ------
    ValueError
        If a size is not possible.

    Examples
    --------
    >>> import numpy as np
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> X, y = np.r_[0:10, 20:30].reshape(-1, 1), np.tile(["even", "odd"], 10)
    >>> sizes, train, test = learning_curve(KNeighborsClassifier(1), X, y, cv=2)
    >>> sizes
    array([ 1,  3,  5,  7, 10])
    """
    X, y = check_inputs(estimator, X, y, groups)
    request = Request(scorers_named(one_score(scoring)), True, error_score=error_score)
    folds = folds_of(estimator, X, y, groups, cv)
    sizes = absolute_sizes(train_sizes, len(folds[0][0]))
    if shuffle:
        random = check_random_state(random_state)
        folds = [(random.permutation(train), test) for train, test in folds]
    shorter = [(train[:size], test) for size in sizes for train, test in folds]
    [outcomes] = evaluate([estimator], X, y, shorter, request, parallel=parallel, memory=memory)
    starts = range(0, len(outcomes), len(folds))
    return sizes, *scores_of([outcomes[start : start + len(folds)] for start in starts])


def permutation_test_score(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    scoring: Scoring = None,
    cv: Any = None,
    n_permutations: int = 100,
    parallel: Engine | None = None,
    memory: Remembers | None = None,
    random_state: Any = 0,
) -> tuple[float, Scores, float]:
    """Ask how often an estimator scores as well where there is nothing to learn.

    The targets are shuffled among the samples (within their groups, if there are groups),
    again and again, and the whole cross-validation is done on them.

    Parameters
    ----------
    estimator, X, y, groups, scoring, cv, parallel, memory
        As for `cross_val_score`.
    n_permutations : int
        How often to shuffle.
    random_state : None, int or RandomState
        For the shuffling.

    Returns
    -------
    score : float
        The mean over the folds, with the true targets.
    permutation_scores : ndarray of shape (n_permutations,)
        The same with shuffled ones.
    pvalue : float
        The share of these, and of the true one, that are at least as good as it.

    References
    ----------
    Ojala & Garriga (2010), "Permutation tests for studying classifier performance",
    JMLR 11.

    Examples
    --------
    >>> import numpy as np
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> X, y = np.r_[0:10, 20:30].reshape(-1, 1), np.repeat(["low", "high"], 10)
    >>> score, chances, pvalue = permutation_test_score(
    ...     KNeighborsClassifier(), X, y, n_permutations=19, cv=2
    ... )
    >>> score, chances.shape, pvalue
    (1.0, (19,), 0.05)
    """
    X, y = check_inputs(estimator, X, y, groups)
    check_protocols(parallel, memory)
    check_whole("n_permutations", n_permutations)
    random = check_random_state(random_state)
    request = Request(scorers_named(one_score(scoring)))
    function = mean_score if memory is None else memory.cache(mean_score)
    orders = [np.arange(n_rows(X))]
    orders += [shuffled(n_rows(X), groups, random) for _ in range(n_permutations)]
    tasks: Iterable[Task] = (
        (function, (estimator, X, take_rows(y, order), groups, cv, request), {}) for order in orders
    )
    score, *others = run(tasks, parallel)
    at_least = sum(other >= score for other in others)
    return float(score), np.array(others), (at_least + 1) / (n_permutations + 1)


def mean_score(estimator: Any, X: Any, y: Any, groups: Any, cv: Any, request: Request) -> float:
    """Cross-validate, and take the mean over the folds."""
    [outcomes] = evaluate([estimator], X, y, folds_of(estimator, X, y, groups, cv), request)
    return float(np.mean([outcome.test["score"] for outcome in outcomes]))


def shuffled(n_samples: int, groups: Any, random: np.random.RandomState) -> Indices:
    """Give the samples' indices in random order; of each group at its own places."""
    if groups is None:
        return random.permutation(n_samples)
    order = np.arange(n_samples)
    labels = np.asarray(groups)
    for group in np.unique(labels):
        places = np.flatnonzero(labels == group)
        order[places] = random.permutation(places)
    return order


def scores_of(outcomes: Sequence[Sequence[Outcome]]) -> tuple[Scores, Scores]:
    """Give the scores on the training and on the test samples as arrays."""
    train = [[(outcome.train or {})["score"] for outcome in row] for row in outcomes]
    return np.array(train), np.array([[outcome.test["score"] for outcome in r] for r in outcomes])


def absolute_sizes(train_sizes: ArrayLike, most: int) -> Indices:
    """Give numbers of samples, each once, for numbers or shares."""
    sizes = np.atleast_1d(np.asarray(train_sizes))
    if sizes.ndim != 1 or sizes.size == 0 or sizes.dtype.kind not in "iuf":
        raise ValueError(f"train_sizes={train_sizes!r} must be a list of numbers or shares.")
    if sizes.dtype.kind == "f":
        if not (sizes.min() > 0 and sizes.max() <= 1):
            raise ValueError(
                f"train_sizes has shares from {sizes.min():g} to {sizes.max():g}: give shares of "
                "more than 0 and at most 1, or whole numbers."
            )
        sizes = (sizes * most).astype(np.intp).clip(1, most)
    elif not (sizes.min() > 0 and sizes.max() <= most):
        raise ValueError(
            f"train_sizes has numbers from {sizes.min()} to {sizes.max()}, and there are {most} "
            f"training samples: give numbers of at least 1 and at most {most}."
        )
    return np.unique(sizes).astype(np.intp)
