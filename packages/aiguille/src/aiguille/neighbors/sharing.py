"""Many ``k`` and many folds of the same samples need the distances only once.

`NeighborsEvaluation` answers for any fold and any parameters; `DistanceTable` is what it asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.linalg import Metric, exact_ranks, metric_named, nearest, parts
from aiguille.neighbors.voting import Weights, check_search, growing_votes, vote_weights

if TYPE_CHECKING:
    from aiguille.neighbors.classification import KNeighborsClassifier

__all__ = ["DistanceTable", "NeighborsEvaluation"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


class NeighborsEvaluation:
    """Predictions for any fold and any parameters from one matrix of distances.

    The largest ``k`` asked for is searched once; the votes for smaller ones are
    found on the way to it.
    """

    def __init__(
        self, estimators: Sequence[KNeighborsClassifier], X: Array, y: NDArray[Any]
    ) -> None:
        self.estimators = estimators
        self.classes, self.codes = np.unique(y, return_inverse=True)
        self.X = X
        self.tables: dict[str, DistanceTable] = {}

    def prepare(self) -> None:
        """Compute the distances, once for each metric."""
        for metric in {estimator.metric for estimator in self.estimators}:
            self.tables[metric] = DistanceTable(self.X, metric_named(metric))

    def own_score(self, number: int, y_true: ArrayLike, y_pred: NDArray[Any]) -> float:
        """Give the accuracy, which is what a classifier's ``score`` is."""
        return float(np.mean(np.asarray(y_true) == y_pred))

    def predictions(
        self, train: Indices, test: Indices, which: Sequence[int]
    ) -> list[NDArray[Any]]:
        """Give what the estimators numbered ``which``, fitted on ``train``, say of ``test``."""
        chosen = [self.estimators[number] for number in which]
        for estimator in chosen:
            check_search(estimator, n_samples=len(train))
        found: dict[int, NDArray[Any]] = {}
        for metric in {estimator.metric for estimator in chosen}:
            group = [place for place, e in enumerate(chosen) if e.metric == metric]
            k = max(chosen[place].n_neighbors for place in group)
            weighed = any(chosen[place].weights != "uniform" for place in group)
            distances, indices = self.tables[metric].nearest(train, test, k, weighed)
            # As after a fit: a class that is not in train cannot win, not even with no vote.
            present, codes_of_train = np.unique(self.codes[train], return_inverse=True)
            classes, codes = self.classes[present], codes_of_train[indices]
            for weights in unique([chosen[place].weights for place in group]):
                same = [place for place in group if chosen[place].weights == weights]
                wanted = {place: chosen[place].n_neighbors for place in same}
                numbers = vote_winners(codes, distances, weights, wanted, len(classes))
                found |= {place: classes[winners] for place, winners in numbers.items()}
        return [found[place] for place in range(len(chosen))]


def vote_winners(
    codes: Indices, distances: Array, weights: Weights, wanted: dict[int, int], n_classes: int
) -> dict[int, Indices]:
    """Give the codes of the winning classes for each number of neighbours that is wanted."""
    found = {}
    if callable(weights):
        # It may treat a neighbour by who else there is, or write into what it gets: ask it
        # for each k, with distances of its own.
        for place, k in wanted.items():
            weighted = vote_weights(distances[:, :k].copy(), weights)
            *_, votes = growing_votes(codes[:, :k], weighted, n_classes)
            found[place] = votes.argmax(axis=1)
        return found
    weighted = vote_weights(distances, weights)
    for k, votes in enumerate(growing_votes(codes, weighted, n_classes), start=1):
        for place in [place for place, number in wanted.items() if number == k]:
            found[place] = votes.argmax(axis=1)
    return found


class DistanceTable:
    """All distances between some samples, from which those of any fold are cut out."""

    def __init__(self, X: Array, metric: Metric) -> None:
        self.metric = metric
        self.samples = metric.embed(X)
        self.ranks, self.doubt = metric.quick(self.samples)(self.samples)
        self.exact = np.zeros(self.ranks.shape, dtype=bool)

    def nearest(
        self, train: Indices, test: Indices, k: int, to_the_digit: bool
    ) -> tuple[Array, Indices]:
        """Give distances and positions in ``train`` of the nearest ``k`` of each in ``test``."""
        ranks = np.empty((len(test), k))
        indices = np.empty((len(test), k), dtype=np.intp)
        for part in parts(len(test), len(train)):
            exact = partial(self.exact_ranks, test[part], train)
            block = self.ranks[np.ix_(test[part], train)]
            doubt = self.doubt[test[part]]
            ranks[part], indices[part] = nearest(block, k, doubt, exact, to_the_digit)
        return self.metric.distance(ranks), indices

    def exact_ranks(self, test: Indices, train: Indices, rows: Indices, columns: Indices) -> Array:
        """Ranks of pairs of a test and a training sample, from their differences."""
        a, b = test[rows], train[columns]
        new = ~self.exact[a, b]  # asked before the ranks are read: a thread may write both
        ranks = self.ranks[a, b]
        ranks[new] = exact_ranks(self.samples, self.samples, a[new], b[new], self.metric)
        # Neighbours in one fold are neighbours in others: what was computed stays in the table,
        # unless an engine lends it to its workers for reading only, as joblib does.
        if self.ranks.flags.writeable and self.exact.flags.writeable:
            self.ranks[a, b] = ranks
            self.exact[a, b] = True
        return ranks


def unique(values: Sequence[Any]) -> list[Any]:
    """Each value once, in order, also where they cannot be hashed."""
    return [value for i, value in enumerate(values) if value not in values[:i]]
