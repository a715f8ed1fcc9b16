"""A search inside a cross-validation, or inside another search, without a fit.

Where the candidates of a search can share their evaluation, the search can too: its folds
are indices into the same samples.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import clone
from aiguille.model_selection.evaluation import (
    Indices,
    Request,
    folds_of,
    score_of_predictions,
    scorers_named,
)
from aiguille.model_selection.grids import candidates
from aiguille.model_selection.results import ranks_of
from aiguille.sharing import SharedEvaluation, shared_evaluation
from aiguille.validation import take_rows

__all__ = ["SearchEvaluation", "shared_search"]


def shared_search(searches: Sequence[Any], X: Any, y: Any) -> "SearchEvaluation | None":
    """Offer what the candidates of searches share, if they offer it and it is enough."""
    if not all(can_share(search) for search in searches):
        return None
    models = [candidates(each.estimator, each._combinations()) for each in searches]
    shared = shared_evaluation(list(itertools.chain(*models)), X, y)
    return None if shared is None else SearchEvaluation(searches, models, shared, X, y)


def can_share(search: Any) -> bool:
    """Whether predictions are all that this search needs of its candidates."""
    return (
        search.refit is True
        and draws_the_same_again(search)
        and (search.scoring is None or isinstance(search.scoring, str) or callable(search.scoring))
        and Request(scorers_named(search.scoring), error_score=search.error_score).can_share
    )


def draws_the_same_again(search: Any) -> bool:
    """Whether a copy of a search tries the same parameters."""
    return not hasattr(search, "random_state") or isinstance(search.random_state, int | np.integer)


class SearchEvaluation:
    """Nested cross-validation by the shared evaluation of the candidates.

    On each fold a search cuts the training samples once more, scores all its
    candidates there, and lets the best predict: the same as ``fit`` and
    ``predict``, with indices in place of copies.
    """

    def __init__(
        self,
        searches: Sequence[Any],
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
