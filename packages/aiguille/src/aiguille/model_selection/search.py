"""Choose parameters by cross-validation: try them all, keep the best.

The best score that a search found is too good an estimate of what comes, for it
was chosen for being good. So a second loop judges the whole search on samples
that it has not seen: ``cross_val_score(GridSearchCV(model, grid), X, y)``. This
*nested* cross-validation is one expression because a search is an estimator
like any other.
"""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from aiguille.base import (
    Estimator,
    Remembers,
    clone,
    is_classifier,
)
from aiguille.model_selection.evaluation import (
    Engine,
    Request,
    Scoring,
    check_inputs,
    evaluate,
    fit,
    folds_of,
    one_number,
    scorers_named,
)
from aiguille.model_selection.grids import (
    Distributions,
    Grid,
    ParameterGrid,
    ParameterSampler,
    candidates,
)
from aiguille.model_selection.nested import SearchEvaluation, shared_search
from aiguille.model_selection.results import table_of_results
from aiguille.validation import not_fitted_error

__all__ = ["GridSearchCV", "RandomizedSearchCV", "Search"]


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


class Search(Estimator):
    """Base of searches: score all candidates on all folds, fit the best on all samples.

    A search says with ``_combinations`` which parameters to try.
    """

    estimator: Any
    scoring: Scoring
    refit: bool | str | Callable[[dict[str, Any]], int]
    cv: Any
    parallel: Engine | None
    memory: Remembers | None
    error_score: float | Literal["raise"]
    return_train_score: bool

    def _combinations(self) -> list[dict[str, Any]]:
        raise NotImplementedError(f"{type(self).__name__} does not say what to try")

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
        params = self._combinations()
        folds = folds_of(self.estimator, X, y, groups, self.cv)
        outcomes = evaluate(
            candidates(self.estimator, params),
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


class GridSearchCV(Search):
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
    aiguille.sharing.SharedEvaluation : how models share work between folds and parameters.

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

    def _combinations(self) -> list[dict[str, Any]]:
        return list(ParameterGrid(self.param_grid))

    @classmethod
    def share_evaluation(
        cls, estimators: Sequence[Self], X: Any, y: Any
    ) -> "SearchEvaluation | None":
        """Share what the searched estimators share; see `aiguille.sharing.SharedEvaluation`."""
        return shared_search(estimators, X, y)


class RandomizedSearchCV(Search):
    """Try some combinations of parameters, drawn at random, and keep the best.

    Where a few of many parameters matter, it finds as good ones as a grid with far fewer
    trials, for it never tries the same value of those twice.

    Parameters
    ----------
    estimator : estimator
        Ours or scikit-learn's; it is cloned.
    param_distributions : dict of str to sequence or distribution, or list of such dicts
        As for `ParameterSampler`.
    n_iter : int
        How many combinations to try.
    scoring, refit, cv, parallel, memory, error_score, return_train_score
        As for `GridSearchCV`.
    random_state : None, int or RandomState
        Where the drawing starts.

    Attributes
    ----------
    best_estimator_, best_params_, best_score_, best_index_, cv_results_
        As those of `GridSearchCV`.

    References
    ----------
    Bergstra & Bengio (2012), "Random search for hyper-parameter optimization", JMLR 13.

    Examples
    --------
    >>> import numpy as np
    >>> from aiguille.neighbors import KNeighborsClassifier
    >>> X, y = np.r_[0:10, 20:30].reshape(-1, 1), np.repeat(["low", "high"], 10)
    >>> choices = {"n_neighbors": range(1, 9)}
    >>> search = RandomizedSearchCV(
    ...     KNeighborsClassifier(), choices, n_iter=3, cv=2, random_state=0
    ... )
    >>> search.fit(X, y).best_score_
    1.0
    """

    def __init__(
        self,
        estimator: Any,
        param_distributions: Distributions,
        *,
        n_iter: int = 10,
        scoring: Scoring = None,
        refit: bool | str | Callable[[dict[str, Any]], int] = True,
        cv: Any = None,
        random_state: Any = None,
        parallel: Engine | None = None,
        memory: Remembers | None = None,
        error_score: float | Literal["raise"] = "raise",
        return_train_score: bool = False,
    ) -> None:
        self.estimator = estimator
        self.param_distributions = param_distributions
        self.n_iter = n_iter
        self.scoring = scoring
        self.refit = refit
        self.cv = cv
        self.random_state = random_state
        self.parallel = parallel
        self.memory = memory
        self.error_score = error_score
        self.return_train_score = return_train_score

    def _combinations(self) -> list[dict[str, Any]]:
        sampler = ParameterSampler(
            self.param_distributions, self.n_iter, random_state=self.random_state
        )
        return list(sampler)

    @classmethod
    def share_evaluation(
        cls, estimators: Sequence[Self], X: Any, y: Any
    ) -> "SearchEvaluation | None":
        """Share what the searched estimators share; see `aiguille.sharing.SharedEvaluation`."""
        return shared_search(estimators, X, y)


def forget(search: Search) -> None:
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
