"""Choose parameters by cross-validation: try them all, keep the best.

The best score that a search found is too good an estimate of what comes, for it
was chosen for being good. So a second loop judges the whole search on samples
that it has not seen: ``cross_val_score(GridSearchCV(model, grid), X, y)``. This
*nested* cross-validation is one expression because a search is an estimator
like any other.
"""

import functools
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import (
    Estimator,
    SharedEvaluation,
    clone,
    is_classifier,
    shared_evaluation,
)
from aiguille.model_selection.evaluation import (
    Engine,
    Indices,
    Outcome,
    Remembers,
    Request,
    Scoring,
    check_inputs,
    evaluate,
    fit,
    folds_of,
    one_number,
    score_of_predictions,
    scorers_named,
)
from aiguille.validation import not_fitted_error, take_rows

__all__ = ["GridSearchCV", "ParameterGrid"]

Grid = Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Sequence[Any]]]


class ParameterGrid:
    """All combinations of some values for some parameters.

    Parameters
    ----------
    param_grid : dict of str to sequence, or list of such dicts
        A list's grids come one after the other.

    Examples
    --------
    >>> list(ParameterGrid({"k": [1, 2], "metric": ["cosine"]}))
    [{'k': 1, 'metric': 'cosine'}, {'k': 2, 'metric': 'cosine'}]
    """

    def __init__(self, param_grid: Grid) -> None:
        if not isinstance(param_grid, (Mapping, Sequence)):
            check_grid(param_grid)
        grids = [param_grid] if isinstance(param_grid, Mapping) else list(param_grid)
        for grid in grids:
            check_grid(grid)
        self.param_grid = grids

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for grid in self.param_grid:
            names = sorted(grid)
            for values in itertools.product(*(grid[name] for name in names)):
                yield dict(zip(names, values, strict=True))

    def __len__(self) -> int:
        return sum(int(np.prod([len(values) for values in g.values()])) for g in self.param_grid)


def check_grid(grid: Any) -> None:
    """Raise unless this maps names to values."""
    if not isinstance(grid, Mapping):
        raise TypeError(
            f"param_grid must be a dict of names to values, or a list of them, got {grid!r}."
        )
    for name, values in grid.items():
        if isinstance(values, str) or not hasattr(values, "__len__"):
            raise TypeError(
                f"param_grid[{name!r}] must be a sequence of values, got {values!r}: "
                f"write [{values!r}] for one."
            )
        if len(values) == 0:
            raise ValueError(f"param_grid[{name!r}] is empty: give at least one value.")


class Delegated:
    """A method that the best estimator found has, or the one that is searched for."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, search: Any, owner: type | None = None) -> Any:
        if search is None:
            return self
        fitted = hasattr(search, "best_estimator_")
        method = getattr(search.best_estimator_ if fitted else search.estimator, self.name)
        if fitted:
            return method

        # With the method's own name, by which scikit-learn finds it again after a fit.
        @functools.wraps(method)
        def refuse(*args: Any, **kwargs: Any) -> None:
            search._not_fitted()

        return refuse


class GridSearchCV(Estimator):
    """Try all combinations of parameters by cross-validation, and keep the best.

    Parameters
    ----------
    estimator : estimator
        Ours or scikit-learn's; it is cloned.
    param_grid : dict of str to sequence, or list of such dicts
        The values to try for each parameter.
    scoring : str, callable, list or dict, optional
        As for `cross_validate`; by default the estimator's own ``score``.
    refit : bool, str or callable
        Whether to fit the best on all samples in the end. With several scores, the
        name of the one that decides; a callable gets ``cv_results_`` and gives
        the index of the best.
    cv, parallel, memory, error_score
        As for `cross_val_score`.
    return_train_score : bool
        Whether ``cv_results_`` has scores on the training samples too.

    Attributes
    ----------
    best_estimator_ : estimator
        Fitted on all samples; with ``refit``.
    best_params_ : dict
        The parameters that scored best, of equals those tried first.
    best_score_ : float
        Their mean score over the folds: for choosing, not for telling.
    best_index_ : int
        Their position in ``cv_results_``.
    cv_results_ : dict of arrays of shape (n_candidates,)
        Parameters, scores of each fold, their mean, standard deviation and
        rank, and times in seconds.
    scorer_, n_splits_, refit_time_
        The scorers used (None for the estimator's own score), the number of
        folds, the seconds that the last fit took.
    classes_, n_features_in_, feature_names_in_
        Those of ``best_estimator_``, where it has them.

    See Also
    --------
    aiguille.base.SharedEvaluation : how models share work between folds and parameters.

    References
    ----------
    Varma & Simon (2006), "Bias in error estimation when using cross-validation
    for model selection", BMC Bioinformatics 7(91).

    Examples
    --------
    >>> import numpy as np
    >>> from aiguille.model_selection import cross_val_score
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> X, y = np.r_[0:10, 20:30].reshape(-1, 1), np.repeat(["low", "high"], 10)
    >>> search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": range(1, 4)}, cv=2)
    >>> search.fit(X, y).best_params_
    {'n_neighbors': 1}
    >>> cross_val_score(search, X, y, cv=5).mean()
    np.float64(1.0)
    """

    def __init__(
        self,
        estimator: Any,
        param_grid: Grid,
        *,
        scoring: Scoring = None,
        refit: bool | str | Callable[[dict[str, Any]], int] = True,
        cv: Any = None,
        parallel: Engine | None = None,
        memory: Remembers | None = None,
        error_score: float | Literal["raise"] = "raise",
        return_train_score: bool = False,
    ) -> None:
        self.estimator = estimator
        self.param_grid = param_grid
        self.scoring = scoring
        self.refit = refit
        self.cv = cv
        self.parallel = parallel
        self.memory = memory
        self.error_score = error_score
        self.return_train_score = return_train_score

    predict = Delegated()
    predict_proba = Delegated()
    predict_log_proba = Delegated()
    decision_function = Delegated()
    transform = Delegated()
    inverse_transform = Delegated()

    @property
    def estimator_type(self) -> str | None:  # type: ignore[override]
        """The kind of estimator that is searched for."""
        return "classifier" if is_classifier(self.estimator) else None

    def fit(self, X: Any, y: ArrayLike | None = None, *, groups: ArrayLike | None = None) -> Self:
        """Score all candidates on all folds; fit the best on all samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), optional
        groups : array-like of shape (n_samples,), optional
        """
        X, y = check_inputs(self.estimator, X, y, groups)
        scorers = scorers_named(self.scoring)
        deciding = deciding_score(scorers, self.refit)
        params = list(ParameterGrid(self.param_grid))
        folds = folds_of(self.estimator, X, y, groups, self.cv)
        outcomes = evaluate(
            candidates(self),
            X,
            y,
            folds,
            Request(scorers, self.return_train_score, error_score=self.error_score),
            parallel=self.parallel,
            memory=self.memory,
        )
        forget(self)
        self.n_splits_ = len(folds)
        self.scorer_ = scorers["score"] if list(scorers) == ["score"] else scorers
        self.cv_results_ = table_of_results(params, outcomes)
        if callable(self.refit):
            self.best_index_ = chosen_index(self.refit(self.cv_results_), len(params))
        elif deciding is not None:
            self.best_index_ = int(self.cv_results_[f"rank_test_{deciding}"].argmin())
            self.best_score_ = float(self.cv_results_[f"mean_test_{deciding}"][self.best_index_])
        if hasattr(self, "best_index_"):
            self.best_params_ = params[self.best_index_]
        if self.refit:
            self._fit_best(X, y)
        return self

    def score(self, X: Any, y: ArrayLike | None = None) -> float:
        """Score the best estimator on other samples, by ``scoring``."""
        if not hasattr(self, "best_estimator_"):
            self._not_fitted()
        scorers = scorers_named(self.scoring)
        scorer = scorers[deciding_score(scorers, self.refit) or next(iter(scorers))]
        targets = () if y is None else (y,)
        if scorer is None:
            return float(self.best_estimator_.score(X, *targets))
        return one_number(scorer(self.best_estimator_, X, *targets), scorer)

    def _fit_best(self, X: Any, y: Any) -> None:
        start = time.perf_counter()
        self.best_estimator_ = fit(clone(self.estimator).set_params(**self.best_params_), X, y)
        self.refit_time_ = time.perf_counter() - start
        for name in ("classes_", "n_features_in_", "feature_names_in_"):
            if hasattr(self.best_estimator_, name):
                setattr(self, name, getattr(self.best_estimator_, name))

    def _not_fitted(self) -> None:
        if hasattr(self, "cv_results_"):
            raise not_fitted_error(
                f"This {type(self).__name__} was fitted with refit=False, so it has no best "
                "estimator to ask: pass refit=True, or read best_params_."
            )
        raise not_fitted_error(
            f"This {type(self).__name__} instance is not fitted yet: call 'fit' with training "
            "samples before using this estimator."
        )

    def __sklearn_clone__(self) -> Self:
        # Engines and memories are tools, not parameters: a copy works with the same ones.
        tools = ("parallel", "memory")
        params = self.get_params(deep=False)
        copies = {n: v if n in tools else clone(v, safe=False) for n, v in params.items()}
        return type(self)(**copies)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        if hasattr(self.estimator, "__sklearn_tags__"):
            inner = self.estimator.__sklearn_tags__()
            for name in ("estimator_type", "classifier_tags", "regressor_tags", "target_tags"):
                setattr(tags, name, getattr(inner, name))
            tags.input_tags.pairwise = inner.input_tags.pairwise
            tags.input_tags.sparse = inner.input_tags.sparse
        return tags

    @classmethod
    def share_evaluation(
        cls, estimators: Sequence[Self], X: Any, y: Any
    ) -> "SearchEvaluation | None":
        """Share what the searched estimators share; see `aiguille.base.SharedEvaluation`."""
        if not all(can_share(search) for search in estimators):
            return None
        models = [candidates(search) for search in estimators]
        shared = shared_evaluation(list(itertools.chain(*models)), X, y)
        return None if shared is None else SearchEvaluation(estimators, models, shared, X, y)


def candidates(search: GridSearchCV) -> list[Any]:
    """Give an unfitted estimator for each combination of parameters."""
    grid = ParameterGrid(search.param_grid)
    if len(grid) == 0:
        raise ValueError("param_grid is empty: give at least one dict of parameters.")
    return [clone(search.estimator).set_params(**clone(params, safe=False)) for params in grid]


def forget(search: GridSearchCV) -> None:
    """Drop what an earlier fit learned, or a fit without refit would answer with its model."""
    for name in [name for name in vars(search) if name.endswith("_") and name[0] != "_"]:
        delattr(search, name)


def chosen_index(index: Any, n_candidates: int) -> int:
    """Check what a function given as ``refit`` chose."""
    if not isinstance(index, (int, np.integer)):
        raise TypeError(
            f"refit must give the index of a candidate, a whole number, but gave {index!r}."
        )
    if not 0 <= index < n_candidates:
        raise IndexError(
            f"refit gave the index {index}, but the {n_candidates} candidates have the "
            f"indices 0 to {n_candidates - 1}."
        )
    return int(index)


def deciding_score(scorers: Mapping[str, Any], refit: Any) -> str | None:
    """Name the score that chooses, or None where nothing is to be chosen."""
    if isinstance(refit, str):
        if refit not in scorers:
            raise ValueError(f"refit={refit!r} is not one of the scores {list(scorers)}.")
        return refit
    if len(scorers) == 1:
        return next(iter(scorers))
    if refit is True:
        raise ValueError(
            f"With several scores, refit must say which of {list(scorers)} chooses the best "
            "parameters; refit=False chooses none."
        )
    return None


def table_of_results(
    params: Sequence[Mapping[str, Any]], outcomes: Sequence[Sequence[Outcome]]
) -> dict[str, Any]:
    """Lay the outcomes out as ``cv_results_``: an entry for each candidate in each array."""
    table: dict[str, Any] = {}
    for name in ("fit_time", "score_time"):
        times = np.array([[getattr(o, name) for o in of_one] for of_one in outcomes])
        table[f"mean_{name}"], table[f"std_{name}"] = times.mean(axis=1), times.std(axis=1)
    for name in sorted({name for each in params for name in each}):
        table[f"param_{name}"] = column_of(params, name)
    table["params"] = [dict(each) for each in params]
    for score in outcomes[0][0].test:
        tests = np.array([[outcome.test[score] for outcome in of_one] for of_one in outcomes])
        table |= summary(f"test_{score}", tests)
        table[f"rank_test_{score}"] = ranks_of(tests.mean(axis=1))
        if outcomes[0][0].train is not None:
            trains = [[(outcome.train or {})[score] for outcome in one] for one in outcomes]
            table |= summary(f"train_{score}", np.array(trains))
    return table


def column_of(params: Sequence[Mapping[str, Any]], name: str) -> np.ma.MaskedArray[Any, Any]:
    """One parameter's values, masked for the candidates that do not set it."""
    values = np.empty(len(params), dtype=object)
    values[:] = [each.get(name) for each in params]
    if all(
        type(value) in (bool, int, float) and type(value) is type(values[0]) for value in values
    ):
        values = values.astype(type(values[0]))
    return np.ma.MaskedArray(values, mask=[name not in each for each in params])


def summary(name: str, scores: NDArray[np.float64]) -> dict[str, Any]:
    """Scores of shape (n_candidates, n_folds), fold by fold, their mean and deviation."""
    table = {f"split{fold}_{name}": scores[:, fold] for fold in range(scores.shape[1])}
    return table | {f"mean_{name}": scores.mean(axis=1), f"std_{name}": scores.std(axis=1)}


def ranks_of(means: NDArray[np.float64]) -> NDArray[np.int32]:
    """Rank 1 for the best; equals share a rank; candidates that failed come last."""
    comparable = np.where(np.isnan(means), -np.inf, means)
    better: NDArray[np.int32] = (comparable[None, :] > comparable[:, None]).sum(axis=1)
    return (better + 1).astype(np.int32)


# A search inside a cross-validation


def can_share(search: GridSearchCV) -> bool:
    """Whether predictions are all that this search needs of its candidates."""
    return (
        search.refit is True
        and (search.scoring is None or isinstance(search.scoring, str) or callable(search.scoring))
        and Request(scorers_named(search.scoring), error_score=search.error_score).can_share
    )


class SearchEvaluation:
    """Nested cross-validation by the shared evaluation of the candidates.

    On each fold a search cuts the training samples once more, scores all its
    candidates there, and lets the best predict: the same as ``fit`` and
    ``predict``, with indices in place of copies.
    """

    def __init__(
        self,
        searches: Sequence[GridSearchCV],
        models: Sequence[Sequence[Any]],
        shared: SharedEvaluation,
        X: Any,
        y: Any,
    ) -> None:
        self.searches = searches
        self.shared = shared
        self.X, self.y = X, y
        ends = list(itertools.accumulate(len(of_one) for of_one in models))
        self.numbers = [range(e - len(m), e) for e, m in zip(ends, models, strict=True)]

    def prepare(self) -> None:
        """Do what the candidates share."""
        self.shared.prepare()

    def predictions(
        self, train: Indices, test: Indices, which: Sequence[int]
    ) -> list[NDArray[Any]]:
        """Give what each search, fitted on ``train``, predicts for ``test``."""
        return [
            self.shared.predictions(train, test, [self.best_of(number, train)])[0]
            for number in which
        ]

    def best_of(self, number: int, train: Indices) -> int:
        """Choose among the candidates of one search on the training samples."""
        search = clone(self.searches[number])
        samples, labels = take_rows(self.X, train), take_rows(self.y, train)
        folds = folds_of(search.estimator, samples, labels, None, search.cv)
        scores = [self.scores(number, train[inner], train[test]) for inner, test in folds]
        best = ranks_of(np.array(scores).T.copy().mean(axis=1)).argmin()
        return self.numbers[number][int(best)]

    def scores(self, number: int, train: Indices, test: Indices) -> list[float]:
        """Score all candidates of one search on one of its folds."""
        truth = take_rows(self.y, test)
        predicted = self.shared.predictions(train, test, self.numbers[number])
        [scorer] = scorers_named(self.searches[number].scoring).values()
        return [
            score_of_predictions(self.shared, n, scorer, truth, labels)
            for n, labels in zip(self.numbers[number], predicted, strict=True)
        ]

    def own_score(self, number: int, y_true: ArrayLike, y_pred: NDArray[Any]) -> float:
        """Give what the search's ``score`` makes of predictions: its ``scoring``."""
        [scorer] = scorers_named(self.searches[number].scoring).values()
        return score_of_predictions(self.shared, self.numbers[number][0], scorer, y_true, y_pred)
